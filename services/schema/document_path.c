// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/document_path.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/allowed.h"
#include "schema/error.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

/* A path that is being read. */
struct reader {
	const struct schema *schema;
	const char *whole; /* as given */
	const char *at;	   /* what is not read yet */
	struct path *path;
	struct schema_error *error;
	int (*read_keys)(struct reader *);
	bool needs_keys; /* of every list but the last */
};

size_t path_keys(const struct lysc_node *node)
{
	size_t n = node->nodetype == LYS_LEAFLIST;
	const struct lysc_node *child = NULL;

	while (node->nodetype == LYS_LIST && (child = lys_getnext(child, node, NULL, 0)) &&
	       lysc_is_key(child))
		n++;
	return n;
}

const struct lysc_node *path_key(const struct lysc_node *list, size_t n)
{
	const struct lysc_node *child = NULL;

	for (size_t i = 0; i <= n; i++)
		child = lys_getnext(child, list, NULL, 0);
	return child;
}

static int malformed(const struct reader *reader, const char *what)
{
	struct schema_error *error = reader->error;

	error->fault = SCHEMA_FAULT_FORM;
	error_text(error->path, sizeof(error->path), "%s", reader->whole);
	error_text(error->allowed, sizeof(error->allowed), "%s", what);
	return -EBADMSG;
}

static int unknown(const struct reader *reader, const struct lysc_node *parent, const char *name,
		   size_t length)
{
	struct schema_error *error = reader->error;

	error->fault = SCHEMA_FAULT_UNKNOWN;
	error_text(error->path, sizeof(error->path), "%s/%.*s", reader->path->text, (int)length,
		   name);
	error_text(error->value, sizeof(error->value), "%.*s", (int)length, name);
	if (parent && (parent->nodetype & LYD_NODE_TERM))
		error_text(error->allowed, sizeof(error->allowed),
			   "a path that ends with %s: nothing is below it", parent->name);
	else
		allowed_children(parent, reader->schema->module, error->allowed,
				 sizeof(error->allowed));
	return -EBADMSG;
}

/* The name at reader->at, with or without the module's, becomes the next step. */
static int read_name(struct reader *reader)
{
	struct path *path = reader->path;
	const struct lysc_node *parent = path->n ? path_last(path)->node : NULL;
	const struct lys_module *module = reader->schema->module;
	const char *name = reader->at;
	size_t length = strspn(name, NAME_CHARACTERS), prefix = strlen(module->name);
	const struct lysc_node *node = NULL;

	if (path->n == SHAPE_DEPTH_MAX)
		return malformed(reader, "a path that is less deep");
	if (name[length] == ':' && length == prefix && strncmp(name, module->name, prefix) == 0) {
		name += prefix + 1;
		length = strspn(name, NAME_CHARACTERS);
	}
	if (length && !(parent && (parent->nodetype & LYD_NODE_TERM)))
		node = lys_find_child(parent, module, name, length, 0, 0);
	if (!node)
		return unknown(reader, parent, name, length);
	reader->at = name + length;
	path->steps[path->n++] = (struct path_step){.node = node};
	error_append(path->text, sizeof(path->text), parent ? "/%s" : "/trireme:%s", node->name);
	return 0;
}

/* Sets key n of the last step to the text, which is copied. */
static int add_value(struct reader *reader, size_t n, const char *value, size_t length)
{
	struct path *path = reader->path;
	struct path_step *step = &path->steps[path->n - 1];
	char *copy = path->room + path->used;

	if (n >= PATH_KEYS_MAX || step->values[n] || length >= sizeof(path->room) - path->used)
		return malformed(reader, "a shorter path, in which each key is given once");
	if (memchr(value, '\'', length) && memchr(value, '"', length))
		return malformed(reader, "keys without quotes in them");
	memcpy(copy, value, length);
	copy[length] = '\0';
	path->used += length + 1;
	step->values[n] = copy;
	step->n_values++;
	return 0;
}

/* All keys or, where they may lack, none. Completes path->text. */
static int finish_step(struct reader *reader, bool may_lack_keys)
{
	struct path *path = reader->path;
	struct path_step *step = &path->steps[path->n - 1];
	size_t n_keys = path_keys(step->node);

	if (step->n_values != n_keys && (step->n_values || !may_lack_keys)) {
		reader->error->fault = SCHEMA_FAULT_FORM;
		error_text(reader->error->path, sizeof(reader->error->path), "%s", path->text);
		error_text(reader->error->allowed, sizeof(reader->error->allowed),
			   "which entry: %s[%s='...']", step->node->name,
			   step->node->nodetype == LYS_LIST ? path_key(step->node, 0)->name : ".");
		return -EBADMSG;
	}
	for (size_t i = 0; i < step->n_values; i++) {
		char quote = strchr(step->values[i], '\'') ? '"' : '\'';

		error_append(path->text, sizeof(path->text), "[%s=%c%s%c]",
			     step->node->nodetype == LYS_LIST ? path_key(step->node, i)->name : ".",
			     quote, step->values[i], quote);
	}
	step->end = strlen(path->text);
	return 0;
}

/* Which key of the last step has that name. */
static int key_index(const struct reader *reader, const char *name, size_t length, size_t *ret_n)
{
	const struct lysc_node *node = path_last(reader->path)->node;

	for (size_t i = 0; i < path_keys(node); i++) {
		const char *key = node->nodetype == LYS_LIST ? path_key(node, i)->name : ".";

		if (strlen(key) == length && strncmp(key, name, length) == 0) {
			*ret_n = i;
			return 0;
		}
	}
	return malformed(reader, "keys of the list in the brackets");
}

/* [name='web'] at reader->at. */
static int read_predicate(struct reader *reader)
{
	const char *name = reader->at + 1, *value, *end;
	size_t length = strspn(name, NAME_CHARACTERS), n;
	int r = key_index(reader, name, length, &n);

	if (r < 0)
		return r;
	value = name + length;
	if (value[0] != '=' || (value[1] != '\'' && value[1] != '"'))
		return malformed(reader, "a path as in virtual-service[name='web']/scheduler");
	end = strchr(value + 2, value[1]);
	if (!end || end[1] != ']')
		return malformed(reader, "a path as in virtual-service[name='web']/scheduler");
	reader->at = end + 2;
	return add_value(reader, n, value + 2, (size_t)(end - value - 2));
}

static int read_predicates(struct reader *reader)
{
	while (*reader->at == '[') {
		int r = read_predicate(reader);

		if (r < 0)
			return r;
	}
	return 0;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)((found - digits) % 16) : -1;
}

/* Percent-encoding undone (RFC 3986); the result is not longer. -EINVAL. */
static int decode(const char *text, size_t length, char *ret_text, size_t *ret_length)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '%') {
			int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_digit(text[i + 2]);

			if (low < 0 || (high | low) == 0)
				return -EINVAL;
			ret_text[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			ret_text[n++] = text[i];
		}
	}
	*ret_length = n;
	return 0;
}

/* =web or =a,b at reader->at. */
static int read_values(struct reader *reader)
{
	char value[PATH_TEXT_MAX];

	if (*reader->at != '=')
		return 0;
	for (size_t n = 0; n == 0 || *reader->at == ','; n++) {
		size_t length = strcspn(++reader->at, ",/"), decoded;
		int r;

		if (n >= path_keys(path_last(reader->path)->node))
			return malformed(reader, "as many values as the list has keys");
		if (length >= sizeof(value) || decode(reader->at, length, value, &decoded) < 0)
			return malformed(reader, "keys with percent-encoding (RFC 3986)");
		r = add_value(reader, n, value, decoded);
		if (r < 0)
			return r;
		reader->at += length;
	}
	return 0;
}

static int read_path(struct reader *reader)
{
	if (*reader->at == '/')
		reader->at++;
	for (;;) {
		int r = read_name(reader);

		if (r == 0)
			r = reader->read_keys(reader);
		if (r == 0)
			r = finish_step(reader, *reader->at == '\0' || !reader->needs_keys);
		if (r < 0 || *reader->at == '\0')
			return r;
		if (*reader->at++ != '/')
			return malformed(reader, "names with a '/' between them");
	}
}

static int parse(struct reader *reader)
{
	int r;

	*reader->error = (struct schema_error){0};
	reader->at = reader->whole;
	reader->path->n = reader->path->used = 0;
	reader->path->text[0] = '\0';
	/* Room for what the canonical text has more: the module's name, and the names of keys. */
	r = strlen(reader->whole) > PATH_GIVEN_MAX ? malformed(reader, "a shorter path")
						   : read_path(reader);
	error_make_printable(reader->error);
	return r;
}

int path_parse(const struct schema *schema, const char *text, struct path *ret_path,
	       struct schema_error *error)
{
	struct reader reader = {.schema = schema,
				.whole = text,
				.path = ret_path,
				.error = error,
				.read_keys = read_predicates,
				.needs_keys = true};

	return parse(&reader);
}

int path_parse_schema(const struct schema *schema, const char *text, struct path *ret_path,
		      struct schema_error *error)
{
	struct reader reader = {.schema = schema,
				.whole = text,
				.path = ret_path,
				.error = error,
				.read_keys = read_predicates};

	return parse(&reader);
}

int path_parse_target(const struct schema *schema, const char *target, struct path *ret_path,
		      struct schema_error *error)
{
	struct reader reader = {.schema = schema,
				.whole = target,
				.path = ret_path,
				.error = error,
				.read_keys = read_values,
				.needs_keys = true};

	return parse(&reader);
}

void path_print_key(struct buffer *buffer, const char *value)
{
	for (; *value; value++) {
		if (strchr(NAME_CHARACTERS "~:", *value))
			buffer_add(buffer, value, 1);
		else
			buffer_format(buffer, "%%%02X", (unsigned int)(unsigned char)*value);
	}
}

int path_check_public(const struct path *path, struct schema_error *error)
{
	struct schema_error denied = {.fault = SCHEMA_FAULT_DENIED, .edit = error->edit};
	size_t i = 0;

	while (i < path->n && !schema_is_restricted(path->steps[i].node))
		i++;
	if (i == path->n)
		return 0;
	/* What is below is not quoted: it may be what is there. */
	error_text(denied.path, sizeof(denied.path), "%.*s", (int)path->steps[i].end, path->text);
	error_text(denied.allowed, sizeof(denied.allowed), "administrators only");
	*error = denied;
	return -EBADMSG;
}

void path_print_as_target(struct buffer *buffer, const struct path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		const struct path_step *step = &path->steps[i];

		buffer_format(buffer, i ? "/%s" : "/trireme:%s", step->node->name);
		for (size_t k = 0; k < step->n_values; k++) {
			buffer_text(buffer, k ? "," : "=");
			path_print_key(buffer, step->values[k]);
		}
	}
}

void path_print_target(struct buffer *buffer, const struct lyd_node *node)
{
	const struct lyd_node *parent = lyd_parent(node), *key = lyd_child(node);

	if (parent)
		path_print_target(buffer, parent);
	buffer_format(buffer, parent ? "/%s" : "/trireme:%s", node->schema->name);
	if (node->schema->nodetype == LYS_LEAFLIST) {
		buffer_text(buffer, "=");
		path_print_key(buffer, lyd_get_value(node));
	}
	if (node->schema->nodetype != LYS_LIST)
		return;
	for (const char *separator = "="; key && lysc_is_key(key->schema); separator = ",") {
		buffer_text(buffer, separator);
		path_print_key(buffer, lyd_get_value(key));
		key = key->next;
	}
}
