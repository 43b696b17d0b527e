// SPDX-License-Identifier: GPL-2.0-or-later
/* A difference for people: a line per change, sorted by path. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_diff.h"
#include "schema/explain.h"

#define SUMMARY_MAX 6 /* values in the summary of what is added */

struct lines {
	struct buffer text; /* each line ends with NUL */
	size_t n;
};

/* Without the module and the first '/', as people write it. */
static void add_path(struct buffer *text, const struct lyd_node *node)
{
	_cleanup_free_ char *path = lyd_path(node, LYD_PATH_STD, NULL, 0);
	const char *start = path ? strchr(path, ':') : NULL;

	if (start)
		buffer_text(text, start + 1);
	else
		text->error = text->error ? text->error : -ENOMEM;
}

static void add_value(struct buffer *text, const struct lyd_node *leaf)
{
	const char *value = schema_is_secret(leaf->schema) ? EXPLAIN_SECRET : lyd_get_value(leaf);

	for (; *value; value++)
		buffer_add(text, *value >= 0 && *value < ' ' ? "?" : value, 1);
}

/* What stands in a new or removed container or entry: "  (port 25, pool mailers)". */
static void add_summary(struct buffer *text, const struct lyd_node *node)
{
	size_t n = 0;

	for (const struct lyd_node *c = tree_first_set(lyd_child_no_keys(node)); c;
	     c = tree_first_set(c->next)) {
		if (!(c->schema->nodetype & LYD_NODE_TERM))
			continue;
		if (n == SUMMARY_MAX) {
			buffer_text(text, ", ...");
			break;
		}
		buffer_text(text, n++ ? ", " : "  (");
		buffer_format(text, "%s ", c->schema->name);
		add_value(text, c);
	}
	buffer_text(text, n ? ")" : "");
}

static const char *default_of(const struct lyd_node *leaf)
{
	const struct lysc_node_leaf *schema = (const struct lysc_node_leaf *)leaf->schema;

	if (leaf->schema->nodetype != LYS_LEAF || !schema->dflt)
		return NULL;
	return lyd_value_get_canonical(schema->module->ctx, schema->dflt);
}

/* A leaf that is set on one side only: where it has a default, that is the other side's. */
static void add_one_side(struct buffer *text, const struct lyd_node *node, bool added)
{
	bool term = node->schema->nodetype & LYD_NODE_TERM;
	const char *other = default_of(node);

	buffer_text(text, other ? "~ " : added ? "+ " : "- ");
	add_path(text, node);
	if (!term) {
		add_summary(text, node);
		return;
	}
	if (node->schema->nodetype == LYS_LEAFLIST)
		return;
	buffer_text(text, ": ");
	if (other && added)
		buffer_format(text, "%s (default) → ", other);
	add_value(text, node);
	if (other && !added)
		buffer_format(text, " → %s (default)", other);
}

static void add_changed(struct buffer *text, const struct diff *diff)
{
	buffer_text(text, "~ ");
	add_path(text, diff->b);
	if (schema_is_secret(diff->b->schema)) {
		buffer_text(text, ": (secret, changed)");
		return;
	}
	buffer_text(text, ": ");
	add_value(text, diff->a);
	buffer_text(text, " → ");
	add_value(text, diff->b);
}

static void add_moved(struct buffer *text, const struct diff *diff)
{
	buffer_text(text, "~ ");
	add_path(text, diff->b);
	buffer_text(text, diff->after ? ": moved behind " : ": moved to the front");
	if (diff->after)
		add_path(text, diff->after);
}

static int add_line(void *user, const struct diff *diff)
{
	struct lines *lines = user;
	struct buffer *text = &lines->text;

	switch (diff->kind) {
	case DIFF_ADDED:
	case DIFF_INSERTED:
		add_one_side(text, diff->b, true);
		break;
	case DIFF_REMOVED:
		add_one_side(text, diff->a, false);
		break;
	case DIFF_CHANGED:
		add_changed(text, diff);
		break;
	case DIFF_MOVED:
		add_moved(text, diff);
		break;
	}
	buffer_add(text, "", 1);
	lines->n++;
	return text->error;
}

/* Behind the mark, "+ ". */
static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a + 2, *(const char *const *)b + 2);
}

/* text: n lines, each with its NUL. */
static int sort_lines(const char *text, size_t n, char **ret_text)
{
	_cleanup_buffer_ struct buffer sorted = buffer_of(DIFF_TEXT_MAX);
	_cleanup_free_ const char **starts = calloc(n + 1, sizeof(*starts));

	if (!starts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++, text += strlen(text) + 1)
		starts[i] = text;
	qsort(starts, n, sizeof(*starts), by_path);
	for (size_t i = 0; i < n; i++) {
		buffer_text(&sorted, starts[i]);
		buffer_text(&sorted, "\n");
	}
	return buffer_take(&sorted, ret_text, NULL);
}

int diff_lines(struct document *a, struct document *b, enum document_view view, char **ret_text)
{
	struct lines lines = {.text = buffer_of(DIFF_TEXT_MAX)};
	_cleanup_free_ char *text = NULL;
	int r = diff_documents(a, b, view, add_line, &lines);

	if (r == 0)
		r = buffer_take(&lines.text, &text, NULL);
	buffer_free(&lines.text);
	return text ? sort_lines(text, lines.n, ret_text) : r;
}
