/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The datastore of one node: the log of revisions, their documents, and a few single values, in
 * one SQLite database. Every call is one transaction, all of it or nothing, and is on the disk when
 * it returns unless said otherwise. One process at a time; no call waits for another one.
 *
 * Errors of every call: -ENOSPC: the disk or STORE_PAGES_MAX is full; nothing changed. New
 * documents are refused while there is still STORE_RESERVE, so that small values, revisions of
 * stored documents (a revert) and store_prune() go on. -EBADMSG: the database is damaged. -EIO: the
 * disk failed; a change may be there or not after the next opening. -ENOMEM.
 */
#ifndef TRIREME_CONFIG_STORE_IO_H
#define TRIREME_CONFIG_STORE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "config/revision.h"
#include "schema/schema.h"

/* Pages of 4 KiB: twice the documents that are kept, for what is written before old ones go. */
#define STORE_PAGES_MAX 32768
/* Bytes on the disk that new documents do not use. */
#define STORE_RESERVE (8u << 20)
#define STORE_BODY_MAX SCHEMA_DOCUMENT_MAX
#define STORE_REASON_MAX 257

/* Largest number, term and value: SQLite's integers are signed. */
#define STORE_NUMBER_MAX INT64_MAX

/* What store_prune() keeps: revisions, bytes of documents, and replaced entries. */
#define STORE_REVISIONS_MAX 1000
#define STORE_BODY_BYTES_MAX (64u << 20)
#define STORE_SUPERSEDED_MAX 100

struct store;

/*
 * Opens the database, or makes an empty one when there is no file or an empty file, and checks
 * that each revision's id is that of its content and names the one before. The caller closes it.
 * -EBADMSG: not a datastore, damaged, or of a newer version; the file stays as it is; -EBUSY: open
 * elsewhere. What is wrong is appended to report.
 */
int store_open(const char *path, struct store **ret_store, struct text *report);

/* Accepts NULL. */
void store_close(struct store *store);

/*
 * Appends the revision with its document; body NULL: the document is stored already. Into an empty
 * log goes a revision of any number: the log of a node that joins begins where the others' does.
 * -EINVAL: not the number after the head's; parent is not the head's id; id or body digest is not
 * that of the content; a number beyond STORE_NUMBER_MAX, an unknown kind, or a text without NUL.
 * -EFBIG: beyond STORE_BODY_MAX. -ENODATA: body is NULL and the document is not stored.
 */
int store_append(struct store *store, const struct revision *revision, const char *body,
		 size_t size);

/*
 * Between them every change is part of one transaction, which store_bulk_end() ends: all of it is
 * on the disk, or, when r is not 0, nothing. Returns r or its own error.
 */
int store_bulk_begin(struct store *store);
int store_bulk_end(struct store *store, int r);

/*
 * Takes the revisions from number on out of the log, for the reason; they and their documents can
 * be looked up as replaced ones. A committed number beyond what is left becomes what is left.
 * `now` is in seconds since 1970. -ENOENT: the log has no revision from number on.
 */
int store_replace_from(struct store *store, uint64_t number, const char *reason, int64_t now);

/*
 * Both in one transaction: as store_replace_from(), then as store_append(). That there is nothing
 * to replace is no error.
 */
int store_truncate_and_append(struct store *store, uint64_t number, const char *reason, int64_t now,
			      const struct revision *revision, const char *body, size_t size);

/* Sets the head's term and the promised term. -EINVAL: number is not the head's. */
int store_set_term(struct store *store, uint64_t number, uint64_t term, uint64_t promised);

/* The newest term this node has promised to follow; 0 when none. */
int store_promised(struct store *store, uint64_t *ret_term);
int store_set_promised(struct store *store, uint64_t term);

/*
 * The newest revision known to be agreed on; 0 when none. Setting it is not synced by itself (the
 * next change that is brings it along): after a power cut an older one may be read.
 * -EINVAL: beyond the head.
 */
int store_committed(struct store *store, uint64_t *ret_number);
int store_set_committed(struct store *store, uint64_t number);

/*
 * The seconds left to confirm revision `number`, as last set for that number. -ENOENT: none were.
 * Values for another number are forgotten.
 */
int store_remaining(struct store *store, uint64_t number, uint32_t *ret_seconds);
int store_set_remaining(struct store *store, uint64_t number, uint32_t seconds);

/* -ENOENT: the log is empty. */
int store_head(struct store *store, struct revision *ret_revision);

/* -ENOENT: no revision of that number. */
int store_get(struct store *store, uint64_t number, struct revision *ret_revision);

/*
 * The document of a revision, or of any digest; the caller frees it. It ends with a NUL that size
 * does not count. -ENOENT: none such; -EBADMSG: its digest is another one.
 */
int store_body(struct store *store, uint64_t number, char **ret_body, size_t *ret_size);
int store_body_by_digest(struct store *store, const struct revision_id *digest, char **ret_body,
			 size_t *ret_size);

/* Must not call the store. A value other than 0 ends the listing, which returns it. */
typedef int (*store_list_fn)(const struct revision *revision, void *data);

/* At most max revisions from number `from` on, oldest first. */
int store_list(struct store *store, uint64_t from, size_t max, store_list_fn fn, void *data);

struct store_superseded {
	struct revision revision;
	char reason[STORE_REASON_MAX];
	int64_t replaced_at; /* seconds since 1970 */
};

typedef int (*store_superseded_fn)(const struct store_superseded *superseded, void *data);

/* At most max replaced revisions, the last replaced first. */
int store_list_superseded(struct store *store, size_t max, store_superseded_fn fn, void *data);

/* A document in use on this node only, outside the log: made in an emergency, without quorum. */
struct store_local {
	uint64_t base;		 /* revision it was made from; 0: none */
	struct revision_id body; /* SHA-256 of the document's text; set by the store */
	int64_t time;		 /* seconds since 1970 */
	char author[REVISION_AUTHOR_MAX];
	char comment[REVISION_COMMENT_MAX];
};

/* -ENOENT: there is none. The document: store_body_by_digest(). */
int store_local(struct store *store, struct store_local *ret_local);

/* Replaces what there was. -EINVAL: a text without NUL, base too large; -EFBIG as above. */
int store_set_local(struct store *store, const struct store_local *local, const char *body,
		    size_t size);

/* 0 as well when there is none. */
int store_clear_local(struct store *store);

struct store_limits {
	size_t revisions, superseded;
	uint64_t body_bytes;  /* of all documents together */
	const uint64_t *keep; /* numbers that stay whatever the limits say */
	size_t n_keep;
};

/*
 * Drops what is beyond the limits, in steps of one entry each: first replaced ones, then revisions,
 * oldest first; never the head, the committed one, those of keep, nor the local document. Documents
 * that nobody has any more are overwritten, and with them their secrets. An error leaves the steps
 * before it done.
 */
int store_prune(struct store *store, const struct store_limits *limits);

#endif
