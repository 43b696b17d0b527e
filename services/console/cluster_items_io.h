/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu's items that move floating addresses. 0, or -errno as console_ask(). */
#ifndef TRIREME_CONSOLE_CLUSTER_ITEMS_IO_H
#define TRIREME_CONSOLE_CLUSTER_ITEMS_IO_H

#include "console/console_io.h"

int cluster_switch_over(struct console *console);
int cluster_force_quorum(struct console *console);

#endif
