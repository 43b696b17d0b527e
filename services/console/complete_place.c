// SPDX-License-Identifier: GPL-2.0-or-later
/* Completion of places in the document and of their values. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/complete_parts.h"
#include "console/path.h"

/* What the model says of the first `size` bytes of a path, without a '/' at its end. */
static json_t *ask_model(struct complete_job *job, const char *path, size_t size)
{
	char schema[PATH_TEXT_MAX], words[256], copy[PATH_TEXT_MAX];
	struct text text = TEXT_ON(schema), problem = TEXT_ON(words);

	if (size >= sizeof(copy))
		return NULL;
	snprintf(copy, sizeof(copy), "%.*s", (int)(size && path[size - 1] == '/' ? size - 1 : size),
		 path);
	return path_schema(copy, &text, &problem) == 0 ? job->ask(job->user, COMPLETE_MODEL, schema)
						       : NULL;
}

/* The first `size` bytes of the begun word, with that behind it. */
static void offer_behind(struct complete_job *job, size_t size, const char *more, const char *end,
			 const char *help)
{
	char buf[PATH_TEXT_MAX];
	struct text text = TEXT_ON(buf);

	text_add(&text, "%.*s%s%s", (int)size, job->begun, more, end);
	if (text_result(&text) == 0)
		complete_offer(job, buf, help, end[0]);
}

/* What the place of the first `parent` bytes has; names are written behind the first `size`. */
static void offer_children(struct complete_job *job, size_t parent, size_t size)
{
	_cleanup_json_ json_t *node = ask_model(job, job->begun, parent);
	const json_t *child;
	size_t i;

	json_array_foreach(json_object_get(node, "children"), i, child)
	{
		const char *kind = json_text_of(child, "kind");
		const char *end = strcmp(kind, "list") == 0	   ? "="
				  : strcmp(kind, "container") == 0 ? "/"
								   : "";

		offer_behind(job, size, json_text_of(child, "name"), end,
			     json_text_of(child, "help"));
	}
}

/* A key's value as text; names are texts already. */
static const char *key_of(const json_t *value, char *buf, size_t size)
{
	if (!json_is_integer(value))
		return json_is_string(value) ? json_string_value(value) : "";
	snprintf(buf, size, "%lld", (long long)json_integer_value(value));
	return buf;
}

/* Entries of the list that the first `size` bytes name, by their first key. */
static void offer_keys(struct complete_job *job, size_t size)
{
	_cleanup_json_ json_t *node = ask_model(job, job->begun, size), *candidate = NULL;
	const char *key = json_string_value(json_array_get(json_object_get(node, "keys"), 0));
	char path[PATH_TEXT_MAX], target[PATH_TEXT_MAX], words[256], number[24];
	struct text text = TEXT_ON(target), problem = TEXT_ON(words);
	const json_t *list, *entry;
	size_t i;

	snprintf(path, sizeof(path), "%.*s", (int)size, job->begun);
	if (!key || path_target(path, &text, &problem) < 0)
		return;
	candidate = complete_ask_list(job, target, &list);
	if (!candidate)
		return;
	json_array_foreach(list, i, entry)
	{
		char step[PATH_TEXT_MAX];
		struct text written = TEXT_ON(step);

		text_add(&written, "=");
		path_key(key_of(json_object_get(entry, key), number, sizeof(number)), &written);
		offer_behind(job, size, step, "/", "");
	}
}

void complete_path(struct complete_job *job)
{
	const char *begun = job->begun;
	size_t last = path_last_step(begun), end = last + strcspn(begun + last, "=["), name;

	if (strlen(begun) >= PATH_TEXT_MAX)
		return;
	if (begun[end] == '=') {
		offer_keys(job, end);
	} else if (begun[end] == '\0') {
		name = last + strcspn(begun + last, ":");
		offer_children(job, last, begun[name] ? name + 1 : last);
	}
}

/* Values that a reference can have: "/pool/name", "/alias-group/alias/address". */
static void offer_path(struct complete_job *job, const char *reference)
{
	char list[64], below[64] = "", key[64], target[96];

	if (sscanf(reference, "/%63[^/ ]/%63[^/ ]/%63[^/ ]", list, below, key) != 3) {
		below[0] = '\0';
		if (sscanf(reference, "/%63[^/ ]/%63[^/ ]", list, key) != 2)
			return;
	}
	snprintf(target, sizeof(target), "/trireme:%s", list);
	complete_list(job, target, below[0] ? below : NULL, key);
}

/* Of one path, or of several with " | " between. */
static void offer_reference(struct complete_job *job, const char *reference)
{
	for (const char *path = reference; path; path = strstr(path, " | ")) {
		path += strspn(path, " |");
		offer_path(job, path);
	}
}

void complete_value(struct complete_job *job, const char *path)
{
	_cleanup_json_ json_t *node = path ? ask_model(job, path, strlen(path)) : NULL;
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(node, "values"), i, value)
	{
		complete_offer(job, json_text_of(value, "name"), json_text_of(value, "help"),
			       false);
	}
	if (strcmp(json_text_of(node, "type"), "boolean") == 0)
		complete_choices(job, "true|false");
	offer_reference(job, json_text_of(node, "reference"));
	if (job->found.n == 0 && !job->begun[0] && json_text_of(node, "allowed")[0])
		complete_offer(job, "", json_text_of(node, "allowed"), true);
}
