// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/run_io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/complete_io.h"
#include "console/http.h"
#include "console/output_io.h"

#define OUTPUT_MAX (2 * HTTP_BODY_MAX)
#define PROBLEM_MAX 1024
#define HELP_MAX 16384

enum exit_code run_problem(enum exit_code code, const char *format, ...)
{
	char words[PROBLEM_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	fputs("trireme: ", stderr);
	output_text(stderr, words);
	fputc('\n', stderr);
	return code;
}

/* An answer without words: nothing has that name, or who would know is silent. */
static enum exit_code code_of(int r)
{
	return r == -ENOENT ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

static enum exit_code ended(int r)
{
	if (r == 0 && fflush(stdout) == 0)
		return EXIT_OK;
	return run_problem(EXIT_REFUSED, "the answer cannot be printed: %s",
			   strerror(r < 0 ? -r : errno));
}

enum exit_code run_print(const struct command_line *line, const struct api_answer *answer)
{
	const json_t *content = api_content(answer);
	_cleanup_free_ char *buf = NULL;
	struct text text;
	int r;

	if (line->switches & SWITCH_BIT(SWITCH_JSON))
		return ended(content ? output_json(stdout, content) : 0);
	buf = malloc(OUTPUT_MAX);
	if (!buf)
		return ended(-ENOMEM);
	text_init(&text, buf, OUTPUT_MAX);
	r = line->command->render(line, content, &text);
	output_text(r == -ENOENT ? stderr : stdout, buf);
	return r < 0 ? code_of(r) : ended(text_result(&text));
}

enum exit_code run_request(const struct client *client, const struct command_line *line,
			   struct api_request *request)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	enum exit_code code = client_ask_well(client, request, line->command->changes, &answer);

	api_request_clear(request);
	return code == EXIT_OK ? run_print(line, &answer) : code;
}

void run_comment(const struct command_line *line, char comment[RUN_COMMENT_MAX])
{
	snprintf(comment, RUN_COMMENT_MAX, "%s %s", line->command->words,
		 line->arguments[0] ? line->arguments[0] : "");
	/* It goes into a line of HTTP, and may have been cut within a character. */
	for (char *c = comment; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
}

enum exit_code run_ask(const struct client *client, const struct command_line *line)
{
	struct api_request request = {0};
	char words[PROBLEM_MAX];
	struct text problem = TEXT_ON(words);
	char comment[RUN_COMMENT_MAX];
	int r = command_request(line, &request, &problem);

	if (r < 0) {
		api_request_clear(&request);
		return run_problem(EXIT_USAGE, "%s", words[0] ? words : strerror(-r));
	}
	/* A change of what is in use makes a revision: the history says what it was. */
	run_comment(line, comment);
	if (line->command->changes && line->command->request)
		request.comment = comment;
	return run_request(client, line, &request);
}

/* Of one command, of those that begin with a word, or (both NULL) of all. */
static enum exit_code print_help(const struct command *command, const char *group)
{
	_cleanup_free_ char *buf = malloc(HELP_MAX);
	struct text text;

	if (!buf)
		return ended(-ENOMEM);
	text_init(&text, buf, HELP_MAX);
	if (command)
		command_help(command, &text);
	else if (group)
		command_help_group(group, &text);
	else
		command_help_all(&text);
	if (!buf[0])
		return run_problem(EXIT_USAGE, "there is no command '%s': see help", group);
	fputs(buf, stdout);
	return ended(text_result(&text));
}

static enum exit_code run_help(const struct client *client, const struct command_line *line)
{
	char *words[COMMAND_ARGUMENTS_MAX] = {NULL};
	const struct command *command;
	int n = 0, used;

	(void)client;
	while (n < COMMAND_ARGUMENTS_MAX && line->arguments[n]) {
		words[n] = (char *)line->arguments[n];
		n++;
	}
	command = command_find(n, words, &used);
	if (n < 2 || (command && used == n))
		return print_help(command, n ? words[0] : NULL);
	return run_problem(EXIT_USAGE, "there is no command '%s%s%s': see help", words[0],
			   n > 1 ? " " : "", n > 1 ? words[1] : "");
}

static run_fn *const runners[] = {
	[COMMAND_ASK] = run_ask,	   [COMMAND_STATUS] = run_status,
	[COMMAND_DRAIN] = run_drain,	   [COMMAND_TOP] = run_top,
	[COMMAND_EXPORT] = run_export,	   [COMMAND_IMPORT] = run_import,
	[COMMAND_USER_ADD] = run_user_add, [COMMAND_USER_PASSWORD] = run_user_password,
	[COMMAND_HELP] = run_help,	   [COMMAND_REALSERVER] = run_realserver,
};

static enum exit_code wrong_usage(const struct command *command, const char *problem)
{
	char usage[512];
	struct text text = TEXT_ON(usage);

	run_problem(EXIT_USAGE, "%s", problem);
	if (command) {
		command_usage(command, &text);
		fprintf(stderr, "Usage: %s\n", usage);
	}
	return EXIT_USAGE;
}

static bool asks_for_help(int argc, char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

enum exit_code run_words(const struct client *client, int argc, char *const *argv)
{
	struct command_line line;
	char words[PROBLEM_MAX];
	struct text problem = TEXT_ON(words);
	int used;
	const struct command *command = command_find(argc, argv, &used);

	if (command && command->kind == COMMAND_COMPLETE)
		return complete_print(client, argc - used, argv + used);
	if (asks_for_help(argc - used, argv + used))
		return print_help(command, command || argv[0][0] == '-' ? NULL : argv[0]);
	if (command && command->kind == COMMAND_PROGRAM)
		return run_program(client, command, argc - used, argv + used);
	if (command_parse(argc, argv, &line, &problem) < 0)
		return wrong_usage(command, words);
	return runners[line.command->kind](client, &line);
}
