/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker needs of the configuration: users, tokens, and how long sessions last. Pure. */
#ifndef TRIREME_API_DIRECTORY_H
#define TRIREME_API_DIRECTORY_H

#include "api/token.h"
#include "schema/config.h"

struct directory {
	char node[CONFIG_NAME_MAX]; /* this machine's */
	struct config_user users[CONFIG_USERS_MAX];
	size_t n_users;
	struct config_token tokens[CONFIG_TOKENS_MAX];
	size_t n_tokens;
	uint32_t session_timeout_s;
	bool metrics_anonymous; /* and they are offered at all */
	struct config_group groups[CONFIG_GROUPS_MAX];
	size_t n_groups;
	bool has_resources;
	/* A password's hash that takes as long to check as a user's: for names that nobody has. */
	char other_hash[CONFIG_PASSWORD_MAX];
};

/* For scopes, too: hashes do not stay in memory. */
void directory_clear(struct directory *directory);

/* default_hash: of any password, for a configuration without users. */
void directory_make(const struct config *config, const char *node, const char *default_hash,
		    struct directory *ret_directory);

/* The user or token of that name, or NULL. */
const struct config_user *directory_user(const struct directory *directory, const char *name);
const struct config_token *directory_token(const struct directory *directory, const char *name);

/* The token whose secret has that hash (TOKEN_HASH_MAX), and which counts at that Unix time. */
const struct config_token *directory_find_token(const struct directory *directory, const char *name,
						const char *hash, int64_t now);

#endif
