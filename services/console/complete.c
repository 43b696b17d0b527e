// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/complete_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "console/command.h"
#include "console/path.h"

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

void complete_offer(struct complete_job *job, const char *text, const char *help, bool open)
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
	/* The model's descriptions are of several lines. */
	for (size_t i = 0; i < sizeof(completion->help) - 1 && help[i]; i++)
		completion->help[i] = (char)(help[i] == '\n' ? ' ' : help[i]);
}

static json_t *ask(struct complete_job *job, enum complete_source source, const char *path)
{
	return job->ask(job->user, source, path);
}

void complete_choices(struct complete_job *job, const char *choices)
{
	char word[32];

	while (choices && *choices) {
		size_t size = strcspn(choices, "|");

		snprintf(word, sizeof(word), "%.*s", (int)size, choices);
		complete_offer(job, word, "", false);
		choices += size + (choices[size] == '|');
	}
}

/* Members `key` of the entries of a list; below: of that list in each entry. */
static void offer_entries(struct complete_job *job, const json_t *list, const char *below,
			  const char *key)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		if (below)
			offer_entries(job, json_object_get(entry, below), NULL, key);
		else
			complete_offer(job, json_text_of(entry, key), json_text_of(entry, "reason"),
				       false);
	}
}

/* Files by their names. One that would have to be quoted is typed by hand. */
static void offer_files(struct complete_job *job)
{
	const char *slash = strrchr(job->begun, '/');
	size_t size = slash ? (size_t)(slash - job->begun) + 1 : 0, i;
	char path[COMPLETION_MAX];
	struct text folder = TEXT_ON(path);
	_cleanup_json_ json_t *names = NULL;
	const json_t *entry;

	text_add(&folder, "%.*s", (int)size, job->begun);
	if (text_result(&folder) < 0)
		return;
	names = ask(job, COMPLETE_FILES, path);
	json_array_foreach(names, i, entry)
	{
		const char *name = json_string_value(entry);
		char whole[COMPLETION_MAX];
		struct text text = TEXT_ON(whole);

		/* Hidden ones are for who has typed the dot. */
		if (!name || name[strcspn(name, " \t\"'\\")] ||
		    (name[0] == '.' && job->begun[size] != '.'))
			continue;
		text_add(&text, "%s%s", path, name);
		if (text_result(&text) == 0)
			complete_offer(job, whole, "", name[strlen(name) - 1] == '/');
	}
}

/* The newest ones, with what has been said of them. */
static void offer_revisions(struct complete_job *job)
{
	_cleanup_json_ json_t *state = ask(job, COMPLETE_STATE, "");
	const json_t *revision;
	size_t i;

	json_array_foreach(json_object_get(state, "revision"), i, revision)
	{
		char number[24];

		snprintf(number, sizeof(number), "%lld", json_number_of(revision, "number"));
		complete_offer(job, number, json_text_of(revision, "comment"), false);
	}
}

static void offer_state(struct complete_job *job, const char *list)
{
	_cleanup_json_ json_t *state = ask(job, COMPLETE_STATE, "");

	offer_entries(job, json_object_get(state, list), NULL, "name");
}

json_t *complete_ask_list(struct complete_job *job, const char *target, const json_t **ret_list)
{
	json_t *candidate = ask(job, COMPLETE_CANDIDATE, target);

	*ret_list = json_object_iter_value(json_object_iter(candidate));
	return candidate;
}

void complete_list(struct complete_job *job, const char *target, const char *below, const char *key)
{
	const json_t *list;
	_cleanup_json_ json_t *candidate = complete_ask_list(job, target, &list);

	offer_entries(job, list, below, key);
}

static void offer_reals(struct complete_job *job, const char *pool)
{
	char target[PATH_TEXT_MAX];
	struct text text = TEXT_ON(target);

	text_add(&text, "/trireme:pool=");
	path_key(pool, &text);
	text_add(&text, "/real-server");
	if (text_result(&text) == 0)
		complete_list(job, target, NULL, "name");
}

/* Arguments whose names the state has in a list, and those that the candidate has in one. */
static const struct {
	const char *state, *candidate;
} name_lists[] = {
	[ARGUMENT_GROUP] = {.state = "group"},
	[ARGUMENT_NODE] = {.state = "member"},
	[ARGUMENT_SERVICE] = {.state = "service"},
	[ARGUMENT_POOL] = {.candidate = "/trireme:pool"},
	[ARGUMENT_USER] = {.candidate = "/trireme:access/user"},
	[ARGUMENT_TOKEN] = {.candidate = "/trireme:access/token"},
};

static void offer_names(struct complete_job *job, enum argument_kind kind)
{
	if (kind >= ARRAY_SIZE(name_lists))
		return;
	if (name_lists[kind].state)
		offer_state(job, name_lists[kind].state);
	if (name_lists[kind].candidate)
		complete_list(job, name_lists[kind].candidate, NULL, "name");
}

static void offer_argument(struct complete_job *job, const struct argument *argument,
			   const char *before)
{
	switch (argument->kind) {
	case ARGUMENT_PATH:
		complete_path(job);
		break;
	case ARGUMENT_VALUE:
		complete_value(job, before);
		break;
	case ARGUMENT_DOCUMENT:
		complete_choices(job, "running|candidate");
		offer_revisions(job);
		break;
	case ARGUMENT_REVISION:
		offer_revisions(job);
		break;
	case ARGUMENT_REAL:
		offer_reals(job, before);
		break;
	case ARGUMENT_FILE:
		offer_files(job);
		break;
	default:
		offer_names(job, argument->kind);
		break;
	}
}

static void offer_switches(struct complete_job *job, const struct command *command)
{
	for (size_t id = 0; id < SWITCHES; id++) {
		if (command->switches & SWITCH_BIT(id))
			complete_offer(job, command_switches[id].name, command_switches[id].help,
				       false);
	}
}

/* The next words of commands that begin with the n words before. */
static void offer_commands(struct complete_job *job, int n, char *const *words)
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
		complete_offer(job, word, strchr(rest, ' ') ? "" : commands[i].help, false);
	}
}

/* Behind a switch that takes a value stands its value. */
static const struct command_switch *switch_before(const struct command *command, const char *word)
{
	size_t id = command_switch_find(command, word);
	const struct command_switch *s = id < SWITCHES ? &command_switches[id] : NULL;

	return s && s->takes != SWITCH_ALONE && s->takes != SWITCH_WITH_SPAN ? s : NULL;
}

static void offer_words(struct complete_job *job, const struct command *command, int n,
			char *const *words)
{
	const struct command_switch *s = n > 0 ? switch_before(command, words[n - 1]) : NULL;
	const char *before = NULL;
	size_t arguments = 0;

	if (s) {
		complete_choices(job, s->choices);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (words[i][0] == '-' || (i > 0 && switch_before(command, words[i - 1])))
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
	struct complete_job job = {.begun = n > 0 ? words[n - 1] : "", .ask = ask_fn, .user = user};
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
