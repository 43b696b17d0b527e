// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/config_build.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "schema/config_parts.h"

static int build_all(struct config *config, const struct lyd_node *tree)
{
	static int (*const parts[])(struct config * config, const struct lyd_node *tree) = {
		build_cluster, build_resources, build_system,	  build_pools,	 build_services,
		build_sources, build_access,	build_management, build_fencing,
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int r = parts[i](config, tree);

		if (r < 0)
			return r;
	}
	return 0;
}

int config_build(const struct lyd_node *tree, struct config **ret_config)
{
	_cleanup_(config_freep) struct config *config = NULL;
	int r;

	config = calloc(1, sizeof(*config));
	if (!config)
		return -ENOMEM;
	r = build_all(config, tree);
	if (r < 0)
		return r;
	*ret_config = take_ptr(config);
	return 0;
}
