// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme service drain POOL REAL [--wait [MINUTES]] */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "console/drain.h"
#include "console/output_io.h"
#include "console/run_io.h"
#include "console/terminal_io.h"

#define LOOK_MS 500 /* so long the API keeps a state */
#define WORDS_MAX 1024
#define WIDTH 79

/* How the waiting goes on, or ends. */
enum turn {
	TURN_AGAIN,
	TURN_DONE,
	TURN_FAILED,
	TURN_INTERRUPTED,
};

static enum exit_code ask(const struct client *client, enum api_store store, const char *path,
			  struct api_answer *ret_answer, bool *ret_interrupted, struct text *words)
{
	struct api_request request;
	int r = api_get(&request, store, path);

	if (r == 0)
		r = client_ask(client, &request, ret_answer);
	*ret_interrupted = r == -EINTR;
	return r < 0 ? client_no_answer(r, false, words) : api_outcome(ret_answer, words);
}

/* The same line again on a terminal; elsewhere a line for each number that is new. */
static void show(const struct drain *drain, uint64_t *shown)
{
	uint64_t left = drain->active + drain->inactive;
	bool again = isatty(STDOUT_FILENO);
	char words[WORDS_MAX];

	if (left == *shown)
		return;
	snprintf(words, sizeof(words),
		 "%s drains: %" PRIu64 " connection%s left (%" PRIu64 " active)", drain->real, left,
		 left == 1 ? "" : "s", drain->active);
	if (again)
		printf("\r%-*.*s", WIDTH - 1, WIDTH - 1, words);
	else
		puts(words);
	fflush(stdout);
	*shown = left;
}

static enum turn look(const struct client *client, struct drain *drain, uint64_t *shown,
		      struct text *words)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	bool interrupted;
	enum exit_code code = ask(client, API_STATE, "", &answer, &interrupted, words);

	if (interrupted)
		return TURN_INTERRUPTED;
	/* A service that is started anew answers again. */
	if (code == EXIT_UNREACHABLE)
		return TURN_AGAIN;
	if (code != EXIT_OK)
		return TURN_FAILED;
	switch (drain_look(drain, api_content(&answer), words)) {
	case DRAIN_WAITS:
		if (drain->seen)
			show(drain, shown);
		return TURN_AGAIN;
	case DRAIN_DONE:
		return TURN_DONE;
	case DRAIN_UNKNOWN:
		return TURN_AGAIN;
	default:
		return TURN_FAILED;
	}
}

static enum exit_code ended(const struct drain *drain, enum turn turn, const char *why)
{
	static const char *const whys[] = {
		[TURN_AGAIN] = "the time is over",
		[TURN_INTERRUPTED] = "interrupted",
	};

	if (isatty(STDOUT_FILENO))
		putchar('\n');
	if (turn == TURN_DONE) {
		printf("%s has no connections left\n", drain->real);
		return EXIT_OK;
	}
	if (turn == TURN_FAILED)
		return run_problem(EXIT_REFUSED, "%.*s", (int)strcspn(why, "\n"), why);
	return run_problem(why[0] ? EXIT_UNREACHABLE : EXIT_REFUSED,
			   "%s%s%.*s; %s goes on draining, 'service enable %s %s' takes it back",
			   whys[turn], why[0] ? ": " : "", (int)strcspn(why, "\n"), why,
			   drain->real, drain->pool, drain->real);
}

static enum exit_code wait_drained(const struct client *client, const struct command_line *line,
				   struct drain *drain)
{
	uint64_t end = clock_boot_ns() + line->numbers[SWITCH_DRAINED] * NSEC_PER_SEC;
	uint64_t shown = UINT64_MAX;
	char words[WORDS_MAX] = "";
	enum turn turn = TURN_AGAIN;

	while (turn == TURN_AGAIN) {
		struct text text = TEXT_ON(words);

		turn = look(client, drain, &shown, &text);
		if (turn == TURN_AGAIN && clock_boot_ns() >= end)
			break;
		if (turn == TURN_AGAIN && terminal_pause(LOOK_MS) < 0)
			turn = TURN_INTERRUPTED;
	}
	return ended(drain, turn, turn == TURN_INTERRUPTED ? "" : words);
}

/* Which services have the pool, the configuration says. */
static enum exit_code follow(const struct client *client, const struct command_line *line)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	struct drain drain = {.pool = line->arguments[0], .real = line->arguments[1]};
	char words[WORDS_MAX];
	struct text text = TEXT_ON(words);
	bool interrupted;
	enum exit_code code = ask(client, API_RUNNING, "?fields=trireme:virtual-service(name;pool)",
				  &answer, &interrupted, &text);

	if (interrupted)
		return ended(&drain, TURN_INTERRUPTED, "");
	if (code != EXIT_OK) {
		output_text(stderr, words);
		return code;
	}
	drain.services = json_object_get(api_content(&answer), "trireme:virtual-service");
	return wait_drained(client, line, &drain);
}

enum exit_code run_drain(const struct client *client, const struct command_line *line)
{
	bool waits = line->switches & SWITCH_BIT(SWITCH_DRAINED);
	struct terminal terminal;
	enum exit_code code;

	if (waits && line->switches & SWITCH_BIT(SWITCH_JSON))
		return run_problem(EXIT_USAGE, "--json and --wait: allowed is one of them");
	code = run_ask(client, line);
	if (code != EXIT_OK || !waits)
		return code;
	terminal_open(&terminal);
	code = follow(client, line);
	terminal_close(&terminal);
	return code;
}
