// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/document_order.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

/* The first sibling of the same kind. */
static struct lyd_node *first_entry(struct lyd_node *node)
{
	struct lyd_node *entry = lyd_first_sibling(node);

	while (entry->schema != node->schema)
		entry = entry->next;
	return entry;
}

static struct lyd_node *next_entry(const struct lyd_node *entry)
{
	return entry->next && entry->next->schema == entry->schema ? entry->next : NULL;
}

/*
 * libyang inserts behind the last entry only (lists that are not ordered by the user): what shall
 * stand behind node is put there again, one by one.
 */
int order_move(struct lyd_node **tree, struct lyd_node *node, const struct lyd_node *after)
{
	struct lyd_node *parent = lyd_parent(node), *entry;
	int r;

	entry = after ? next_entry(after) : first_entry(node);
	if (entry == node)
		return 0;
	tree_detach(tree, node);
	r = tree_attach(tree, parent, node);
	while (r == 0 && entry && entry != node) {
		struct lyd_node *next = next_entry(entry);

		tree_detach(tree, entry);
		r = tree_attach(tree, parent, entry);
		entry = next;
	}
	return r;
}

/* The smallest i in [0, n) whose numbers[last[i]] is above value, or n. */
static size_t first_above(const size_t *numbers, const size_t *last, size_t n, size_t value)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (numbers[last[middle]] > value)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int order_stays(const size_t *numbers, size_t n, bool *ret_stays)
{
	/* last[k]: where the best sequence of k + 1 numbers ends; before[i]: what precedes i there.
	 */
	_cleanup_free_ size_t *last = calloc(n + 1, sizeof(*last));
	_cleanup_free_ size_t *before = calloc(n + 1, sizeof(*before));
	size_t longest = 0, at;

	if (!last || !before)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t k = first_above(numbers, last, longest, numbers[i]);

		before[i] = k ? last[k - 1] : 0;
		last[k] = i;
		longest += k == longest;
	}
	memset(ret_stays, 0, n * sizeof(*ret_stays));
	at = longest ? last[longest - 1] : 0;
	for (size_t k = longest; k > 0; k--) {
		ret_stays[at] = true;
		at = before[at];
	}
	return 0;
}
