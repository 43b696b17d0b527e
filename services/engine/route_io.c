// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/route_io.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/netlink_io.h"

#define WAIT_MS 1000	/* for an answer; the kernel gives it at once */
#define ANSWER_MAX 8192 /* bytes: of one route, or the refusal with the question in it */

int route_io_open(struct mnl_socket **ret_socket)
{
	return netlink_open(NETLINK_ROUTE, WAIT_MS, ret_socket);
}

struct question {
	const struct net_address *to;
	struct route route;
};

static int on_route(const struct nlmsghdr *message, void *data)
{
	struct question *q = data;

	route_msg_read(message, q->to, &q->route);
	return MNL_CB_OK;
}

/* -ENETUNREACH and its like are answers, too: there is no way. */
int route_io_ask(struct mnl_socket *socket, const struct net_address *to, struct route *ret_route)
{
	char buf[ANSWER_MAX];
	struct question q = {.to = to};
	int r = netlink_talk(socket, route_msg_ask(buf, to), buf, sizeof(buf), on_route, &q);

	if (r == -ETIMEDOUT || r == -ENOBUFS)
		return r;
	*ret_route = r == 0 ? q.route : (struct route){0};
	return 0;
}

int neighbour_io_care(struct mnl_socket *socket, uint32_t interface,
		      const struct net_address *address, enum neighbour_care care)
{
	char buf[ANSWER_MAX];

	return netlink_talk(socket, neighbour_msg_care(buf, interface, address, care), buf,
			    sizeof(buf), NULL, NULL);
}

static int on_neighbour(const struct nlmsghdr *message, void *data)
{
	struct neighbour news, before;

	if (neighbour_msg_read(message, &news))
		neighbours_take(data, &news, &before);
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *socket, void *data)
{
	static char buf[NETLINK_PART_MAX];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	struct neighbours *table = data;

	/* Memory that was not touched is none yet. */
	if (table->n > 0)
		memset(table, 0, sizeof(*table));
	request->nlmsg_type = RTM_GETNEIGH;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ndmsg));
	return netlink_talk(socket, request, buf, sizeof(buf), on_neighbour, data);
}

int neighbours_io_read(struct neighbours **ret_table)
{
	_cleanup_free_ struct neighbours *table = calloc(1, sizeof(*table));
	int r = table ? netlink_read_whole(NETLINK_ROUTE, WAIT_MS, dump, table) : -ENOMEM;

	if (r == 0)
		*ret_table = take_ptr(table);
	return r;
}
