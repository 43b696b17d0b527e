// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/link_msg.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/netlink_attr.h"
#include "base/parse.h"

#define KIND_VLAN "vlan"
#define KIND_BOND "bond"

static struct nlmsghdr *start(void *buf, uint16_t type, uint16_t flags, int ifindex)
{
	struct nlmsghdr *message;
	struct ifinfomsg *info;

	/* libmnl leaves what is between attributes as it was. */
	memset(buf, 0, LINK_MSG_MAX);
	message = mnl_nlmsg_put_header(buf);
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = ifindex;
	return message;
}

static void put_bond(struct nlmsghdr *message, const struct plan_bond *bond, bool with_rate)
{
	mnl_attr_put_u32(message, IFLA_BOND_MIIMON, bond->monitor_ms);
	if (bond->mode != BOND_MODE_ACTIVEBACKUP)
		mnl_attr_put_u8(message, IFLA_BOND_XMIT_HASH_POLICY, bond->hash_policy);
	if (with_rate && bond->mode == BOND_MODE_8023AD)
		mnl_attr_put_u8(message, IFLA_BOND_AD_LACP_RATE, bond->lacp_rate);
}

struct nlmsghdr *link_msg_add(void *buf, const struct plan_action *action, int parent)
{
	struct nlmsghdr *message = start(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	bool vlan = action->link == PLAN_LINK_VLAN;
	struct nlattr *info, *data;

	mnl_attr_put_strz(message, IFLA_IFNAME, action->port);
	mnl_attr_put_u32(message, IFLA_MTU, action->mtu);
	if (vlan)
		mnl_attr_put_u32(message, IFLA_LINK, (uint32_t)parent);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, vlan ? KIND_VLAN : KIND_BOND);
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	if (vlan) {
		mnl_attr_put_u16(message, IFLA_VLAN_ID, action->vlan_id);
	} else {
		mnl_attr_put_u8(message, IFLA_BOND_MODE, action->bond.mode);
		put_bond(message, &action->bond, true);
	}
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	return message;
}

struct nlmsghdr *link_msg_remove(void *buf, int ifindex)
{
	return start(buf, RTM_DELLINK, 0, ifindex);
}

struct nlmsghdr *link_msg_bond(void *buf, int ifindex, const struct plan_bond *bond, bool with_rate)
{
	struct nlmsghdr *message = start(buf, RTM_NEWLINK, 0, ifindex);
	struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO), *data;

	mnl_attr_put_strz(message, IFLA_INFO_KIND, KIND_BOND);
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	put_bond(message, bond, with_rate);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	return message;
}

struct nlmsghdr *link_msg_master(void *buf, int ifindex, int master)
{
	struct nlmsghdr *message = start(buf, RTM_NEWLINK, 0, ifindex);

	mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)master);
	return message;
}

struct nlmsghdr *link_msg_mtu(void *buf, int ifindex, uint32_t mtu)
{
	struct nlmsghdr *message = start(buf, RTM_NEWLINK, 0, ifindex);

	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	return message;
}

struct nlmsghdr *link_msg_up(void *buf, int ifindex, bool up)
{
	struct nlmsghdr *message = start(buf, RTM_NEWLINK, 0, ifindex);
	struct ifinfomsg *info = mnl_nlmsg_get_payload(message);

	info->ifi_change = IFF_UP;
	info->ifi_flags = up ? IFF_UP : 0;
	return message;
}

static void parse_vlan(const struct nlattr *data, struct plan_link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data) {
		if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
			link->vlan_id = (uint16_t)netlink_number(attr);
	}
}

static void parse_bond(const struct nlattr *data, struct plan_bond *bond)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_BOND_MODE:
			bond->mode = (uint8_t)netlink_number(attr);
			break;
		case IFLA_BOND_MIIMON:
			bond->monitor_ms = netlink_number(attr);
			break;
		case IFLA_BOND_XMIT_HASH_POLICY:
			bond->hash_policy = (uint8_t)netlink_number(attr);
			break;
		case IFLA_BOND_AD_LACP_RATE:
			bond->lacp_rate = (uint8_t)netlink_number(attr);
			break;
		default:
			break;
		}
	}
}

/* The kind stands before its data (net/core/rtnetlink.c: rtnl_link_fill()). */
static void parse_info(const struct nlattr *info, struct plan_link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, info) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type == IFLA_INFO_KIND && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0) {
			if (strcmp(mnl_attr_get_str(attr), KIND_VLAN) == 0)
				link->kind = PLAN_LINK_VLAN;
			else if (strcmp(mnl_attr_get_str(attr), KIND_BOND) == 0)
				link->kind = PLAN_LINK_BOND;
		} else if (type == IFLA_INFO_DATA && link->kind == PLAN_LINK_VLAN) {
			parse_vlan(attr, link);
		} else if (type == IFLA_INFO_DATA && link->kind == PLAN_LINK_BOND) {
			parse_bond(attr, &link->bond);
		}
	}
}

int link_msg_parse(const struct nlmsghdr *message, struct plan_link *ret_link)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct plan_link link = {0};
	const struct nlattr *attr;

	link.ifindex = info->ifi_index;
	link.up = info->ifi_flags & IFF_UP;
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				copy_text(link.name, sizeof(link.name), mnl_attr_get_str(attr));
			break;
		case IFLA_MTU:
			link.mtu = netlink_number(attr);
			break;
		case IFLA_MASTER:
			link.master = (int)netlink_number(attr);
			break;
		case IFLA_LINK:
			link.parent = (int)netlink_number(attr);
			break;
		case IFLA_LINKINFO:
			parse_info(attr, &link);
			break;
		default:
			break;
		}
	}
	if (!link.name[0])
		return -EBADMSG;
	*ret_link = link;
	return 0;
}
