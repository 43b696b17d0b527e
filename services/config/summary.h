/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration in a few lines for a person. Pure. */
#ifndef TRIREME_CONFIG_SUMMARY_H
#define TRIREME_CONFIG_SUMMARY_H

#include "base/text.h"
#include "schema/config.h"

/* Room for the largest configuration: 4096 real servers and 512 services of one line each. */
#define SUMMARY_MAX (1u << 20)

void summary(const struct config *config, struct text *text);

#endif
