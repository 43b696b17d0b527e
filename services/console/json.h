/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `trireme status --json`: the picture for programs. Pure. */
#ifndef TRIREME_CONSOLE_JSON_H
#define TRIREME_CONSOLE_JSON_H

#include "console/view.h"

/* Room for 512 services and 4096 real servers. */
#define JSON_MAX (4u << 20)

/* One object and an end of line (RFC 8259). */
void json_status(const struct view *view, struct text *text);

#endif
