// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/config_cmd_io.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "console/config_cmd.h"
#include "proto/config_client_io.h"
#include "proto/config_ipc.h"

#define OUTPUT_MAX (2 * CONFIG_IPC_JSON_MAX) /* a document with indentation */

static void decrefp(json_t **json)
{
	json_decref(*json);
}

/* One candidate per user and terminal, so that two administrators do not share one unawares. */
static void session_name(char *name, size_t size)
{
	const char *given = getenv("TRIREME_SESSION"), *tty = ttyname(STDIN_FILENO);

	if (given && given[0])
		snprintf(name, size, "%s", given);
	else
		snprintf(name, size, "%u@%s", geteuid(), tty ? tty : "none");
}

static int add_author(json_t *request)
{
	const struct passwd *user = getpwuid(getuid());

	return json_object_set_new(request, "author", json_string(user ? user->pw_name : "?")) < 0
		       ? -ENOMEM
		       : 0;
}

static int say_no_answer(int r)
{
	if (r == -ETIMEDOUT)
		fputs("trireme: the config service has not answered in time; whether it has done "
		      "it "
		      "is not known: see trireme history\n",
		      stderr);
	else
		fprintf(stderr, "trireme: the config service does not answer: %s\n", strerror(-r));
	return r == -EINVAL || r == -ENOENT ? -EIO : r;
}

static int print_answer(const struct config_cmd *cmd, const json_t *answer)
{
	_cleanup_free_ char *buf = malloc(OUTPUT_MAX);
	struct text text;
	int r;

	if (!buf)
		return -ENOMEM;
	text_init(&text, buf, OUTPUT_MAX);
	r = config_cmd_render(cmd, answer, &text);
	fputs(buf, r < 0 ? stderr : stdout);
	return r < 0 ? r : text_result(&text);
}

int config_cmd_run(int argc, char *const *argv)
{
	_cleanup_(config_cmd_clear) struct config_cmd cmd = {0};
	_cleanup_(decrefp) json_t *answer = NULL;
	char session[64], words[512];
	struct text problem = TEXT_ON(words);
	int r;

	session_name(session, sizeof(session));
	r = config_cmd_parse(argc, argv, session, &cmd, &problem);
	if (r == -EINVAL)
		fprintf(stderr, "trireme: %s\n", words);
	if (r < 0)
		return r;
	r = add_author(cmd.request);
	if (r == 0)
		r = config_ask(cmd.request, cmd.wait_ms, &answer);
	return r < 0 ? say_no_answer(r) : print_answer(&cmd, answer);
}
