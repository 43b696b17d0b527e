// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/event_io.h"

#include <assert.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/probe_io.h"
#include "agent/settings.h"
#include "base/cleanup.h"
#include "base/clock_io.h"

#define GROUP_NAME "trireme-agent" /* of the agents on corosync CPG */
#define GATE_AGAIN_NS NSEC_PER_SEC /* a port that has taken no gate is asked again */

static_assert(RING_MEMBERS_MAX > DECIDE_NODES_MAX, "too many members are seen as such");

static void tell_health(struct agent *a)
{
	for (size_t i = 0; i < a->config->n_groups; i++) {
		char object[AGENT_WIRE_OBJECT_MAX];
		enum agent_wire_health code = health_io_of(
			&a->health, a->link.ports, a->link.n_ports, &a->config->groups[i], object);

		decide_health(&a->state, i, code, object, clock_boot_ns());
	}
}

static void on_ports(void *data)
{
	struct agent *a = data;

	gate_io_attach(&a->gate, a->config, a->link.ports, a->link.n_ports);
	a->gate_again = clock_boot_ns() + GATE_AGAIN_NS;
	tell_health(a);
	act(a);
}

static void on_configuration(void *data, const struct ring_id *id, uint32_t n_nodes,
			     const struct ring_member *members, size_t n_members)
{
	struct agent *a = data;
	struct decide_ring ring = {.node = id->node, .seq = id->seq, .n_nodes = n_nodes};

	decide_configuration(&a->state, &ring, members, n_members, clock_boot_ns());
	act(a);
}

static void on_message(void *data, uint32_t sender, const void *bytes, size_t size)
{
	struct agent *a = data;
	struct agent_message message;
	int r = agent_wire_decode(bytes, size, &message);

	if (r < 0) {
		qb_log(LOG_WARNING, "a message of node %u is refused: %s", sender,
		       r == -EPROTO ? "it is of another version" : "it is malformed");
		return;
	}
	/* What was heard on the ports came first: it may stop what the message would begin. */
	act_hear(a);
	decide_message(&a->state, sender, &message, clock_boot_ns());
	act(a);
}

static void on_writable(void *data)
{
	struct agent *a = data;

	outbox_flush(&a->outbox, &a->cpg);
}

static void on_verdict(void *data, const struct ring_id *id, bool quorate, uint32_t expected_votes)
{
	struct agent *a = data;
	struct decide_ring ring = {.node = id->node, .seq = id->seq};

	decide_quorum(&a->state, &ring, quorate, expected_votes, clock_boot_ns());
	act(a);
}

/* What waits to be sent is dropped: it is about a view that ends with the connection. */
static void detach(struct agent *a)
{
	cpg_io_detach(&a->cpg);
	outbox_clear(&a->outbox);
	quorum_io_detach(&a->quorum);
}

static void on_lost(void *data)
{
	struct agent *a = data;

	if (!a->connected)
		return; /* the other of the two connections has said so already */
	a->connected = false;
	detach(a);
	decide_ring_lost(&a->state, clock_boot_ns());
	act(a);
	corosync_io_again(&a->corosync);
}

static int watch_ports(struct agent *a, uint32_t id)
{
	const struct config_node *node = settings_node_by_id(a->config, id);
	int r;

	if (!node || a->watching)
		return 0;
	r = link_io_open(&a->link, a->daemon.loop, node, on_ports, a);
	if (r < 0) {
		qb_log(LOG_ERR, "the ports cannot be watched: %s", strerror(-r));
		return r;
	}
	a->watching = true;
	return 0;
}

/* After leases of the former life are adopted: their owner is not to make way for a start. */
static void track_addresses(struct agent *a, const struct config_node *node)
{
	uint32_t adopted = 0;
	int r;

	for (size_t i = 0; i < a->config->n_groups; i++)
		adopted |= (uint32_t)a->state.groups[i].adopting << i;
	r = reach_io_open(&a->health.reach, a->config, node, adopted);
	if (r < 0)
		qb_log(LOG_ERR, "whether tracked addresses answer is not seen: %s", strerror(-r));
}

int event_become(struct agent *a, uint32_t id)
{
	static struct decide_settings settings;
	const struct config_node *node = settings_node_by_id(a->config, id);
	int r;

	if (a->state.settings.self == id)
		return 0;
	if (!node)
		qb_log(LOG_ERR, "node %u of the ring is not in the configuration: it only votes",
		       id);
	else
		qb_log(LOG_INFO, "this is %s (node %u, %s)", node->name, id,
		       node->role == CONFIG_ROLE_WITNESS ? "witness" : "router");
	if (a->watching)
		link_io_close(&a->link);
	a->watching = false;
	settings_make(a->config, id, a->incarnation, &settings);
	decide_init(&a->state, &settings, &a->actions, a->started);
	r = act_on_former_life(a, node);
	track_addresses(a, node);
	decide_current(&a->state, a->daemon.meta.current, clock_boot_ns());
	decide_synchronised(&a->state, a->health.synchronised, clock_boot_ns());
	act_follow_standby(a, a->config);
	act_follow_helpers(a, a->config);
	if (r == 0)
		r = watch_ports(a, id);
	if (r == 0)
		on_ports(a);
	return r;
}

static void on_connected(void *data, const struct corosync_connection *connection)
{
	struct agent *a = data;

	if (event_become(a, connection->node) < 0 || cpg_io_attach(&a->cpg, connection->cpg) < 0 ||
	    quorum_io_attach(&a->quorum, connection->quorum, connection->expected_votes) < 0) {
		detach(a);
		corosync_io_again(&a->corosync);
		return;
	}
	a->connected = true;
	qb_log(LOG_INFO, "connected to corosync");
}

static int32_t on_timer(int32_t fd, int32_t revents, void *data)
{
	struct agent *a = data;
	uint64_t expirations, now = clock_boot_ns();

	(void)revents;
	if (read(fd, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return 0;
	act_hear(a);
	decide_tick(&a->state, now);
	act_announce(a, now);
	act_probe(a, now);
	if (now >= a->gate_again && !ports_gated(a->link.ports, a->link.n_ports))
		on_ports(a);
	if (health_io_look(&a->health, a->link.ports, a->link.n_ports, now) && a->watching)
		tell_health(a);
	if (a->health.synchronised != a->state.synchronised)
		decide_synchronised(&a->state, a->health.synchronised, now);
	act(a);
	if (now >= a->helpers_again)
		act_meet_helpers(a);
	if (now >= a->leave_by)
		qb_loop_stop(a->daemon.loop);
	return 0;
}

static int32_t on_frames(int32_t fd, int32_t revents, void *data)
{
	struct agent *a = data;

	(void)fd;
	(void)revents;
	act_hear(a);
	act(a);
	return 0;
}

static void on_fenced(void *data, uint32_t request, const char *failure)
{
	struct agent *a = data;

	decide_fenced(&a->state, request, failure, clock_boot_ns());
	act(a);
}

static int watch_protocol(struct agent *a, int filter, uint16_t protocol, int *ret_fd)
{
	int r = probe_io_open(filter, protocol);

	if (r < 0) {
		qb_log(LOG_ERR, "what is said on the ports cannot be heard: %s", strerror(-r));
		return r;
	}
	*ret_fd = r;
	return qb_loop_poll_add(a->daemon.loop, QB_LOOP_MED, r, POLLIN, a, on_frames);
}

/* Without a gate nothing is claimed, so nothing needs to be heard. */
static int watch_frames(struct agent *a)
{
	int filter = gate_io_watch(&a->gate), r;
	bool ipv6 = false;

	if (filter < 0)
		return 0;
	assert(a->config);
	for (size_t i = 0; i < a->config->n_groups; i++)
		ipv6 |= a->config->groups[i].n_ipv6_aliases > 0;
	r = watch_protocol(a, filter, ETH_P_ARP, &a->probe_fd);
	if (r == 0 && ipv6)
		r = watch_protocol(a, filter, ETH_P_IPV6, &a->probe6_fd);
	return r;
}

static int watch_timer(struct agent *a)
{
	a->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (a->timer_fd < 0)
		return -errno;
	return qb_loop_poll_add(a->daemon.loop, QB_LOOP_HIGH, a->timer_fd, POLLIN, a, on_timer);
}

int event_open(struct agent *a)
{
	static const struct cpg_io_handler cpg = {
		.configuration = on_configuration,
		.message = on_message,
		.writable = on_writable,
		.lost = on_lost,
	};
	static const struct quorum_io_handler quorum = {on_verdict, on_lost};
	int r = watch_frames(a);

	if (r == 0)
		r = watch_timer(a);
	fence_io_init(&a->fence, a->daemon.loop, a->fence_socket, on_fenced, a);
	resource_io_init(&a->resource, a->resource_socket);
	cpg_io_init(&a->cpg, a->daemon.loop, GROUP_NAME, &cpg, a);
	quorum_io_init(&a->quorum, a->daemon.loop, &quorum, a);
	return r;
}

int event_connect(struct agent *a)
{
	static const struct corosync_io_handler handler = {
		.connected = on_connected,
		.lock_memory = true,
	};

	return corosync_io_open(&a->corosync, a->daemon.loop, &a->cpg, &a->quorum, &handler, a);
}

void event_close(struct agent *a)
{
	/* Connections to corosync end with the process or its next life: closing them may wait. */
	detach(a);
	link_io_close(&a->link);
	closep(&a->probe_fd);
	closep(&a->probe6_fd);
	closep(&a->timer_fd);
	fence_io_close(&a->fence);
	resource_io_close(&a->resource);
}
