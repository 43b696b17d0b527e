// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ipvs_io.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/cleanup.h"
#include "engine/ipvs_msg.h"

struct ipvs_io {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t seq;
	/* Netlink wants 4-byte alignment; the kernel fills at most 32 KiB of a dump at once. */
	char buf[32768] __attribute__((aligned(8)));
};

void ipvs_io_close(struct ipvs_io *io)
{
	if (!io)
		return;
	if (io->socket)
		mnl_socket_close(io->socket);
	free(io);
}

static void ipvs_io_closep(struct ipvs_io **io)
{
	ipvs_io_close(*io);
}

/* Sends what io->buf holds and hands every answer to callback until the kernel says the end. */
static int talk(struct ipvs_io *io, const struct nlmsghdr *nlh, mnl_cb_t callback, void *data)
{
	unsigned int port = mnl_socket_get_portid(io->socket);
	uint32_t seq = nlh->nlmsg_seq;
	int r;

	if (mnl_socket_sendto(io->socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = mnl_socket_recvfrom(io->socket, io->buf, sizeof(io->buf));

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		errno = 0;
		r = mnl_cb_run(io->buf, (size_t)n, seq, port, callback, data);
	} while (r > MNL_CB_STOP);
	return r < 0 ? -(errno ? errno : EPROTO) : 0;
}

static int on_family(const struct nlmsghdr *nlh, void *data)
{
	int r = ipvs_msg_parse_family(nlh, data);

	if (r < 0) {
		errno = -r;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int ipvs_io_open(struct ipvs_io **ret_io)
{
	_cleanup_(ipvs_io_closep) struct ipvs_io *io = calloc(1, sizeof(*io));
	struct timeval timeout = {.tv_sec = IPVS_IO_TIMEOUT_S};
	int r;

	if (!io)
		return -ENOMEM;
	io->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!io->socket || mnl_socket_bind(io->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(io->socket), SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) < 0)
		return -errno;
	r = talk(io, ipvs_msg_get_family(io->buf, ++io->seq), on_family, &io->family);
	if (r < 0)
		return r;
	*ret_io = take_ptr(io);
	return 0;
}

static int on_service(const struct nlmsghdr *nlh, void *data)
{
	struct ipvs_service service, *added;
	int r = ipvs_msg_parse_service(nlh, &service);

	if (r == 0)
		r = ipvs_table_add(data, &service, &added);
	if (r < 0) {
		errno = -r;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

static int on_dest(const struct nlmsghdr *nlh, void *data)
{
	struct ipvs_dest dest;
	int r = ipvs_msg_parse_dest(nlh, &dest);

	if (r == 0)
		r = ipvs_service_add(data, &dest);
	if (r < 0) {
		errno = -r;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int ipvs_io_read_dests(struct ipvs_io *io, struct ipvs_service *service)
{
	return talk(io, ipvs_msg_dump_dests(io->buf, io->family, ++io->seq, &service->key), on_dest,
		    service);
}

int ipvs_io_read(struct ipvs_io *io, struct ipvs_table *ret_table)
{
	struct ipvs_table table = {0};
	int r = talk(io, ipvs_msg_dump_services(io->buf, io->family, ++io->seq), on_service,
		     &table);

	for (size_t i = 0; i < table.n_services && r == 0; i++)
		r = ipvs_io_read_dests(io, &table.services[i]);
	if (r < 0) {
		ipvs_table_clear(&table);
		return r;
	}
	*ret_table = table;
	return 0;
}

int ipvs_io_apply(struct ipvs_io *io, const struct change *change)
{
	return talk(io, ipvs_msg_change(io->buf, io->family, ++io->seq, change), NULL, NULL);
}
