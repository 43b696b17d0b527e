/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's files, in memory: a fixed table that is filled once and then only read. */
#ifndef TRIREME_WEB_FILES_H
#define TRIREME_WEB_FILES_H

#include "web/message.h"

#define FILES_MAX 128
#define FILES_PATH_MAX 128
#define FILES_BYTES_MAX (8u << 20) /* all together */

struct file {
	char path[FILES_PATH_MAX]; /* of the URI: "/assets/index-1a2b.js" */
	char *data;
	size_t size;
	char *packed; /* the same with gzip, from "….gz", or NULL */
	size_t packed_size;
	char etag[40];
};

struct files {
	struct file file[FILES_MAX]; /* by path */
	size_t n;
	size_t bytes;
};

/*
 * Adds a file, whose data of malloc() is taken, also on an error; one that ends with ".gz" is the
 * packed form of the other. -ENAMETOOLONG, -ENOSPC: more than the table takes.
 */
int files_add(struct files *files, const char *path, char *data, size_t size);

/* After the last: sorts, joins the packed forms, makes the entity-tags. */
void files_finish(struct files *files);

/* The answer to a request for that path, which may be "/"; false: there is no such file. */
bool files_answer(const struct files *files, const char *path, const struct request *request,
		  struct answer *answer);

void files_clear(struct files *files);

#endif
