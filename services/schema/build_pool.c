// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const admin_names[] = {[CONFIG_ADMIN_ENABLED] = "enabled",
					  [CONFIG_ADMIN_DRAIN] = "drain",
					  [CONFIG_ADMIN_DISABLED] = "disabled",
					  NULL};
static const char *const type_names[] = {[CONFIG_SOURCE_NFS] = "nfs",
					 [CONFIG_SOURCE_SMB] = "smb",
					 [CONFIG_SOURCE_ISCSI] = "iscsi",
					 [CONFIG_SOURCE_POSTGRESQL] = "postgresql",
					 [CONFIG_SOURCE_MYSQL] = "mysql",
					 [CONFIG_SOURCE_TCP] = "tcp",
					 [CONFIG_SOURCE_PACEMAKER] = "pacemaker",
					 NULL};
/* 0: the document says it. */
static const uint16_t usual_port[] = {
	[CONFIG_SOURCE_NFS] = 2049,   [CONFIG_SOURCE_SMB] = 445,
	[CONFIG_SOURCE_ISCSI] = 3260, [CONFIG_SOURCE_POSTGRESQL] = 5432,
	[CONFIG_SOURCE_MYSQL] = 3306, [CONFIG_SOURCE_TCP] = 0,
	[CONFIG_SOURCE_PACEMAKER] = 0};

static const struct field pool_fields[] = {
	TEXT("name", struct config_pool, name),
};

static const struct field real_fields[] = {
	TEXT("name", struct config_real, name),
	ADDRESS("address", struct config_real, address, ipv6_address),
	VALUE("port", FIELD_U16, struct config_real, port),
	VALUE("weight", FIELD_U16, struct config_real, weight),
	CHOICE("admin-state", struct config_real, admin_state, admin_names),
	VALUE("upper-threshold", FIELD_U32, struct config_real, upper),
	VALUE("lower-threshold", FIELD_U32, struct config_real, lower),
};

static const struct field source_fields[] = {
	TEXT("name", struct config_source, name),
	CHOICE("type", struct config_source, type, type_names),
	VALUE("address", FIELD_IPV4, struct config_source, address),
	VALUE("port", FIELD_U16, struct config_source, port),
};

static const struct field check_fields[] = {
	VALUE("interval", FIELD_U32, struct config_source, check_interval),
	VALUE("timeout", FIELD_U32, struct config_source, check_timeout),
	VALUE("fall", FIELD_U8, struct config_source, check_fall),
	VALUE("rise", FIELD_U8, struct config_source, check_rise),
};

static int build_real(void *object, const struct lyd_node *from)
{
	return SET_FIELDS((struct config_real *)object, real_fields, from);
}

static int build_pool(void *object, const struct lyd_node *from)
{
	struct config_pool *pool = object;
	int r = SET_FIELDS(pool, pool_fields, from);

	return r < 0 ? r
		     : BUILD_ALLOCATED(lyd_child(from), "real-server", build_real, CONFIG_REALS_MAX,
				       &pool->reals, &pool->n_reals);
}

int build_pools(struct config *config, const struct lyd_node *tree)
{
	return BUILD_ALLOCATED(tree, "pool", build_pool, CONFIG_POOLS_MAX, &config->pools,
			       &config->n_pools);
}

static int build_source(void *object, const struct lyd_node *from)
{
	struct config_source *source = object;
	int r = SET_FIELDS(source, source_fields, from);

	if (source->port == 0)
		source->port = usual_port[source->type];
	return r < 0 ? r : SET_FIELDS(source, check_fields, child_of(from, "check"));
}

static int add_consumers(const struct config *config, struct config_source *source,
			 const struct lyd_node *leaf)
{
	for (; leaf; leaf = leaf->next) {
		const struct config_pool *pool;

		if (strcmp(LYD_NAME(leaf), "consumer") != 0)
			continue;
		pool = config_pool_by_name(config, lyd_get_value(leaf));
		if (!pool || source->n_consumers == CONFIG_CONSUMERS_MAX)
			return -EINVAL;
		source->consumers[source->n_consumers++] = (uint16_t)(pool - config->pools);
	}
	return 0;
}

int build_sources(struct config *config, const struct lyd_node *tree)
{
	int r = BUILD_ALLOCATED(tree, "data-source", build_source, CONFIG_SOURCES_MAX,
				&config->sources, &config->n_sources);
	size_t n = 0;

	for (; tree && r == 0; tree = tree->next) {
		if (strcmp(LYD_NAME(tree), "data-source") == 0)
			r = add_consumers(config, &config->sources[n++], lyd_child(tree));
	}
	return r;
}
