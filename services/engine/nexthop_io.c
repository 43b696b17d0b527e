// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/nexthop_io.h"

#include <assert.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/netlink_io.h"
#include "engine/insides.h"
#include "engine/links_io.h"
#include "engine/route_io.h"

#define DATAGRAMS_MAX 64 /* read in one turn of the loop */
#define ASKED_MAX 64	 /* routes in one turn of the loop */
#define RAISE_NS NSEC_PER_SEC
#define CHECKS_PER_USE 6 /* neighbours that are not managed: looked for every 30 s */
#define GROUPS                                                                  \
	(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | \
	 RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)

static void log_once(struct nexthop_io *io, int r, const char *what)
{
	if (r < 0 && r != io->error)
		qb_log(LOG_ERR, "%s: %s", what, strerror(-r));
	io->error = r;
}

/* ---- what the kernel says ---- */

static void on_neighbour(struct nexthop_io *io, const struct nlmsghdr *message)
{
	struct neighbour news, before;

	if (!neighbour_msg_read(message, &news) ||
	    !neighbours_take(io->network.neighbours, &news, &before))
		return;
	io->neighbours_moved = true;
	if (before.valid && (!news.valid || memcmp(before.mac, news.mac, sizeof(news.mac)) != 0) &&
	    hops_use(io->tables->settings, io->tables->hops, &io->network.links, &before))
		io->hops_moved = true;
}

static int on_event(const struct nlmsghdr *message, void *data)
{
	struct nexthop_io *io = data;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		/* Offloads and the like are not kept here, and may be others all the same. */
		io->links_heard = true;
		io->links_moved |= links_take(&io->network.links, message);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		on_neighbour(io, message);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		io->routes_moved = true;
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/* After it, whatever the data path knows is asked for again. */
static int dump(struct nexthop_io *io)
{
	struct neighbours *neighbours = NULL;
	int r = links_io_read(&io->network.links);

	if (r == 0)
		r = neighbours_io_read(&neighbours);
	log_once(io, r, "the kernel's interfaces and neighbours cannot be read");
	io->lost = r < 0;
	if (r < 0)
		return r;
	assert(neighbours);
	free(io->network.neighbours);
	io->network.neighbours = neighbours;
	io->links_heard = io->links_moved = io->routes_moved = io->hops_moved = true;
	return 0;
}

/* ---- what is asked of the kernel ---- */

/* A neighbour that somebody has fixed is known for good; asking for more would undo that. */
static int keep_fresh(struct nexthop_io *io, struct mnl_socket *socket, const struct nexthop *hop)
{
	const struct neighbour *neighbour;
	int r;

	if (!hop->route.usable)
		return 0;
	neighbour = neighbours_find(io->network.neighbours, hop->route.interface, &hop->route.next);
	if (neighbour && (neighbour->managed || neighbour->fixed))
		return 0;
	r = neighbour_io_care(socket, hop->route.interface, &hop->route.next,
			      io->cannot_manage ? NEIGHBOUR_USE : NEIGHBOUR_MANAGE);
	if (io->cannot_manage || (r != -EINVAL && r != -EOPNOTSUPP))
		return r;
	qb_log(LOG_WARNING, "the kernel does not keep neighbours fresh (%s): they are looked for",
	       strerror(-r));
	io->cannot_manage = true;
	return neighbour_io_care(socket, hop->route.interface, &hop->route.next, NEIGHBOUR_USE);
}

/* Those that serve nobody any more age as all others. */
static int let_go(struct nexthop_io *io, struct mnl_socket *socket)
{
	static bool needed[NEIGHBOURS_SLOTS];
	int r = 0;

	nexthops_needed(&io->hops, io->network.neighbours, needed);
	for (size_t i = 0; i < NEIGHBOURS_SLOTS && r == 0; i++) {
		const struct neighbour *n = &io->network.neighbours->slots[i];

		if (n->managed && !needed[i])
			r = neighbour_io_care(socket, n->interface, &n->address, NEIGHBOUR_USE);
	}
	io->let_go = r < 0;
	return r;
}

static void queue(struct nexthop_io *io);

static void look_for_clients(struct nexthop_io *io, struct mnl_socket *socket)
{
	for (size_t i = 0; i < io->clients.n_waiting; i++)
		neighbour_io_care(socket, io->clients.waiting[i].interface,
				  &io->clients.waiting[i].address, NEIGHBOUR_USE);
	io->clients.n_waiting = 0;
}

/* A part of what is stale; the rest after the loop's other work. */
static void ask_some(struct nexthop_io *io)
{
	_cleanup_(netlink_closep) struct mnl_socket *socket = NULL;
	bool changed = false;
	int r = route_io_open(&socket);

	if (r == 0)
		look_for_clients(io, socket);
	for (int i = 0; r == 0 && i < ASKED_MAX; i++) {
		struct nexthop *hop = nexthops_stale(&io->hops);
		struct route route;

		if (!hop)
			break;
		r = route_io_ask(socket, &hop->to, &route);
		if (r < 0)
			break;
		changed |= nexthop_routed(&io->hops, hop, &route);
		/* What the kernel refuses now is tried in the next period. */
		keep_fresh(io, socket, hop);
	}
	if (r == 0 && io->hops.n_stale == 0 && io->let_go)
		r = let_go(io, socket);
	log_once(io, r, "the kernel's routes cannot be read");
	io->neighbours_moved |= changed;
	if (r == 0 && io->hops.n_stale > 0)
		queue(io);
}

/* ---- what follows from it ---- */

static void on_raise_timer(void *data);

static void raise_now(struct nexthop_io *io, uint64_t now)
{
	hops_raise(io->tables->settings, io->tables->hops);
	io->raised = now;
}

/* Generations are few: a storm of changes makes one of them in a second. */
static void raise_soon(struct nexthop_io *io)
{
	uint64_t now = clock_boot_ns();

	if (io->hops_moved || !io->raised || now - io->raised >= RAISE_NS) {
		raise_now(io, now);
		return;
	}
	if (io->raise_again)
		return;
	io->raise_again = qb_loop_timer_add(io->loop, QB_LOOP_MED, RAISE_NS - (now - io->raised),
					    io, on_raise_timer, &io->raise_timer) == 0;
	if (!io->raise_again)
		raise_now(io, now);
}

static void on_raise_timer(void *data)
{
	struct nexthop_io *io = data;

	io->raise_again = false;
	raise_now(io, clock_boot_ns());
}

/* Returns how many have no protection against forged addresses. */
static size_t publish_networks(struct nexthop_io *io)
{
	if (!io->node)
		return 0;
	networks_make(io->node, &io->network.links, &io->networks);
	return insides_publish(&io->networks, &io->network.links, io->tables->insides);
}

static void settle(struct nexthop_io *io)
{
	bool stale = io->links_moved || io->routes_moved;
	bool publish = io->links_heard || io->neighbours_moved;

	if (io->links_heard) {
		io->links_changed(io->data, &io->network.links);
		publish_networks(io);
	}
	if (stale) {
		nexthops_forget(&io->hops);
		queue(io);
	}
	if (stale || io->hops_moved)
		raise_soon(io);
	if (publish)
		nexthops_publish(&io->hops, &io->network, io->numbers, io->tables->reals);
	io->links_heard = io->links_moved = io->routes_moved = false;
	io->hops_moved = io->neighbours_moved = false;
}

static void on_job(void *data)
{
	struct nexthop_io *io = data;

	io->queued = false;
	ask_some(io);
	settle(io);
}

static void queue(struct nexthop_io *io)
{
	if (!io->queued)
		io->queued = qb_loop_job_add(io->loop, QB_LOOP_LOW, io, on_job) == 0;
}

static int32_t on_readable(int32_t fd, int32_t revents, void *data)
{
	static char buf[NETLINK_PART_MAX];
	struct nexthop_io *io = data;

	(void)fd;
	(void)revents;
	for (int i = 0; i < DATAGRAMS_MAX; i++) {
		ssize_t length = mnl_socket_recvfrom(io->events, buf, sizeof(buf));

		if (length >= 0)
			mnl_cb_run(buf, (size_t)length, 0, 0, on_event, io);
		else if (errno == ENOBUFS)
			io->lost = true;
		else
			break;
	}
	if (io->lost)
		dump(io);
	settle(io);
	return 0;
}

int nexthop_io_open(struct nexthop_io *io, qb_loop_t *loop, struct forward_tables *tables,
		    const struct link_numbers *numbers,
		    void (*links_changed)(void *data, const struct links *links), void *data)
{
	int r = 0;

	*io = (struct nexthop_io){.loop = loop,
				  .tables = tables,
				  .numbers = numbers,
				  .links_changed = links_changed,
				  .data = data};
	io->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!io->events || mnl_socket_bind(io->events, GROUPS, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	/* Subscribed before the dump: nothing is missed in between. */
	if (r == 0)
		r = dump(io);
	if (r == 0)
		r = qb_loop_poll_add(loop, QB_LOOP_MED, mnl_socket_get_fd(io->events), POLLIN, io,
				     on_readable);
	if (r < 0) {
		nexthop_io_close(io);
		return r;
	}
	settle(io);
	return 0;
}

void nexthop_io_close(struct nexthop_io *io)
{
	if (io->queued)
		qb_loop_job_del(io->loop, QB_LOOP_LOW, io, on_job);
	if (io->raise_again)
		qb_loop_timer_del(io->loop, io->raise_timer);
	if (io->events) {
		qb_loop_poll_del(io->loop, mnl_socket_get_fd(io->events));
		mnl_socket_close(io->events);
	}
	nexthops_clear(&io->hops);
	free(io->network.neighbours);
	*io = (struct nexthop_io){0};
}

void nexthop_io_configure(struct nexthop_io *io, const struct config_node *node)
{
	size_t left_out;

	if (!io->loop)
		return;
	io->node = node;
	io->networks.n = 0;
	/* Ports may be others by the configuration alone. */
	io->links_heard = true;
	settle(io);
	left_out = publish_networks(io);
	if (left_out)
		qb_log(LOG_WARNING,
		       "%zu networks are not protected against forged addresses: there is room "
		       "for %d",
		       left_out, FWD_INSIDE_MAX);
	nexthop_io_reals(io);
}

void nexthop_io_reals(struct nexthop_io *io)
{
	struct net_address gateways[NEXTHOP_GATEWAYS_MAX];
	size_t n;

	if (!io->loop)
		return;
	n = io->node ? nexthop_gateways(io->node, gateways) : 0;
	if (nexthops_set(&io->hops, io->tables->reals, gateways, n) < 0)
		return;
	io->let_go = true;
	/* Two real servers may have one address: what is known of it counts at once. */
	nexthops_publish(&io->hops, &io->network, io->numbers, io->tables->reals);
	queue(io);
}

void nexthop_io_client(struct nexthop_io *io, bool ipv6, const uint32_t address[4])
{
	struct net_address client = {.family = ipv6 ? 6 : 4};

	if (!io->loop)
		return;
	memcpy(client.words, address, sizeof(client.words));
	if (clients_seen(&io->clients, &io->networks, io->network.neighbours, &client,
			 clock_boot_ns()))
		queue(io);
}

/* The kernel forgets whom it does not send to itself: those that answers go to are looked for. */
static void use_neighbours(struct nexthop_io *io, struct mnl_socket *socket)
{
	for (size_t i = 0; i < NEIGHBOURS_SLOTS; i++) {
		const struct neighbour *n = &io->network.neighbours->slots[i];

		if (n->interface && !n->managed && !n->fixed &&
		    hops_use(io->tables->settings, io->tables->hops, &io->network.links, n))
			neighbour_io_care(socket, n->interface, &n->address, NEIGHBOUR_USE);
	}
}

static void keep_all_fresh(struct nexthop_io *io)
{
	_cleanup_(netlink_closep) struct mnl_socket *socket = NULL;
	bool use = io->checks % CHECKS_PER_USE == 0;

	if (route_io_open(&socket) < 0)
		return;
	for (size_t i = 0; (use || !io->cannot_manage) && i < io->hops.n; i++)
		keep_fresh(io, socket, &io->hops.list[i]);
	if (use)
		use_neighbours(io, socket);
}

static bool links_differ(struct nexthop_io *io)
{
	static struct links now;

	if (links_io_read(&now) < 0 || links_equal(&now, &io->network.links))
		return false;
	memcpy(&io->network.links, &now, sizeof(now));
	return true;
}

void nexthop_io_check(struct nexthop_io *io)
{
	if (!io->network.neighbours)
		return;
	io->checks++;
	if (io->lost)
		dump(io);
	else if (links_differ(io))
		io->links_heard = io->links_moved = true;
	keep_all_fresh(io);
	if (io->hops.n_stale > 0)
		queue(io);
	settle(io);
}
