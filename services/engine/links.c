// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/netlink_attr.h"

static bool is_text(const struct nlattr *attr, const char *text)
{
	size_t length = strlen(text);

	return mnl_attr_get_payload_len(attr) >= length &&
	       strncmp(mnl_attr_get_payload(attr), text, mnl_attr_get_payload_len(attr)) == 0;
}

static void take_vlan(struct link *link, const struct nlattr *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data) {
		if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
			link->vlan = (uint16_t)netlink_number(attr);
		else if (mnl_attr_get_type(attr) == IFLA_VLAN_PROTOCOL &&
			 netlink_number(attr) != htons(ETH_P_8021Q))
			link->kind = LINK_OTHER_VLAN;
	}
}

static void take_info(struct link *link, const struct nlattr *info)
{
	const struct nlattr *attr, *data = NULL;

	mnl_attr_for_each_nested (attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
		else if (mnl_attr_get_type(attr) != IFLA_INFO_KIND)
			continue;
		else if (is_text(attr, "vlan"))
			link->kind = LINK_VLAN;
		else if (is_text(attr, "bond"))
			link->kind = LINK_BOND;
	}
	if (data && link->kind == LINK_VLAN)
		take_vlan(link, data);
}

/* With one program, the kernel says its number and where it is; with several, all numbers. */
static void take_xdp(struct link *link, const struct nlattr *xdp)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, xdp) {
		if (mnl_attr_get_type(attr) == IFLA_XDP_DRV_PROG_ID)
			link->xdp_native = netlink_number(attr);
		else if (mnl_attr_get_type(attr) == IFLA_XDP_SKB_PROG_ID)
			link->xdp_generic = netlink_number(attr);
	}
}

static void take_attribute(struct link *link, const struct nlattr *attr)
{
	uint16_t length = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		if (length > 0 && length <= LINK_NAME_MAX)
			memcpy(link->name, mnl_attr_get_payload(attr), length - 1u);
		break;
	case IFLA_ADDRESS:
		if (length == sizeof(link->mac))
			memcpy(link->mac, mnl_attr_get_payload(attr), length);
		break;
	case IFLA_MTU:
		link->mtu = netlink_number(attr);
		break;
	case IFLA_LINK:
		link->lower = netlink_number(attr);
		break;
	case IFLA_MASTER:
		link->master = netlink_number(attr);
		break;
	case IFLA_LINKINFO:
		take_info(link, attr);
		break;
	case IFLA_XDP:
		take_xdp(link, attr);
		break;
	default:
		break;
	}
}

static void read_link(const struct nlmsghdr *message, struct link *ret_link)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;

	ret_link->index = (uint32_t)info->ifi_index;
	ret_link->ethernet = info->ifi_type == ARPHRD_ETHER;
	ret_link->up = (info->ifi_flags & IFF_UP) && (info->ifi_flags & IFF_LOWER_UP);
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		take_attribute(ret_link, attr);
	}
	/* veth and others say by IFLA_LINK who their peer is, of another namespace perhaps. */
	if (ret_link->kind != LINK_VLAN && ret_link->kind != LINK_OTHER_VLAN)
		ret_link->lower = 0;
}

static struct link *place(struct links *links, uint32_t index)
{
	struct link *free_one = NULL;

	for (size_t i = 0; i < links->n; i++) {
		if (links->list[i].index == index)
			return &links->list[i];
		if (!links->list[i].index && !free_one)
			free_one = &links->list[i];
	}
	if (!free_one && links->n < LINKS_MAX)
		free_one = &links->list[links->n++];
	return free_one;
}

static bool same_link(const struct link *a, const struct link *b)
{
	return a->index == b->index && strcmp(a->name, b->name) == 0 && a->kind == b->kind &&
	       a->lower == b->lower && a->master == b->master && a->vlan == b->vlan &&
	       a->mtu == b->mtu && a->ethernet == b->ethernet && a->up == b->up &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && a->xdp_native == b->xdp_native &&
	       a->xdp_generic == b->xdp_generic;
}

bool links_equal(const struct links *a, const struct links *b)
{
	bool equal = a->n == b->n;

	for (size_t i = 0; equal && i < a->n; i++)
		equal = same_link(&a->list[i], &b->list[i]);
	return equal;
}

bool links_take(struct links *links, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info;
	struct link link = {0}, *at;

	if ((message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return false;
	info = mnl_nlmsg_get_payload(message);
	if (info->ifi_family != AF_UNSPEC || info->ifi_index <= 0)
		return false;
	if (message->nlmsg_type == RTM_NEWLINK)
		read_link(message, &link);
	at = place(links, (uint32_t)info->ifi_index);
	if (!at) {
		links->left_out++;
		return false;
	}
	if (same_link(at, &link))
		return false;
	*at = link;
	return true;
}

const struct link *links_by_index(const struct links *links, uint32_t index)
{
	for (size_t i = 0; index && i < links->n; i++)
		if (links->list[i].index == index)
			return &links->list[i];
	return NULL;
}

const struct link *links_by_name(const struct links *links, const char *name)
{
	for (size_t i = 0; i < links->n; i++)
		if (links->list[i].index && strcmp(links->list[i].name, name) == 0)
			return &links->list[i];
	return NULL;
}

int links_way(const struct links *links, const struct link *link, struct link_way *ret_way)
{
	struct link_way way = {.port = link};

	if (link->kind == LINK_OTHER_VLAN)
		return -ENOTSUP;
	if (link->kind == LINK_VLAN) {
		way.vlan = link->vlan;
		way.port = links_by_index(links, link->lower);
	}
	if (!way.port)
		return -ENOENT;
	if (way.port->kind == LINK_VLAN || way.port->kind == LINK_OTHER_VLAN)
		return -ENOTSUP;
	if (way.port->master || link->master)
		return -EXDEV;
	*ret_way = way;
	return 0;
}

int link_number(const struct link_numbers *numbers, uint32_t index)
{
	for (int i = 0; index && i < FWD_PORTS_MAX; i++)
		if (numbers->numbers[i] == index)
			return i;
	return -ENOENT;
}

static struct fwd_link as_entry(const struct links *links, const struct link_numbers *numbers,
				const struct link *link)
{
	struct fwd_link entry = {.interface = link->index};
	struct link_way way;
	int n;

	n = link_number(numbers, link->master);
	if (n >= 0) {
		entry.lower = link->master;
		entry.port = (uint16_t)n;
		return entry;
	}
	if (links_way(links, link, &way) < 0)
		return entry;
	n = link_number(numbers, way.port->index);
	entry.lower = way.port->index;
	entry.vlan = way.vlan;
	entry.port = n < 0 ? 0 : (uint16_t)n;
	entry.mtu = link->mtu > UINT16_MAX ? UINT16_MAX : (uint16_t)link->mtu;
	entry.usable = n >= 0 && link->up && way.port->up && link->ethernet;
	return entry;
}

/* A packet that reads it meanwhile finds no interface, or a whole entry. */
static bool set_entry(struct fwd_link *to, const struct fwd_link *from)
{
	if (memcmp(to, from, sizeof(*to)) == 0)
		return false;
	__atomic_store_n(&to->interface, 0, __ATOMIC_SEQ_CST);
	to->lower = from->lower;
	to->vlan = from->vlan;
	to->port = from->port;
	to->mtu = from->mtu;
	to->usable = from->usable;
	__atomic_store_n(&to->interface, from->interface, __ATOMIC_SEQ_CST);
	return true;
}

bool links_publish(const struct links *links, const struct link_numbers *numbers,
		   struct fwd_link *table)
{
	struct fwd_link wanted[FWD_LINKS_MAX] = {0};
	bool changed = false;

	for (size_t i = 0; i < links->n; i++) {
		const struct link *link = &links->list[i];
		struct fwd_link entry, *at = &wanted[link->index % FWD_LINKS_MAX];

		if (!link->index)
			continue;
		entry = as_entry(links, numbers, link);
		/* Of two that have one place, the one that can be used has it. */
		if (!at->interface || (entry.usable && !at->usable))
			*at = entry;
	}
	for (size_t i = 0; i < FWD_LINKS_MAX; i++)
		changed |= set_entry(&table[i], &wanted[i]);
	return changed;
}
