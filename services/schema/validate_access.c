// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "schema/validate.h"

/* Users without one could not be changed by anybody over the network, nor the rights of any. */
static int check_administrator(const struct validation *v)
{
	const struct config *config = v->config;

	for (size_t i = 0; i < config->n_users; i++) {
		if (config->users[i].role == CONFIG_ACCESS_ADMINISTRATOR &&
		    config->users[i].password[0])
			return 0;
	}
	if (config->n_users == 0)
		return 0;
	bad_allowed(v->error, "users of whom at least one has the role administrator and a "
			      "password, else nobody could change them any more");
	return bad_at(v->error, "/trireme:access/user");
}

static int check_plain(const struct validation *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->config->n_users; i++)
		n += strncmp(v->config->users[i].password, CONFIG_PASSWORD_PLAIN,
			     strlen(CONFIG_PASSWORD_PLAIN)) == 0;
	if (n <= CONFIG_PASSWORDS_PLAIN_MAX)
		return 0;
	bad_value(v->error, "%zu", n);
	bad_allowed(v->error,
		    "at most %d passwords at a time that are given as they are: others later, or "
		    "as their hashes",
		    CONFIG_PASSWORDS_PLAIN_MAX);
	return bad_at(v->error, "/trireme:access/user");
}

static int check_tokens(const struct validation *v)
{
	for (size_t i = 0; i < v->config->n_tokens; i++) {
		if (v->config->tokens[i].expires_s != CONFIG_TIME_IMPOSSIBLE)
			continue;
		bad_allowed(v->error, "a time on a day that its month has");
		return bad_at(v->error, "/trireme:access/token[name='%s']/expires",
			      v->config->tokens[i].name);
	}
	return 0;
}

int validate_access(const struct validation *v)
{
	int r = check_administrator(v);

	if (r == 0)
		r = check_plain(v);
	return r < 0 ? r : check_tokens(v);
}
