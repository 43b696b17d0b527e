/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The administrator's password: one yescrypt hash, crypt(5), in a file only root can read. */
#ifndef TRIREME_CONSOLE_PASSWORD_IO_H
#define TRIREME_CONSOLE_PASSWORD_IO_H

#include "console/machine_io.h"

#define PASSWORD_FILE "/data/trireme/password"

/* A file that cannot be read counts as set: a damaged one must not open the shell. */
bool password_is_set(const struct machine *machine);

/* Stores the hash of a password with a fresh random salt; the old one stands on an error. */
int password_set(const struct machine *machine, const char *password);

/* 0: it is the one; -EACCES: it is not; else the file is unreadable or damaged. */
int password_check(const struct machine *machine, const char *password);

#endif
