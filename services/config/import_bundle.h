/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bundle in memory as revisions of a log: ids worked out, documents found. Pure. */
#ifndef TRIREME_CONFIG_IMPORT_BUNDLE_H
#define TRIREME_CONFIG_IMPORT_BUNDLE_H

#include "base/text.h"
#include "proto/bundle.h"
#include "schema/config.h"

struct import_file {
	char name[BUNDLE_NAME_MAX];
	const void *data;
	size_t size;
};

struct import_revision {
	struct revision revision;
	const char *document;
	size_t size;
};

/* Points into the bundle. */
struct import_bundle {
	struct import_file files[BUNDLE_FILES_MAX];
	size_t n_files;
	char node[CONFIG_NAME_MAX]; /* empty: it does not say */
	struct import_revision revisions[BUNDLE_REVISIONS_MAX];
	size_t n_revisions; /* at least 1 */
};

/*
 * Fills bundle, which is large and the caller's. -EPROTO: of later software; -EBADMSG: damaged, two
 * files of a name, no revision, or one whose id is not that of its content; -EINVAL: a revision
 * that no log can have. report says so.
 */
int import_bundle_read(const void *bytes, size_t size, struct import_bundle *bundle,
		       struct text *report);

/* NULL: no such file. */
const struct import_file *import_bundle_file(const struct import_bundle *bundle, const char *name);

#endif
