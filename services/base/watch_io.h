/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells when one of a few files is replaced (inotify(7)): all in the folder of the first. */
#ifndef TRIREME_BASE_WATCH_IO_H
#define TRIREME_BASE_WATCH_IO_H

#include <stddef.h>

/* Watches path's folder. *ret_fd becomes readable; the caller closes it. */
int watch_open(const char *path, int *ret_fd);

/* Takes what has happened; bit i: it is (or may be) about the file names[i] of that folder. */
unsigned int watch_take(int fd, const char *const *names, size_t n_names);

#endif
