// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/allowed.h"

#include <inttypes.h>
#include <string.h>

#include "schema/error.h"

/* The range of a type without a range statement (RFC 7950 section 9.2). */
static const char *whole_range(LY_DATA_TYPE type)
{
	switch (type) {
	case LY_TYPE_UINT8:
		return "0..255";
	case LY_TYPE_UINT16:
		return "0..65535";
	case LY_TYPE_UINT32:
		return "0..4294967295";
	default:
		return "a whole number";
	}
}

static void describe_range(const struct lysc_range *range, char *buf, size_t size)
{
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(range->parts, u)
	{
		const char *separator = u ? " or " : "";

		if (range->parts[u].min_u64 == range->parts[u].max_u64)
			error_append(buf, size, "%s%" PRIu64, separator, range->parts[u].min_u64);
		else
			error_append(buf, size, "%s%" PRIu64 "..%" PRIu64, separator,
				     range->parts[u].min_u64, range->parts[u].max_u64);
	}
}

static void describe_enum(const struct lysc_type_enum *type, char *buf, size_t size)
{
	LY_ARRAY_COUNT_TYPE u;

	error_append(buf, size, "one of: ");
	LY_ARRAY_FOR(type->enums, u)
	{
		error_append(buf, size, "%s%s", u ? ", " : "", type->enums[u].name);
	}
}

/* The last pattern belongs to the most derived type: its message describes the value whole. */
static void describe_string(const struct lysc_type_str *type, char *buf, size_t size)
{
	const struct lysc_pattern *last = NULL;
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(type->patterns, u)
	{
		last = type->patterns[u];
	}
	if (type->length) {
		describe_range(type->length, buf, size);
		error_append(buf, size, " characters%s", last ? ": " : "");
	}
	if (last && last->emsg)
		error_append(buf, size, "%s", last->emsg);
	else if (last)
		error_append(buf, size, "text of the pattern %s", last->expr);
	else if (!type->length)
		error_append(buf, size, "text");
}

static void describe_type(const struct lysc_type *type, char *buf, size_t size);

static void describe_union(const struct lysc_type_union *type, char *buf, size_t size)
{
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(type->types, u)
	{
		error_append(buf, size, "%s", u ? "; or " : "");
		describe_type(type->types[u], buf, size);
	}
}

static void describe_binary(const struct lysc_type_bin *type, char *buf, size_t size)
{
	error_append(buf, size, "base64 text");
	if (!type->length)
		return;
	error_append(buf, size, " of ");
	describe_range(type->length, buf, size);
	error_append(buf, size, " bytes");
}

static void describe_type(const struct lysc_type *type, char *buf, size_t size)
{
	const struct lysc_type_num *number = (const struct lysc_type_num *)type;

	switch (type->basetype) {
	case LY_TYPE_UINT8:
	case LY_TYPE_UINT16:
	case LY_TYPE_UINT32:
		if (number->range)
			describe_range(number->range, buf, size);
		else
			error_append(buf, size, "%s", whole_range(type->basetype));
		break;
	case LY_TYPE_ENUM:
		describe_enum((const struct lysc_type_enum *)type, buf, size);
		break;
	case LY_TYPE_STRING:
		describe_string((const struct lysc_type_str *)type, buf, size);
		break;
	case LY_TYPE_LEAFREF:
		describe_type(((const struct lysc_type_leafref *)type)->realtype, buf, size);
		break;
	case LY_TYPE_UNION:
		describe_union((const struct lysc_type_union *)type, buf, size);
		break;
	case LY_TYPE_BINARY:
		describe_binary((const struct lysc_type_bin *)type, buf, size);
		break;
	case LY_TYPE_BOOL:
		error_append(buf, size, "true or false");
		break;
	default:
		error_append(buf, size, "a value of the type that the model gives");
		break;
	}
}

void allowed_values(const struct lysc_node *leaf, char *buf, size_t size)
{
	const struct lysc_node_leaf *term = (const struct lysc_node_leaf *)leaf;

	buf[0] = '\0';
	describe_type(term->type, buf, size);
	if (term->units)
		error_append(buf, size, " %s", term->units);
}

void allowed_children(const struct lysc_node *parent, const struct lys_module *module, char *buf,
		      size_t size)
{
	const struct lysc_node *child = NULL;
	const char *separator = "one of: ";

	buf[0] = '\0';
	while ((child = lys_getnext(child, parent, parent ? NULL : module->compiled, 0))) {
		if (parent)
			error_append(buf, size, "%s%s", separator, child->name);
		else
			error_append(buf, size, "%s%s:%s", separator, module->name, child->name);
		separator = ", ";
	}
}

/* The model writes leafref paths absolute and without prefixes; libyang's JSON paths need the
 * first. */
static bool reference_path(const struct lysc_node *leaf, char *buf, size_t size)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)leaf)->type;
	const char *path;

	if (type->basetype != LY_TYPE_LEAFREF)
		return false;
	path = lyxp_get_expr(((const struct lysc_type_leafref *)type)->path);
	if (path[0] != '/' || strchr(path, ':'))
		return false;
	error_text(buf, size, "/%s:%s", leaf->module->name, path + 1);
	return true;
}

void allowed_references(const struct lysc_node *leaf, const struct lyd_node *tree, char *buf,
			size_t size)
{
	struct ly_set *set = NULL;
	char path[256];

	error_text(buf, size, "a value that exists elsewhere in the document");
	if (!reference_path(leaf, path, sizeof(path)) ||
	    lyd_find_xpath(tree, path, &set) != LY_SUCCESS)
		return;
	error_text(buf, size, "a value of %s: %s", path, set->count ? "" : "there is none");
	for (uint32_t i = 0; i < set->count; i++)
		error_append(buf, size, "%s%s", i ? ", " : "", lyd_get_value(set->dnodes[i]));
	ly_set_free(set, NULL);
}
