/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of edits, in the two ways in which they are written. Private to services/schema; pure. */
#ifndef TRIREME_SCHEMA_DOCUMENT_PATH_H
#define TRIREME_SCHEMA_DOCUMENT_PATH_H

#include "schema/shape.h"
#include "schema/tree.h"

#define PATH_TEXT_MAX 1024 /* with NUL */
#define PATH_GIVEN_MAX 768 /* characters of a path that is taken */
#define PATH_KEYS_MAX 4	   /* of one list */

struct path_step {
	const struct lysc_node *node;
	/* Of the list's keys in the model's order, or of the leaf-list's entry. */
	const char *values[PATH_KEYS_MAX];
	size_t n_values; /* 0, or as many as there are keys */
	size_t end;	 /* of its part of the path's text */
};

struct path {
	struct path_step steps[SHAPE_DEPTH_MAX];
	size_t n;
	char room[PATH_TEXT_MAX]; /* the values */
	size_t used;
	char text[PATH_TEXT_MAX]; /* /trireme:virtual-service[name='web']/scheduler */
};

/*
 * An instance path. Every list but the last must have its keys. -EBADMSG and *error: of the wrong
 * form, or no such place in the model (and which are there).
 */
int path_parse(const struct schema *schema, const char *text, struct path *ret_path,
	       struct schema_error *error);

/* The same of the model: no list needs its keys. */
int path_parse_schema(const struct schema *schema, const char *text, struct path *ret_path,
		      struct schema_error *error);

/* A target of a YANG Patch: /trireme:virtual-service=web/scheduler (RFC 8040 section 3.5.3). */
int path_parse_target(const struct schema *schema, const char *target, struct path *ret_path,
		      struct schema_error *error);

/*
 * -EBADMSG: the path leads into what has the extension `restricted`, and *error says so; which edit
 * it is about stays.
 */
int path_check_public(const struct path *path, struct schema_error *error);

/* The node's path in that form. */
void path_print_target(struct buffer *buffer, const struct lyd_node *node);

/* The same of a path, its keys with percent-encoding. */
void path_print_as_target(struct buffer *buffer, const struct path *path);

/* A key's value in that form. */
void path_print_key(struct buffer *buffer, const char *value);

/* The last step; path->n ≥ 1. */
static inline const struct path_step *path_last(const struct path *path)
{
	return &path->steps[path->n - 1];
}

/* The path names all entries of a list or leaf-list. */
static inline bool path_is_set(const struct path *path)
{
	const struct path_step *last = path_last(path);

	return (last->node->nodetype & (LYS_LIST | LYS_LEAFLIST)) && last->n_values == 0;
}

/* How many keys the list has; 1 for a leaf-list, 0 else. */
size_t path_keys(const struct lysc_node *node);

/* The nth of them, as a leaf. */
const struct lysc_node *path_key(const struct lysc_node *list, size_t n);

#endif
