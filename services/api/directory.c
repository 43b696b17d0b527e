// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/directory.h"

#include <string.h>

#include "base/parse.h"

void directory_clear(struct directory *directory)
{
	explicit_bzero(directory, sizeof(*directory));
}

/* Users have hashes of one kind, as a rule: the first one's stands for all. */
static const char *some_hash(const struct config *config, const char *default_hash)
{
	for (size_t i = 0; i < config->n_users; i++) {
		if (config->users[i].password[0])
			return config->users[i].password;
	}
	return default_hash;
}

void directory_make(const struct config *config, const char *node, const char *default_hash,
		    struct directory *ret_directory)
{
	struct directory *d = ret_directory;

	directory_clear(d);
	/* Both fit: they are the configuration's. */
	(void)copy_text(d->node, sizeof(d->node), node);
	(void)copy_text(d->other_hash, sizeof(d->other_hash), some_hash(config, default_hash));
	for (; d->n_users < config->n_users && d->n_users < CONFIG_USERS_MAX; d->n_users++)
		d->users[d->n_users] = config->users[d->n_users];
	for (; d->n_tokens < config->n_tokens && d->n_tokens < CONFIG_TOKENS_MAX; d->n_tokens++)
		d->tokens[d->n_tokens] = config->tokens[d->n_tokens];
	memcpy(d->groups, config->groups, sizeof(d->groups));
	d->n_groups = config->n_groups;
	d->has_resources = config->n_resources > 0;
	d->session_timeout_s = config->management.session_timeout_s;
	d->metrics_anonymous = config->management.metrics && config->management.metrics_anonymous;
}

const struct config_user *directory_user(const struct directory *d, const char *name)
{
	for (size_t i = 0; i < d->n_users; i++) {
		if (strcmp(d->users[i].name, name) == 0)
			return &d->users[i];
	}
	return NULL;
}

const struct config_token *directory_token(const struct directory *d, const char *name)
{
	for (size_t i = 0; i < d->n_tokens; i++) {
		if (strcmp(d->tokens[i].name, name) == 0)
			return &d->tokens[i];
	}
	return NULL;
}

const struct config_token *directory_find_token(const struct directory *d, const char *name,
						const char *hash, int64_t now)
{
	const struct config_token *token = directory_token(d, name);

	/* A hash tells nothing of the secret by the time that comparing it takes; still. */
	if (!token || !token_equal(token->hash, hash, TOKEN_HASH_MAX))
		return NULL;
	return token->expires_s == 0 || now < token->expires_s ? token : NULL;
}
