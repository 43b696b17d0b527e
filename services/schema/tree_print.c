// SPDX-License-Identifier: GPL-2.0-or-later
/* A tree as canonical JSON (RFC 7951), several times as fast as libyang's printer. */
#include <string.h>

#include "schema/tree.h"

/* Numbers of up to 32 bits and truth values have no quotes (RFC 7951 section 6). */
static bool is_bare(const struct lyd_value *value)
{
	switch (value->realtype->basetype) {
	case LY_TYPE_INT8:
	case LY_TYPE_INT16:
	case LY_TYPE_INT32:
	case LY_TYPE_UINT8:
	case LY_TYPE_UINT16:
	case LY_TYPE_UINT32:
	case LY_TYPE_BOOL:
		return true;
	case LY_TYPE_UNION:
		return is_bare(&value->subvalue->value);
	default:
		return false;
	}
}

static void print_value(struct buffer *buffer, const struct lyd_node *leaf, enum document_view view)
{
	if (view != DOCUMENT_COMPLETE && schema_is_secret(leaf->schema))
		buffer_json(buffer, DOCUMENT_HIDDEN);
	else if (is_bare(&((const struct lyd_node_term *)leaf)->value))
		buffer_text(buffer, lyd_get_value(leaf));
	else
		buffer_json(buffer, lyd_get_value(leaf));
}

static void print_content(struct buffer *buffer, const struct lyd_node *node,
			  enum document_view view)
{
	if (node->schema->nodetype & LYD_NODE_TERM)
		print_value(buffer, node, view);
	else
		tree_print(buffer, lyd_child(node), view);
}

/* A name of another module than its parent's, or of a top-level node, has the module before it. */
static void print_name(struct buffer *buffer, const struct lyd_node *node, bool qualified)
{
	const struct lyd_node *parent = lyd_parent(node);

	buffer_text(buffer, "\"");
	if (qualified || !parent || parent->schema->module != node->schema->module) {
		buffer_text(buffer, node->schema->module->name);
		buffer_text(buffer, ":");
	}
	buffer_text(buffer, node->schema->name);
	buffer_text(buffer, "\":");
}

/* The first of the siblings from first on that is set and part of the view. */
static const struct lyd_node *first_shown(const struct lyd_node *first, enum document_view view)
{
	const struct lyd_node *node = tree_first_set(first);

	while (node && view == DOCUMENT_PUBLIC && schema_is_restricted(node->schema))
		node = tree_first_set(node->next);
	return node;
}

/* The member that begins with node, and all entries if it is an array; returns what follows. */
static const struct lyd_node *print_member(struct buffer *buffer, const struct lyd_node *node,
					   enum document_view view)
{
	const struct lysc_node *schema = node->schema;

	print_name(buffer, node, false);
	if (!(schema->nodetype & (LYS_LIST | LYS_LEAFLIST))) {
		print_content(buffer, node, view);
		return first_shown(node->next, view);
	}
	for (const char *separator = "["; node && node->schema == schema; separator = ",") {
		buffer_text(buffer, separator);
		print_content(buffer, node, view);
		node = first_shown(node->next, view);
	}
	buffer_text(buffer, "]");
	return node;
}

/* As deep as the document's objects, which shape.h bounds. */
void tree_print(struct buffer *buffer, const struct lyd_node *first, enum document_view view)
{
	buffer_text(buffer, "{");
	for (const struct lyd_node *node = first_shown(first, view); node;) {
		node = print_member(buffer, node, view);
		if (node)
			buffer_text(buffer, ",");
	}
	buffer_text(buffer, "}");
}

void tree_print_node(struct buffer *buffer, const struct lyd_node *node, enum document_view view)
{
	bool array = node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST);

	buffer_text(buffer, "{");
	print_name(buffer, node, true);
	buffer_text(buffer, array ? "[" : "");
	print_content(buffer, node, view);
	buffer_text(buffer, array ? "]}" : "}");
}
