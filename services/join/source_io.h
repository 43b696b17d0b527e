/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bundle (proto/bundle.h) is made from on a member: its keys' files, and the revisions that
 * the config service hands out. */
#ifndef TRIREME_JOIN_SOURCE_IO_H
#define TRIREME_JOIN_SOURCE_IO_H

#include "join/cluster_io.h"
#include "proto/bundle.h"

struct source {
	const char *root; /* of the machine's files, "" on the machine */
	bool strip;	  /* documents without what binds network cards; revisions have no ids */
	/* Documents that the bundle has: of which revision, by their digest as text. */
	struct {
		char digest[2 * REVISION_ID_SIZE + 1];
		uint64_t number;
	} known[BUNDLE_REVISIONS_MAX];
	size_t n_known;
	uint64_t last; /* newest revision that the bundle has */
};

/* What of it comes next goes to the writer; words (CLUSTER_WORDS_MAX) say what is wrong. */

/* The cluster's keys, and its certificate authority where there is one. */
int source_files(const struct source *source, struct bundle_writer *writer, char *words);

/* Revisions from first to last, both included. */
int source_revisions(struct source *source, struct bundle_writer *writer, uint64_t first,
		     uint64_t last, char *words);

#endif
