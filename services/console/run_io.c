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
#define COMMENT_MAX 256 /* of a revision */
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
	output_text(stdout, buf);
	return r < 0 ? EXIT_REFUSED : ended(text_result(&text));
}

enum exit_code run_request(const struct client *client, const struct command_line *line,
			   struct api_request *request)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	enum exit_code code = client_ask_well(client, request, line->command->changes, &answer);

	api_request_clear(request);
	return code == EXIT_OK ? run_print(line, &answer) : code;
}

static enum exit_code run_ask(const struct client *client, const struct command_line *line)
{
	struct api_request request = {0};
	char words[PROBLEM_MAX];
	struct text problem = TEXT_ON(words);
	char comment[COMMENT_MAX];
	int r = command_request(line, &request, &problem);

	if (r < 0) {
		api_request_clear(&request);
		return run_problem(EXIT_USAGE, "%s", words[0] ? words : strerror(-r));
	}
	/* A change of what is in use makes a revision: the history says what it was. */
	snprintf(comment, sizeof(comment), "%s %s", line->command->words,
		 line->arguments[0] ? line->arguments[0] : "");
	if (line->command->changes && line->command->request)
		request.comment = comment;
	return run_request(client, line, &request);
}

static enum exit_code print_help(const struct command *command)
{
	_cleanup_free_ char *buf = malloc(HELP_MAX);
	struct text text;

	if (!buf)
		return ended(-ENOMEM);
	text_init(&text, buf, HELP_MAX);
	if (command)
		command_help(command, &text);
	else
		command_help_all(&text);
	fputs(buf, stdout);
	return ended(text_result(&text));
}

static enum exit_code run_help(const struct client *client, const struct command_line *line)
{
	char *words[COMMAND_ARGUMENTS_MAX];
	const struct command *command;
	int n = 0, used;

	(void)client;
	while (n < COMMAND_ARGUMENTS_MAX && line->arguments[n]) {
		words[n] = (char *)line->arguments[n];
		n++;
	}
	if (n == 0)
		return print_help(NULL);
	command = command_find(n, words, &used);
	if (command && used == n)
		return print_help(command);
	return run_problem(EXIT_USAGE, "there is no command '%s%s%s': see help", words[0],
			   n > 1 ? " " : "", n > 1 ? words[1] : "");
}

static run_fn *const runners[] = {
	[COMMAND_ASK] = run_ask,	   [COMMAND_STATUS] = run_status,
	[COMMAND_EXPORT] = run_export,	   [COMMAND_IMPORT] = run_import,
	[COMMAND_USER_ADD] = run_user_add, [COMMAND_USER_PASSWORD] = run_user_password,
	[COMMAND_HELP] = run_help,
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

enum exit_code run_words(const struct client *client, int argc, char *const *argv)
{
	struct command_line line;
	char words[PROBLEM_MAX];
	struct text problem = TEXT_ON(words);
	int used;
	const struct command *command = command_find(argc, argv, &used);

	if (command && argc > used && strcmp(argv[argc - 1], "--help") == 0)
		return print_help(command);
	if (command && command->kind == COMMAND_COMPLETE)
		return complete_print(client, argc - used, argv + used);
	if (command && command->kind == COMMAND_PROGRAM)
		return run_program(client, command, argc - used, argv + used);
	if (command_parse(argc, argv, &line, &problem) < 0)
		return wrong_usage(command, words);
	return runners[line.command->kind](client, &line);
}
