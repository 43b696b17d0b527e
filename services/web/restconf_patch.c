// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/restconf_patch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define PATCH "ietf-yang-patch:yang-patch"
#define STATUS "ietf-yang-patch:yang-patch-status"
#define PATCH_FORM "{\"" PATCH "\": {\"patch-id\": TEXT, \"edit\": [...]}}"

static const json_t *patch_of(const json_t *body)
{
	return json_object_get(body, PATCH);
}

static const json_t *edit_of(const json_t *body, size_t index)
{
	return json_array_get(json_object_get(patch_of(body), "edit"), index);
}

bool patch_has_id(const json_t *body)
{
	return json_is_string(json_object_get(patch_of(body), "patch-id"));
}

const char *patch_comment(const json_t *body)
{
	return json_string_value(json_object_get(patch_of(body), "comment"));
}

static int refuse(struct problem *problem, const char *tag, const char *message, const char *value,
		  const char *allowed)
{
	problem_say(problem, tag, message, value, allowed);
	snprintf(problem->path, sizeof(problem->path), "/" PATCH);
	return -EINVAL;
}

/* The first member that is none of the n names; NULL: all are known. */
static const char *find_unknown(const json_t *object, const char *const *names, size_t n)
{
	const char *member;
	json_t *value;

	json_object_foreach((json_t *)object, member, value)
	{
		size_t i = 0;

		while (i < n && strcmp(member, names[i]) != 0)
			i++;
		if (i == n)
			return member;
	}
	return NULL;
}

/* A status tells of an edit by its edit-id. *seen has those before. */
static int check_id(const json_t *edit, json_t *seen, struct problem *problem)
{
	const char *id = json_string_value(json_object_get(edit, "edit-id"));

	if (!id)
		return refuse(problem, "missing-element", "an edit has no edit-id", NULL,
			      "an object with the text edit-id, operation and target");
	if (json_object_get(seen, id))
		return refuse(problem, "bad-element", "an edit-id is there twice", id,
			      "another one for each edit");
	json_object_set_new(seen, id, json_true());
	return 0;
}

static int check_members(const json_t *edit, struct problem *problem)
{
	static const char *const members[] = {"edit-id", "operation", "target",
					      "point",	 "where",     "value"};
	const char *unknown = find_unknown(edit, members, ARRAY_SIZE(members));

	if (!unknown)
		return 0;
	return refuse(problem, "unknown-element", "an edit has a member that is not known", unknown,
		      "edit-id, operation, target, point, where, value");
}

static int check_edits(const json_t *edits, struct problem *problem)
{
	json_t *seen = json_object(), *edit;
	size_t i;
	int r = 0;

	json_array_foreach((json_t *)edits, i, edit)
	{
		r = check_id(edit, seen, problem);
		if (r < 0)
			break;
		r = check_members(edit, problem);
		if (r < 0) {
			problem->edit = (unsigned int)i + 1;
			break;
		}
	}
	if (r < 0)
		snprintf(problem->path, sizeof(problem->path), "/" PATCH "/edit[%zu]", i + 1);
	json_decref(seen);
	return r;
}

int patch_check(const json_t *body, struct problem *problem)
{
	static const char *const members[] = {"patch-id", "comment", "edit"};
	const json_t *patch = patch_of(body), *comment = json_object_get(patch, "comment");
	const json_t *edits = json_object_get(patch, "edit");
	const char *unknown;

	if (!json_is_object(patch) || json_object_size(body) != 1 || !json_is_array(edits))
		return refuse(problem, "malformed-message", "the body is no YANG Patch", NULL,
			      PATCH_FORM);
	if (!patch_has_id(body))
		return refuse(problem, "missing-element", "the patch has no patch-id", NULL,
			      PATCH_FORM);
	if (comment && !json_is_string(comment))
		return refuse(problem, "bad-element", "the patch's comment is no text", NULL,
			      "a text, or none");
	unknown = find_unknown(patch, members, ARRAY_SIZE(members));
	if (unknown)
		return refuse(problem, "unknown-element",
			      "the patch has a member that is not known", unknown,
			      "patch-id, comment, edit");
	return check_edits(edits, problem);
}

json_t *patch_status(const json_t *body, unsigned int edit, json_t *errors)
{
	json_t *id = json_object_get(patch_of(body), "patch-id");
	json_t *edit_id = edit ? json_object_get(edit_of(body, edit - 1), "edit-id") : NULL;

	if (!errors)
		return json_pack("{s:{s:O,s:[n]}}", STATUS, "patch-id", id, "ok");
	if (!edit_id)
		return json_pack("{s:{s:O,s:o}}", STATUS, "patch-id", id, "errors", errors);
	return json_pack("{s:{s:O,s:{s:[{s:O,s:o}]}}}", STATUS, "patch-id", id, "edit-status",
			 "edit", "edit-id", edit_id, "errors", errors);
}
