/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's watchdog device: the hardware's, else the kernel's own
 * (Documentation/watchdog/watchdog-api.rst). It runs from opening on, and restarts the machine when
 * it was not petted for its timeout; a letter V before the close stops it.
 */
#ifndef TRIREME_HW_WATCHDOG_IO_H
#define TRIREME_HW_WATCHDOG_IO_H

#include <stddef.h>

/* Path of the device below /dev, by /sys/class/watchdog. -ENODEV: there is none. */
int watchdog_io_find(char *ret_path, size_t size);

/* Returns its descriptor or -errno. */
int watchdog_io_open(const char *path);
/* *ret_timeout_s is what the device makes of it. */
int watchdog_io_set(int fd, unsigned int timeout_s, unsigned int *ret_timeout_s);
int watchdog_io_pet(int fd);
/* Stops it and closes it; one that its driver never lets stop runs on. */
void watchdog_io_close(int fd);

#endif
