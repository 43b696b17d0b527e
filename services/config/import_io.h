/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine that joins, or is restored, has got (proto/bundle.h) becomes its configuration.
 * import() judges the bundle and lays everything ready in TREE_INCOMING, which appears by one
 * rename; import_take(), at the next start, puts it in the place of what the machine had. A power
 * cut leaves the one or the other: as long as TREE_INCOMING is there, import_take() is done again.
 */
#ifndef TRIREME_CONFIG_IMPORT_IO_H
#define TRIREME_CONFIG_IMPORT_IO_H

#include "config/core_io.h"

struct import_options {
	const char *root; /* "" on the machine */
	const char *yang_dir;
	const char *file; /* the bundle; not below root */
	bool check;	  /* only judge it: nothing is written */
};

/*
 * 0; -EBADMSG: no bundle, or one that is damaged or cannot be in use here; -EPROTO: of later
 * software; -ENOSPC and other -errno: it cannot be written. report says what is wrong; then nothing
 * has changed. A bundle without a node can be checked, but not be imported.
 */
int import(const struct import_options *options, struct text *report);

/*
 * At boot, before anything else is read: takes over what import() has left, and removes what one
 * that was cut off has. Nothing to take is no error.
 */
int import_take(const char *root, struct text *report);

#endif
