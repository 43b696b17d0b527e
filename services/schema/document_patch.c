// SPDX-License-Identifier: GPL-2.0-or-later
/* A difference as YANG Patch in JSON (RFC 8072), and edits from one. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_diff.h"
#include "schema/document_path.h"
#include "schema/error.h"

#define PATCH "ietf-yang-patch:yang-patch"

struct patch_writer {
	struct buffer text;
	unsigned int n;
};

static const char *const kind_names[] = {
	[DIFF_ADDED] = "create",    [DIFF_REMOVED] = "delete", [DIFF_CHANGED] = "replace",
	[DIFF_INSERTED] = "insert", [DIFF_MOVED] = "move",
};

static int write_edit(void *user, const struct diff *diff)
{
	struct patch_writer *writer = user;
	struct buffer *text = &writer->text;

	buffer_format(text, "%s{\"edit-id\":\"%u\",\"operation\":\"%s\",\"target\":\"",
		      writer->n ? "," : "", writer->n + 1, kind_names[diff->kind]);
	writer->n++;
	path_print_target(text, diff->b ? diff->b : diff->a);
	buffer_text(text, "\"");
	if (diff->kind == DIFF_INSERTED || diff->kind == DIFF_MOVED) {
		buffer_text(text, diff->after ? ",\"where\":\"after\",\"point\":\""
					      : ",\"where\":\"first");
		if (diff->after)
			path_print_target(text, diff->after);
		buffer_text(text, "\"");
	}
	if (diff->kind != DIFF_REMOVED && diff->kind != DIFF_MOVED) {
		buffer_text(text, ",\"value\":");
		tree_print_node(text, diff->b, DOCUMENT_REDACTED);
	}
	buffer_text(text, "}");
	return text->error;
}

static int diff_patch(struct document *a, struct document *b, enum document_view view,
		      char **ret_text)
{
	struct patch_writer writer = {.text = buffer_of(DIFF_TEXT_MAX)};
	int r;

	buffer_text(&writer.text, "{\"" PATCH "\":{\"patch-id\":\"trireme\",\"edit\":[");
	r = diff_documents(a, b, view, write_edit, &writer);
	buffer_text(&writer.text, "]}}");
	if (r == 0)
		r = buffer_take(&writer.text, ret_text, NULL);
	buffer_free(&writer.text);
	return r;
}

int document_diff(struct document *a, struct document *b, enum document_format format,
		  enum document_view view, char **ret_text)
{
	return format == DOCUMENT_PATCH ? diff_patch(a, b, view, ret_text)
					: diff_lines(a, b, view, ret_text);
}

/* The edits of a patch and the texts they point to. */
struct patch {
	struct document_edit *edits;
	size_t n;
};

static void patch_clear(struct patch *patch)
{
	for (size_t i = 0; i < patch->n; i++) {
		free((char *)patch->edits[i].path);
		free((char *)patch->edits[i].value);
		free((char *)patch->edits[i].point);
	}
	free(patch->edits);
}

static int refuse(size_t number, const char *allowed, struct schema_error *error)
{
	*error =
		(struct schema_error){.fault = SCHEMA_FAULT_FORM, .edit = (unsigned int)number + 1};
	error_text(error->path, sizeof(error->path), "/" PATCH "/edit[%zu]", number + 1);
	error_text(error->allowed, sizeof(error->allowed), "%s", allowed);
	return -EBADMSG;
}

/* What the edits are read with. */
struct patch_reader {
	const struct schema *schema;
	const char *above; /* the place that targets are below; "" is all */
	struct schema_error *error;
};

/* From the form of a target to that of an edit; "/" is the place itself (RFC 8072 section 2.5). */
static int read_path(const struct patch_reader *reader, const json_t *target, size_t number,
		     const char **ret_path)
{
	const char *below = json_string_value(target);
	char whole[PATH_GIVEN_MAX + 1];
	struct path path;
	int r;

	if (!below)
		return refuse(number, "with target and, before or after another, point",
			      reader->error);
	if (strcmp(below, "/") == 0)
		below = "";
	r = snprintf(whole, sizeof(whole), "%s%s%s", reader->above,
		     below[0] && below[0] != '/' && reader->above[0] ? "/" : "", below);
	if (r < 0 || (size_t)r >= sizeof(whole))
		return refuse(number, "a shorter target", reader->error);
	r = path_parse_target(reader->schema, whole, &path, reader->error);
	if (r < 0) {
		reader->error->edit = (unsigned int)number + 1;
		return r;
	}
	*ret_path = strdup(path.text);
	return *ret_path ? 0 : -ENOMEM;
}

/* The value has one member, the target itself; an entry of a list stands in an array of one. */
static int read_value(const json_t *value, size_t number, const char **ret_value,
		      struct schema_error *error)
{
	const json_t *content = json_object_iter_value(json_object_iter((json_t *)value));

	if (json_object_size(value) != 1)
		return refuse(number, "a value with one member, which the target names", error);
	if (json_is_array(content) && json_array_size(content) == 1)
		content = json_array_get(content, 0);
	*ret_value = json_dumps(content, JSON_COMPACT | JSON_ENCODE_ANY);
	return *ret_value ? 0 : -ENOMEM;
}

static int read_where(const json_t *where, size_t number, enum document_where *ret_where,
		      struct schema_error *error)
{
	static const char *const names[] = {
		[DOCUMENT_LAST] = "last",
		[DOCUMENT_FIRST] = "first",
		[DOCUMENT_BEFORE] = "before",
		[DOCUMENT_AFTER] = "after",
	};

	if (!where)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(names) && json_is_string(where); i++) {
		if (strcmp(names[i], json_string_value(where)) == 0) {
			*ret_where = (enum document_where)i;
			return 0;
		}
	}
	return refuse(number, "where is one of: last, first, before, after", error);
}

static int read_edit(const struct patch_reader *reader, const json_t *json, size_t number,
		     struct document_edit *edit)
{
	struct schema_error *error = reader->error;
	const char *operation = json_string_value(json_object_get(json, "operation"));
	const json_t *value = json_object_get(json, "value");
	int r;

	if (!operation || document_operation_parse(operation, &edit->operation) < 0)
		return refuse(number,
			      "operation is one of: create, delete, insert, merge, move, replace, "
			      "remove",
			      error);
	r = read_path(reader, json_object_get(json, "target"), number, &edit->path);
	if (r == 0)
		r = read_where(json_object_get(json, "where"), number, &edit->where, error);
	if (r == 0 && (edit->where == DOCUMENT_BEFORE || edit->where == DOCUMENT_AFTER))
		r = read_path(reader, json_object_get(json, "point"), number, &edit->point);
	if (r == 0 && value)
		r = read_value(value, number, &edit->value, error);
	return r;
}

static int read_edits(const struct patch_reader *reader, const json_t *list, struct patch *patch)
{
	size_t n = json_array_size(list);
	int r = 0;

	if (n > DOCUMENT_EDITS_MAX)
		return refuse(n - 1, "a patch of fewer edits", reader->error);
	patch->edits = calloc(n + 1, sizeof(*patch->edits));
	if (!patch->edits)
		return -ENOMEM;
	while (patch->n < n && r == 0) {
		size_t i = patch->n++;

		r = read_edit(reader, json_array_get(list, i), i, &patch->edits[i]);
	}
	return r;
}

int document_apply_patch(struct document *base, const char *above, const char *text, size_t size,
			 struct document **ret_document, struct schema_error *error)
{
	const struct patch_reader reader = {.schema = base->schema,
					    .above = strcmp(above, "/") == 0 ? "" : above,
					    .error = error};
	_cleanup_(patch_clear) struct patch patch = {0};
	json_error_t where;
	json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
	const json_t *list = json_object_get(json_object_get(json, PATCH), "edit");
	int r;

	*error = (struct schema_error){0};
	if (json_is_array(list)) {
		r = read_edits(&reader, list, &patch);
	} else {
		error->fault = SCHEMA_FAULT_FORM;
		error_text(error->allowed, sizeof(error->allowed),
			   "a YANG Patch: {\"" PATCH "\": {\"edit\": [...]}}%s",
			   json ? "" : ", which is JSON");
		r = -EBADMSG;
	}
	json_decref(json);
	error_make_printable(error);
	return r < 0 ? r : document_edit(base, patch.edits, patch.n, ret_document, error);
}
