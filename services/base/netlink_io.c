// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/netlink_io.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/cleanup.h"

/* A card that is probed causes a few changes within milliseconds; a try takes about one. */
#define READ_TRIES 20

void netlink_closep(struct mnl_socket **socket)
{
	if (*socket)
		mnl_socket_close(*socket);
}

int netlink_open(int protocol, unsigned int wait_ms, struct mnl_socket **ret_socket)
{
	const struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	_cleanup_(netlink_closep) struct mnl_socket *socket =
		mnl_socket_open2(protocol, SOCK_CLOEXEC);

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0)
		return -errno;
	*ret_socket = take_ptr(socket);
	return 0;
}

/* A signal does not end the wait, so that -EINTR always means a dump that is not whole. */
static ssize_t receive(struct mnl_socket *socket, void *buf, size_t size)
{
	ssize_t n;

	do
		n = mnl_socket_recvfrom(socket, buf, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return n;
}

int netlink_talk(struct mnl_socket *socket, struct nlmsghdr *request, void *buf, size_t size,
		 mnl_cb_t callback, void *data)
{
	static uint32_t last_seq;
	uint32_t seq = ++last_seq;
	int r = MNL_CB_OK;

	request->nlmsg_seq = seq;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (r > MNL_CB_STOP) {
		ssize_t n = receive(socket, buf, size);

		if (n < 0)
			return (int)n;
		errno = 0;
		r = mnl_cb_run(buf, (size_t)n, seq, mnl_socket_get_portid(socket), callback, data);
	}
	return r < 0 ? -(errno ? errno : EPROTO) : 0;
}

int netlink_read_whole(int protocol, unsigned int wait_ms,
		       int (*read)(struct mnl_socket *socket, void *data), void *data)
{
	int r = -EINTR;

	for (int i = 0; i < READ_TRIES && r == -EINTR; i++) {
		_cleanup_(netlink_closep) struct mnl_socket *socket = NULL;

		r = netlink_open(protocol, wait_ms, &socket);
		if (r == 0)
			r = read(socket, data);
	}
	return r;
}
