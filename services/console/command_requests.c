// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests of commands that read and write data. */
#include <errno.h>
#include <string.h>

#include "console/command_parts.h"
#include "console/path.h"

int request_show(const struct command_line *line, struct api_request *ret_request,
		 struct text *problem)
{
	bool candidate = line->switches & SWITCH_BIT(SWITCH_CANDIDATE);
	bool revision = line->switches & SWITCH_BIT(SWITCH_REVISION);
	char target[PATH_TEXT_MAX];
	struct text text = TEXT_ON(target);

	if (candidate && revision) {
		text_add(problem, "--candidate and --revision: allowed is one of them");
		return -EINVAL;
	}
	if (line->arguments[0] && path_target(line->arguments[0], &text, problem) < 0)
		return -EINVAL;
	if (revision)
		return api_rpc(ret_request, "get-revision",
			       json_pack("{s:I, s:s}", "revision",
					 (json_int_t)line->numbers[SWITCH_REVISION], "target",
					 target));
	return api_get(ret_request, candidate ? API_CANDIDATE : API_RUNNING, target);
}

/* JSON where it is an object, list or text in quotes; everything else is the value's text. */
static json_t *value_of(const char *text)
{
	json_t *value = text[0] && strchr("{[\"", text[0])
				? json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL)
				: NULL;

	return value ? value : json_string(text);
}

/* One edit of the candidate, or of what is in use, which is then a revision of its own. */
static int edit(enum api_store store, const char *operation, const char *path, json_t *value,
		struct api_request *ret_request, struct text *problem)
{
	char target[PATH_TEXT_MAX];
	struct text text = TEXT_ON(target);
	int r = path_target(path, &text, problem);

	if (r == 0 && !target[0]) {
		text_add(problem, "the path: allowed is one below '/'");
		r = -EINVAL;
	}
	if (r == 0)
		return api_edit(ret_request, store, operation, target, value);
	json_decref(value);
	return -EINVAL;
}

int request_set(const struct command_line *line, struct api_request *ret_request,
		struct text *problem)
{
	json_t *value = value_of(line->arguments[1]);

	if (value)
		return edit(API_CANDIDATE, "merge", line->arguments[0], value, ret_request,
			    problem);
	text_add(problem, "the value: allowed is text in UTF-8, or JSON");
	return -EINVAL;
}

int request_delete(const struct command_line *line, struct api_request *ret_request,
		   struct text *problem)
{
	return edit(API_CANDIDATE, "delete", line->arguments[0], NULL, ret_request, problem);
}

int request_describe(const struct command_line *line, struct api_request *ret_request,
		     struct text *problem)
{
	char schema[PATH_TEXT_MAX];
	struct text text = TEXT_ON(schema);

	if (line->arguments[0] && path_schema(line->arguments[0], &text, problem) < 0)
		return -EINVAL;
	return api_rpc(ret_request, "describe", json_pack("{s:s}", "path", schema));
}

int request_state(const struct command_line *line, struct api_request *ret_request,
		  struct text *problem)
{
	(void)line;
	(void)problem;
	return api_get(ret_request, API_STATE, "");
}

/* As JSON it is the service alone. In words, the whole state says why there is none. */
int request_service(const struct command_line *line, struct api_request *ret_request,
		    struct text *problem)
{
	char target[PATH_TEXT_MAX] = "";
	struct text text = TEXT_ON(target);

	if (line->switches & SWITCH_BIT(SWITCH_JSON) && line->arguments[0]) {
		text_add(&text, "/service=");
		path_key(line->arguments[0], &text);
	}
	if (text_result(&text) == 0)
		return api_get(ret_request, API_STATE, target);
	text_add(problem, "the name: allowed are 32 characters");
	return -EINVAL;
}

/* Of the whole document: a part of it that is empty would be an error. */
int request_access(const struct command_line *line, struct api_request *ret_request,
		   struct text *problem)
{
	(void)line;
	(void)problem;
	return api_get(ret_request, API_RUNNING, "?fields=trireme:access");
}

static int delete_access(const char *list, const struct command_line *line,
			 struct api_request *ret_request)
{
	char target[PATH_TEXT_MAX];
	struct text text = TEXT_ON(target);

	text_add(&text, "/trireme:access/%s=", list);
	path_key(line->arguments[0], &text);
	if (text_result(&text) < 0)
		return -EINVAL;
	return api_edit(ret_request, API_RUNNING, "delete", target, NULL);
}

int request_user_delete(const struct command_line *line, struct api_request *ret_request,
			struct text *problem)
{
	(void)problem;
	return delete_access("user", line, ret_request);
}

int request_token_delete(const struct command_line *line, struct api_request *ret_request,
			 struct text *problem)
{
	(void)problem;
	return delete_access("token", line, ret_request);
}
