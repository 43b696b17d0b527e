// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/complete.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/command.h"
#include "console/path.h"

/* A word that is being completed. */
struct job {
	const char *begun; /* what is there of it */
	complete_ask_fn *ask;
	void *user;
	struct completions found;
	int error;
};

static void decrefp(json_t **json)
{
	json_decref(*json);
}

#define _cleanup_json_ _cleanup_(decrefp)

void completions_clear(struct completions *completions)
{
	free(completions->list);
	*completions = (struct completions){0};
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct completion *)a)->text, ((const struct completion *)b)->text);
}

/* Without what is there twice: subcommands have the same first word. */
static void sort(struct completions *found)
{
	size_t kept = 0;

	if (found->n)
		qsort(found->list, found->n, sizeof(*found->list), compare);
	for (size_t i = 0; i < found->n; i++) {
		if (kept && strcmp(found->list[kept - 1].text, found->list[i].text) == 0)
			continue;
		found->list[kept++] = found->list[i];
	}
	found->n = kept;
}

static int make_room(struct completions *found)
{
	size_t room = found->room ? 2 * found->room : 32;
	struct completion *list;

	if (found->n < found->room)
		return 0;
	list = realloc(found->list, room * sizeof(*list));
	if (!list)
		return -ENOMEM;
	found->list = list;
	found->room = room;
	return 0;
}

/* Adds the text if the word can become it. */
static void offer(struct job *job, const char *text, const char *help, bool open)
{
	struct completion *completion;

	if (strncmp(text, job->begun, strlen(job->begun)) != 0 || job->error < 0 ||
	    job->found.n == COMPLETIONS_MAX || strlen(text) >= COMPLETION_MAX)
		return;
	job->error = make_room(&job->found);
	if (job->error < 0)
		return;
	completion = &job->found.list[job->found.n++];
	*completion = (struct completion){.open = open};
	snprintf(completion->text, sizeof(completion->text), "%s", text);
	snprintf(completion->help, sizeof(completion->help), "%s", help);
}

static json_t *ask(struct job *job, enum complete_source source, const char *path)
{
	return job->ask(job->user, source, path);
}

/* "a|b|c" */
static void offer_choices(struct job *job, const char *choices)
{
	char word[32];

	while (choices && *choices) {
		size_t size = strcspn(choices, "|");

		snprintf(word, sizeof(word), "%.*s", (int)size, choices);
		offer(job, word, "", false);
		choices += size + (choices[size] == '|');
	}
}

/* Members `key` of the entries of a list; below: of that list in each entry. */
static void offer_entries(struct job *job, const json_t *list, const char *below, const char *key)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		if (below)
			offer_entries(job, json_object_get(entry, below), NULL, key);
		else
			offer(job, json_text_of(entry, key), json_text_of(entry, "reason"), false);
	}
}

static void offer_state(struct job *job, const char *list)
{
	_cleanup_json_ json_t *state = ask(job, COMPLETE_STATE, "");

	offer_entries(job, json_object_get(state, list), NULL, "name");
}

/* Names of the entries that the candidate has in a list: "/trireme:pool". */
static json_t *ask_list(struct job *job, const char *target, const json_t **ret_list)
{
	json_t *candidate = ask(job, COMPLETE_CANDIDATE, target);

	*ret_list = json_object_iter_value(json_object_iter(candidate));
	return candidate;
}

static void offer_list(struct job *job, const char *target, const char *below, const char *key)
{
	const json_t *list;
	_cleanup_json_ json_t *candidate = ask_list(job, target, &list);

	offer_entries(job, list, below, key);
}

static void offer_reals(struct job *job, const char *pool)
{
	char target[PATH_TEXT_MAX];
	struct text text = TEXT_ON(target);

	text_add(&text, "/trireme:pool=");
	path_key(pool, &text);
	text_add(&text, "/real-server");
	if (text_result(&text) == 0)
		offer_list(job, target, NULL, "name");
}

/* What the model says of the first `size` bytes of a path, without a '/' at its end. */
static json_t *ask_model(struct job *job, const char *path, size_t size)
{
	char schema[PATH_TEXT_MAX], words[256], copy[PATH_TEXT_MAX];
	struct text text = TEXT_ON(schema), problem = TEXT_ON(words);

	if (size >= sizeof(copy))
		return NULL;
	snprintf(copy, sizeof(copy), "%.*s", (int)(size && path[size - 1] == '/' ? size - 1 : size),
		 path);
	return path_schema(copy, &text, &problem) == 0 ? ask(job, COMPLETE_MODEL, schema) : NULL;
}

/* The first `size` bytes of the begun word, with that behind it. */
static void offer_behind(struct job *job, size_t size, const char *more, const char *end,
			 const char *help)
{
	char buf[PATH_TEXT_MAX];
	struct text text = TEXT_ON(buf);

	text_add(&text, "%.*s%s%s", (int)size, job->begun, more, end);
	if (text_result(&text) == 0)
		offer(job, buf, help, end[0]);
}

/* What the place of the first `parent` bytes has; names are written behind the first `size`. */
static void offer_children(struct job *job, size_t parent, size_t size)
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
static void offer_keys(struct job *job, size_t size)
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
	candidate = ask_list(job, target, &list);
	json_array_foreach(list, i, entry)
	{
		char step[PATH_TEXT_MAX];
		struct text written = TEXT_ON(step);

		text_add(&written, "=");
		path_key(key_of(json_object_get(entry, key), number, sizeof(number)), &written);
		offer_behind(job, size, step, "/", "");
	}
}

static void offer_path(struct job *job)
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
static void offer_reference(struct job *job, const char *reference)
{
	char list[64], below[64] = "", key[64], target[96];

	if (sscanf(reference, "/%63[^/]/%63[^/]/%63[^/]", list, below, key) != 3) {
		below[0] = '\0';
		if (sscanf(reference, "/%63[^/]/%63[^/]", list, key) != 2)
			return;
	}
	snprintf(target, sizeof(target), "/trireme:%s", list);
	offer_list(job, target, below[0] ? below : NULL, key);
}

static void offer_value(struct job *job, const char *path)
{
	_cleanup_json_ json_t *node = path ? ask_model(job, path, strlen(path)) : NULL;
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(node, "values"), i, value)
	{
		offer(job, json_text_of(value, "name"), json_text_of(value, "help"), false);
	}
	if (strcmp(json_text_of(node, "type"), "boolean") == 0)
		offer_choices(job, "true|false");
	offer_reference(job, json_text_of(node, "reference"));
	if (job->found.n == 0 && !job->begun[0] && json_text_of(node, "allowed")[0])
		offer(job, "", json_text_of(node, "allowed"), true);
}

static void offer_argument(struct job *job, const struct argument *argument, const char *before)
{
	switch (argument->kind) {
	case ARGUMENT_PATH:
		offer_path(job);
		break;
	case ARGUMENT_VALUE:
		offer_value(job, before);
		break;
	case ARGUMENT_DOCUMENT:
		offer_choices(job, "running|candidate");
		break;
	case ARGUMENT_GROUP:
		offer_state(job, "group");
		break;
	case ARGUMENT_NODE:
		offer_state(job, "member");
		break;
	case ARGUMENT_SERVICE:
		offer_state(job, "service");
		break;
	case ARGUMENT_POOL:
		offer_list(job, "/trireme:pool", NULL, "name");
		break;
	case ARGUMENT_REAL:
		offer_reals(job, before);
		break;
	case ARGUMENT_USER:
		offer_list(job, "/trireme:access/user", NULL, "name");
		break;
	case ARGUMENT_TOKEN:
		offer_list(job, "/trireme:access/token", NULL, "name");
		break;
	default:
		break;
	}
}

static void offer_switches(struct job *job, const struct command *command)
{
	for (size_t id = 0; id < SWITCHES; id++) {
		if (command->switches & SWITCH_BIT(id))
			offer(job, command_switches[id].name, command_switches[id].help, false);
	}
}

/* The next words of commands that begin with the n words before. */
static void offer_commands(struct job *job, int n, char *const *words)
{
	for (size_t i = 0; i < n_commands; i++) {
		const char *rest = commands[i].words;
		char word[32];
		int k = 0;

		for (; k < n && rest; k++) {
			size_t size = strcspn(rest, " ");
			bool same = strlen(words[k]) == size && strncmp(words[k], rest, size) == 0;

			rest = same && rest[size] ? rest + size + 1 : NULL;
		}
		if (!rest || commands[i].hidden)
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(rest, " "), rest);
		offer(job, word, strchr(rest, ' ') ? "" : commands[i].help, false);
	}
}

/* Behind a switch that takes a value stands its value. */
static const struct command_switch *switch_before(const char *word)
{
	for (size_t id = 0; id < SWITCHES; id++) {
		const struct command_switch *s = &command_switches[id];

		if (s->takes != SWITCH_ALONE && s->takes != SWITCH_WITH_SPAN &&
		    (strcmp(s->name, word) == 0 || (s->letter && strcmp(s->letter, word) == 0)))
			return s;
	}
	return NULL;
}

static void offer_words(struct job *job, const struct command *command, int n, char *const *words)
{
	const struct command_switch *s = n > 0 ? switch_before(words[n - 1]) : NULL;
	const char *before = NULL;
	size_t arguments = 0;

	if (s) {
		offer_choices(job, s->choices);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (words[i][0] == '-' || (i > 0 && switch_before(words[i - 1])))
			continue;
		before = words[i];
		arguments++;
	}
	if (job->begun[0] == '-')
		offer_switches(job, command);
	else if (arguments < COMMAND_ARGUMENTS_MAX && command->arguments[arguments].name)
		offer_argument(job, &command->arguments[arguments], before);
}

int complete(int n, char *const *words, complete_ask_fn *ask_fn, void *user,
	     struct completions *ret)
{
	struct job job = {.begun = n > 0 ? words[n - 1] : "", .ask = ask_fn, .user = user};
	int before = n > 0 ? n - 1 : 0, used;
	const struct command *command = command_find(before, words, &used);

	offer_commands(&job, before, words);
	if (command && command->kind == COMMAND_HELP)
		offer_commands(&job, before - used, words + used);
	else if (command)
		offer_words(&job, command, before - used, words + used);
	if (job.error < 0) {
		completions_clear(&job.found);
		return job.error;
	}
	sort(&job.found);
	*ret = job.found;
	return 0;
}
