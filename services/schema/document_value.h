/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of an edit as a tree of its own. Private to services/schema; pure. */
#ifndef TRIREME_SCHEMA_DOCUMENT_VALUE_H
#define TRIREME_SCHEMA_DOCUMENT_VALUE_H

#include "schema/document_path.h"

/*
 * The place with that value, and all above it, from the top of a document on: what a document
 * would have to say. value NULL: an empty container or entry. -EBADMSG as document_edit(). The
 * tree, freed by lyd_free_all(), is not validated as a whole.
 */
int value_tree(const struct schema *schema, const struct path *path, const char *value,
	       struct lyd_node **ret_tree, struct schema_error *error);

#endif
