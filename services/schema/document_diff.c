// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/document_diff.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_order.h"

/* An entry of a list in b. */
struct entry {
	const struct lyd_node *b;
	size_t place; /* where it is in a, counted from 1; 0: it is new */
	bool stays;   /* it is in a, and need not move */
};

struct list {
	struct entry *entries; /* n of them, in the order of b */
	size_t n;
	size_t n_kept, n_moved; /* that a has too; of these */
};

static void list_free(struct list *list)
{
	free(list->entries);
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

static int list_init(struct list *list, const struct lyd_node *b)
{
	const struct lysc_node *schema = b->schema;
	size_t n = 0;

	for (const struct lyd_node *node = b; node && node->schema == schema; node = node->next)
		n++;
	list->entries = calloc(n, sizeof(*list->entries));
	if (!list->entries)
		return -ENOMEM;
	for (; list->n < n; b = b->next)
		list->entries[list->n++].b = b;
	return 0;
}

/* Where the entries of b are among those of a; *numbers is freed by the caller. */
static int find_places(struct list *list, const struct lyd_node *a, size_t **numbers)
{
	size_t n = 0;

	for (const struct lyd_node *node = a; node; node = node->next)
		n++;
	*numbers = calloc(n + 1, sizeof(**numbers));
	if (!*numbers)
		return -ENOMEM;
	n = 0;
	for (const struct lyd_node *node = a; node; node = node->next) {
		(*numbers)[n] = n + 1;
		((struct lyd_node *)node)->priv = &(*numbers)[n++];
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct lyd_node *match = match_of(a, list->entries[i].b);

		list->entries[i].place = match ? *(const size_t *)match->priv : 0;
		list->n_kept += match != NULL;
	}
	return 0;
}

/* Which entries can stay where they are. */
static int list_match(struct list *list, const struct lyd_node *a)
{
	_cleanup_free_ size_t *kept = calloc(list->n, sizeof(*kept)), *numbers = NULL;
	_cleanup_free_ bool *stays = calloc(list->n, sizeof(*stays));
	size_t k = 0;
	int r = kept && stays ? find_places(list, a, &numbers) : -ENOMEM;

	if (r < 0)
		return r;
	for (size_t i = 0; i < list->n; i++) {
		if (list->entries[i].place)
			kept[k++] = list->entries[i].place;
	}
	r = order_stays(kept, k, stays);
	if (r < 0)
		return r;
	k = 0;
	for (size_t i = 0; i < list->n; i++) {
		struct entry *entry = &list->entries[i];

		entry->stays = entry->place && stays[k++];
		list->n_moved += entry->place && !entry->stays;
	}
	return 0;
}

/* The entry is new or moves: where to. A new one at the end needs no place. */
static int report_place(const struct list *list, size_t i, size_t n_kept_after, diff_fn *report,
			void *user)
{
	const struct entry *entry = &list->entries[i];
	struct diff diff = {.b = entry->b, .after = i ? entry[-1].b : NULL};

	if (entry->place)
		diff.kind = DIFF_MOVED;
	else if (list->n_moved || n_kept_after)
		diff.kind = DIFF_INSERTED;
	else
		diff.kind = DIFF_ADDED;
	return report(user, &diff);
}

/* The list that begins with b; *ret_next is what follows it. */
static int diff_list(const struct lyd_node *a, const struct lyd_node *b, diff_fn *report,
		     void *user, const struct lyd_node **ret_next)
{
	_cleanup_(list_free) struct list list = {0};
	size_t n_kept_after;
	int r = list_init(&list, b);

	if (r == 0)
		r = list_match(&list, a);
	n_kept_after = list.n_kept;
	for (size_t i = 0; i < list.n && r == 0; i++) {
		n_kept_after -= list.entries[i].place != 0;
		if (!list.entries[i].stays)
			r = report_place(&list, i, n_kept_after, report, user);
	}
	for (size_t i = 0; i < list.n && r == 0; i++) {
		const struct lyd_node *entry = list.entries[i].b;

		if (list.entries[i].place && entry->schema->nodetype == LYS_LIST)
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

bool diff_is_restricted(const struct lyd_node *node)
{
	while (node && !schema_is_restricted(node->schema))
		node = lyd_parent(node);
	return node;
}

struct filter {
	diff_fn *report;
	void *user;
};

static int report_public(void *user, const struct diff *diff)
{
	const struct filter *filter = user;

	return diff_is_restricted(diff->b ? diff->b : diff->a) ? 0
							       : filter->report(filter->user, diff);
}

int diff_documents(struct document *a, struct document *b, enum document_view view, diff_fn *report,
		   void *user)
{
	struct filter filter = {report, user};
	struct lyd_node *tree_a = NULL, *tree_b = NULL;
	int r = document_tree(a, &tree_a);

	if (r == 0)
		r = document_tree(b, &tree_b);
	if (r < 0)
		return r;
	return view == DOCUMENT_PUBLIC ? diff_siblings(tree_a, tree_b, report_public, &filter)
				       : diff_siblings(tree_a, tree_b, report, user);
}
