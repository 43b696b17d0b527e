/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes document b of document a, one change after another. Private to services/schema; pure.
 */
#ifndef TRIREME_SCHEMA_DOCUMENT_DIFF_H
#define TRIREME_SCHEMA_DOCUMENT_DIFF_H

#include "schema/tree.h"

#define DIFF_TEXT_MAX (8u << 20) /* bytes of a difference as text */

enum diff_kind {
	DIFF_ADDED, /* an entry of a list: at its end */
	DIFF_REMOVED,
	DIFF_CHANGED,  /* the value of a leaf */
	DIFF_INSERTED, /* an entry that is new, behind `after` */
	DIFF_MOVED,    /* an entry that both have */
};

struct diff {
	enum diff_kind kind;
	const struct lyd_node *a, *b; /* where it is in each; NULL: not there */
	const struct lyd_node *after; /* in b; NULL: the entry comes first */
};

/* 0 or -errno, which ends the comparison. */
typedef int diff_fn(void *user, const struct diff *diff);

/*
 * Reports the changes in an order in which they can be made one after another; those of what the
 * view leaves out are not reported.
 */
int diff_documents(struct document *a, struct document *b, enum document_view view, diff_fn *report,
		   void *user);

/* The changes for people, DOCUMENT_LINES. */
int diff_lines(struct document *a, struct document *b, enum document_view view, char **ret_text);

/* The node or one above it is restricted. */
bool diff_is_restricted(const struct lyd_node *node);

#endif
