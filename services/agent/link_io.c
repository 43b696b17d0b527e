// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/link_io.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/socket.h>

#include "base/netlink_io.h"

#define WAIT_MS 1000	 /* for an answer; the kernel gives it at once */
#define DATAGRAMS_MAX 64 /* read in one turn of the loop */

/* What a message says of a port. */
struct link_news {
	const char *name;   /* "": nothing */
	const uint8_t *mac; /* NULL: nothing, or not one of Ethernet's */
	bool member, carrier;
};

static struct link_news read_link(const struct nlmsghdr *h)
{
	struct link_news news = {.name = ""};
	const struct nlattr *attr;

	mnl_attr_for_each (attr, h, sizeof(struct ifinfomsg)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			news.name = mnl_attr_get_str(attr);
			break;
		case IFLA_MASTER:
			news.member = mnl_attr_get_u32(attr) != 0;
			break;
		case IFLA_CARRIER:
			news.carrier = mnl_attr_get_u8(attr);
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == 6)
				news.mac = mnl_attr_get_payload(attr);
			break;
		default:
			break;
		}
	}
	return news;
}

static void on_link(struct link_io *io, const struct nlmsghdr *h)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
	struct link_news news;
	bool foreign = info->ifi_type != ARPHRD_ETHER;

	/* A bridge tells by the same messages, in a family of its own, that a port has left it. */
	if (info->ifi_family != AF_UNSPEC)
		return;
	news = read_link(h);
	for (size_t i = 0; i < io->n_ports; i++) {
		struct port_state *p = &io->ports[i];
		bool named = strcmp(p->name, news.name) == 0 && h->nlmsg_type == RTM_NEWLINK;

		if (!named && p->index != info->ifi_index)
			continue;
		if (!named || p->index != info->ifi_index)
			p->has_address = p->gated = false;
		if (p->member != news.member || p->foreign != foreign)
			p->gated = false;
		p->member = news.member;
		p->foreign = foreign;
		p->index = named ? info->ifi_index : 0;
		p->carrier = named && news.carrier && (info->ifi_flags & IFF_UP);
		if (named && news.mac)
			memcpy(p->mac, news.mac, sizeof(p->mac));
	}
}

static void on_address(struct link_io *io, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;
	uint32_t address = 0;

	mnl_attr_for_each (attr, h, sizeof(*info))
		if (mnl_attr_get_type(attr) == IFA_LOCAL && mnl_attr_get_payload_len(attr) == 4)
			address = mnl_attr_get_u32(attr);
	for (size_t i = 0; i < io->n_ports; i++)
		if (io->ports[i].index == (int)info->ifa_index && io->ports[i].address == address)
			io->ports[i].has_address = h->nlmsg_type == RTM_NEWADDR;
}

/* Whatever it was, the gate is looked for anew. */
static void on_filter(struct link_io *io, const struct nlmsghdr *h)
{
	const struct tcmsg *info = mnl_nlmsg_get_payload(h);

	for (size_t i = 0; i < io->n_ports; i++)
		if (io->ports[i].index == info->tcm_ifindex)
			io->ports[i].gated = false;
}

static int on_message(const struct nlmsghdr *h, void *data)
{
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		on_link(data, h);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		on_address(data, h);
		break;
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
		on_filter(data, h);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int dump_one(struct link_io *io, struct mnl_socket *socket, uint16_t type, uint8_t family)
{
	static char buf[NETLINK_PART_MAX];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct rtgenmsg *general;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	general = mnl_nlmsg_put_extra_header(h, sizeof(*general));
	general->rtgen_family = family;
	return netlink_talk(socket, h, buf, sizeof(buf), on_message, io);
}

/* Into a copy: what was known stays when not all can be read. */
static int dump_all(struct mnl_socket *socket, void *data)
{
	struct link_io *io = data, fresh = *io;
	int r;

	for (size_t i = 0; i < io->n_ports; i++) {
		fresh.ports[i].index = 0;
		fresh.ports[i].carrier = fresh.ports[i].has_address = false;
		fresh.ports[i].gated = false;
	}
	r = dump_one(&fresh, socket, RTM_GETLINK, AF_UNSPEC);
	if (r == 0)
		r = dump_one(&fresh, socket, RTM_GETADDR, AF_INET);
	if (r == 0)
		memcpy(io->ports, fresh.ports, sizeof(io->ports));
	return r;
}

/* What the events say from now on starts from this. */
static int dump(struct link_io *io)
{
	return netlink_read_whole(NETLINK_ROUTE, WAIT_MS, dump_all, io);
}

static int32_t on_readable(int32_t fd, int32_t revents, void *data)
{
	struct link_io *io = data;
	static char buf[NETLINK_PART_MAX];

	(void)fd;
	(void)revents;
	for (int i = 0; i < DATAGRAMS_MAX; i++) {
		ssize_t length = mnl_socket_recvfrom(io->events, buf, sizeof(buf));

		if (length >= 0) {
			mnl_cb_run(buf, (size_t)length, 0, 0, on_message, io);
			continue;
		}
		if (errno == ENOBUFS) {
			int r = dump(io);

			if (r < 0)
				qb_log(LOG_ERR, "the ports could not be read: %s", strerror(-r));
			continue;
		}
		break;
	}
	io->changed(io->data);
	return 0;
}

int link_io_open(struct link_io *io, qb_loop_t *loop, const struct config_node *node,
		 void (*changed)(void *data), void *data)
{
	int r;

	*io = (struct link_io){.loop = loop, .changed = changed, .data = data};
	for (size_t i = 0; i < node->n_ports; i++) {
		memcpy(io->ports[i].name, node->ports[i].name, sizeof(io->ports[i].name));
		io->ports[i].address = node->ports[i].address;
		io->n_ports++;
	}
	io->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!io->events)
		return -errno;
	/* Subscribed before the dump: nothing is missed in between. */
	if (mnl_socket_bind(io->events, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_TC,
			    MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	else
		r = dump(io);
	if (r == 0)
		r = qb_loop_poll_add(loop, QB_LOOP_HIGH, mnl_socket_get_fd(io->events), POLLIN, io,
				     on_readable);
	if (r < 0) {
		mnl_socket_close(io->events);
		io->events = NULL;
	}
	return r;
}

void link_io_close(struct link_io *io)
{
	if (!io->events)
		return;
	qb_loop_poll_del(io->loop, mnl_socket_get_fd(io->events));
	mnl_socket_close(io->events);
	io->events = NULL;
}
