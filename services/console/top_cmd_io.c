// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme service top */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "console/output_io.h"
#include "console/render.h"
#include "console/run_io.h"
#include "console/state.h"
#include "console/terminal_io.h"
#include "console/top.h"

#define INTERVAL_S 2
#define PROBLEM_MAX 1024

/* One look. EXIT_OK: view, which the caller clears; else the problem is said in words. */
static enum exit_code look(const struct client *client, struct view *view, bool *ret_interrupted,
			   struct text *problem)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	struct api_request request;
	enum exit_code code;
	int r = api_get(&request, API_STATE, "");

	if (r == 0)
		r = client_ask(client, &request, &answer);
	*ret_interrupted = r == -EINTR;
	if (r < 0)
		return client_no_answer(r, false, problem);
	code = api_outcome(&answer, problem);
	if (code == EXIT_OK && state_view(api_content(&answer), view) < 0) {
		text_add(problem, "the API answers with no state that is known here\n");
		return EXIT_REFUSED;
	}
	return code;
}

static unsigned int rows_of_terminal(void)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
		return RENDER_ROWS - 1;
	return size.ws_row - 1u;
}

/* Line by line over what stands there: a screen that is cleared flickers on a serial line. */
static void draw(const struct terminal *terminal, const char *words)
{
	if (!terminal->dumb)
		terminal_write("\033[H");
	while (*words) {
		size_t size = strcspn(words, "\n");
		char line[RENDER_COLUMNS + 1];

		snprintf(line, sizeof(line), "%.*s", (int)size, words);
		output_text(stdout, line);
		fputs(terminal->dumb ? "\n" : "\033[K\n", stdout);
		words += size + (words[size] == '\n');
	}
	fputs(terminal->dumb ? "\n" : "\033[J", stdout);
	fflush(stdout);
}

/* One picture after the other until a key ends it. */
static enum exit_code follow(const struct client *client, const struct command_line *line,
			     const struct terminal *terminal, int interval_ms)
{
	_cleanup_(view_clear) struct view before = {0};
	_cleanup_free_ char *buf = malloc(RENDER_MAX);
	bool has_before = false;
	int key = buf ? 0 : -ENOMEM;

	if (!terminal->dumb)
		terminal_write("\033[2J");
	while (key == 0) {
		struct view now = {0};
		struct text text = text_on(buf, RENDER_MAX);
		bool interrupted;
		enum exit_code code = look(client, &now, &interrupted, &text);
		int r = 0;

		if (interrupted)
			return EXIT_OK;
		if (code == EXIT_OK)
			r = top_render(has_before ? &before : NULL, &now, line->arguments[0],
				       terminal->dumb ? 0 : rows_of_terminal(), &text);
		draw(terminal, buf);
		if (code == EXIT_FORBIDDEN || r == -ENOENT)
			return code == EXIT_OK ? EXIT_REFUSED : code;
		/* Without an answer the picture before is kept for the rates of the next one. */
		if (code == EXIT_OK && r == 0) {
			view_clear(&before);
			before = now;
			has_before = true;
		} else {
			view_clear(&now);
		}
		do {
			key = terminal_key(terminal, interval_ms);
		} while (key > 0 && key != 'q' && key != TERMINAL_CTRL_C);
	}
	return key < 0 ? EXIT_REFUSED : EXIT_OK;
}

static enum exit_code print(const struct view *before, const struct view *now, const char *name,
			    bool only_problems)
{
	_cleanup_free_ char *buf = malloc(RENDER_MAX);
	struct text text;
	int r;

	if (!buf)
		return run_problem(EXIT_REFUSED, "no memory");
	text_init(&text, buf, RENDER_MAX);
	r = top_render(before, now, name, 0, &text);
	if (r < 0 || !only_problems)
		output_text(r < 0 ? stderr : stdout, buf);
	if (r < 0)
		return r == -ENOENT ? EXIT_REFUSED : EXIT_UNREACHABLE;
	return EXIT_OK;
}

static enum exit_code once(const struct client *client, const struct command_line *line,
			   int interval_ms)
{
	_cleanup_(view_clear) struct view before = {0}, now = {0};
	char words[PROBLEM_MAX] = "";
	struct text problem = TEXT_ON(words);
	const char *name = line->arguments[0];
	bool interrupted;
	enum exit_code code = look(client, &before, &interrupted, &problem);

	if (code == EXIT_OK)
		code = print(NULL, &before, name, true);
	if (code == EXIT_OK && terminal_pause(interval_ms) < 0)
		return EXIT_REFUSED;
	if (code == EXIT_OK)
		code = look(client, &now, &interrupted, &problem);
	output_text(stderr, words);
	return code == EXIT_OK ? print(&before, &now, name, false) : code;
}

enum exit_code run_top(const struct client *client, const struct command_line *line)
{
	bool given = line->switches & SWITCH_BIT(SWITCH_INTERVAL);
	int ms = 1000 * (given ? (int)line->numbers[SWITCH_INTERVAL] : INTERVAL_S);
	struct terminal terminal;
	enum exit_code code;

	if (line->switches & SWITCH_BIT(SWITCH_ONCE))
		return once(client, line, ms);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return run_problem(EXIT_USAGE, "service top needs a terminal; --once prints the "
					       "table a single time");
	terminal_open(&terminal);
	code = follow(client, line, &terminal, ms);
	terminal_close(&terminal);
	return code;
}
