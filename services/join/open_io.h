/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The member's side: shows a code and lets one machine in. */
#ifndef TRIREME_JOIN_OPEN_IO_H
#define TRIREME_JOIN_OPEN_IO_H

#include <stdbool.h>

struct open_options {
	const char *root;   /* of the machine's files, "" on the machine */
	const char *node;   /* which one the new machine becomes */
	const char *author; /* of the revision, if there is one */
	bool replace;	    /* another machine was that node, and is shut out */
};

/*
 * Runs until a machine has joined (0), or none can any more (-errno). What people should know goes
 * to standard output, line by line, the code first; why it came to nothing, to standard error.
 */
int open_run(const struct open_options *options);

#endif
