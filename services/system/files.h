/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files that other programs of the machine read: names, time servers, log, time zone. They
 * lie in the folder of the running configuration. Pure.
 */
#ifndef TRIREME_SYSTEM_FILES_H
#define TRIREME_SYSTEM_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/config.h"

#define FILES_MAX 4
#define FILE_TEXT_MAX 3072 /* the largest configuration fits */

struct system_file {
	const char *name;    /* in the folder */
	const char *service; /* supervised, to be started again when the file changes; or NULL */
	const char *zone;    /* the configuration's time zone: the file is a link to it; or NULL */
	char wanted[FILE_TEXT_MAX]; /* content, or target of the link */
	/* Filled in by who reads them: */
	bool exists;
	char current[FILE_TEXT_MAX];
	bool impossible; /* the link's target is not there */
};

struct system_files {
	struct system_file entries[FILES_MAX];
	size_t n;
};

/* All files, pointing into system. 0 or -ENOSPC. */
int files_wanted(const struct config_system *system, struct system_files *ret_files);

#endif
