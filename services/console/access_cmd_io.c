// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme user add and user password: passwords come from the terminal or standard input alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/menu.h"
#include "console/path.h"
#include "console/run_io.h"
#include "console/terminal_io.h"

#define PASSWORD_SIZE (MENU_PASSWORD_MAX + 2) /* one more tells "too long" from the longest */
#define PLAIN "$0$"			      /* RFC 7317, 2.3: stored hashed */

static void wipe(char (*buf)[PASSWORD_SIZE])
{
	explicit_bzero(*buf, sizeof(*buf));
}

/* Twice, as nobody sees what is typed. */
static int ask_terminal(const struct terminal *terminal, char *password, const char **ret_problem)
{
	_cleanup_(wipe) char again[PASSWORD_SIZE] = "";
	int r = terminal_ask(terminal, "New password: ", false, password, PASSWORD_SIZE);

	if (r == 0)
		r = terminal_ask(terminal, "New password once more: ", false, again, PASSWORD_SIZE);
	if (r < 0) {
		*ret_problem = "no password was given";
		return r;
	}
	if (strcmp(password, again) == 0)
		return 0;
	*ret_problem = "the two are different: nothing was changed";
	return -EINVAL;
}

/* One line of standard input. */
static int read_password(char *password, struct text *problem)
{
	const char *words = NULL;
	struct terminal terminal;
	int r;

	terminal_open(&terminal);
	if (terminal.is_tty) {
		r = ask_terminal(&terminal, password, &words);
	} else {
		r = terminal_ask(&terminal, "", true, password, PASSWORD_SIZE);
		words = "standard input has no password";
	}
	terminal_close(&terminal);
	if (r < 0) {
		text_add(problem, "%s", words);
		return r;
	}
	return menu_check_password(password, problem);
}

enum exit_code run_user_password(const struct client *client, const struct command_line *line)
{
	_cleanup_(wipe) char password[PASSWORD_SIZE] = "";
	struct api_request request;
	char words[256];
	struct text problem = TEXT_ON(words);

	if (read_password(password, &problem) < 0)
		return run_problem(EXIT_REFUSED, "%s", words);
	if (api_rpc(&request, line->command->operation,
		    json_pack("{s:s, s:s}", "user", line->arguments[0], "password", password)) < 0)
		return run_problem(EXIT_REFUSED, "allowed are names and passwords in UTF-8");
	return run_request(client, line, &request);
}

enum exit_code run_user_add(const struct client *client, const struct command_line *line)
{
	_cleanup_(wipe) char password[PASSWORD_SIZE] = "";
	char target[PATH_TEXT_MAX], plain[sizeof(PLAIN) + PASSWORD_SIZE], words[256];
	struct text path = TEXT_ON(target), problem = TEXT_ON(words);
	const char *name = line->arguments[0];
	char comment[RUN_COMMENT_MAX];
	struct api_request request;
	json_t *value;

	text_add(&path, "/trireme:access/user=");
	path_key(name, &path);
	if (read_password(password, &problem) < 0)
		return run_problem(EXIT_REFUSED, "%s", words);
	snprintf(plain, sizeof(plain), PLAIN "%s", password);
	value = json_pack("{s:s, s:s, s:s}", "name", name, "role", line->texts[SWITCH_ROLE],
			  "password", plain);
	explicit_bzero(plain, sizeof(plain));
	if (!value || api_edit(&request, API_RUNNING, "create", target, value) < 0)
		return run_problem(EXIT_REFUSED, "allowed are names and passwords in UTF-8");
	run_comment(line, comment);
	request.comment = comment;
	return run_request(client, line, &request);
}
