/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to be known of the YANG modules to answer about them: names, lists and their keys,
 * operations. Filled once (model_io.h), then only read, by any thread.
 */
#ifndef TRIREME_WEB_MODEL_H
#define TRIREME_WEB_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "web/restconf_path.h"

#define MODEL_NODES_MAX 4096
#define MODEL_OPERATIONS_MAX 64

enum model_kind {
	MODEL_CONTAINER,
	MODEL_LIST,
	MODEL_LEAF,
	MODEL_LEAF_LIST,
};

/* A node of the schema; nodes[0] stands above all modules. */
struct model_node {
	char *module, *name;
	enum model_kind kind;
	char *keys[API_KEYS_MAX]; /* of a list */
	size_t n_keys;
	uint16_t first, next; /* child, sibling; 0: none */
};

struct model {
	struct model_node *nodes;
	size_t n_nodes;
	char *operations[MODEL_OPERATIONS_MAX]; /* "module:name" */
	size_t n_operations;
	char *library; /* ietf-yang-library:yang-library (RFC 8525) in JSON, or NULL */
};

/* With the one node that stands above all. -ENOMEM. */
int model_init(struct model *model);

/* Adds a node below the parent; it is then the last one. -E2BIG, -ENOMEM. */
int model_add(struct model *model, size_t parent, const char *module, const char *name,
	      enum model_kind kind);

/* Adds ietf-restconf-monitoring:restconf-state, as far as it is served (RFC 8040, section 9.1). */
int model_add_monitoring(struct model *model);

/* The child of that name, of that module (NULL: of its parent's), or 0. */
size_t model_child(const struct model *model, size_t parent, const char *module, const char *name);

/* The child that a member of a JSON object stands for: "module:name" or "name" (RFC 7951). */
size_t model_member(const struct model *model, size_t parent, const char *member);

/* Whether the operation is there. */
bool model_has_operation(const struct model *model, const char *module, const char *name);

/*
 * What a path names in a whole tree of data: a new object with one member, an entry of a list as an
 * array of one. NULL and *problem: no such node, or nothing is there.
 */
json_t *model_walk(const struct model *model, json_t *data, const struct api_path *path,
		   struct problem *problem);

/* Accepts what is half filled. */
void model_clear(struct model *model);

#endif
