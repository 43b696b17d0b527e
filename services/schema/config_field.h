/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves of a document into members of structs, by tables. Pure. */
#ifndef TRIREME_SCHEMA_CONFIG_FIELD_H
#define TRIREME_SCHEMA_CONFIG_FIELD_H

#include <libyang/libyang.h>
#include <stddef.h>

#include "base/cleanup.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_IPV4,
	FIELD_IPV6,
	FIELD_IF_IPV4, /* of a leaf that has either: nothing, if it is of the other family */
	FIELD_IF_IPV6,
	FIELD_MAC,
	FIELD_ENUM,
};

/* One leaf of the model and where its value goes. */
struct field {
	const char *leaf;
	enum field_kind kind;
	size_t offset;
	size_t size;		  /* FIELD_TEXT: room, with NUL */
	const char *const *names; /* FIELD_ENUM: the model's names in the order of the C enum */
};

#define TEXT(leaf, type, member)                                                               \
	{                                                                                      \
		leaf, FIELD_TEXT, offsetof(type, member), sizeof(((type *)NULL)->member), NULL \
	}
#define VALUE(leaf, kind, type, member)                     \
	{                                                   \
		leaf, kind, offsetof(type, member), 0, NULL \
	}
#define CHOICE(leaf, type, member, names)                          \
	{                                                          \
		leaf, FIELD_ENUM, offsetof(type, member), 0, names \
	}

/*
 * Leaves of `parent` that the document leaves out and that have no default keep the object's
 * zeros. -EINVAL, -ENAMETOOLONG: the program and its model do not match.
 */
int set_fields(void *object, const struct field *fields, size_t n_fields,
	       const struct lyd_node *parent);

#define SET_FIELDS(object, fields, parent) set_fields(object, fields, ARRAY_SIZE(fields), parent)

/* The two members for a leaf that has an address of either family. */
#define ADDRESS(leaf, type, ipv4, ipv6) \
	VALUE(leaf, FIELD_IF_IPV4, type, ipv4), VALUE(leaf, FIELD_IF_IPV6, type, ipv6)

/* Elements of a leaf-list of addresses, for BUILD_LIST(). */
int build_ipv4(void *object, const struct lyd_node *from);

/* tree or the first of its siblings that has the name, or NULL. */
const struct lyd_node *sibling_of(const struct lyd_node *tree, const char *name);

/* The first child of that name or NULL; parent NULL has none. */
const struct lyd_node *child_of(const struct lyd_node *parent, const char *name);

/*
 * Calls build(element, node) for tree and each of its siblings of that name, with elements of size
 * bytes from array on; *n is how many were begun. -EOVERFLOW: there are more than max.
 */
typedef int (*build_function)(void *object, const struct lyd_node *from);
int build_list(const struct lyd_node *tree, const char *name, build_function build, void *array,
	       size_t size, size_t max, size_t *n);

/* array is a member that is an array. */
#define BUILD_LIST(tree, name, build, array, n) \
	build_list(tree, name, build, array, sizeof((array)[0]), ARRAY_SIZE(array), n)

/* *array becomes an allocated one, never NULL, with room for as many as there are. */
int build_allocated(const struct lyd_node *tree, const char *name, build_function build,
		    size_t size, size_t max, void **array, size_t *n);

#define BUILD_ALLOCATED(tree, name, build, max, array, n) \
	build_allocated(tree, name, build, sizeof(**(array)), max, (void **)(array), n)

#endif
