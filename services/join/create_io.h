/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backup is made on a member. */
#ifndef TRIREME_JOIN_CREATE_IO_H
#define TRIREME_JOIN_CREATE_IO_H

/*
 * Into file, which is replaced by a rename once all is on the disk ("-": standard output). root: of
 * the machine's files, "" on the machine. 0, or -errno with words on standard error.
 */
int create_run(const char *root, const char *file);

#endif
