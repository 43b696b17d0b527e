// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/config_cmd.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define WAIT_MS 5000
#define WAIT_COMMIT_MS 32000 /* replication gives up earlier, with a reason */
#define CONFIRM_MINUTES 10
#define CONFIRM_SECONDS_MAX 86400
#define CONFIRM_ALLOWED ": allowed are 1 to 1440 minutes, or seconds as in 90s"

const char config_cmd_usage[] =
	"       trireme show [PATH] [--revision N | --candidate]\n"
	"                                           the configuration, secrets hidden\n"
	"       trireme set PATH VALUE              changes this session's candidate; VALUE is "
	"plain "
	"text or JSON\n"
	"       trireme delete PATH                 removes from the candidate\n"
	"       trireme describe [PATH]             what can be set there: help, values, defaults\n"
	"       trireme diff [FROM [TO]] [--patch]  what the candidate changes, or between two "
	"revisions\n"
	"       trireme discard                     forgets the candidate\n"
	"       trireme commit [-m TEXT] [--confirm [MINUTES]] [--emergency]\n"
	"                                           takes the candidate into use on every node\n"
	"       trireme confirm                     keeps a revision that was committed with "
	"--confirm\n"
	"       trireme rollback N [-m TEXT] [--confirm [MINUTES]]\n"
	"                                           takes the document of revision N into use "
	"again\n"
	"       trireme override WORD               goes on without a node that may know a newer "
	"revision, which is lost then; WORD is 'override'\n"
	"       trireme history [N]                 the last N revisions (20)\n"
	"       trireme config                      state of the configuration service\n";

struct command {
	const char *name, *op;
	int (*parse)(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem);
	void (*render)(const json_t *answer, struct text *text);
};

static int wrong(struct text *problem, const char *words, const char *value)
{
	text_add(problem, "%s%s", words, value);
	return -EINVAL;
}

static int put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

static int put_text(json_t *object, const char *key, const char *text, struct text *problem)
{
	json_t *value = json_string(text);

	if (!value)
		return wrong(problem, key, ": allowed is text in UTF-8");
	return put(object, key, value);
}

/* "running", "candidate", or a revision's number. */
static int put_which(json_t *request, const char *key, const char *text, struct text *problem)
{
	uint32_t number;

	if (strcmp(text, "running") == 0 || strcmp(text, "candidate") == 0)
		return put_text(request, key, text, problem);
	if (parse_u32(text, 1, UINT32_MAX, &number) < 0)
		return wrong(problem, text,
			     ": allowed are a revision's number, running, candidate");
	return put(request, key, json_integer(number));
}

/* "10" and "10m" are minutes, "90s" are seconds. */
static int parse_confirm(int argc, char *const *argv, int *i, struct config_cmd *cmd,
			 struct text *problem)
{
	uint32_t number = CONFIRM_MINUTES, unit = 60;
	char digits[8];
	size_t length;

	if (*i + 1 < argc && argv[*i + 1][0] != '-') {
		const char *word = argv[++*i];

		length = strspn(word, "0123456789");
		if (strcmp(word + length, "s") == 0)
			unit = 1;
		else if (word[length] && strcmp(word + length, "m") != 0)
			length = sizeof(digits);
		if (length >= sizeof(digits))
			return wrong(problem, word, CONFIRM_ALLOWED);
		memcpy(digits, word, length);
		digits[length] = '\0';
		if (parse_u32(digits, 1, CONFIRM_SECONDS_MAX / unit, &number) < 0)
			return wrong(problem, word, CONFIRM_ALLOWED);
	}
	return put(cmd->request, "confirm", json_integer(number * unit));
}

/* Switches that several commands share; *i moves to the last word taken. */
static int parse_switch(int argc, char *const *argv, int *i, struct config_cmd *cmd,
			struct text *problem)
{
	const char *word = argv[*i];

	if (strcmp(word, "--json") == 0) {
		cmd->json = true;
		return 0;
	}
	if (strcmp(word, "-m") == 0 || strcmp(word, "--message") == 0) {
		if (*i + 1 == argc)
			return wrong(problem, word, " needs a text");
		return put_text(cmd->request, "comment", argv[++*i], problem);
	}
	if (strcmp(word, "--confirm") == 0)
		return parse_confirm(argc, argv, i, cmd, problem);
	if (strcmp(word, "--emergency") == 0)
		return put(cmd->request, "emergency", json_true());
	return wrong(problem, "no such switch or too many words: ", word);
}

static int parse_switches(int argc, char *const *argv, int first, struct config_cmd *cmd,
			  struct text *problem)
{
	int r = 0;

	for (int i = first; i < argc && r == 0; i++)
		r = parse_switch(argc, argv, &i, cmd, problem);
	return r;
}

static int parse_plain(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	return parse_switches(argc, argv, 1, cmd, problem);
}

static int parse_commit(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	cmd->wait_ms = WAIT_COMMIT_MS;
	return parse_switches(argc, argv, 1, cmd, problem);
}

static int parse_rollback(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	uint32_t number;

	cmd->wait_ms = WAIT_COMMIT_MS;
	if (argc < 2)
		return wrong(problem,
			     "rollback needs a revision's number: ", "see trireme history");
	if (parse_u32(argv[1], 1, UINT32_MAX, &number) < 0)
		return wrong(problem, argv[1], ": allowed is a revision's number");
	if (put(cmd->request, "revision", json_integer(number)) < 0)
		return -ENOMEM;
	return parse_switches(argc, argv, 2, cmd, problem);
}

/* The service knows the word, and says what it does. */
static int parse_override(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	int r;

	if (argc < 2)
		return parse_switches(argc, argv, 1, cmd, problem);
	r = put_text(cmd->request, "word", argv[1], problem);
	return r < 0 ? r : parse_switches(argc, argv, 2, cmd, problem);
}

static int parse_show(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	int r = put(cmd->request, "what", json_string("running"));

	cmd->document = true;
	for (int i = 1; i < argc && r == 0; i++) {
		if (strcmp(argv[i], "--candidate") == 0)
			r = put(cmd->request, "what", json_string("candidate"));
		else if (strcmp(argv[i], "--revision") == 0 && i + 1 < argc)
			r = put_which(cmd->request, "what", argv[++i], problem);
		else if (argv[i][0] == '-')
			r = parse_switch(argc, argv, &i, cmd, problem);
		else
			r = put_text(cmd->request, "path", argv[i], problem);
	}
	return r;
}

static int parse_describe(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	int r;

	if (argc < 2 || argv[1][0] == '-')
		return parse_switches(argc, argv, 1, cmd, problem);
	r = put_text(cmd->request, "path", argv[1], problem);
	return r < 0 ? r : parse_switches(argc, argv, 2, cmd, problem);
}

static int parse_history(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	uint32_t count;

	if (argc < 2 || argv[1][0] == '-')
		return parse_switches(argc, argv, 1, cmd, problem);
	if (parse_u32(argv[1], 1, 1000, &count) < 0)
		return wrong(problem, argv[1], ": allowed are 1 to 1000 revisions");
	if (put(cmd->request, "count", json_integer(count)) < 0)
		return -ENOMEM;
	return parse_switches(argc, argv, 2, cmd, problem);
}

static int parse_diff(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	static const char *const keys[] = {"from", "to"};
	size_t n = 0;
	int r = 0;

	for (int i = 1; i < argc && r == 0; i++) {
		if (strcmp(argv[i], "--patch") == 0)
			r = put(cmd->request, "format", json_string("patch"));
		else if (argv[i][0] == '-')
			r = parse_switch(argc, argv, &i, cmd, problem);
		else if (n == ARRAY_SIZE(keys))
			return wrong(problem, "diff compares two: ", argv[i]);
		else
			r = put_which(cmd->request, keys[n++], argv[i], problem);
	}
	return r;
}

/* JSON where it is an object, list or text in quotes; everything else is the value's text. */
static json_t *value_of(const char *text)
{
	json_t *value = strchr("{[\"", text[0]) ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	return value ? value : json_string(text);
}

static int put_edit(struct config_cmd *cmd, const char *operation, const char *path, json_t *value,
		    struct text *problem)
{
	json_t *edits = json_array(), *edit = json_object();

	if (!edits || !edit || json_array_append_new(edits, edit) < 0) {
		json_decref(edits);
		json_decref(value);
		return -ENOMEM;
	}
	if (put(cmd->request, "edits", edits) < 0 ||
	    put(edit, "operation", json_string(operation)) < 0 ||
	    (value && put(edit, "value", value) < 0))
		return -ENOMEM;
	return put_text(edit, "path", path, problem);
}

static int parse_set(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	int r;

	if (argc < 3)
		return wrong(problem, "set needs a path and a value", "");
	r = put_edit(cmd, "merge", argv[1], value_of(argv[2]), problem);
	return r < 0 ? r : parse_switches(argc, argv, 3, cmd, problem);
}

static int parse_delete(int argc, char *const *argv, struct config_cmd *cmd, struct text *problem)
{
	int r;

	if (argc < 2)
		return wrong(problem, "delete needs a path", "");
	r = put_edit(cmd, "delete", argv[1], NULL, problem);
	return r < 0 ? r : parse_switches(argc, argv, 2, cmd, problem);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void render_summary(const json_t *answer, struct text *text)
{
	if (text_of(answer, "summary")[0])
		text_add(text, "%s\n", text_of(answer, "summary"));
}

static void render_text(const json_t *answer, struct text *text)
{
	const json_t *patch = json_object_get(answer, "patch");
	_cleanup_free_ char *dump = patch ? json_dumps(patch, JSON_INDENT(2)) : NULL;

	text_add(text, "%s%s", dump ? dump : text_of(answer, "text"), dump ? "\n" : "");
}

static void add_revision(const json_t *revision, struct text *text)
{
	text_add(text, "%5lld  %s  %-12s  ", number_of(revision, "revision"),
		 text_of(revision, "time"), text_of(revision, "author"));
	if (text_of(revision, "state")[0])
		text_add(text, "%s  ", text_of(revision, "state"));
	if (text_of(revision, "replaced")[0])
		text_add(text, "replaced %s, %s  ", text_of(revision, "replaced"),
			 text_of(revision, "reason"));
	text_add(text, "%s\n", text_of(revision, "comment"));
}

/* What was replaced only as far back as the revisions that are shown. */
static void render_history(const json_t *answer, struct text *text)
{
	const json_t *revision;
	long long oldest = 0;
	size_t i;

	json_array_foreach(json_object_get(answer, "revisions"), i, revision)
	{
		add_revision(revision, text);
		oldest = number_of(revision, "revision");
	}
	json_array_foreach(json_object_get(answer, "superseded"), i, revision)
	{
		if (number_of(revision, "revision") >= oldest)
			add_revision(revision, text);
	}
}

static void add_fact(const json_t *node, const char *key, const char *label, struct text *text)
{
	if (text_of(node, key)[0])
		text_add(text, "  %-10s %s\n", label, text_of(node, key));
}

static void render_description(const json_t *answer, struct text *text)
{
	const json_t *node = json_object_get(answer, "node"), *child;
	size_t i;

	text_add(text, "%s (%s)\n", text_of(node, "name")[0] ? text_of(node, "name") : "/",
		 text_of(node, "kind"));
	add_fact(node, "help", "", text);
	add_fact(node, "allowed", "allowed", text);
	add_fact(node, "units", "units", text);
	add_fact(node, "default", "default", text);
	add_fact(node, "reference", "one of", text);
	json_array_foreach(json_object_get(node, "values"), i, child)
	{
		text_add(text, "  %-18s %s\n", text_of(child, "name"), text_of(child, "help"));
	}
	json_array_foreach(json_object_get(node, "children"), i, child)
	{
		text_add(text, "  %-18s %s\n", text_of(child, "name"), text_of(child, "help"));
	}
}

static const struct command commands[] = {
	{"show", "get", parse_show, NULL},
	{"set", "edit", parse_set, render_summary},
	{"delete", "edit", parse_delete, render_summary},
	{"describe", "describe", parse_describe, render_description},
	{"diff", "diff", parse_diff, render_text},
	{"discard", "discard", parse_plain, render_summary},
	{"commit", "commit", parse_commit, render_summary},
	{"confirm", "confirm", parse_commit, render_summary},
	{"rollback", "rollback", parse_rollback, render_summary},
	{"override", "override", parse_override, render_summary},
	{"history", "history", parse_history, render_history},
	{"config", "status", parse_plain, render_summary},
};

int config_cmd_parse(int argc, char *const *argv, const char *session, struct config_cmd *ret_cmd,
		     struct text *problem)
{
	_cleanup_(config_cmd_clear) struct config_cmd cmd = {.wait_ms = WAIT_MS};
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		cmd.request = json_pack("{s:s, s:s}", "op", commands[i].op, "session", session);
		r = cmd.request ? commands[i].parse(argc, argv, &cmd, problem) : -ENOMEM;
		break;
	}
	if (r < 0)
		return r;
	*ret_cmd = cmd;
	cmd.request = NULL;
	return 0;
}

void config_cmd_clear(struct config_cmd *cmd)
{
	json_decref(cmd->request);
	cmd->request = NULL;
}

static void render_error(const json_t *error, struct text *text)
{
	static const struct {
		const char *key, *label;
	} parts[] = {{"path", "path"}, {"value", "value"}, {"allowed", "allowed"}};

	text_add(text, "%s\n", text_of(error, "message"));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (text_of(error, parts[i].key)[0])
			text_add(text, "  %-8s %s\n", parts[i].label, text_of(error, parts[i].key));
	}
}

int config_cmd_render(const struct config_cmd *cmd, const json_t *answer, struct text *text)
{
	const json_t *error = json_object_get(answer, "error");
	const json_t *shown = cmd->document ? json_object_get(answer, "document") : answer;
	const char *op = text_of(cmd->request, "op");

	if (error) {
		render_error(error, text);
		return -EBADMSG;
	}
	if (cmd->json || cmd->document) {
		_cleanup_free_ char *dump = json_dumps(shown, JSON_INDENT(2) | JSON_ENCODE_ANY);

		text_add(text, "%s\n", dump ? dump : "");
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].op, op) == 0 && commands[i].render) {
			commands[i].render(answer, text);
			return 0;
		}
	}
	return 0;
}
