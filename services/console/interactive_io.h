/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `trireme` without a command: asks for one after the other. */
#ifndef TRIREME_CONSOLE_INTERACTIVE_IO_H
#define TRIREME_CONSOLE_INTERACTIVE_IO_H

#include "console/client_io.h"

/* Until "exit", Ctrl-D or the end of the terminal. The code of the last command. */
enum exit_code interactive(const struct client *client);

#endif
