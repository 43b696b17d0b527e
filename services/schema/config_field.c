// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/config_field.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

/* The C enums of config.h are all of the size of an int (gcc without -fshort-enums). */
static int set_enum(int *target, const char *const *names, const char *text)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0) {
			*target = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_field(void *object, const struct field *field, const struct lyd_node *leaf)
{
	const struct lyd_value *value = &((const struct lyd_node_term *)leaf)->value;
	const char *text = lyd_get_value(leaf);
	void *target = (char *)object + field->offset;

	switch (field->kind) {
	case FIELD_TEXT:
		return copy_text(target, field->size, text);
	case FIELD_BOOL:
		*(bool *)target = value->boolean;
		return 0;
	case FIELD_U8:
		*(uint8_t *)target = value->uint8;
		return 0;
	case FIELD_U16:
		*(uint16_t *)target = value->uint16;
		return 0;
	case FIELD_U32:
		*(uint32_t *)target = value->uint32;
		return 0;
	case FIELD_IPV4:
		return parse_ipv4(text, target);
	case FIELD_IPV6:
		return parse_ipv6(text, target);
	case FIELD_IF_IPV4:
		return strchr(text, ':') ? 0 : parse_ipv4(text, target);
	case FIELD_IF_IPV6:
		return strchr(text, ':') ? parse_ipv6(text, target) : 0;
	case FIELD_MAC:
		return parse_mac(text, target);
	case FIELD_ENUM:
		return set_enum(target, field->names, text);
	}
	return -EINVAL;
}

int build_ipv4(void *object, const struct lyd_node *from)
{
	return parse_ipv4(lyd_get_value(from), object);
}

const struct lyd_node *sibling_of(const struct lyd_node *tree, const char *name)
{
	for (; tree; tree = tree->next) {
		if (strcmp(LYD_NAME(tree), name) == 0)
			return tree;
	}
	return NULL;
}

const struct lyd_node *child_of(const struct lyd_node *parent, const char *name)
{
	return sibling_of(lyd_child(parent), name);
}

int set_fields(void *object, const struct field *fields, size_t n_fields,
	       const struct lyd_node *parent)
{
	for (size_t i = 0; i < n_fields; i++) {
		const struct lyd_node *leaf = child_of(parent, fields[i].leaf);
		int r = leaf ? set_field(object, &fields[i], leaf) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int build_list(const struct lyd_node *tree, const char *name, build_function build, void *array,
	       size_t size, size_t max, size_t *n)
{
	for (; tree; tree = tree->next) {
		int r;

		if (strcmp(LYD_NAME(tree), name) != 0)
			continue;
		if (*n == max)
			return -EOVERFLOW;
		r = build((char *)array + (*n)++ * size, tree);
		if (r < 0)
			return r;
	}
	return 0;
}

int build_allocated(const struct lyd_node *tree, const char *name, build_function build,
		    size_t size, size_t max, void **array, size_t *n)
{
	size_t room = 0;

	for (const struct lyd_node *sibling = tree; sibling; sibling = sibling->next)
		room += strcmp(LYD_NAME(sibling), name) == 0;
	if (room > max)
		return -EOVERFLOW;
	*array = calloc(room ? room : 1, size);
	if (!*array)
		return -ENOMEM;
	return build_list(tree, name, build, *array, size, room, n);
}
