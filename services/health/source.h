/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of data sources: to the console, and in the log. */
#ifndef TRIREME_HEALTH_SOURCE_H
#define TRIREME_HEALTH_SOURCE_H

#include "base/text.h"
#include "health/targets.h"
#include "proto/health_ipc.h"

/* The state of the source of that index, which there is, but for the header. */
void source_status(const struct targets *targets, size_t index, uint64_t now,
		   struct health_source_status *ret_status);

/* "data source db (postgresql, 192.0.2.5:5432) is down: refused; pools that depend on it: a, b" */
void source_words(const struct targets *targets, const struct source *source, struct text *text);

#endif
