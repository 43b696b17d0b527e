/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The new machine's side: asks a member with a code. */
#ifndef TRIREME_JOIN_TO_IO_H
#define TRIREME_JOIN_TO_IO_H

#include "join/import_io.h"

struct to_options {
	struct import_target target;
	const char *address; /* of the member, IPv4 */
	const char *code;    /* as it was typed */
	const char *node;    /* that this machine is to be; "": the member says */
};

/* 0, or -errno; words go to standard output, and standard error when it came to nothing. */
int to_run(const struct to_options *options);

#endif
