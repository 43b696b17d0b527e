// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const mode_names[] = {[CONFIG_BOND_ACTIVE_BACKUP] = "active-backup",
					 [CONFIG_BOND_802_3AD] = "802.3ad",
					 [CONFIG_BOND_BALANCE_XOR] = "balance-xor",
					 NULL};
static const char *const policy_names[] = {[CONFIG_HASH_LAYER2] = "layer2",
					   [CONFIG_HASH_LAYER2_3] = "layer2+3",
					   [CONFIG_HASH_LAYER3_4] = "layer3+4",
					   NULL};

static const struct field port_fields[] = {
	TEXT("name", struct config_port, name),
	VALUE("mac", FIELD_MAC, struct config_port, mac),
	TEXT("pci-path", struct config_port, pci_path),
	VALUE("mtu", FIELD_U16, struct config_port, mtu),
	VALUE("address", FIELD_IPV4, struct config_port, address),
	VALUE("prefix-length", FIELD_U8, struct config_port, prefix_length),
};

static const struct field vlan_fields[] = {
	TEXT("parent", struct config_port, parent),
	VALUE("id", FIELD_U16, struct config_port, vlan_id),
};

static const struct field bond_fields[] = {
	CHOICE("mode", struct config_bond, mode, mode_names),
	VALUE("monitor-interval", FIELD_U32, struct config_bond, monitor_ms),
	CHOICE("hash-policy", struct config_bond, hash_policy, policy_names),
};

static const struct field member_fields[] = {
	TEXT("name", struct config_member, name),
	VALUE("mac", FIELD_MAC, struct config_member, mac),
	TEXT("pci-path", struct config_member, pci_path),
};

static const struct field address_fields[] = {
	VALUE("address", FIELD_IPV4, struct config_address, address),
	VALUE("prefix-length", FIELD_U8, struct config_address, prefix_length),
};

static const struct field ipv6_fields[] = {
	VALUE("address", FIELD_IPV6, struct config_ipv6_address, address),
	VALUE("prefix-length", FIELD_U8, struct config_ipv6_address, prefix_length),
};

static const struct field route_fields[] = {
	VALUE("via", FIELD_IPV4, struct config_route, via),
};

static enum config_hardware hardware_of(const struct lyd_node *from)
{
	if (child_of(from, "mac"))
		return CONFIG_HARDWARE_MAC;
	return child_of(from, "pci-path") ? CONFIG_HARDWARE_PCI : CONFIG_HARDWARE_BY_ORDER;
}

static int build_member(void *object, const struct lyd_node *from)
{
	struct config_member *member = object;

	member->hardware = hardware_of(from);
	return SET_FIELDS(member, member_fields, from);
}

static int build_bond(struct config_bond *bond, const struct lyd_node *from)
{
	const struct lyd_node *rate = child_of(from, "lacp-rate");
	int r = SET_FIELDS(bond, bond_fields, from);

	bond->lacp_fast = rate && strcmp(lyd_get_value(rate), "fast") == 0;
	return r < 0 ? r
		     : BUILD_LIST(lyd_child(from), "member", build_member, bond->members,
				  &bond->n_members);
}

static int build_address(void *object, const struct lyd_node *from)
{
	return SET_FIELDS((struct config_address *)object, address_fields, from);
}

static int build_ipv6_address(void *object, const struct lyd_node *from)
{
	return SET_FIELDS((struct config_ipv6_address *)object, ipv6_fields, from);
}

static int build_addresses(struct config_port *port, const struct lyd_node *from)
{
	int r = BUILD_LIST(lyd_child(from), "additional-address", build_address, port->additional,
			   &port->n_additional);

	return r < 0 ? r
		     : BUILD_LIST(lyd_child(from), "ipv6-address", build_ipv6_address, port->ipv6,
				  &port->n_ipv6);
}

int build_port(void *object, const struct lyd_node *from)
{
	const struct lyd_node *vlan = child_of(from, "vlan"), *bond = child_of(from, "bond");
	struct config_port *port = object;
	int r = SET_FIELDS(port, port_fields, from);

	port->hardware = hardware_of(from);
	if (r == 0 && vlan) {
		port->kind = CONFIG_PORT_VLAN;
		r = SET_FIELDS(port, vlan_fields, vlan);
	} else if (r == 0 && bond) {
		port->kind = CONFIG_PORT_BOND;
		r = build_bond(&port->bond, bond);
	}
	return r < 0 ? r : build_addresses(port, from);
}

int build_route(void *object, const struct lyd_node *from)
{
	const struct lyd_node *destination = child_of(from, "destination");
	struct config_route *route = object;
	int r = destination ? parse_prefix(lyd_get_value(destination), &route->destination,
					   &route->prefix_length)
			    : -EINVAL;

	return r < 0 ? r : SET_FIELDS(route, route_fields, from);
}
