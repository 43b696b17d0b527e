/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion with the API's answers. */
#ifndef TRIREME_CONSOLE_COMPLETE_IO_H
#define TRIREME_CONSOLE_COMPLETE_IO_H

#include "console/client_io.h"
#include "console/complete.h"

/* As complete(); an API that does not answer knows no names. */
int complete_by(const struct client *client, int n, char *const *words, struct completions *ret);

/* Prints them, a line each: text, tab, help. */
enum exit_code complete_print(const struct client *client, int n, char *const *words);

#endif
