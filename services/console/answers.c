// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers about the configuration, and about who may do what, in words. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/command_parts.h"

#define REVISION_WORDS_MAX 2048

int answer_summary(const struct command_line *line, const json_t *content, struct text *text)
{
	(void)line;
	if (json_text_of(content, "summary")[0])
		text_add(text, "%s\n", json_text_of(content, "summary"));
	return 0;
}

int answer_changed(const struct command_line *line, const json_t *content, struct text *text)
{
	(void)line;
	(void)content;
	text_add(text, "changed in the candidate; diff shows it, commit takes it into use\n");
	return 0;
}

int answer_done(const struct command_line *line, const json_t *content, struct text *text)
{
	(void)content;
	text_add(text, "%s %s: done\n", line->command->words, line->arguments[0]);
	return 0;
}

/* As it is; that of an earlier revision comes as an operation's output. */
int answer_document(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *document = line->switches & SWITCH_BIT(SWITCH_REVISION)
					 ? json_object_get(content, "document")
					 : content;
	_cleanup_free_ char *dump =
		json_dumps(document, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

	text_add(text, "%s\n", dump ? dump : "{}");
	return dump ? 0 : -EPROTO;
}

int answer_diff(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *patch = json_object_get(content, "patch");
	_cleanup_free_ char *dump =
		json_is_object(patch) ? json_dumps(patch, JSON_INDENT(2)) : NULL;
	const char *words = json_text_of(content, json_is_string(patch) ? "patch" : "text");

	(void)line;
	text_add(text, "%s%s", dump ? dump : words, dump ? "\n" : "");
	return 0;
}

/* What it is to another one, if it is no change of its own. */
static void add_kind(const json_t *revision, struct text *text)
{
	static const struct {
		const char *kind, *words;
	} kinds[] = {{"confirm", "confirms"}, {"revert", "reverts"}, {"rollback", "rolls back to"}};
	long long refers = json_number_of(revision, "refers");

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (refers && strcmp(json_text_of(revision, "kind"), kinds[i].kind) == 0)
			text_add(text, "%s %lld  ", kinds[i].words, refers);
	}
}

static void add_revision(const json_t *revision, struct text *text)
{
	char words[REVISION_WORDS_MAX];
	struct text line = TEXT_ON(words);
	size_t length;

	text_add(&line, "%5lld  %s  %-12s  ", json_number_of(revision, "number"),
		 json_text_of(revision, "time"), json_text_of(revision, "author"));
	if (json_text_of(revision, "state")[0])
		text_add(&line, "%s  ", json_text_of(revision, "state"));
	add_kind(revision, &line);
	if (json_text_of(revision, "replaced")[0])
		text_add(&line, "replaced %s, %s  ", json_text_of(revision, "replaced"),
			 json_text_of(revision, "reason"));
	text_add(&line, "%s", json_text_of(revision, "comment"));
	length = strlen(words);
	while (length > 0 && words[length - 1] == ' ')
		length--;
	text_add(text, "%.*s\n", (int)length, words);
}

/* What was replaced only as far back as the revisions that are shown. */
int answer_history(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *revision;
	long long oldest = 0;
	size_t i;

	(void)line;
	json_array_foreach(json_object_get(content, "revision"), i, revision)
	{
		add_revision(revision, text);
		oldest = json_number_of(revision, "number");
	}
	json_array_foreach(json_object_get(content, "replaced"), i, revision)
	{
		if (json_number_of(revision, "number") >= oldest)
			add_revision(revision, text);
	}
	return 0;
}

/* The model's descriptions are of several lines; here each is one. */
static void add_line(const char *words, struct text *text)
{
	for (; *words; words++)
		text_add(text, "%c", *words == '\n' ? ' ' : *words);
	text_add(text, "\n");
}

static void add_fact(const json_t *node, const char *key, const char *label, struct text *text)
{
	if (!json_text_of(node, key)[0])
		return;
	text_add(text, "  %-10s ", label);
	add_line(json_text_of(node, key), text);
}

static void add_names(const json_t *list, struct text *text)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		text_add(text, "  %-18s ", json_text_of(entry, "name"));
		add_line(json_text_of(entry, "help"), text);
	}
}

int answer_description(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *node = json_object_get(content, "node");
	const char *name = json_text_of(node, "name");

	(void)line;
	text_add(text, "%s (%s)\n", name[0] ? name : "/",
		 name[0] ? json_text_of(node, "kind") : "the document");
	add_fact(node, "help", "", text);
	add_fact(node, "allowed", "allowed", text);
	add_fact(node, "units", "units", text);
	add_fact(node, "default", "default", text);
	add_fact(node, "reference", "one of", text);
	add_names(json_object_get(node, "values"), text);
	add_names(json_object_get(node, "children"), text);
	return 0;
}

/* A line of the file, what became of it, and where. */
static void add_mapping(const json_t *line, struct text *text)
{
	const char *path = json_text_of(line, "path");

	text_add(text, "%5lld  %-7s  %s%s%s%s%s\n", json_number_of(line, "line"),
		 json_text_of(line, "verdict"), json_text_of(line, "key"),
		 json_text_of(line, "key")[0] ? ": " : "", json_text_of(line, "text"),
		 path[0] ? "  -> " : "", path);
}

int answer_import(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(content, "mapping"), i, entry)
	{
		add_mapping(entry, text);
	}
	answer_summary(line, content, text);
	return 0;
}

static const json_t *access_list(const json_t *content, const char *name)
{
	return json_object_get(json_object_get(content, "trireme:access"), name);
}

int answer_users(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *list = access_list(content, "user"), *user;
	size_t i;

	(void)line;
	json_array_foreach(list, i, user)
	{
		text_add(text, "%-32s %s\n", json_text_of(user, "name"),
			 json_text_of(user, "role"));
	}
	if (json_array_size(list) == 0)
		text_add(text, "(no user; root of this machine is an administrator)\n");
	return 0;
}

int answer_tokens(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *list = access_list(content, "token"), *token;
	size_t i;

	(void)line;
	json_array_foreach(list, i, token)
	{
		const char *expires = json_text_of(token, "expires");

		text_add(text, "%-32s %-13s %s\n", json_text_of(token, "name"),
			 json_text_of(token, "role"), expires[0] ? expires : "does not expire");
	}
	if (json_array_size(list) == 0)
		text_add(text, "(no token)\n");
	return 0;
}

int answer_token(const struct command_line *line, const json_t *content, struct text *text)
{
	(void)line;
	text_add(text, "%s\n", json_text_of(content, "token"));
	return 0;
}

int answer_audit(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *entry;
	size_t i;

	(void)line;
	json_array_foreach(json_object_get(content, "entry"), i, entry)
	{
		text_add(text, "%s  %-12s %-15s %-16s %s%s%s\n", json_text_of(entry, "time"),
			 json_text_of(entry, "user"), json_text_of(entry, "from"),
			 json_text_of(entry, "action"), json_text_of(entry, "target"),
			 json_text_of(entry, "target")[0] ? ": " : "",
			 json_text_of(entry, "outcome"));
	}
	return 0;
}
