/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole small files, read with a bound and written so that a crash leaves the old or the new. */
#ifndef TRIREME_BASE_FILE_IO_H
#define TRIREME_BASE_FILE_IO_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a file of at most max bytes into a fresh buffer with a final NUL; the caller frees it.
 * -EFBIG: larger than max; else the errno of open(2) or read(2).
 */
int file_read(const char *path, size_t max, char **ret_data, size_t *ret_size);

/*
 * Writes path by way of a temporary file beside it: write, fsync, rename, fsync of the folder.
 * On an error the old file stands and the temporary one is gone.
 */
int file_write_atomic(const char *path, const void *data, size_t size, mode_t mode);

/* The same where nothing is yet. -EEXIST: there is something, which stays as it is. */
int file_write_new(const char *path, const void *data, size_t size, mode_t mode);

/*
 * Waits so long, ms, until the file or folder is free, and locks it (flock, exclusive). Whoever has
 * it and was stopped is not waited for: then it is not locked, and work goes on all the same.
 */
void file_wait_turn(int fd, unsigned int ms);

#endif
