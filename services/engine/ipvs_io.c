// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ipvs_io.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/netlink_io.h"
#include "engine/ipvs_msg.h"

struct ipvs_io {
	struct mnl_socket *socket;
	uint16_t family;
	char buf[NETLINK_PART_MAX] __attribute__((aligned(8))); /* netlink wants 4 */
};

void ipvs_io_close(struct ipvs_io *io)
{
	if (!io)
		return;
	netlink_closep(&io->socket);
	free(io);
}

static void ipvs_io_closep(struct ipvs_io **io)
{
	ipvs_io_close(*io);
}

/* Sends what io->buf holds and hands every answer to callback until the kernel says the end. */
static int talk(struct ipvs_io *io, struct nlmsghdr *nlh, mnl_cb_t callback, void *data)
{
	return netlink_talk(io->socket, nlh, io->buf, sizeof(io->buf), callback, data);
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
	int r;

	if (!io)
		return -ENOMEM;
	r = netlink_open(NETLINK_GENERIC, IPVS_IO_TIMEOUT_S * 1000, &io->socket);
	if (r < 0)
		return r;
	r = talk(io, ipvs_msg_get_family(io->buf), on_family, &io->family);
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
	return talk(io, ipvs_msg_dump_dests(io->buf, io->family, &service->key), on_dest, service);
}

int ipvs_io_read(struct ipvs_io *io, struct ipvs_table *ret_table)
{
	struct ipvs_table table = {0};
	int r = talk(io, ipvs_msg_dump_services(io->buf, io->family), on_service, &table);

	for (size_t i = 0; i < table.n_services && r == 0; i++)
		r = ipvs_io_read_dests(io, &table.services[i]);
	if (r < 0) {
		ipvs_table_clear(&table);
		return r;
	}
	*ret_table = table;
	return 0;
}

static int on_config(const struct nlmsghdr *nlh, void *data)
{
	int r = ipvs_msg_parse_config(nlh, data);

	if (r < 0) {
		errno = -r;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int ipvs_io_read_timeouts(struct ipvs_io *io, struct ipvs_timeouts *ret_timeouts)
{
	struct ipvs_timeouts timeouts = {0};
	int r = talk(io, ipvs_msg_get_config(io->buf, io->family), on_config, &timeouts);

	if (r < 0)
		return r;
	*ret_timeouts = timeouts;
	return 0;
}

int ipvs_io_set_timeouts(struct ipvs_io *io, const struct ipvs_timeouts *timeouts)
{
	return talk(io, ipvs_msg_set_config(io->buf, io->family, timeouts), NULL, NULL);
}

static int on_daemon(const struct nlmsghdr *nlh, void *data)
{
	int r = ipvs_msg_parse_daemon(nlh, data);

	if (r < 0) {
		errno = -r;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int ipvs_io_read_daemons(struct ipvs_io *io, struct ipvs_daemons *ret_daemons)
{
	struct ipvs_daemons daemons = {0};
	int r = talk(io, ipvs_msg_dump_daemons(io->buf, io->family), on_daemon, &daemons);

	if (r == 0)
		*ret_daemons = daemons;
	return r;
}

int ipvs_io_start_daemon(struct ipvs_io *io, bool master, const struct ipvs_daemon *daemon)
{
	return talk(io, ipvs_msg_start_daemon(io->buf, io->family, master, daemon), NULL, NULL);
}

int ipvs_io_stop_daemon(struct ipvs_io *io, bool master)
{
	int r = talk(io, ipvs_msg_stop_daemon(io->buf, io->family, master), NULL, NULL);

	return r == -ESRCH ? 0 : r;
}

int ipvs_io_apply(struct ipvs_io *io, const struct change *change)
{
	return talk(io, ipvs_msg_change(io->buf, io->family, change), NULL, NULL);
}
