// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests of RFC 8040 as edits. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_path.h"
#include "schema/error.h"

#define ROOT "ietf-restconf:data" /* what a value for all of it may be wrapped in */

/* A request that is being carried out. */
struct writer {
	struct document *base;
	const struct document_write *write;
	struct lyd_node *tree; /* the base's */
	struct path path;      /* of the target; of POST: of the new child, once it is known */
	json_t *value;
	json_t *content; /* what the value says of the place; borrowed from value */
	struct document_written written;
	struct schema_error *error;
};

static void writer_clear(struct writer *w)
{
	json_decref(w->value);
	document_written_clear(&w->written);
}

void document_written_clear(struct document_written *written)
{
	free(written->location);
	*written = (struct document_written){0};
}

int document_method_parse(const char *name, enum document_method *ret_method)
{
	static const char *const names[] = {
		[DOCUMENT_METHOD_POST] = "POST",
		[DOCUMENT_METHOD_PUT] = "PUT",
		[DOCUMENT_METHOD_PATCH] = "PATCH",
		[DOCUMENT_METHOD_DELETE] = "DELETE",
		[DOCUMENT_METHOD_YANG_PATCH] = "YANG-PATCH",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_method = (enum document_method)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int refuse(struct writer *w, enum schema_fault fault, const char *allowed)
{
	*w->error = (struct schema_error){.fault = fault};
	error_text(w->error->path, sizeof(w->error->path), "%s",
		   w->path.n ? w->path.text : w->write->target);
	error_text(w->error->allowed, sizeof(w->error->allowed), "%s", allowed);
	error_make_printable(w->error);
	return -EBADMSG;
}

static bool is_root(const char *target)
{
	return !target[0] || strcmp(target, "/") == 0;
}

/* What the first n steps of the path name is there; a default is where it is asked for. */
static bool is_there(const struct writer *w, size_t n, bool with_defaults)
{
	char text[PATH_TEXT_MAX];
	struct lyd_node *node = NULL;

	if (n == 0)
		return true;
	error_text(text, sizeof(text), "%.*s", (int)w->path.steps[n - 1].end, w->path.text);
	if (!w->tree || lyd_find_path(w->tree, text, 0, &node) != LY_SUCCESS)
		return false;
	return with_defaults || tree_is_set(node);
}

/* The entries of lists above the first n steps are there; what is between them needs not be. */
static bool has_parents(const struct writer *w, size_t n)
{
	while (n > 0 && w->path.steps[n - 1].node->nodetype != LYS_LIST)
		n--;
	return is_there(w, n, true);
}

/* A container that is there whenever something is in it. */
static bool is_mere_parent(const struct lysc_node *node)
{
	return node->nodetype == LYS_CONTAINER && !(node->flags & LYS_PRESENCE);
}

static int parse_target(struct writer *w)
{
	int r;

	w->path.n = 0;
	w->path.text[0] = '\0';
	if (is_root(w->write->target))
		return 0;
	r = path_parse_target(w->base->schema, w->write->target, &w->path, w->error);
	if (r == -EBADMSG)
		w->error->fault = SCHEMA_FAULT_TARGET;
	return r;
}

static int parse_value(struct writer *w)
{
	json_error_t where;
	char words[128];

	if (!w->write->value)
		return refuse(w, SCHEMA_FAULT_FORM, "a value: an object with one member");
	w->value = json_loads(w->write->value, JSON_REJECT_DUPLICATES, &where);
	if (json_is_object(w->value))
		return 0;
	snprintf(words, sizeof(words),
		 "a value that is a JSON object; it is none at character %d of line %d",
		 where.column, where.line);
	return refuse(w, SCHEMA_FAULT_FORM, w->value ? "a value that is a JSON object" : words);
}

/* And no path: it is put into one. */
static bool is_name(const char *name)
{
	return name[0] && !strpbrk(name, "/=[,%");
}

/* The one member of the value: its name without the module's, and its content. */
static int read_member(struct writer *w, const char **ret_name)
{
	void *member = json_object_iter(w->value);
	const char *name = member ? json_object_iter_key(member) : NULL;
	const char *module = w->base->schema->module->name;

	if (json_object_size(w->value) != 1 || !name)
		return refuse(w, SCHEMA_FAULT_FORM, "a value with one member, what it is about");
	if (strncmp(name, module, strlen(module)) == 0 && name[strlen(module)] == ':')
		name += strlen(module) + 1;
	if (!is_name(name))
		return refuse(w, SCHEMA_FAULT_UNKNOWN, "a member that has a node's name");
	w->content = json_object_iter_value(member);
	*ret_name = name;
	return 0;
}

/* One entry of a list or leaf-list stands in an array of one. */
static int take_entry(struct writer *w)
{
	if (json_array_size(w->content) == 1) {
		w->content = json_array_get(w->content, 0);
		return 0;
	}
	return json_is_array(w->content) ? refuse(w, SCHEMA_FAULT_FORM, "an array of one entry")
					 : 0;
}

/* A key's value, or a leaf-list's entry, as text in the form of a target. */
static int add_key(struct writer *w, struct buffer *target, const char *separator,
		   const json_t *value)
{
	_cleanup_free_ char *text = NULL;

	if (!value || json_is_object(value) || json_is_array(value))
		return refuse(w, SCHEMA_FAULT_VALUE, "an entry with its keys");
	text = json_is_string(value) ? strdup(json_string_value(value))
				     : json_dumps(value, JSON_ENCODE_ANY);
	if (!text)
		return -ENOMEM;
	buffer_text(target, separator);
	path_print_key(target, text);
	return target->error;
}

/* The target's text with the child's name and, of an entry, which one it is by its content. */
static int child_target(struct writer *w, const char *name, char **ret_text)
{
	_cleanup_buffer_ struct buffer target = buffer_of(PATH_GIVEN_MAX);
	_cleanup_free_ char *text = NULL;
	const struct lysc_node *node;
	int r;

	buffer_text(&target, is_root(w->write->target) ? "" : w->write->target);
	buffer_text(&target, "/");
	buffer_text(&target, name);
	r = buffer_take(&target, &text, NULL);
	if (r == 0)
		r = path_parse_target(w->base->schema, text, &w->path, w->error);
	if (r < 0)
		return r;
	buffer_text(&target, text);
	node = path_last(&w->path)->node;
	if (node->nodetype & (LYS_LIST | LYS_LEAFLIST))
		r = take_entry(w);
	if (r == 0 && node->nodetype == LYS_LEAFLIST)
		r = add_key(w, &target, "=", w->content);
	for (size_t i = 0; node->nodetype == LYS_LIST && i < path_keys(node) && r == 0; i++)
		r = add_key(w, &target, i ? "," : "=",
			    json_object_get(w->content, path_key(node, i)->name));
	return r < 0 ? r : buffer_take(&target, ret_text, NULL);
}

/* The path becomes that of the new child. */
static int enter_child(struct writer *w, const char *name)
{
	_cleanup_free_ char *text = NULL;
	int r = child_target(w, name, &text);

	if (r == -EFBIG)
		return refuse(w, SCHEMA_FAULT_VALUE, "shorter keys");
	return r < 0 ? r : path_parse_target(w->base->schema, text, &w->path, w->error);
}

/* Where `insert` and `point` say that the entry shall stand. */
static int read_place(struct writer *w, struct document_edit *edit, struct path *point)
{
	static const char *const names[] = {
		[DOCUMENT_LAST] = "last",
		[DOCUMENT_FIRST] = "first",
		[DOCUMENT_BEFORE] = "before",
		[DOCUMENT_AFTER] = "after",
	};
	size_t i = 0;
	int r;

	while (i < ARRAY_SIZE(names) && strcmp(names[i], w->write->insert) != 0)
		i++;
	if (i == ARRAY_SIZE(names))
		return refuse(w, SCHEMA_FAULT_FORM, "insert is one of: first, last, before, after");
	edit->where = (enum document_where)i;
	if (edit->where == DOCUMENT_FIRST || edit->where == DOCUMENT_LAST)
		return 0;
	r = path_parse_target(w->base->schema, w->write->point ? w->write->point : "", point,
			      w->error);
	edit->point = point->text;
	return r;
}

/* The edit, and if the request says where to, the entry's move. */
static int apply(struct writer *w, enum document_operation operation,
		 struct document **ret_document)
{
	struct document_edit edits[2] = {{.operation = operation, .path = w->path.text},
					 {.operation = DOCUMENT_MOVE, .path = w->path.text}};
	_cleanup_free_ char *value = NULL;
	struct path point;
	int r;

	if (w->content) {
		value = json_dumps(w->content, JSON_COMPACT | JSON_ENCODE_ANY);
		if (!value)
			return -ENOMEM;
		edits[0].value = value;
	}
	if (!w->write->insert)
		return document_edit(w->base, edits, 1, ret_document, w->error);
	r = read_place(w, &edits[1], &point);
	return r < 0 ? r : document_edit(w->base, edits, 2, ret_document, w->error);
}

static int post(struct writer *w, struct document **ret_document)
{
	_cleanup_buffer_ struct buffer location = buffer_of(3 * PATH_TEXT_MAX);
	size_t depth = w->path.n;
	const char *name;
	int r;

	if (depth && path_is_set(&w->path))
		return refuse(w, SCHEMA_FAULT_METHOD, "a place that something can be created in");
	if (!is_there(w, depth, true) &&
	    !(is_mere_parent(path_last(&w->path)->node) && has_parents(w, depth)))
		return refuse(w, SCHEMA_FAULT_TARGET, "a place that is there");
	r = parse_value(w);
	if (r == 0)
		r = read_member(w, &name);
	if (r == 0)
		r = enter_child(w, name);
	if (r < 0)
		return r;
	w->written.created = true;
	path_print_as_target(&location, &w->path);
	r = buffer_take(&location, &w->written.location, NULL);
	return r < 0 ? r : apply(w, DOCUMENT_CREATE, ret_document);
}

/* What the value says of the target, whose name its one member has. */
static int read_target_value(struct writer *w)
{
	const struct path_step *last = path_last(&w->path);
	const char *name;
	int r = parse_value(w);

	if (r == 0)
		r = read_member(w, &name);
	if (r < 0)
		return r;
	if (strcmp(name, last->node->name) != 0)
		return refuse(w, SCHEMA_FAULT_FORM, "a value whose member has the target's name");
	return last->n_values ? take_entry(w) : 0;
}

/* All of it at once. Which node a machine is, every machine knows for itself. */
static int put_root(struct writer *w, struct document **ret_document)
{
	_cleanup_(document_freep) struct document *document = NULL;
	_cleanup_free_ char *text = NULL;
	char node[CONFIG_NAME_MAX];
	json_t *content;
	int r = parse_value(w);

	if (r < 0)
		return r;
	content = json_object_get(w->value, ROOT);
	text = json_dumps(content ? content : w->value, JSON_COMPACT);
	if (!text)
		return -ENOMEM;
	r = document_parse(w->base->schema, w->base, text, strlen(text), &document, w->error);
	if (r == 0)
		r = document_take_machine(document, node);
	if (r == 0)
		*ret_document = take_ptr(document);
	return r;
}

static int put(struct writer *w, struct document **ret_document)
{
	int r;

	if (w->path.n == 0)
		return put_root(w, ret_document);
	r = read_target_value(w);
	if (r < 0)
		return r;
	if (!has_parents(w, w->path.n - 1))
		return refuse(w, SCHEMA_FAULT_TARGET, "a place whose parent is there");
	w->written.created = !path_is_set(&w->path) && !is_there(w, w->path.n, false);
	return apply(w, DOCUMENT_REPLACE, ret_document);
}

/* Each member of the value is merged at the top. */
static int patch_root(struct writer *w, struct document **ret_document)
{
	struct document_edit edits[SHAPE_MEMBERS_MAX];
	json_t *content, *member;
	const char *name;
	size_t n = 0;
	int r = parse_value(w);

	if (r < 0)
		return r;
	content = json_object_get(w->value, ROOT);
	content = content ? content : w->value;
	if (json_object_size(content) == 0 || json_object_size(content) > ARRAY_SIZE(edits))
		return refuse(w, SCHEMA_FAULT_FORM, "a value of 1 to 32 members");
	json_object_foreach(content, name, member)
	{
		char *text = json_dumps(member, JSON_COMPACT | JSON_ENCODE_ANY);

		if (!text)
			r = -ENOMEM;
		else if (!is_name(name))
			r = refuse(w, SCHEMA_FAULT_UNKNOWN, "members that have a node's name");
		if (r < 0)
			free(text);
		else
			edits[n++] = (struct document_edit){
				.operation = DOCUMENT_MERGE, .path = name, .value = text};
	}
	if (r == 0)
		r = document_edit(w->base, edits, n, ret_document, w->error);
	w->error->edit = 0;
	while (n > 0)
		free((char *)edits[--n].value);
	return r;
}

static int patch(struct writer *w, struct document **ret_document)
{
	const struct lysc_node *node;
	int r;

	if (w->path.n == 0)
		return patch_root(w, ret_document);
	node = path_last(&w->path)->node;
	if (path_is_set(&w->path))
		return refuse(w, SCHEMA_FAULT_METHOD, "one entry: which one, its keys say");
	if (!is_there(w, w->path.n, true) && !(is_mere_parent(node) && has_parents(w, w->path.n)))
		return refuse(w, SCHEMA_FAULT_TARGET, "what is there: this is not");
	r = read_target_value(w);
	return r < 0 ? r : apply(w, DOCUMENT_MERGE, ret_document);
}

static int delete (struct writer *w, struct document **ret_document)
{
	int r;

	if (w->path.n == 0)
		return refuse(w, SCHEMA_FAULT_METHOD, "a part of the document: not all of it");
	r = apply(w, DOCUMENT_DELETE, ret_document);
	if (r == -EBADMSG && w->error->fault == SCHEMA_FAULT_MISSING)
		w->error->fault = SCHEMA_FAULT_TARGET;
	return r;
}

static int yang_patch(struct writer *w, struct document **ret_document)
{
	const char *value = w->write->value ? w->write->value : "";

	return document_apply_patch(w->base, w->write->target, value, strlen(value), ret_document,
				    w->error);
}

int document_write(struct document *base, const struct document_write *write,
		   struct document **ret_document, struct document_written *ret_written,
		   struct schema_error *error)
{
	static int (*const methods[])(struct writer *, struct document **) = {
		[DOCUMENT_METHOD_POST] = post,
		[DOCUMENT_METHOD_PUT] = put,
		[DOCUMENT_METHOD_PATCH] = patch,
		[DOCUMENT_METHOD_DELETE] = delete,
		[DOCUMENT_METHOD_YANG_PATCH] = yang_patch,
	};
	_cleanup_(writer_clear) struct writer w = {.base = base, .write = write, .error = error};
	int r;

	*error = (struct schema_error){0};
	r = document_tree(base, &w.tree);
	if (r == 0)
		r = parse_target(&w);
	if (r == 0 && (write->insert || write->point) && write->method != DOCUMENT_METHOD_POST &&
	    write->method != DOCUMENT_METHOD_PUT)
		r = refuse(&w, SCHEMA_FAULT_FORM, "insert and point with POST and PUT only");
	if (r == 0)
		r = methods[write->method](&w, ret_document);
	if (r < 0)
		return r;
	*ret_written = w.written;
	w.written = (struct document_written){0};
	return 0;
}
