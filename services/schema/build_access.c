// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parse.h"
#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const role_names[] = {[CONFIG_ACCESS_VIEWER] = "viewer",
					 [CONFIG_ACCESS_OPERATOR] = "operator",
					 [CONFIG_ACCESS_ADMINISTRATOR] = "administrator",
					 NULL};

static const struct field user_fields[] = {
	TEXT("name", struct config_user, name),
	CHOICE("role", struct config_user, role, role_names),
	TEXT("password", struct config_user, password),
};

static const struct field token_fields[] = {
	TEXT("name", struct config_token, name),
	CHOICE("role", struct config_token, role, role_names),
	TEXT("hash", struct config_token, hash),
};

static const struct field https_fields[] = {
	VALUE("enabled", FIELD_BOOL, struct config_management, https),
	VALUE("port", FIELD_U16, struct config_management, https_port),
	VALUE("public", FIELD_BOOL, struct config_management, https_public),
};

static const struct field metrics_fields[] = {
	VALUE("enabled", FIELD_BOOL, struct config_management, metrics),
	VALUE("anonymous", FIELD_BOOL, struct config_management, metrics_anonymous),
};

static const struct field management_fields[] = {
	VALUE("session-timeout", FIELD_U32, struct config_management, session_timeout_s),
};

static int build_user(void *object, const struct lyd_node *from)
{
	return SET_FIELDS((struct config_user *)object, user_fields, from);
}

static int build_token(void *object, const struct lyd_node *from)
{
	const struct lyd_node *expires = child_of(from, "expires");
	struct config_token *token = object;

	/* The model knows the form, not how long each month is. */
	if (expires && parse_time(lyd_get_value(expires), &token->expires_s) < 0)
		token->expires_s = CONFIG_TIME_IMPOSSIBLE;
	return SET_FIELDS(token, token_fields, from);
}

int build_access(struct config *config, const struct lyd_node *tree)
{
	const struct lyd_node *access = lyd_child(sibling_of(tree, "access"));
	int r = BUILD_ALLOCATED(access, "user", build_user, CONFIG_USERS_MAX, &config->users,
				&config->n_users);

	return r < 0 ? r
		     : BUILD_ALLOCATED(access, "token", build_token, CONFIG_TOKENS_MAX,
				       &config->tokens, &config->n_tokens);
}

static int build_network(void *object, const struct lyd_node *from)
{
	struct config_network *network = object;

	return parse_prefix(lyd_get_value(from), &network->address, &network->prefix_length);
}

int build_management(struct config *config, const struct lyd_node *tree)
{
	const struct lyd_node *from = sibling_of(tree, "management");
	struct config_management *management = &config->management;
	int r = SET_FIELDS(management, management_fields, from);

	if (r == 0)
		r = SET_FIELDS(management, https_fields, child_of(from, "https"));
	if (r == 0)
		r = SET_FIELDS(management, metrics_fields, child_of(from, "metrics"));
	return r < 0 ? r
		     : BUILD_LIST(lyd_child(from), "network", build_network, management->networks,
				  &management->n_networks);
}
