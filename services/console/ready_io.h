/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this machine does what it is there for, asked of its daemons and not of the API, which
 * starts after them. */
#ifndef TRIREME_CONSOLE_READY_IO_H
#define TRIREME_CONSOLE_READY_IO_H

#include "console/machine_io.h"

/* Looks until it is so or the seconds are over, and prints "ready" or "not ready: " and why. 0;
 * -ETIME: it is not. */
int ready_wait(const struct machine *machine, unsigned int seconds);

#endif
