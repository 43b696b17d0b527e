/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells when one of a few files is replaced (inotify(7)): all in the folder of the first. */
#ifndef TRIREME_BASE_WATCH_IO_H
#define TRIREME_BASE_WATCH_IO_H

#include <stdbool.h>

/* Watches path's folder. *ret_fd becomes readable; the caller closes it. */
int watch_open(const char *path, int *ret_fd);

/* Takes what has happened; true if it is about a file called name_a or name_b in that folder. */
bool watch_take(int fd, const char *name_a, const char *name_b);

#endif
