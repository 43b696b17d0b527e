// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan in words. */
#include <linux/if_bonding.h>

#include "base/parse.h"
#include "system/plan.h"

static const char *bond_mode(uint8_t mode)
{
	switch (mode) {
	case BOND_MODE_ACTIVEBACKUP:
		return "active-backup";
	case BOND_MODE_8023AD:
		return "802.3ad";
	default:
		return "balance-xor";
	}
}

static const char *link_kind(const struct plan_action *action)
{
	return action->link == PLAN_LINK_VLAN ? "VLAN" : "bond";
}

static void describe_route(const char *verb, const struct plan_route *route, struct text *text)
{
	char address[CONFIG_INET_TEXT_MAX], destination[16];

	if (route->prefix_length)
		text_add(text, "%sroute to %s/%u", verb,
			 format_ipv4(route->destination, destination, sizeof(destination)),
			 route->prefix_length);
	else
		text_add(text, "%sdefault route%s", verb, route->ipv6 ? " of IPv6" : "");
	text_add(text, " via %s",
		 route->gateway.family == AF_UNSPEC ? "no gateway"
						    : config_inet_text(&route->gateway, address));
	if (route->metric != (route->ipv6 ? PLAN_IPV6_METRIC : PLAN_METRIC))
		text_add(text, " metric %u", route->metric);
}

static void describe_sysctl(const struct sysctl_setting *setting, struct text *text)
{
	if (setting->exists)
		text_add(text, "set %s to %s (it is %s)", setting->path, setting->value,
			 setting->current);
	else
		text_add(text, "set %s to %s (the kernel does not have it)", setting->path,
			 setting->value);
}

static void describe_link(const struct plan_action *action, struct text *text)
{
	text_add(text, "%s: ", action->port);
	switch (action->kind) {
	case PLAN_LINK_REMOVE:
		text_add(text, "remove the %s: %s", link_kind(action), action->why);
		if (action->again)
			text_add(text, "; floating addresses on it are lost until the agent sets "
				       "them again");
		break;
	case PLAN_LINK_ADD:
		if (action->link == PLAN_LINK_VLAN)
			text_add(text, "make VLAN %u of %s", action->vlan_id, action->other);
		else
			text_add(text, "make the bond, mode %s", bond_mode(action->bond.mode));
		break;
	case PLAN_BOND_CHANGE:
		text_add(text, "change the bond's settings%s",
			 action->restart ? ", for which it goes down for a moment" : "");
		break;
	case PLAN_MEMBER_ADD:
		text_add(text, "take %s into the bond", action->other);
		break;
	case PLAN_MEMBER_REMOVE:
		text_add(text, "take %s out of the bond", action->other);
		break;
	case PLAN_LINK_MTU:
		text_add(text, "set the MTU to %u (it is %u)", action->mtu, action->mtu_before);
		break;
	default:
		text_add(text, "take the link up");
		break;
	}
}

static void describe_file(const struct plan_action *action, struct text *text)
{
	const struct system_file *file = action->file;

	if (action->kind == PLAN_PROBLEM)
		text_add(text, "time zone %s: this firmware does not know it", file->zone);
	else if (file->zone)
		text_add(text, "set the time zone to %s", file->zone);
	else
		text_add(text, "write %s", file->name);
}

void plan_describe(const struct plan_action *action, struct text *text)
{
	char address[CONFIG_INET_TEXT_MAX];

	config_inet_text(&action->address.address, address);
	switch (action->kind) {
	case PLAN_HOST_NAME:
		text_add(text, "set the host name to %s", action->host_name);
		break;
	case PLAN_SYSCTL:
		describe_sysctl(action->sysctl, text);
		break;
	case PLAN_FILE:
		describe_file(action, text);
		break;
	case PLAN_LINK_REMOVE:
	case PLAN_LINK_ADD:
	case PLAN_BOND_CHANGE:
	case PLAN_MEMBER_REMOVE:
	case PLAN_MEMBER_ADD:
	case PLAN_LINK_MTU:
	case PLAN_LINK_UP:
		describe_link(action, text);
		break;
	case PLAN_ADDRESS_ADD:
		text_add(text, "%s: add address %s/%u", action->port, address,
			 action->address.prefix_length);
		break;
	case PLAN_ADDRESS_REMOVE:
		text_add(text, "%s: remove address %s/%u", action->port, address,
			 action->address.prefix_length);
		break;
	case PLAN_ROUTE_ADD:
		text_add(text, "%s: ", action->port);
		describe_route("", &action->route, text);
		break;
	case PLAN_ROUTE_REMOVE:
		describe_route("remove the ", &action->route, text);
		break;
	case PLAN_PROBLEM:
		if (action->file)
			describe_file(action, text);
		else
			text_add(text, "%s: %s", action->port, action->why);
		break;
	}
}
