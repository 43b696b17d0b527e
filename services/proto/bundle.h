/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a machine a member: the cluster's keys, the node's name, and revisions with their
 * documents, oldest first, without gaps. trireme-join and trireme-backup write it, `trireme-config
 * import` reads it. Integers are little-endian.
 *
 *   magic, version
 *   records: type (1 byte), bytes of what follows (4), then
 *     FILE      length of the name (1), name, bytes
 *     NODE      name
 *     REVISION  number, refers, same (8 each); parent, id (32 each); kind, confirm_s (4 each),
 *               time (8); author, comment, model (2 bytes of length each, text); document
 *     END       SHA-256 of everything before it
 *
 * A bundle ends with END. More may follow an END, up to another one: what is whole so far can be
 * judged before the rest comes. Pure.
 */
#ifndef TRIREME_PROTO_BUNDLE_H
#define TRIREME_PROTO_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <nettle/sha2.h>

#include "proto/config_revision.h"

#define BUNDLE_VERSION 1
/* Where a machine keeps one until it is imported; what a power cut left there, the next start
 * removes. */
#define BUNDLE_PATH "/data/trireme/incoming.bundle"
/*
 * A FILE of a restored machine, which is its own for good: lines of two addresses of network cards,
 * "02:74:72:01:00:01 52:54:00:77:01:01". Where a document has the first, the machine has the
 * second.
 */
#define BUNDLE_CARDS "cards"
#define BUNDLE_NAME_MAX 33    /* of a file or node, with NUL */
#define BUNDLE_FILE_MAX 16384 /* bytes of one file */
#define BUNDLE_FILES_MAX 8
#define BUNDLE_REVISIONS_MAX 1024 /* the datastore keeps 1,000 */
#define BUNDLE_DOCUMENT_MAX (2u << 20)
#define BUNDLE_MAX (96u << 20) /* the datastore keeps 64 MiB of documents */

enum bundle_type {
	BUNDLE_FILE = 1,
	BUNDLE_NODE,
	BUNDLE_REVISION,
	BUNDLE_END,
};

/* What a record says. Texts and bytes of what was read lie in the bundle and are not ended. */
struct bundle_record {
	enum bundle_type type;
	char name[BUNDLE_NAME_MAX]; /* FILE, NODE */
	const void *data;	    /* FILE: its bytes; REVISION: the document */
	size_t size;
	/* REVISION. Its body and term are not in the bundle; an id of zeros: as the content gives
	 * it. */
	struct revision revision;
	uint64_t same; /* the document is that of this earlier revision of the bundle; 0: data */
};

/* Takes the bytes in their order. 0 or -errno, which ends the writing. */
typedef int bundle_sink_fn(void *user, const void *bytes, size_t size);

struct bundle_writer {
	bundle_sink_fn *sink;
	void *user;
	struct sha256_ctx hash;
	uint64_t total; /* bytes so far */
};

/* Writes the beginning. -EFBIG: more than BUNDLE_MAX, here and below; else the sink's error. */
int bundle_begin(struct bundle_writer *writer, bundle_sink_fn *sink, void *user);

/* -EINVAL: a member is longer than the bounds above. */
int bundle_write(struct bundle_writer *writer, const struct bundle_record *record);

struct bundle_reader {
	const uint8_t *bytes;
	size_t size, at;
	struct sha256_ctx hash;
	size_t hashed;	      /* bytes of it that the hash has */
	uint64_t first, last; /* revisions so far; 0: none */
	size_t n_files, n_revisions;
	bool ended; /* the last record was an END */
};

/* -EPROTO: of a later version; -EBADMSG: no bundle. The bytes must outlive the reader. */
int bundle_open(const void *bytes, size_t size, struct bundle_reader *ret_reader);

/*
 * The next record: 1; 0: the bundle is whole and has no more. -EBADMSG: it is cut off or damaged,
 * or not in the order said above.
 */
int bundle_next(struct bundle_reader *reader, struct bundle_record *ret_record);

#endif
