// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/route_msg.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define NUD_VALID (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)

int net_address_compare(const struct net_address *a, const struct net_address *b)
{
	return memcmp(a, b, sizeof(*a));
}

bool net_address_equal(const struct net_address *a, const struct net_address *b)
{
	return net_address_compare(a, b) == 0;
}

static uint16_t length_of(const struct net_address *address)
{
	return address->family == 4 ? 4 : 16;
}

static uint8_t kernel_family(const struct net_address *address)
{
	return address->family == 4 ? AF_INET : AF_INET6;
}

/* An attribute of another length leaves no address. */
static struct net_address read_address(uint8_t family, const void *data, size_t length)
{
	struct net_address address = {.family = family == AF_INET ? 4 : 6};

	if ((family != AF_INET && family != AF_INET6) || length != length_of(&address))
		return (struct net_address){0};
	memcpy(address.words, data, length);
	return address;
}

static struct net_address attribute_address(uint8_t family, const struct nlattr *attr)
{
	return read_address(family, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
}

static uint32_t number(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

struct nlmsghdr *route_msg_ask(void *buf, const struct net_address *to)
{
	struct nlmsghdr *message;
	struct rtmsg *route;

	memset(buf, 0, ROUTE_MSG_MAX);
	message = mnl_nlmsg_put_header(buf);
	message->nlmsg_type = RTM_GETROUTE;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	route->rtm_family = kernel_family(to);
	route->rtm_dst_len = (uint8_t)(8 * length_of(to));
	mnl_attr_put(message, RTA_DST, length_of(to), to->words);
	return message;
}

static uint32_t read_mtu(const struct nlattr *metrics)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, metrics)
		if (mnl_attr_get_type(attr) == RTAX_MTU)
			return number(attr);
	return 0;
}

/* An IPv4 address behind a router of IPv6. */
static struct net_address read_via(const struct nlattr *attr)
{
	const struct rtvia *via = mnl_attr_get_payload(attr);
	size_t length = mnl_attr_get_payload_len(attr);

	if (length < sizeof(*via) || via->rtvia_family > UINT8_MAX)
		return (struct net_address){0};
	return read_address((uint8_t)via->rtvia_family, via->rtvia_addr, length - sizeof(*via));
}

bool route_msg_read(const struct nlmsghdr *message, const struct net_address *to,
		    struct route *ret_route)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct route route = {.next = *to};
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info) ||
	    info->rtm_family != kernel_family(to))
		return false;
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			route.interface = number(attr);
		else if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			route.next = attribute_address(info->rtm_family, attr);
		else if (mnl_attr_get_type(attr) == RTA_VIA)
			route.next = read_via(attr);
		else if (mnl_attr_get_type(attr) == RTA_PREFSRC)
			route.source = attribute_address(info->rtm_family, attr);
		else if (mnl_attr_get_type(attr) == RTA_METRICS)
			route.mtu = read_mtu(attr);
	}
	route.usable = info->rtm_type == RTN_UNICAST && route.interface && route.next.family;
	*ret_route = route;
	return true;
}

struct nlmsghdr *neighbour_msg_care(void *buf, uint32_t interface,
				    const struct net_address *address, enum neighbour_care care)
{
	struct nlmsghdr *message;
	struct ndmsg *info;

	memset(buf, 0, ROUTE_MSG_MAX);
	message = mnl_nlmsg_put_header(buf);
	message->nlmsg_type = RTM_NEWNEIGH;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ndm_family = kernel_family(address);
	info->ndm_ifindex = (int)interface;
	info->ndm_state = NUD_NONE;
	info->ndm_flags = care == NEIGHBOUR_USE ? NTF_USE : 0;
	mnl_attr_put(message, NDA_DST, length_of(address), address->words);
	if (care == NEIGHBOUR_MANAGE)
		mnl_attr_put_u32(message, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	return message;
}

bool neighbour_msg_read(const struct nlmsghdr *message, struct neighbour *ret_neighbour)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(message);
	struct neighbour n = {0};
	const struct nlattr *attr;
	bool has_mac = false;

	if ((message->nlmsg_type != RTM_NEWNEIGH && message->nlmsg_type != RTM_DELNEIGH) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info) || info->ndm_ifindex <= 0)
		return false;
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == NDA_DST)
			n.address = attribute_address(info->ndm_family, attr);
		else if (mnl_attr_get_type(attr) == NDA_FLAGS_EXT)
			n.managed = number(attr) & NTF_EXT_MANAGED;
		else if (mnl_attr_get_type(attr) == NDA_LLADDR &&
			 mnl_attr_get_payload_len(attr) == sizeof(n.mac)) {
			memcpy(n.mac, mnl_attr_get_payload(attr), sizeof(n.mac));
			has_mac = true;
		}
	}
	n.interface = (uint32_t)info->ndm_ifindex;
	n.valid = message->nlmsg_type == RTM_NEWNEIGH && has_mac && (info->ndm_state & NUD_VALID);
	n.fixed = n.valid && (info->ndm_state & (NUD_PERMANENT | NUD_NOARP));
	n.managed = n.managed && message->nlmsg_type == RTM_NEWNEIGH;
	*ret_neighbour = n;
	return n.address.family != 0;
}
