// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/netlink_io.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/netlink_io.h"
#include "base/parse.h"
#include "system/link_msg.h"

#define SEND_SIZE 512

/* One request and all parts of its answer; callback sees each part. */
static int talk(struct mnl_socket *socket, struct nlmsghdr *request, mnl_cb_t callback, void *data)
{
	char buf[NETLINK_PART_MAX] __attribute__((aligned(8)));

	return netlink_talk(socket, request, buf, sizeof(buf), callback, data);
}

static int overflow(void)
{
	errno = EOVERFLOW;
	return MNL_CB_ERROR;
}

static int see_link(const struct nlmsghdr *message, void *data)
{
	struct plan_state *state = data;

	if (state->n_links == PLAN_LINKS_MAX)
		return overflow();
	if (link_msg_parse(message, &state->links[state->n_links]) == 0)
		state->n_links++;
	return MNL_CB_OK;
}

static void get_inet(const struct nlattr *attr, uint8_t family, struct config_inet *ret_inet)
{
	size_t size = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(uint32_t);

	if (mnl_attr_get_payload_len(attr) != size)
		return;
	ret_inet->family = family;
	memcpy(ret_inet->bytes, mnl_attr_get_payload(attr), size);
}

static int see_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct plan_state *state = data;
	struct plan_address address = {
		.ifindex = (int)info->ifa_index,
		.prefix_length = info->ifa_prefixlen,
		.deprecated = info->ifa_flags & IFA_F_DEPRECATED,
	};
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, sizeof(*info)) {
		/* IPv6 has the latter alone, but for one end of a link of two. */
		if (mnl_attr_get_type(attr) ==
		    (info->ifa_family == AF_INET ? IFA_LOCAL : IFA_ADDRESS))
			get_inet(attr, info->ifa_family, &address.address);
		if (mnl_attr_get_type(attr) == IFA_LABEL &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			copy_text(address.label, sizeof(address.label), mnl_attr_get_str(attr));
	}
	/* Each port makes its own link-local one. */
	if (info->ifa_family == AF_INET6 && info->ifa_scope != RT_SCOPE_UNIVERSE)
		return MNL_CB_OK;
	if (state->n_addresses == PLAN_ADDRESSES_MAX)
		return overflow();
	state->addresses[state->n_addresses++] = address;
	return MNL_CB_OK;
}

static int see_route(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct plan_state *state = data;
	struct plan_route route;
	const struct nlattr *attr;

	if ((info->rtm_dst_len != 0 &&
	     (info->rtm_protocol != RTPROT_STATIC || info->rtm_family != AF_INET)) ||
	    info->rtm_table != RT_TABLE_MAIN || info->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	memset(&route, 0, sizeof(route));
	route.ipv6 = info->rtm_family == AF_INET6;
	route.prefix_length = info->rtm_dst_len;
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			get_inet(attr, info->rtm_family, &route.gateway);
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			continue;
		if (mnl_attr_get_type(attr) == RTA_DST)
			route.destination = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			route.ifindex = (int)mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_PRIORITY)
			route.metric = mnl_attr_get_u32(attr);
	}
	if (state->n_routes == PLAN_ROUTES_MAX)
		return overflow();
	state->routes[state->n_routes++] = route;
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *socket, uint16_t type, size_t family_header, uint8_t family,
		mnl_cb_t callback, struct plan_state *state)
{
	char buf[SEND_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	struct rtgenmsg *general;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	/* The family is the first byte of every rtnetlink header. */
	general = mnl_nlmsg_put_extra_header(request, family_header);
	general->rtgen_family = family;
	return talk(socket, request, callback, state);
}

static int read_once(struct mnl_socket *socket, void *data)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct plan_state *state = data;
	int r;

	state->n_links = state->n_addresses = state->n_routes = 0;
	r = dump(socket, RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC, see_link, state);
	for (size_t i = 0; i < ARRAY_SIZE(families) && r == 0; i++) {
		r = dump(socket, RTM_GETADDR, sizeof(struct ifaddrmsg), families[i], see_address,
			 state);
		if (r == 0)
			r = dump(socket, RTM_GETROUTE, sizeof(struct rtmsg), families[i], see_route,
				 state);
	}
	return r;
}

int netlink_read(struct plan_state *ret_state)
{
	return netlink_read_whole(NETLINK_ROUTE, NETLINK_WAIT_MS, read_once, ret_state);
}

static struct nlmsghdr *start(char *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return request;
}

/* What the plan has made is known by name only. */
static int find_link(int known, const char *name, int *ret_ifindex)
{
	int found = known ? known : (int)if_nametoindex(name);

	if (found == 0)
		return -errno;
	*ret_ifindex = found;
	return 0;
}

static int send_up(struct mnl_socket *socket, int ifindex, bool up)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));

	return talk(socket, link_msg_up(buf, ifindex, up), NULL, NULL);
}

static int add_link(struct mnl_socket *socket, const struct plan_action *action)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	int parent = 0, r = 0;

	if (action->link == PLAN_LINK_VLAN)
		r = find_link(0, action->other, &parent);
	return r < 0 ? r : talk(socket, link_msg_add(buf, action, parent), NULL, NULL);
}

static int change_bond(struct mnl_socket *socket, const struct plan_action *action)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	int r = action->restart ? send_up(socket, action->ifindex, false) : 0, up;

	if (r < 0)
		return r;
	r = talk(socket, link_msg_bond(buf, action->ifindex, &action->bond, action->restart), NULL,
		 NULL);
	up = action->restart ? send_up(socket, action->ifindex, true) : 0;
	return r < 0 ? r : up;
}

/* A card comes into a bond only while it is down; the bond takes it up. */
static int change_member(struct mnl_socket *socket, const struct plan_action *action)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	int bond = 0, card = 0, r = find_link(0, action->other, &card);

	if (r == 0 && action->kind == PLAN_MEMBER_ADD) {
		r = find_link(action->ifindex, action->port, &bond);
		if (r == 0)
			r = send_up(socket, card, false);
	}
	return r < 0 ? r : talk(socket, link_msg_master(buf, card, bond), NULL, NULL);
}

static int change_link(struct mnl_socket *socket, const struct plan_action *action)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	int ifindex = 0, r = find_link(action->ifindex, action->port, &ifindex);

	if (r < 0)
		return r;
	switch (action->kind) {
	case PLAN_LINK_REMOVE:
		return talk(socket, link_msg_remove(buf, ifindex), NULL, NULL);
	case PLAN_LINK_MTU:
		return talk(socket, link_msg_mtu(buf, ifindex, action->mtu), NULL, NULL);
	default:
		return send_up(socket, ifindex, true);
	}
}

static void put_inet(struct nlmsghdr *request, uint16_t type, const struct config_inet *inet)
{
	mnl_attr_put(request, type,
		     inet->family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(uint32_t),
		     inet->bytes);
}

static uint32_t broadcast(const struct plan_address *address)
{
	uint32_t own;

	memcpy(&own, address->address.bytes, sizeof(own));
	return own | ~ipv4_netmask(address->prefix_length);
}

static int change_address(struct mnl_socket *socket, uint16_t type, uint16_t flags,
			  const struct plan_action *action)
{
	char buf[SEND_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = start(buf, type, flags);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	const struct plan_address *address = &action->address;
	const struct config_inet *inet = &address->address;
	int ifindex = 0, r = find_link(address->ifindex, action->port, &ifindex);

	if (r < 0)
		return r;
	info->ifa_family = (uint8_t)inet->family;
	/* It is the configuration's that no address is there twice; one that waits serves nobody.
	 */
	info->ifa_flags = inet->family == AF_INET6 && type == RTM_NEWADDR ? IFA_F_NODAD : 0;
	info->ifa_index = (unsigned int)ifindex;
	info->ifa_prefixlen = address->prefix_length;
	put_inet(request, IFA_LOCAL, inet);
	put_inet(request, IFA_ADDRESS, inet);
	if (type == RTM_NEWADDR && inet->family == AF_INET && address->prefix_length < 31)
		mnl_attr_put_u32(request, IFA_BROADCAST, broadcast(address));
	if (address->label[0])
		mnl_attr_put_strz(request, IFA_LABEL, address->label);
	return talk(socket, request, NULL, NULL);
}

static int change_route(struct mnl_socket *socket, uint16_t type, uint16_t flags,
			const struct plan_action *action)
{
	char buf[SEND_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = start(buf, type, flags);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	const struct plan_route *route = &action->route;
	int ifindex = route->ifindex;
	/* One that is removed may be without a link; one that is added is of a port. */
	int r = type == RTM_NEWROUTE ? find_link(ifindex, action->port, &ifindex) : 0;

	if (r < 0)
		return r;
	info->rtm_family = route->ipv6 ? AF_INET6 : AF_INET;
	info->rtm_dst_len = route->prefix_length;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_scope = type == RTM_NEWROUTE ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
	if (type == RTM_NEWROUTE) {
		info->rtm_protocol = RTPROT_STATIC;
		info->rtm_type = RTN_UNICAST;
	}
	if (route->prefix_length)
		mnl_attr_put_u32(request, RTA_DST, route->destination);
	if (route->gateway.family != AF_UNSPEC)
		put_inet(request, RTA_GATEWAY, &route->gateway);
	if (ifindex)
		mnl_attr_put_u32(request, RTA_OIF, (uint32_t)ifindex);
	if (route->metric)
		mnl_attr_put_u32(request, RTA_PRIORITY, route->metric);
	return talk(socket, request, NULL, NULL);
}

int netlink_apply(struct mnl_socket *socket, const struct plan_action *action)
{
	switch (action->kind) {
	case PLAN_LINK_ADD:
		return add_link(socket, action);
	case PLAN_BOND_CHANGE:
		return change_bond(socket, action);
	case PLAN_MEMBER_ADD:
	case PLAN_MEMBER_REMOVE:
		return change_member(socket, action);
	case PLAN_LINK_REMOVE:
	case PLAN_LINK_MTU:
	case PLAN_LINK_UP:
		return change_link(socket, action);
	case PLAN_ADDRESS_ADD:
		return change_address(socket, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, action);
	case PLAN_ADDRESS_REMOVE:
		return change_address(socket, RTM_DELADDR, 0, action);
	case PLAN_ROUTE_ADD:
		return change_route(socket, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, action);
	case PLAN_ROUTE_REMOVE:
		return change_route(socket, RTM_DELROUTE, 0, action);
	default:
		return -EINVAL;
	}
}
