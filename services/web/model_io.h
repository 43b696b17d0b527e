/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the YANG modules that are installed, once at the start. */
#ifndef TRIREME_WEB_MODEL_IO_H
#define TRIREME_WEB_MODEL_IO_H

#include "web/model.h"

/*
 * yang_dirs: folders, with ':' between them. *ret_model is freed by model_clear(). -EIO: they have
 * no readable model; -E2BIG: it is larger than struct model takes; -ENOMEM.
 */
int model_read(const char *yang_dirs, struct model *ret_model);

#endif
