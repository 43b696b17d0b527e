/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine is made from a backup. */
#ifndef TRIREME_JOIN_RESTORE_IO_H
#define TRIREME_JOIN_RESTORE_IO_H

#include "join/import_io.h"

struct restore_options {
	struct import_target target;
	const char *file;
	const char *node; /* that this machine becomes; "": it is asked for */
};

/* 0, or -errno with words on standard error: then nothing has changed. */
int restore_run(const struct restore_options *options);

#endif
