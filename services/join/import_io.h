/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The new machine's bundle: a file beside what it has, and the program that judges and takes it. */
#ifndef TRIREME_JOIN_IMPORT_IO_H
#define TRIREME_JOIN_IMPORT_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "join/cluster_io.h"

#define IMPORT_NS 280000000000ULL /* for the program, less than MEMBER_DONE_NS (member.h) */

struct import_target {
	const char *root;     /* of the machine's files, "" on the machine */
	const char *yang_dir; /* the model */
	bool force;	      /* even if the machine has a configuration */
};

/* Where that file is, into ret_path (PATH_MAX). -ENAMETOOLONG. */
int import_path(const struct import_target *target, char *ret_path);

/*
 * Before anything is asked for: whether this machine can be made another one. *ret_lock, which is
 * the caller's, keeps others from it until it is closed. -EEXIST: it has a configuration; -EBUSY:
 * another program is at it.
 */
int import_prepare(const struct import_target *target, int *ret_lock, char *words);

/* An empty file in the folder, open for writing; *ret_fd is the caller's. */
int import_begin(const struct import_target *target, int *ret_fd, char *words);

/* Behind what the file has. A sink of bundles is (proto/bundle.h), with a pointer to the fd. */
int import_sink(void *fd, const void *bytes, size_t size);

/*
 * `trireme-config import` of the file, which lies beside this program. check: with --check.
 * -EBADMSG: it is refused, words (CLUSTER_WORDS_MAX) say why.
 */
int import_run(const struct import_target *target, bool check, char *words);

/* Removes the file. */
void import_end(const struct import_target *target);

#endif
