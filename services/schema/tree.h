/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the document functions share: libyang's tree of a document. Private to services/schema. */
#ifndef TRIREME_SCHEMA_TREE_H
#define TRIREME_SCHEMA_TREE_H

#include <libyang/libyang.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "schema/document.h"

struct schema {
	struct ly_ctx *ctx;
	const struct lys_module *module;
};

struct document {
	const struct schema *schema;
	struct lyd_node *tree; /* NULL: to be parsed from text; its priv is free for anyone's use */
	struct config *config;
	char *text;
	size_t size;
	char *rights; /* document_note_rights(); NULL: not noted */
	bool guarded; /* document_guard() */
};

/*
 * Text of size bytes and a NUL into a tree that may still be invalid as a whole; the shape is
 * checked before. *ret_tree is freed by lyd_free_all().
 */
int tree_parse(const struct schema *schema, const char *text, size_t size,
	       struct lyd_node **ret_tree, struct schema_error *error);

/* Validates *tree, which gets its defaults and may change, and builds the structs. */
int tree_validate(const struct schema *schema, struct lyd_node **tree, struct config **ret_config,
		  struct schema_error *error);

/* Takes the tree, also on an error, and makes a document of it: validated, built, printed. */
int tree_document(const struct schema *schema, struct lyd_node *tree,
		  struct document **ret_document, struct schema_error *error);

/* Frees what is in the document, not the document. */
void document_clear(struct document *document);

/* The document's tree with its defaults; belongs to the document. -ENOMEM. */
int document_tree(struct document *document, struct lyd_node **ret_tree);

/* The siblings from first on, as one JSON object. */
void tree_print(struct buffer *buffer, const struct lyd_node *first, enum document_view view);

/* The node alone, as an object with one member: {"trireme:port":25}. */
void tree_print_node(struct buffer *buffer, const struct lyd_node *node, enum document_view view);

/* The document says it: it is no default. */
static inline bool tree_is_set(const struct lyd_node *node)
{
	return !(node->flags & LYD_DEFAULT);
}

/* The node's instance path; one that does not fit ends with "...". */
void tree_path(const struct lyd_node *node, char *buf, size_t size);

/* The first of the siblings that come from first on and are set, or NULL. */
const struct lyd_node *tree_first_set(const struct lyd_node *first);

/*
 * The counterpart of node, of this or another tree, among the siblings: of an entry that with its
 * keys or value, else that of its name, whatever its value. NULL: there is none.
 */
struct lyd_node *tree_match(const struct lyd_node *siblings, const struct lyd_node *node);

/* Node out of its tree; *tree, the first at the top, stays right. */
void tree_detach(struct lyd_node **tree, struct lyd_node *node);

/*
 * Behind the last of its kind below parent, or at the top where parent is NULL. -ENOMEM: the node
 * is freed.
 */
int tree_attach(struct lyd_node **tree, struct lyd_node *parent, struct lyd_node *node);

static inline void tree_freep(struct lyd_node **tree)
{
	lyd_free_all(*tree);
}

/* The extension of that name among those of a node or a type, or NULL. */
const struct lysc_ext_instance *extension_in(const struct lysc_ext_instance *extensions,
					     const char *name);

/* The extension of that name at the node, or NULL. */
const struct lysc_ext_instance *schema_extension(const struct lysc_node *node, const char *name);

/* Only administrators see and change the node and what is below it. */
static inline bool schema_is_restricted(const struct lysc_node *node)
{
	return schema_extension(node, "restricted");
}

/* A leaf whose values are never shown. */
static inline bool schema_is_secret(const struct lysc_node *node)
{
	return schema_extension(node, "secret");
}

/*
 * Every secret below the siblings `tree` that is DOCUMENT_HIDDEN gets the value that it has in
 * base, any top-level node; NULL: none.
 */
int secret_restore(struct lyd_node *tree, const struct lyd_node *base, struct schema_error *error);

#endif
