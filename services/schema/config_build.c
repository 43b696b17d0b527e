// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/config_build.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_IPV4,
	FIELD_MAC,
	FIELD_ENUM,
};

/* One leaf of the model and where its value goes. */
struct field {
	const char *leaf;
	enum field_kind kind;
	size_t offset;
	size_t size;		  /* FIELD_TEXT: room, with NUL */
	const char *const *names; /* FIELD_ENUM: the model's names in the order of the C enum */
};

#define TEXT(leaf, type, member)                                                               \
	{                                                                                      \
		leaf, FIELD_TEXT, offsetof(type, member), sizeof(((type *)NULL)->member), NULL \
	}
#define VALUE(leaf, kind, type, member)                     \
	{                                                   \
		leaf, kind, offsetof(type, member), 0, NULL \
	}
#define CHOICE(leaf, type, member, names)                          \
	{                                                          \
		leaf, FIELD_ENUM, offsetof(type, member), 0, names \
	}

static const char *const role_names[] = {
	[CONFIG_ROLE_ROUTER] = "router", [CONFIG_ROLE_WITNESS] = "witness", NULL};
static const char *const protocol_names[] = {
	[CONFIG_PROTOCOL_TCP] = "tcp", [CONFIG_PROTOCOL_UDP] = "udp", NULL};
static const char *const method_names[] = {
	[CONFIG_METHOD_NAT] = "nat", [CONFIG_METHOD_DIRECT] = "direct", NULL};
static const char *const check_names[] = {
	[CONFIG_CHECK_NONE] = "none", [CONFIG_CHECK_TCP_CONNECT] = "tcp-connect", NULL};

static const struct field machine_fields[] = {
	TEXT("node", struct config, this_node),
};

static const struct field cluster_fields[] = {
	TEXT("name", struct config, cluster_name),
};

static const struct field timing_fields[] = {
	VALUE("token", FIELD_U32, struct config, token),
	VALUE("consensus", FIELD_U32, struct config, consensus),
	VALUE("heartbeat", FIELD_U32, struct config, heartbeat),
};

static const struct field node_fields[] = {
	TEXT("name", struct config_node, name),
	VALUE("id", FIELD_U8, struct config_node, id),
	CHOICE("role", struct config_node, role, role_names),
	VALUE("priority", FIELD_U8, struct config_node, priority),
	VALUE("gateway", FIELD_IPV4, struct config_node, gateway),
};

static const struct field port_fields[] = {
	TEXT("name", struct config_port, name),
	VALUE("mac", FIELD_MAC, struct config_port, mac),
	TEXT("pci-path", struct config_port, pci_path),
	VALUE("address", FIELD_IPV4, struct config_port, address),
	VALUE("prefix-length", FIELD_U8, struct config_port, prefix_length),
};

static const struct field group_fields[] = {
	TEXT("name", struct config_group, name),
};

static const struct field alias_fields[] = {
	TEXT("label", struct config_alias, label),
	VALUE("address", FIELD_IPV4, struct config_alias, address),
};

static const struct field service_fields[] = {
	TEXT("name", struct config_service, name),
	VALUE("address", FIELD_IPV4, struct config_service, address),
	CHOICE("protocol", struct config_service, protocol, protocol_names),
	VALUE("port", FIELD_U16, struct config_service, port),
	CHOICE("method", struct config_service, method, method_names),
	TEXT("scheduler", struct config_service, scheduler),
};

static const struct field persistence_fields[] = {
	VALUE("timeout", FIELD_U32, struct config_service, persistence_s),
	VALUE("prefix-length", FIELD_U8, struct config_service, persistence_prefix),
};

static const struct field check_fields[] = {
	CHOICE("type", struct config_service, check, check_names),
	VALUE("interval", FIELD_U32, struct config_service, check_interval),
	VALUE("timeout", FIELD_U32, struct config_service, check_timeout),
	VALUE("fall", FIELD_U8, struct config_service, check_fall),
	VALUE("rise", FIELD_U8, struct config_service, check_rise),
};

static const struct field real_fields[] = {
	TEXT("name", struct config_real, name),
	VALUE("address", FIELD_IPV4, struct config_real, address),
	VALUE("port", FIELD_U16, struct config_real, port),
	VALUE("weight", FIELD_U16, struct config_real, weight),
};

/* The C enums above are all of the size of an int (gcc without -fshort-enums). */
static int set_enum(int *target, const char *const *names, const char *text)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0) {
			*target = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_field(void *object, const struct field *field, const struct lyd_node *leaf)
{
	const struct lyd_value *value = &((const struct lyd_node_term *)leaf)->value;
	const char *text = lyd_get_value(leaf);
	void *target = (char *)object + field->offset;

	switch (field->kind) {
	case FIELD_TEXT:
		return copy_text(target, field->size, text);
	case FIELD_U8:
		*(uint8_t *)target = value->uint8;
		return 0;
	case FIELD_U16:
		*(uint16_t *)target = value->uint16;
		return 0;
	case FIELD_U32:
		*(uint32_t *)target = value->uint32;
		return 0;
	case FIELD_IPV4:
		return parse_ipv4(text, target);
	case FIELD_MAC:
		return parse_mac(text, target);
	case FIELD_ENUM:
		return set_enum(target, field->names, text);
	}
	return -EINVAL;
}

static const struct lyd_node *child_of(const struct lyd_node *parent, const char *name)
{
	for (const struct lyd_node *n = lyd_child(parent); n; n = n->next) {
		if (strcmp(LYD_NAME(n), name) == 0)
			return n;
	}
	return NULL;
}

/* Leaves that the document leaves out and that have no default keep the object's zeros. */
static int set_fields(void *object, const struct field *fields, size_t n_fields,
		      const struct lyd_node *parent)
{
	for (size_t i = 0; i < n_fields; i++) {
		const struct lyd_node *leaf = child_of(parent, fields[i].leaf);
		int r = leaf ? set_field(object, &fields[i], leaf) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

#define SET_FIELDS(object, fields, parent) set_fields(object, fields, ARRAY_SIZE(fields), parent)

static size_t count_children(const struct lyd_node *parent, const char *name)
{
	size_t n = 0;

	for (const struct lyd_node *c = lyd_child(parent); c; c = c->next)
		n += strcmp(LYD_NAME(c), name) == 0;
	return n;
}

static int build_port(struct config_port *port, const struct lyd_node *node)
{
	if (child_of(node, "mac"))
		port->hardware = CONFIG_HARDWARE_MAC;
	else if (child_of(node, "pci-path"))
		port->hardware = CONFIG_HARDWARE_PCI;
	return SET_FIELDS(port, port_fields, node);
}

static int build_node(struct config_node *node, const struct lyd_node *from)
{
	int r = SET_FIELDS(node, node_fields, from);

	if (r < 0)
		return r;
	for (const struct lyd_node *c = lyd_child(from); c; c = c->next) {
		if (strcmp(LYD_NAME(c), "port") != 0)
			continue;
		if (node->n_ports == CONFIG_PORTS_MAX)
			return -EOVERFLOW;
		r = build_port(&node->ports[node->n_ports++], c);
		if (r < 0)
			return r;
	}
	return 0;
}

static int build_cluster(struct config *config, const struct lyd_node *cluster)
{
	int r = SET_FIELDS(config, cluster_fields, cluster);

	for (const struct lyd_node *c = lyd_child(cluster); c && r == 0; c = c->next) {
		if (strcmp(LYD_NAME(c), "timing") == 0) {
			r = SET_FIELDS(config, timing_fields, c);
		} else if (strcmp(LYD_NAME(c), "node") == 0) {
			if (config->n_nodes == CONFIG_NODES_MAX)
				return -EOVERFLOW;
			r = build_node(&config->nodes[config->n_nodes++], c);
		}
	}
	return r;
}

static int build_alias(struct config_alias *alias, const struct lyd_node *from)
{
	int r = SET_FIELDS(alias, alias_fields, from);

	if (r < 0)
		return r;
	memcpy(alias->port, alias->label, sizeof(alias->port));
	alias->port[strcspn(alias->port, ":")] = '\0';
	return 0;
}

static int build_group(struct config_group *group, const struct lyd_node *from)
{
	int r = SET_FIELDS(group, group_fields, from);

	for (const struct lyd_node *c = lyd_child(from); c && r == 0; c = c->next) {
		if (strcmp(LYD_NAME(c), "alias") != 0)
			continue;
		if (group->n_aliases == CONFIG_ALIASES_MAX)
			return -EOVERFLOW;
		r = build_alias(&group->aliases[group->n_aliases++], c);
	}
	return r;
}

static int build_reals(struct config_service *service, const struct lyd_node *from)
{
	size_t n = count_children(from, "real-server");

	if (n > CONFIG_REALS_MAX)
		return -EOVERFLOW;
	service->reals = calloc(n ? n : 1, sizeof(*service->reals));
	if (!service->reals)
		return -ENOMEM;
	for (const struct lyd_node *c = lyd_child(from); c; c = c->next) {
		struct config_real *real;
		int r;

		if (strcmp(LYD_NAME(c), "real-server") != 0)
			continue;
		real = &service->reals[service->n_reals++];
		r = SET_FIELDS(real, real_fields, c);
		if (r < 0)
			return r;
		if (real->port == 0)
			real->port = service->port;
	}
	return 0;
}

static int build_service(struct config_service *service, const struct lyd_node *from)
{
	const struct lyd_node *persistence = child_of(from, "persistence");
	const struct lyd_node *check = child_of(from, "health-check");
	int r = SET_FIELDS(service, service_fields, from);

	if (r == 0 && persistence) {
		service->persistent = true;
		r = SET_FIELDS(service, persistence_fields, persistence);
	}
	if (r == 0 && check)
		r = SET_FIELDS(service, check_fields, check);
	return r < 0 ? r : build_reals(service, from);
}

static int build_top(struct config *config, const struct lyd_node *top)
{
	const char *name = LYD_NAME(top);

	if (strcmp(name, "machine") == 0)
		return SET_FIELDS(config, machine_fields, top);
	if (strcmp(name, "cluster") == 0)
		return build_cluster(config, top);
	if (strcmp(name, "alias-group") == 0) {
		if (config->n_groups == CONFIG_GROUPS_MAX)
			return -EOVERFLOW;
		return build_group(&config->groups[config->n_groups++], top);
	}
	if (strcmp(name, "virtual-service") == 0)
		return build_service(&config->services[config->n_services++], top);
	return 0;
}

static size_t count_services(const struct lyd_node *tree)
{
	size_t n = 0;

	for (; tree; tree = tree->next)
		n += strcmp(LYD_NAME(tree), "virtual-service") == 0;
	return n;
}

static int build_all(struct config *config, const struct lyd_node *tree)
{
	size_t n_services = count_services(tree);
	int r = 0;

	if (n_services > CONFIG_SERVICES_MAX)
		return -EOVERFLOW;
	config->services = calloc(n_services ? n_services : 1, sizeof(*config->services));
	if (!config->services)
		return -ENOMEM;
	for (const struct lyd_node *top = tree; top && r == 0; top = top->next)
		r = build_top(config, top);
	return r;
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
