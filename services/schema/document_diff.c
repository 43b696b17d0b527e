// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/document_diff.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_order.h"

/* Entries of one list on both sides. */
struct lists {
	const struct lyd_node **b; /* n_b entries, in their order */
	size_t n_b;
	size_t *place; /* of each that a has too: where it is there */
	bool *stays;   /* of each: it need not move, and is not new */
	size_t n_kept, n_moved;
};

static void lists_free(struct lists *lists)
{
	free(lists->b);
	free(lists->place);
	free(lists->stays);
}

/* The counterpart that is set, or NULL. */
static const struct lyd_node *match_of(const struct lyd_node *siblings, const struct lyd_node *node)
{
	const struct lyd_node *match = tree_match(siblings, node);

	return match && tree_is_set(match) ? match : NULL;
}

static bool is_list(const struct lyd_node *node)
{
	return node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST);
}

static int diff_siblings(const struct lyd_node *a, const struct lyd_node *b, diff_fn *report,
			 void *user);

static int report_one(diff_fn *report, void *user, enum diff_kind kind, const struct lyd_node *a,
		      const struct lyd_node *b, const struct lyd_node *after)
{
	struct diff diff = {.kind = kind, .a = a, .b = b, .after = after};

	return report(user, &diff);
}

/* A container that is there exactly when something is in it says nothing by itself. */
static bool is_mere_parent(const struct lyd_node *node)
{
	return node->schema->nodetype == LYS_CONTAINER && !(node->schema->flags & LYS_PRESENCE);
}

/* What a has and b has not. */
static int report_removed(const struct lyd_node *a, const struct lyd_node *b, diff_fn *report,
			  void *user)
{
	int r = 0;

	for (a = tree_first_set(a); a && r == 0; a = tree_first_set(a->next)) {
		if (match_of(b, a))
			continue;
		if (is_mere_parent(a))
			r = diff_siblings(lyd_child(a), NULL, report, user);
		else
			r = report_one(report, user, DIFF_REMOVED, a, NULL, NULL);
	}
	return r;
}

/* Leaves and containers of b. */
static int diff_one(const struct lyd_node *a, const struct lyd_node *b, diff_fn *report, void *user)
{
	const struct lyd_node *match = match_of(a, b);

	if (!match && is_mere_parent(b))
		return diff_siblings(NULL, lyd_child(b), report, user);
	if (!match)
		return report_one(report, user, DIFF_ADDED, NULL, b, NULL);
	if (!(b->schema->nodetype & LYD_NODE_TERM))
		return diff_siblings(lyd_child(match), lyd_child(b), report, user);
	if (strcmp(lyd_get_value(match), lyd_get_value(b)) == 0)
		return 0;
	return report_one(report, user, DIFF_CHANGED, match, b, NULL);
}

static int lists_init(struct lists *lists, const struct lyd_node *b)
{
	const struct lysc_node *schema = b->schema;
	size_t n = 0;

	for (const struct lyd_node *node = b; node && node->schema == schema; node = node->next)
		n++;
	lists->b = calloc(n, sizeof(*lists->b));
	lists->place = calloc(n, sizeof(*lists->place));
	lists->stays = calloc(n, sizeof(*lists->stays));
	if (!lists->b || !lists->place || !lists->stays)
		return -ENOMEM;
	for (; lists->n_b < n; b = b->next)
		lists->b[lists->n_b++] = b;
	return 0;
}

/* Numbers the entries of a, finds b's among them, and which of these can stay. */
static int lists_match(struct lists *lists, const struct lyd_node *a)
{
	_cleanup_free_ size_t *kept = calloc(lists->n_b, sizeof(*kept));
	_cleanup_free_ bool *stays = calloc(lists->n_b, sizeof(*stays));
	size_t number = 0, k = 0;
	int r;

	if (!kept || !stays)
		return -ENOMEM;
	for (const struct lyd_node *node = a; node; node = node->next)
		((struct lyd_node *)node)->priv = (void *)(uintptr_t)++number;
	for (size_t i = 0; i < lists->n_b; i++) {
		const struct lyd_node *match = match_of(a, lists->b[i]);

		lists->place[i] = match ? (size_t)(uintptr_t)match->priv : 0;
		if (match)
			kept[lists->n_kept++] = lists->place[i];
	}
	r = order_stays(kept, lists->n_kept, stays);
	if (r < 0)
		return r;
	for (size_t i = 0; i < lists->n_b; i++) {
		lists->stays[i] = lists->place[i] && stays[k++];
		lists->n_moved += lists->place[i] && !lists->stays[i];
	}
	return 0;
}

/* The entry is new or moves: where to. A new one at the end needs no place. */
static int report_place(const struct lists *lists, size_t i, size_t n_kept_after, diff_fn *report,
			void *user)
{
	struct diff diff = {.b = lists->b[i], .after = i ? lists->b[i - 1] : NULL};

	if (lists->place[i])
		diff.kind = DIFF_MOVED;
	else if (lists->n_moved || n_kept_after)
		diff.kind = DIFF_INSERTED;
	else
		diff.kind = DIFF_ADDED;
	return report(user, &diff);
}

/* The list that begins with b; *ret_next is what follows it. */
static int diff_list(const struct lyd_node *a, const struct lyd_node *b, diff_fn *report,
		     void *user, const struct lyd_node **ret_next)
{
	_cleanup_(lists_free) struct lists lists = {0};
	size_t n_kept_after;
	int r = lists_init(&lists, b);

	if (r == 0)
		r = lists_match(&lists, a);
	n_kept_after = lists.n_kept;
	for (size_t i = 0; i < lists.n_b && r == 0; i++) {
		n_kept_after -= lists.place[i] != 0;
		if (!lists.stays[i])
			r = report_place(&lists, i, n_kept_after, report, user);
	}
	for (size_t i = 0; i < lists.n_b && r == 0; i++) {
		const struct lyd_node *entry = lists.b[i];

		if (lists.place[i] && entry->schema->nodetype == LYS_LIST)
			r = diff_siblings(lyd_child(match_of(a, entry)), lyd_child(entry), report,
					  user);
		*ret_next = entry->next;
	}
	return r;
}

/* As deep as a document, which shape.h bounds. */
static int diff_siblings(const struct lyd_node *a, const struct lyd_node *b, diff_fn *report,
			 void *user)
{
	int r = report_removed(a, b, report, user);

	for (b = tree_first_set(b); b && r == 0; b = tree_first_set(b)) {
		if (is_list(b)) {
			r = diff_list(a, b, report, user, &b);
		} else {
			r = diff_one(a, b, report, user);
			b = b->next;
		}
	}
	return r;
}

int diff_documents(struct document *a, struct document *b, diff_fn *report, void *user)
{
	struct lyd_node *tree_a, *tree_b;
	int r = document_tree(a, &tree_a);

	if (r == 0)
		r = document_tree(b, &tree_b);
	return r < 0 ? r : diff_siblings(tree_a, tree_b, report, user);
}
