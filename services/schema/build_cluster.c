// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const role_names[] = {
	[CONFIG_ROLE_ROUTER] = "router", [CONFIG_ROLE_WITNESS] = "witness", NULL};
static const char *const profile_names[] = {[CONFIG_PROFILE_STANDARD] = "standard",
					    [CONFIG_PROFILE_FAST] = "fast",
					    [CONFIG_PROFILE_CUSTOM] = "custom",
					    NULL};
static const char *const cipher_names[] = {[CONFIG_CIPHER_AES128] = "aes128",
					   [CONFIG_CIPHER_AES192] = "aes192",
					   [CONFIG_CIPHER_AES256] = "aes256",
					   NULL};
static const char *const hash_names[] = {[CONFIG_HASH_SHA256] = "sha256",
					 [CONFIG_HASH_SHA384] = "sha384",
					 [CONFIG_HASH_SHA512] = "sha512",
					 NULL};

static const struct field machine_fields[] = {
	TEXT("node", struct config, this_node),
};

static const struct field cluster_fields[] = {
	TEXT("name", struct config, cluster_name),
};

static const struct field timing_fields[] = {
	CHOICE("profile", struct config, profile, profile_names),
	VALUE("token", FIELD_U32, struct config, token),
	VALUE("consensus", FIELD_U32, struct config, consensus),
	VALUE("heartbeat", FIELD_U32, struct config, heartbeat),
};

static const struct field watchdog_fields[] = {
	VALUE("enabled", FIELD_BOOL, struct config, watchdog),
	VALUE("timeout", FIELD_U8, struct config, watchdog_timeout_s),
};

static const struct field ring_fields[] = {
	TEXT("key", struct config, ring_key),
	CHOICE("cipher", struct config, ring_cipher, cipher_names),
	CHOICE("hash", struct config, ring_hash, hash_names),
};

static const struct field device_fields[] = {
	VALUE("host", FIELD_IPV4, struct config_device, host),
	VALUE("port", FIELD_U16, struct config_device, port),
	VALUE("timeout", FIELD_U32, struct config_device, timeout),
	VALUE("sync-timeout", FIELD_U32, struct config_device, sync_timeout),
};

static const struct field node_fields[] = {
	TEXT("name", struct config_node, name),
	VALUE("id", FIELD_U8, struct config_node, id),
	CHOICE("role", struct config_node, role, role_names),
	VALUE("priority", FIELD_U8, struct config_node, priority),
	VALUE("standby", FIELD_BOOL, struct config_node, standby),
	VALUE("gateway", FIELD_IPV4, struct config_node, gateway),
	VALUE("ipv6-gateway", FIELD_IPV6, struct config_node, ipv6_gateway),
};

static const struct field group_fields[] = {
	TEXT("name", struct config_group, name),
	VALUE("preempt", FIELD_BOOL, struct config_group, preempt),
};

static const struct field alias_fields[] = {
	TEXT("label", struct config_alias, label),
	VALUE("address", FIELD_IPV4, struct config_alias, address),
};

static const struct field ipv6_alias_fields[] = {
	VALUE("address", FIELD_IPV6, struct config_ipv6_alias, address),
	TEXT("port", struct config_ipv6_alias, port),
};

static int build_node(void *object, const struct lyd_node *from)
{
	struct config_node *node = object;
	int r = SET_FIELDS(node, node_fields, from);

	if (r == 0)
		r = BUILD_LIST(lyd_child(from), "port", build_port, node->ports, &node->n_ports);
	if (r == 0)
		r = BUILD_LIST(lyd_child(from), "route", build_route, node->routes,
			       &node->n_routes);
	return r;
}

/* What a profile means, other than custom. */
static void set_profile(struct config *config)
{
	static const struct {
		uint32_t token, consensus, heartbeat;
	} times[] = {
		[CONFIG_PROFILE_STANDARD] = {500, 600, 50},
		[CONFIG_PROFILE_FAST] = {200, 240, 20},
	};

	if (config->profile == CONFIG_PROFILE_CUSTOM)
		return;
	config->token = times[config->profile].token;
	config->consensus = times[config->profile].consensus;
	config->heartbeat = times[config->profile].heartbeat;
}

static int build_alias(void *object, const struct lyd_node *from)
{
	struct config_alias *alias = object;
	int r = SET_FIELDS(alias, alias_fields, from);

	if (r < 0)
		return r;
	memcpy(alias->port, alias->label, sizeof(alias->port));
	alias->port[strcspn(alias->port, ":")] = '\0';
	return 0;
}

static int build_ipv6_alias(void *object, const struct lyd_node *from)
{
	return SET_FIELDS((struct config_ipv6_alias *)object, ipv6_alias_fields, from);
}

static int build_group(void *object, const struct lyd_node *from)
{
	struct config_group *group = object;
	int r = SET_FIELDS(group, group_fields, from);

	if (r == 0)
		r = BUILD_LIST(lyd_child(from), "track-address", build_ipv4, group->tracked,
			       &group->n_tracked);
	if (r == 0)
		r = BUILD_LIST(lyd_child(from), "alias", build_alias, group->aliases,
			       &group->n_aliases);
	if (r == 0)
		r = BUILD_LIST(lyd_child(from), "ipv6-alias", build_ipv6_alias, group->ipv6_aliases,
			       &group->n_ipv6_aliases);
	return r;
}

/* Nodes are there before groups. */
static int add_preferred(const struct config *config, struct config_group *group,
			 const struct lyd_node *leaf)
{
	for (; leaf; leaf = leaf->next) {
		const struct config_node *node;

		if (strcmp(LYD_NAME(leaf), "preferred") != 0)
			continue;
		node = config_node_by_name(config, lyd_get_value(leaf));
		if (!node || group->n_preferred == CONFIG_NODES_MAX)
			return -EINVAL;
		group->preferred[group->n_preferred++] = node->id;
	}
	return 0;
}

static int build_groups(struct config *config, const struct lyd_node *tree)
{
	int r = BUILD_LIST(tree, "alias-group", build_group, config->groups, &config->n_groups);
	size_t n = 0;

	for (; tree && r == 0; tree = tree->next)
		if (strcmp(LYD_NAME(tree), "alias-group") == 0)
			r = add_preferred(config, &config->groups[n++], lyd_child(tree));
	return r;
}

int build_cluster(struct config *config, const struct lyd_node *tree)
{
	const struct lyd_node *cluster = sibling_of(tree, "cluster");
	int r = SET_FIELDS(config, machine_fields, sibling_of(tree, "machine"));

	if (r == 0)
		r = SET_FIELDS(config, cluster_fields, cluster);
	if (r == 0)
		r = SET_FIELDS(config, timing_fields, child_of(cluster, "timing"));
	if (r == 0)
		r = SET_FIELDS(config, ring_fields, child_of(cluster, "ring"));
	if (r == 0)
		r = SET_FIELDS(config, watchdog_fields, child_of(cluster, "watchdog"));
	if (r == 0)
		r = SET_FIELDS(&config->device, device_fields, child_of(cluster, "quorum-device"));
	if (r == 0)
		r = BUILD_LIST(lyd_child(cluster), "node", build_node, config->nodes,
			       &config->n_nodes);
	if (r == 0)
		r = build_groups(config, tree);
	set_profile(config);
	return r;
}
