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

/* One look. EXIT_OK: this machine is ready; else why has the reason. */
static enum exit_code look(const struct client *client, struct api_answer *ret_answer,
			   bool *ret_interrupted, struct text *why)
{
	_cleanup_(view_clear) struct view view = {0};
	struct api_request request;
	enum exit_code code;
	int r = api_get(&request, API_STATE, "");

	if (r == 0)
		r = client_ask(client, &request, ret_answer);
	*ret_interrupted = r == -EINTR;
	if (r < 0)
		return client_no_answer(r, false, why);
	code = api_outcome(ret_answer, why);
	if (code != EXIT_OK)
		return code;
	if (state_view(api_content(ret_answer), &view) == 0)
		return view_ready(&view, why) ? EXIT_OK : EXIT_REFUSED;
	text_add(why, "the API answers with no state that is known here");
	return EXIT_REFUSED;
}

static enum exit_code tell(const struct command_line *line, const struct api_answer *answer,
			   enum exit_code code, const char *why)
{
	if (line->switches & SWITCH_BIT(SWITCH_JSON) && answer->body)
		(void)run_print(line, answer);
	else if (code == EXIT_OK)
		puts("ready");
	else
		printf("not ready: %.*s\n", (int)strcspn(why, "\n"), why);
	return code;
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
		bool interrupted;
		enum exit_code code = look(client, &answer, &interrupted, &why);

		if (code == EXIT_OK || interrupted || clock_boot_ns() >= end)
			return tell(line, &answer, code, words);
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
