// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/client_io.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/wipe.h"
#include "console/http_io.h"
#include "console/output_io.h"

#define WORDS_MAX 8192
#define BOOT_END_NS (120 * NSEC_PER_SEC)

/* Letters, digits, '.', '_' and '-' alone, as much as fits: what the API takes for names. */
static void take_name(char *buf, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	for (size_t i = 0; i < length; i++)
		buf[i] = isalnum((unsigned char)text[i]) || strchr("._-", text[i]) ? text[i] : '-';
	buf[length] = '\0';
}

/* Behind "/dev/"; "" without a terminal. */
static const char *terminal_name(void)
{
	static const char folder[] = "/dev/";
	const char *name = ttyname(STDIN_FILENO);

	if (!name)
		return "";
	return strncmp(name, folder, strlen(folder)) == 0 ? name + strlen(folder) : name;
}

void client_init(struct client *client)
{
	const char *socket_path = getenv("TRIREME_SOCKET"), *session = getenv("TRIREME_SESSION");
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	client->socket_path = socket_path && socket_path[0] ? socket_path : API_SOCKET;
	take_name(client->user, sizeof(client->user),
		  sudo && sudo[0] ? sudo
		  : user	  ? user->pw_name
				  : "unknown");
	take_name(client->session, sizeof(client->session),
		  session && session[0] ? session : terminal_name());
}

static void fill_fields(const struct client *client, const struct api_request *request,
			struct http_field *fields)
{
	*fields++ = (struct http_field){"Accept", "application/yang-data+json"};
	*fields++ = (struct http_field){"X-Trireme-User", client->user};
	if (client->session[0])
		*fields++ = (struct http_field){"X-Trireme-Session", client->session};
	if (request->comment)
		*fields++ = (struct http_field){"X-Trireme-Comment", request->comment};
	if (request->type)
		*fields = (struct http_field){"Content-Type", request->type};
}

/* The API starts after what traffic needs: on a machine that was just switched on it is waited for.
 */
static int exchange(const struct client *client, const struct api_request *request,
		    const struct http_request *http, struct http_answer *ret_answer)
{
	static const struct timespec pause = {.tv_nsec = 250 * NSEC_PER_MSEC};

	for (;;) {
		int r = http_exchange(client->socket_path, http, request->wait_ms, ret_answer);

		if ((r != -ENOENT && r != -ECONNREFUSED) || clock_boot_ns() >= BOOT_END_NS)
			return r;
		if (nanosleep(&pause, NULL) < 0)
			return -errno;
	}
}

int client_ask(const struct client *client, const struct api_request *request,
	       struct api_answer *ret_answer)
{
	_cleanup_(http_answer_clear) struct http_answer answer = {0};
	/* It may be a password. */
	_cleanup_wipe_ char *body = request->body ? json_dumps(request->body, JSON_COMPACT) : NULL;
	struct http_request http = {.method = request->method, .target = request->target};
	json_t *json = NULL;
	int r;

	if (request->body && !body)
		return -ENOMEM;
	http.body = body;
	http.size = body ? strlen(body) : 0;
	fill_fields(client, request, http.fields);
	r = exchange(client, request, &http, &answer);
	if (r < 0)
		return r;
	if (answer.size)
		json = json_loadb(answer.body, answer.size, 0, NULL);
	/* An error may be without words; what was asked for must be there. */
	if (answer.size && !json && answer.status < 300)
		return -EPROTO;
	*ret_answer = (struct api_answer){answer.status, json};
	return 0;
}

enum exit_code client_ask_well(const struct client *client, const struct api_request *request,
			       bool changes, struct api_answer *ret_answer)
{
	struct api_answer answer = {0};
	char buf[WORDS_MAX];
	struct text words = TEXT_ON(buf);
	int r = client_ask(client, request, &answer);
	enum exit_code code =
		r < 0 ? client_no_answer(r, changes, &words) : api_outcome(&answer, &words);

	if (code == EXIT_OK) {
		*ret_answer = answer;
		return EXIT_OK;
	}
	api_answer_clear(&answer);
	output_text(stderr, buf);
	return code;
}

enum exit_code client_no_answer(int error, bool changes, struct text *words)
{
	switch (-error) {
	case ENOENT:
	case ECONNREFUSED:
		text_add(words,
			 "the API of this machine cannot be reached: it does not run\n"
			 "  look at  logread | grep trireme\n"
			 "           the console's menu, which shows the state without it\n");
		return EXIT_UNREACHABLE;
	case EACCES:
	case EPERM:
		text_add(words,
			 "the API of this machine is root's: be root (sudo), or use HTTPS with a "
			 "user's password or a token\n");
		return EXIT_FORBIDDEN;
	case EINTR:
		text_add(words, "interrupted%s\n",
			 changes ? "; whether it is done is not known: see history" : "");
		return EXIT_REFUSED;
	case ETIMEDOUT:
	case ECONNRESET:
		text_add(words, "the API of this machine has not answered%s\n",
			 changes ? "; whether it has done what was asked is not known: see history"
				 : " in time");
		return EXIT_UNREACHABLE;
	default:
		text_add(words, "the API of this machine cannot be asked: %s\n", strerror(-error));
		return EXIT_UNREACHABLE;
	}
}
