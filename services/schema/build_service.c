// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const protocol_names[] = {[CONFIG_PROTOCOL_TCP] = "tcp",
					     [CONFIG_PROTOCOL_UDP] = "udp",
					     [CONFIG_PROTOCOL_SCTP] = "sctp",
					     NULL};
static const char *const method_names[] = {[CONFIG_METHOD_NAT] = "nat",
					   [CONFIG_METHOD_DIRECT] = "direct",
					   [CONFIG_METHOD_TUNNEL] = "tunnel",
					   NULL};
static const char *const datapath_names[] = {
	[CONFIG_DATAPATH_AUTO] = "auto", [CONFIG_DATAPATH_IPVS] = "ipvs", NULL};
static const char *const check_names[] = {
	[CONFIG_CHECK_NONE] = "none", [CONFIG_CHECK_TCP_CONNECT] = "tcp-connect", NULL};

static const struct field timeout_fields[] = {
	VALUE("tcp", FIELD_U32, struct config, timeout_tcp),
	VALUE("tcp-fin", FIELD_U32, struct config, timeout_tcp_fin),
	VALUE("udp", FIELD_U32, struct config, timeout_udp),
};

static const struct field masquerade_fields[] = {
	VALUE("first", FIELD_U16, struct config, masquerade.first),
	VALUE("last", FIELD_U16, struct config, masquerade.last),
};

static const struct field mark_fields[] = {
	VALUE("mark", FIELD_U16, struct config_mark, mark),
};

static const struct field match_fields[] = {
	TEXT("name", struct config_match, name),
	ADDRESS("address", struct config_match, address, ipv6_address),
	CHOICE("protocol", struct config_match, protocol, protocol_names),
	VALUE("port-first", FIELD_U16, struct config_match, range.first),
	VALUE("port-last", FIELD_U16, struct config_match, range.last),
};

static const struct field service_fields[] = {
	TEXT("name", struct config_service, name),
	VALUE("firewall-mark", FIELD_U16, struct config_service, mark),
	ADDRESS("address", struct config_service, address, ipv6_address),
	CHOICE("protocol", struct config_service, protocol, protocol_names),
	VALUE("port", FIELD_U16, struct config_service, port),
	CHOICE("method", struct config_service, method, method_names),
	TEXT("scheduler", struct config_service, scheduler),
	CHOICE("datapath", struct config_service, datapath, datapath_names),
	TEXT("pool", struct config_service, pool),
	VALUE("quorum", FIELD_U16, struct config_service, quorum),
};

static const struct field persistence_fields[] = {
	VALUE("timeout", FIELD_U32, struct config_service, persistence_s),
	VALUE("prefix-length", FIELD_U8, struct config_service, persistence_prefix),
};

static const struct field ipv6_persistence_fields[] = {
	VALUE("ipv6-prefix-length", FIELD_U8, struct config_service, persistence_prefix),
};

static const struct field check_fields[] = {
	CHOICE("type", struct config_service, check, check_names),
	VALUE("interval", FIELD_U32, struct config_service, check_interval),
	VALUE("timeout", FIELD_U32, struct config_service, check_timeout),
	VALUE("fall", FIELD_U8, struct config_service, check_fall),
	VALUE("rise", FIELD_U8, struct config_service, check_rise),
};

static const struct field sorry_fields[] = {
	ADDRESS("address", struct config_service, sorry_address, sorry_ipv6_address),
	VALUE("port", FIELD_U16, struct config_service, sorry_port),
};

static int build_match(void *object, const struct lyd_node *from)
{
	struct config_match *match = object;
	int r = SET_FIELDS(match, match_fields, from);

	if (match->range.last == 0)
		match->range.last = match->range.first;
	return r;
}

static int build_mark(void *object, const struct lyd_node *from)
{
	struct config_mark *mark = object;
	int r = SET_FIELDS(mark, mark_fields, from);

	return r < 0 ? r
		     : BUILD_LIST(lyd_child(from), "match", build_match, mark->matches,
				  &mark->n_matches);
}

/* "N" or "N-M", as the model's pattern says. */
static int build_range(void *object, const struct lyd_node *from)
{
	const char *text = lyd_get_value(from), *dash = strchr(text, '-');
	struct config_port_range *range = object;
	char first[6] = "";
	uint32_t a, b;
	int r;

	if (dash && (size_t)(dash - text) >= sizeof(first))
		return -EINVAL;
	if (dash)
		memcpy(first, text, (size_t)(dash - text));
	r = parse_u32(dash ? first : text, 1, UINT16_MAX, &a);
	if (r == 0)
		r = parse_u32(dash ? dash + 1 : text, 1, UINT16_MAX, &b);
	if (r == 0)
		*range = (struct config_port_range){(uint16_t)a, (uint16_t)b};
	return r;
}

/* One way to say where a service is, however the document says it. */
static int build_ranges(struct config_service *service, const struct lyd_node *from)
{
	int r = BUILD_LIST(lyd_child(from), "ports", build_range, service->ranges,
			   &service->n_ranges);

	if (r < 0)
		return r;
	if (service->port)
		service->ranges[service->n_ranges++] =
			(struct config_port_range){service->port, service->port};
	else if (service->n_ranges == 1 && service->ranges[0].first == service->ranges[0].last)
		service->port = service->ranges[0].first;
	service->check_port = service->ranges[0].first;
	return 0;
}

static int build_service(void *object, const struct lyd_node *from)
{
	const struct lyd_node *persistence = child_of(from, "persistence");
	struct config_service *service = object;
	int r = SET_FIELDS(service, service_fields, from);

	service->persistent = persistence != NULL;
	if (r == 0)
		r = SET_FIELDS(service, persistence_fields, persistence);
	if (r == 0)
		r = SET_FIELDS(service, check_fields, child_of(from, "health-check"));
	if (r == 0)
		r = SET_FIELDS(service, sorry_fields, child_of(from, "sorry-server"));
	return r < 0 ? r : build_ranges(service, from);
}

static int set_prefix_of_ipv6(struct config_service *service, const struct lyd_node *from)
{
	return service->ipv6
		       ? SET_FIELDS(service, ipv6_persistence_fields, child_of(from, "persistence"))
		       : 0;
}

/* What depends on the pools and marks, which are there now. */
static int resolve_services(struct config *config, const struct lyd_node *tree)
{
	struct config_service *service = config->services;
	int r = 0;

	for (; tree && r == 0; tree = tree->next) {
		if (strcmp(LYD_NAME(tree), "virtual-service") != 0)
			continue;
		r = config_resolve_service(config, service);
		if (r == 0)
			r = set_prefix_of_ipv6(service, tree);
		service++;
	}
	return r;
}

static int build_forwarding(struct config *config, const struct lyd_node *forwarding)
{
	int r = SET_FIELDS(config, timeout_fields, child_of(forwarding, "timeouts"));

	return r < 0 ? r
		     : SET_FIELDS(config, masquerade_fields,
				  child_of(forwarding, "masquerade-ports"));
}

int build_services(struct config *config, const struct lyd_node *tree)
{
	int r = build_forwarding(config, sibling_of(tree, "forwarding"));

	if (r == 0)
		r = BUILD_ALLOCATED(tree, "firewall-mark", build_mark, CONFIG_MARKS_MAX,
				    &config->marks, &config->n_marks);
	if (r == 0)
		r = BUILD_ALLOCATED(tree, "virtual-service", build_service, CONFIG_SERVICES_MAX,
				    &config->services, &config->n_services);
	return r < 0 ? r : resolve_services(config, tree);
}
