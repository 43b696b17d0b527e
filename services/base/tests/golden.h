/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden cases: files that say what something does. A test does it again and compares; with the
 * argument `bless` the program writes the files anew, and the difference is to be read.
 */
#ifndef TRIREME_BASE_TESTS_GOLDEN_H
#define TRIREME_BASE_TESTS_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct golden {
	const char *name;
	const char *pattern; /* of the cases (glob(3), with braces), from the top of the tree */
	size_t least;	     /* so many cases must be there */
	CMUnitTestFunction test;
	CMFixtureFunction set_up, tear_down; /* of all cases together; may be NULL */
};

/* A test for each case, with its path as *state. Returns what main() is to return. */
int golden_main(const struct golden *golden, int argc, char **argv);

/* A file of at most 1 MiB; the caller frees it. A test that cannot read it fails. */
char *golden_read(const char *path);

/* The test fails at the first line that differs from the file; or the file is written. */
void golden_compare(const char *path, const char *actual);

#endif
