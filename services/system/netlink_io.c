// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/netlink_io.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/netlink_io.h"
#include "base/parse.h"

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
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct plan_state *state = data;
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, sizeof(*info)) {
		struct plan_link *link = &state->links[state->n_links];

		if (mnl_attr_get_type(attr) != IFLA_IFNAME ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			continue;
		if (state->n_links == PLAN_LINKS_MAX)
			return overflow();
		*link = (struct plan_link){.ifindex = info->ifi_index,
					   .up = info->ifi_flags & IFF_UP};
		if (copy_text(link->name, sizeof(link->name), mnl_attr_get_str(attr)) == 0)
			state->n_links++;
	}
	return MNL_CB_OK;
}

static int see_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct plan_state *state = data;
	struct plan_address address = {
		.ifindex = (int)info->ifa_index,
		.prefix_length = info->ifa_prefixlen,
	};
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			address.address = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == IFA_LABEL &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			copy_text(address.label, sizeof(address.label), mnl_attr_get_str(attr));
	}
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

	if (info->rtm_dst_len != 0 || info->rtm_table != RT_TABLE_MAIN ||
	    info->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	memset(&route, 0, sizeof(route));
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			continue;
		if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			route.gateway = mnl_attr_get_u32(attr);
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
	struct plan_state *state = data;
	int r;

	state->n_links = state->n_addresses = state->n_routes = 0;
	r = dump(socket, RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC, see_link, state);
	if (r == 0)
		r = dump(socket, RTM_GETADDR, sizeof(struct ifaddrmsg), AF_INET, see_address,
			 state);
	if (r == 0)
		r = dump(socket, RTM_GETROUTE, sizeof(struct rtmsg), AF_INET, see_route, state);
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

static int link_up(struct mnl_socket *socket, int ifindex)
{
	char buf[SEND_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = start(buf, RTM_NEWLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));

	info->ifi_index = ifindex;
	info->ifi_change = IFF_UP;
	info->ifi_flags = IFF_UP;
	return talk(socket, request, NULL, NULL);
}

static int change_address(struct mnl_socket *socket, uint16_t type, uint16_t flags,
			  const struct plan_address *address)
{
	char buf[SEND_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = start(buf, type, flags);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	uint32_t host = ~ipv4_netmask(address->prefix_length);

	info->ifa_family = AF_INET;
	info->ifa_index = (unsigned int)address->ifindex;
	info->ifa_prefixlen = address->prefix_length;
	mnl_attr_put_u32(request, IFA_LOCAL, address->address);
	mnl_attr_put_u32(request, IFA_ADDRESS, address->address);
	if (type == RTM_NEWADDR && address->prefix_length < 31)
		mnl_attr_put_u32(request, IFA_BROADCAST, address->address | host);
	if (address->label[0])
		mnl_attr_put_strz(request, IFA_LABEL, address->label);
	return talk(socket, request, NULL, NULL);
}

static int change_route(struct mnl_socket *socket, uint16_t type, uint16_t flags,
			const struct plan_route *route)
{
	char buf[SEND_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = start(buf, type, flags);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));

	info->rtm_family = AF_INET;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_scope = type == RTM_NEWROUTE ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
	if (type == RTM_NEWROUTE) {
		info->rtm_protocol = RTPROT_STATIC;
		info->rtm_type = RTN_UNICAST;
	}
	if (route->gateway)
		mnl_attr_put_u32(request, RTA_GATEWAY, route->gateway);
	if (route->ifindex)
		mnl_attr_put_u32(request, RTA_OIF, (uint32_t)route->ifindex);
	if (route->metric)
		mnl_attr_put_u32(request, RTA_PRIORITY, route->metric);
	return talk(socket, request, NULL, NULL);
}

int netlink_apply(struct mnl_socket *socket, const struct plan_action *action)
{
	switch (action->kind) {
	case PLAN_LINK_UP:
		return link_up(socket, action->address.ifindex);
	case PLAN_ADDRESS_ADD:
		return change_address(socket, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
				      &action->address);
	case PLAN_ADDRESS_REMOVE:
		return change_address(socket, RTM_DELADDR, 0, &action->address);
	case PLAN_ROUTE_ADD:
		return change_route(socket, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
				    &action->route);
	case PLAN_ROUTE_REMOVE:
		return change_route(socket, RTM_DELROUTE, 0, &action->route);
	default:
		return -EINVAL;
	}
}
