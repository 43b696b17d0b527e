// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parse.h"
#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const level_names[] = {[CONFIG_LOG_ERROR] = "error",
					  [CONFIG_LOG_WARNING] = "warning",
					  [CONFIG_LOG_NOTICE] = "notice",
					  [CONFIG_LOG_INFO] = "info",
					  NULL};

static const struct field system_fields[] = {
	TEXT("time-zone", struct config_system, time_zone),
};

static const struct field log_fields[] = {
	CHOICE("level", struct config_system, log_level, level_names),
};

static const struct field remote_fields[] = {
	VALUE("address", FIELD_IPV4, struct config_system, log_address),
	VALUE("port", FIELD_U16, struct config_system, log_port),
};

static int build_name(void *object, const struct lyd_node *from)
{
	return copy_text(object, CONFIG_HOST_MAX, lyd_get_value(from));
}

int build_system(struct config *config, const struct lyd_node *tree)
{
	const struct lyd_node *from = sibling_of(tree, "system");
	const struct lyd_node *dns = lyd_child(child_of(from, "dns"));
	const struct lyd_node *ntp = lyd_child(child_of(from, "ntp"));
	const struct lyd_node *log = child_of(from, "log");
	struct config_system *system = &config->system;
	int r = SET_FIELDS(system, system_fields, from);

	if (r == 0)
		r = BUILD_LIST(dns, "server", build_ipv4, system->dns, &system->n_dns);
	if (r == 0)
		r = BUILD_LIST(dns, "search", build_name, system->search, &system->n_search);
	if (r == 0)
		r = BUILD_LIST(ntp, "server", build_name, system->ntp, &system->n_ntp);
	if (r == 0)
		r = SET_FIELDS(system, log_fields, log);
	return r < 0 ? r : SET_FIELDS(system, remote_fields, child_of(log, "remote"));
}
