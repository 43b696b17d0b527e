// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme status [--ready [--wait SECONDS]] */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "console/run_io.h"
#include "console/state.h"

#define WORDS_MAX 1024

/* One look. 0; -EAGAIN: this machine is not ready, or nobody says so: why has the reason. */
static int look(const struct client *client, struct api_answer *ret_answer, bool *ret_answered,
		struct text *why)
{
	_cleanup_(view_clear) struct view view = {0};
	struct api_request request;
	int r = api_get(&request, API_STATE, "");

	if (r == 0)
		r = client_ask(client, &request, ret_answer);
	*ret_answered = r == 0;
	if (r < 0) {
		client_no_answer(r, false, why);
		return -EAGAIN;
	}
	if (api_outcome(ret_answer, why) != EXIT_OK)
		return -EAGAIN;
	if (state_view(api_content(ret_answer), &view) == 0)
		return view_ready(&view, why) ? 0 : -EAGAIN;
	text_add(why, "the API answers with no state that is known here");
	return -EAGAIN;
}

static enum exit_code tell(const struct command_line *line, const struct api_answer *answer,
			   bool ready, const char *why)
{
	if (line->switches & SWITCH_BIT(SWITCH_JSON) && answer->body) {
		enum exit_code code = run_print(line, answer);

		return code == EXIT_OK && !ready ? EXIT_REFUSED : code;
	}
	if (ready)
		puts("ready");
	else
		printf("not ready: %.*s\n", (int)strcspn(why, "\n"), why);
	return ready ? EXIT_OK : EXIT_REFUSED;
}

/* Looks until the machine is ready or the time is over. */
static enum exit_code wait_ready(const struct client *client, const struct command_line *line)
{
	static const struct timespec pause = {.tv_nsec = 200 * NSEC_PER_MSEC};
	uint64_t end = clock_boot_ns() + line->numbers[SWITCH_WAIT] * NSEC_PER_SEC;

	for (;;) {
		_cleanup_(api_answer_clear) struct api_answer answer = {0};
		char words[WORDS_MAX];
		struct text why = TEXT_ON(words);
		bool answered;
		int r = look(client, &answer, &answered, &why);

		if (r == 0 || clock_boot_ns() >= end) {
			enum exit_code code = tell(line, &answer, r == 0, words);

			return answered ? code : EXIT_UNREACHABLE;
		}
		nanosleep(&pause, NULL);
	}
}

enum exit_code run_status(const struct client *client, const struct command_line *line)
{
	struct api_request request;

	if (line->switches & (SWITCH_BIT(SWITCH_READY) | SWITCH_BIT(SWITCH_WAIT)))
		return wait_ready(client, line);
	if (api_get(&request, API_STATE, "") < 0)
		return EXIT_REFUSED;
	return run_request(client, line, &request);
}
