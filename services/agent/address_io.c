// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/address_io.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define BATCH_MAX (CONFIG_FLOATING_MAX * 128) /* one message is below 100 bytes */

static char batch[BATCH_MAX];

int address_io_open(struct address_io *io)
{
	struct timeval patience = {.tv_usec = 500000};

	io->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!io->socket)
		return -errno;
	/* The kernel answers inside the send; the time-out is for a kernel that does not. */
	if (mnl_socket_bind(io->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(io->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) < 0) {
		int r = -errno;

		address_io_close(io);
		return r;
	}
	return 0;
}

void address_io_close(struct address_io *io)
{
	if (io->socket)
		mnl_socket_close(io->socket);
	io->socket = NULL;
}

/* Order of adding: eth1 before eth0; of deleting: the reverse. */
static void sort(const struct config_group *group, size_t order[CONFIG_FLOATING_MAX])
{
	for (size_t i = 0; i < config_n_floating(group); i++) {
		const char *port = config_floating(group, i).port;
		size_t at = i;

		while (at > 0 && strverscmp(config_floating(group, order[at - 1]).port, port) < 0) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = i;
	}
}

static struct nlmsghdr *put_alias(char *at, const struct config_floating *alias, uint16_t type,
				  uint32_t port, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);
	struct ifaddrmsg *a;

	h->nlmsg_type = type;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	h->nlmsg_seq = seq;
	a = mnl_nlmsg_put_extra_header(h, sizeof(*a));
	a->ifa_scope = RT_SCOPE_UNIVERSE;
	a->ifa_index = port;
	if (alias->label) {
		a->ifa_family = AF_INET;
		a->ifa_prefixlen = 32;
		mnl_attr_put_u32(h, IFA_LOCAL, alias->address.s6_addr32[3]);
		mnl_attr_put_u32(h, IFA_ADDRESS, alias->address.s6_addr32[3]);
	} else {
		a->ifa_family = AF_INET6;
		a->ifa_prefixlen = 128;
		mnl_attr_put(h, IFA_ADDRESS, sizeof(alias->address), &alias->address);
	}
	return h;
}

/* What an address has that comes or stays, for valid_s seconds. */
static void put_life(struct nlmsghdr *h, const struct config_floating *alias, uint32_t valid_s)
{
	struct ifa_cacheinfo life = {.ifa_prefered = valid_s, .ifa_valid = valid_s};

	if (alias->label) {
		mnl_attr_put_strz(h, IFA_LABEL, alias->label);
	} else {
		life.ifa_prefered = 0;
		mnl_attr_put_u32(h, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
	}
	mnl_attr_put(h, IFA_CACHEINFO, sizeof(life), &life);
}

/* Reads the acknowledgements of n messages that began with sequence number first. */
static int read_acks(struct address_io *io, uint32_t first, size_t n, int results[])
{
	char buf[8192];
	size_t seen = 0;

	/* Late ones of a transaction that timed out may come first. */
	while (seen < n) {
		ssize_t length = mnl_socket_recvfrom(io->socket, buf, sizeof(buf));
		int rest = (int)length;

		if (length < 0)
			return -errno;
		for (const struct nlmsghdr *h = (void *)buf; mnl_nlmsg_ok(h, rest);
		     h = mnl_nlmsg_next(h, &rest)) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

			if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_seq - first >= n)
				continue;
			results[h->nlmsg_seq - first] = e->error;
			seen++;
		}
	}
	return 0;
}

static int transact(struct address_io *io, size_t length, uint32_t first, size_t n, int results[])
{
	for (size_t i = 0; i < n; i++)
		results[i] = -ETIMEDOUT;
	if (!io->socket)
		return -ENOTCONN;
	if (mnl_socket_sendto(io->socket, batch, length) < 0)
		return -errno;
	return read_acks(io, first, n, results);
}

/* An address that is not there, or a port, or IPv6 on it. */
static bool is_gone(int error)
{
	return error == -EADDRNOTAVAIL || error == -ENODEV || error == -ENXIO;
}

int address_io_delete(struct address_io *io, const struct config_group *group,
		      const struct port_state *ports, size_t n_ports)
{
	size_t order[CONFIG_FLOATING_MAX], length = 0, n = config_n_floating(group);
	int results[CONFIG_FLOATING_MAX];
	uint32_t first = io->seq + 1;
	int r;

	sort(group, order);
	for (size_t i = n; i > 0; i--) {
		const struct config_floating alias = config_floating(group, order[i - 1]);
		const struct port_state *port = ports_find(ports, n_ports, alias.port);

		length += put_alias(batch + length, &alias, RTM_DELADDR,
				    port ? (uint32_t)port->index : 0, 0, ++io->seq)
				  ->nlmsg_len;
	}
	r = transact(io, length, first, n, results);
	for (size_t i = 0; i < n && r == 0; i++)
		if (results[i] < 0 && !is_gone(results[i]))
			r = results[i];
	return r;
}

/* Of a port that has the gate; else 0, which no port has. */
static uint32_t gated_port(const struct port_state *ports, size_t n_ports, const char *name)
{
	const struct port_state *p = ports_find(ports, n_ports, name);

	return p && p->gated ? (uint32_t)p->index : 0;
}

int address_io_add(struct address_io *io, const struct config_group *group,
		   const struct port_state *ports, size_t n_ports, uint32_t valid_s,
		   size_t *ret_failed)
{
	size_t order[CONFIG_FLOATING_MAX], length = 0, failed = 0, n = config_n_floating(group);
	int results[CONFIG_FLOATING_MAX];
	uint32_t first = io->seq + 1;
	int r;

	sort(group, order);
	for (size_t i = 0; i < n; i++) {
		const struct config_floating alias = config_floating(group, order[i]);
		struct nlmsghdr *h = put_alias(batch + length, &alias, RTM_NEWADDR,
					       gated_port(ports, n_ports, alias.port),
					       NLM_F_CREATE | NLM_F_REPLACE, ++io->seq);

		put_life(h, &alias, valid_s);
		length += h->nlmsg_len;
	}
	r = transact(io, length, first, n, results);
	for (size_t i = n; i > 0 && r == 0; i--) {
		if (results[i - 1] < 0) {
			r = results[i - 1];
			failed = order[i - 1];
		}
	}
	if (r == 0)
		return 0;
	*ret_failed = failed;
	address_io_delete(io, group, ports, n_ports);
	return r;
}

int address_io_delete_by_name(struct address_io *io, const struct config_group *group)
{
	struct port_state ports[CONFIG_FLOATING_MAX] = {0};
	size_t n = config_n_floating(group);

	for (size_t i = 0; i < n; i++) {
		memcpy(ports[i].name, config_floating(group, i).port, sizeof(ports[i].name));
		ports[i].index = (int)if_nametoindex(ports[i].name);
	}
	return address_io_delete(io, group, ports, n);
}
