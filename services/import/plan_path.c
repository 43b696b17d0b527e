// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/plan.h"

const char *plan_group_path(struct arena *arena, struct plan_group *group)
{
	return arena_format(arena, "/trireme:alias-group[name='%s']", plan_group_of(group)->name);
}

const char *plan_alias_path(struct arena *arena, const struct plan_alias *alias)
{
	const char *group = plan_group_of(alias->group)->name;
	char text[CONFIG_INET_TEXT_MAX];

	if (plan_is_ipv6(alias))
		return arena_format(arena,
				    "/trireme:alias-group[name='%s']/ipv6-alias[address='%s']",
				    group, config_inet_text(&alias->inet, text));
	return arena_format(arena, "/trireme:alias-group[name='%s']/alias[label='%s']", group,
			    alias->label);
}

const char *plan_service_path(struct arena *arena, const struct plan_service *service,
			      const char *leaf)
{
	return arena_format(arena, "/trireme:virtual-service[name='%s']%s", service->is.name, leaf);
}

const char *plan_real_path(struct arena *arena, const struct plan_pool *pool,
			   const struct plan_real *real, const char *leaf)
{
	return arena_format(arena, "/trireme:pool[name='%s']/real-server[name='%s']%s", pool->name,
			    real->is.name, leaf);
}
