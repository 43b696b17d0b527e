/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A revision: one entry of the cluster's log of configurations. Numbers begin at 1 and have no
 * gaps. Each names its parent by that one's id, so that equal ids mean equal histories; the id
 * covers everything but the term, which says in which round the entry was last agreed on.
 */
#ifndef TRIREME_PROTO_CONFIG_REVISION_H
#define TRIREME_PROTO_CONFIG_REVISION_H

#include <stdint.h>

#define REVISION_ID_SIZE 32 /* SHA-256 (FIPS 180-4) */
#define REVISION_AUTHOR_MAX 65
#define REVISION_COMMENT_MAX 257
#define REVISION_MODEL_MAX 11 /* 2026-11-24 */

/* Longest time in which a revision can be confirmed, seconds. */
#define REVISION_CONFIRM_MAX 86400
#define REVISION_CONFIRM_DEFAULT 600

enum revision_kind {
	REVISION_CHANGE = 1, /* a new document */
	REVISION_CONFIRM, /* keeps the unconfirmed revision `refers`; same document as its parent */
	REVISION_REVERT,  /* `refers` was not confirmed in time: its parent's document again */
	REVISION_ROLLBACK, /* the document of revision `refers` again */
};

struct revision_id {
	uint8_t bytes[REVISION_ID_SIZE];
};

struct revision {
	uint64_t number, term;
	uint64_t refers;	   /* 0 for REVISION_CHANGE */
	struct revision_id parent; /* id of number - 1; zero for the first */
	struct revision_id body;   /* SHA-256 of the document's text */
	struct revision_id id;
	uint32_t kind;	    /* enum revision_kind */
	uint32_t confirm_s; /* reverted unless confirmed in so many seconds; 0: stands */
	int64_t time;	    /* seconds since 1970, the author's node's clock */
	char author[REVISION_AUTHOR_MAX];
	char comment[REVISION_COMMENT_MAX];
	char model[REVISION_MODEL_MAX]; /* revision date of the model the document follows */
};

#endif
