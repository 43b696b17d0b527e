/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backup is made on a member. */
#ifndef TRIREME_JOIN_CREATE_IO_H
#define TRIREME_JOIN_CREATE_IO_H

#include <stdbool.h>

struct create_options {
	const char *root; /* of the machine's files, "" on the machine */
	const char *file; /* "-": standard output */
	bool force;	  /* the file replaces one that is there */
};

/*
 * The file appears by a rename once all of it is on the disk. 0, or -errno with words on standard
 * error: then nothing has changed.
 */
int create_run(const struct create_options *options);

#endif
