// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/page_io.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "proto/api_ipc.h"
#include "proto/config_client_io.h"

#define WAIT_MS 32000 /* replication gives up earlier, with a reason */
#define PATH "/access/user[name='" PAGE_USER "']"

/*
 * RFC 7317: "$0$" and the plain text, which the service stores as a hash only. The method says what
 * shall be: one that has this password already is none to complain of.
 */
static json_t *request_of(const char *password)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:{s:s, s:s, s:o}}]}", "op", "commit",
			 "method", API_METHOD_PATCH, "author", "console", "comment",
			 "password of the page's administrator, set at the console", "edits",
			 "operation", "merge", "path", PATH, "value", "name", PAGE_USER, "role",
			 "administrator", "password", json_sprintf("$0$%s", password));
}

int page_set_password(const char *password, struct text *said)
{
	json_t *request = request_of(password), *answer = NULL;
	const char *problem = NULL;
	int r = request ? config_ask(request, WAIT_MS, &answer) : -ENOMEM;

	if (r < 0)
		problem = strerror(-r);
	else if (json_unpack(answer, "{s:{s:s}}", "error", "message", &problem) == 0)
		r = -EBADMSG;
	if (r < 0)
		text_add(said, "The web page's user " PAGE_USER " could not be changed: %s.",
			 problem);
	else
		text_add(said, "The web page's user " PAGE_USER " has the same password.");
	json_decref(request);
	json_decref(answer);
	return r;
}
