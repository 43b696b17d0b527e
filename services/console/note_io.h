/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done at the console, in the same audit as what is asked of the API. */
#ifndef TRIREME_CONSOLE_NOTE_IO_H
#define TRIREME_CONSOLE_NOTE_IO_H

#include "console/machine_io.h"

/* error: 0 or -errno, of what was tried; as base/audit.h has the others. */
void note(const struct machine *machine, const char *action, const char *target, int error);

#endif
