// SPDX-License-Identifier: GPL-2.0-or-later
/* Failover agent: corosync, ports and local socket go to the decision; acts on what it says. */
#include <assert.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <qb/qbloop.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/act_io.h"
#include "agent/announce_io.h"
#include "agent/explain.h"
#include "agent/probe_io.h"
#include "agent/settings.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_server_io.h"
#include "base/privilege_io.h"
#include "proto/fence_wire.h"
#include "schema/node_io.h"
#include "schema/schema.h"

#define GROUP_NAME "trireme-agent"     /* of the agents on corosync CPG */
#define LEAVE_NS (800 * NSEC_PER_MSEC) /* bound of an orderly end */
#define STACK_FILLED (1280u << 10)
#define STACK_PAGE 4096u
#define GATE_AGAIN_NS NSEC_PER_SEC /* a port that has taken no gate is asked again */

static_assert(RING_MEMBERS_MAX > DECIDE_NODES_MAX, "too many members are seen as such");

static struct agent agent = {.announce_fd = -1,
			     .timer_fd = -1,
			     .probe_fd = -1,
			     .probe6_fd = -1,
			     .vote = {.fd = -1},
			     .turn = {.fd = -1},
			     .fence = {.fd = -1}};

static void on_ports(void *data)
{
	struct agent *a = data;

	gate_io_attach(&a->gate, a->config, a->link.ports, a->link.n_ports);
	a->gate_again = clock_boot_ns() + GATE_AGAIN_NS;
	for (size_t i = 0; i < a->config->n_groups; i++) {
		char object[AGENT_WIRE_OBJECT_MAX];
		enum agent_wire_health code =
			ports_health(a->link.ports, a->link.n_ports, &a->config->groups[i], object);

		decide_health(&a->state, i, code, object, clock_boot_ns());
	}
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

/* As the configuration has it; a node that is not in it owns nothing anyway. */
static void follow_standby(struct agent *a, const struct config *config)
{
	const struct config_node *node = settings_node_by_id(config, a->state.settings.self);

	decide_standby(&a->state, node && node->standby, clock_boot_ns());
}

/* Who this node is, is known: from the document, or from corosync, which has the last word. */
static int become(struct agent *a, uint32_t id)
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
	decide_current(&a->state, a->daemon.meta.current, clock_boot_ns());
	/* Nothing tells the other routers of this one's connections. */
	decide_synchronised(&a->state, false, clock_boot_ns());
	follow_standby(a, a->config);
	act_follow_fencing(a, a->config);
	if (r == 0)
		r = watch_ports(a, id);
	if (r == 0)
		on_ports(a);
	return r;
}

static void on_connected(void *data, const struct corosync_connection *connection)
{
	struct agent *a = data;

	if (become(a, connection->node) < 0 || cpg_io_attach(&a->cpg, connection->cpg) < 0 ||
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
	act(a);
	if (now >= a->fence_again)
		act_meet_helper(a);
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

static int32_t on_end(int32_t number, void *data)
{
	struct agent *a = data;

	(void)number;
	if (a->leave_by != UINT64_MAX)
		return 0;
	a->leave_by = clock_boot_ns() + LEAVE_NS;
	decide_leave(&a->state, clock_boot_ns());
	act(a);
	return 0;
}

/* Who may sign in is in the same file, and nothing to the agent. */
static int load(struct agent *a, struct config **ret_config)
{
	struct config *config;
	int r = daemon_load(&a->daemon, &config);

	if (r < 0)
		return r;
	explicit_bzero(config->users, config->n_users * sizeof(config->users[0]));
	explicit_bzero(config->tokens, config->n_tokens * sizeof(config->tokens[0]));
	config->n_users = config->n_tokens = 0;
	*ret_config = config;
	return 0;
}

/* A running lease is not given up: the next life adopts it. */
static int32_t on_reload(int32_t number, void *data)
{
	struct agent *a = data;
	struct config *next;

	(void)number;
	if (load(a, &next) < 0)
		return 0; /* this life goes on with what it has */
	config_free(next);
	a->again = true;
	qb_loop_stop(a->daemon.loop);
	return 0;
}

/* Another configuration is begun with anew only if it is another one for the agent. */
static int on_configuration_file(void *data)
{
	struct agent *a = data;
	_cleanup_(config_freep) struct config *next = NULL;
	int r = load(a, &next);

	if (r < 0)
		return r;
	decide_current(&a->state, a->daemon.meta.current, clock_boot_ns());
	follow_standby(a, next);
	act_follow_fencing(a, next);
	act(a);
	tzset(); /* it may be another zone */
	if (!settings_equal(a->config, next)) {
		a->again = true;
		qb_loop_stop(a->daemon.loop);
	}
	return 0;
}

static void on_fenced(void *data, uint32_t request, const char *failure)
{
	struct agent *a = data;

	decide_fenced(&a->state, request, failure, clock_boot_ns());
	act(a);
}

static void fill_status(void *data, struct agent_status *ret_status)
{
	struct agent *a = data;

	const struct explain_clock clock = {.now = clock_boot_ns(), .wall = clock_wall_ns()};

	explain_status(&a->state, &clock, ret_status);
}

static int request_switchover(void *data, const char *name, size_t *ret_group, uint32_t *ret_target,
			      char *text, size_t size)
{
	struct agent *a = data;
	size_t group = 0;
	int r;

	while (group < a->config->n_groups && name[0] &&
	       strcmp(a->config->groups[group].name, name) != 0)
		group++;
	if (group == a->config->n_groups) {
		snprintf(text, size, "refused: there is no alias group '%s'", name);
		return -ENOENT;
	}
	if (!name[0] && a->config->n_groups > 1) {
		snprintf(text, size, "refused: which of the %zu alias groups is meant?",
			 a->config->n_groups);
		return -EINVAL;
	}
	r = decide_switchover(&a->state, group, clock_boot_ns(), ret_target, text, size);
	*ret_group = group;
	/* The answer is due when this returns, the release must not wait for it. */
	act(a);
	return r;
}

static int request_force(void *data, char *text, size_t size)
{
	struct agent *a = data;
	int r = decide_force(&a->state, clock_boot_ns(), text, size);

	qb_log(LOG_WARNING, "an operator wants the quorum to be forced%s%s", r < 0 ? "; " : "",
	       r < 0 ? text : "");
	act(a);
	return r;
}

static const struct cpg_io_handler cpg_handler = {
	.configuration = on_configuration,
	.message = on_message,
	.writable = on_writable,
	.lost = on_lost,
};
static const struct quorum_io_handler quorum_handler = {on_verdict, on_lost};
static const struct corosync_io_handler corosync_handler = {
	.connected = on_connected,
	.lock_memory = true,
};
static const struct ipc_io_handler ipc_handler = {fill_status, request_switchover, request_force};

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

static int open_everything(struct agent *a)
{
	int r = vote_io_open(&a->vote, VOTE_FILE);

	if (r < 0) {
		qb_log(LOG_ERR, VOTE_FILE ": %s",
		       r == -EBUSY ? "another agent runs here" : strerror(-r));
		return r;
	}
	/* Without it nobody notices should this agent hang. */
	r = turn_io_open(&a->turn, TURN_FILE);
	if (r < 0)
		qb_log(LOG_ERR, TURN_FILE ": %s", strerror(-r));
	turn_io_set(&a->turn, clock_boot_ns());
	r = record_io_open(&a->record, AGENT_RECORD_FILE);
	if (r < 0)
		qb_log(LOG_ERR, AGENT_RECORD_FILE ": %s; decisions are not recorded", strerror(-r));
	/* Without it this node votes, and owns nothing. */
	r = gate_io_open(&a->gate, a->bpf_folder);
	if (r < 0)
		qb_log(LOG_ERR, "no gate can be had of the kernel, with %s: %s", a->bpf_folder,
		       strerror(-r));
	r = address_io_open(&a->addresses);
	if (r < 0)
		return r;
	a->announce_fd = announce_io_open();
	if (a->announce_fd < 0)
		return a->announce_fd;
	r = watch_frames(a);
	if (r < 0)
		return r;
	a->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (a->timer_fd < 0)
		return -errno;
	r = qb_loop_poll_add(a->daemon.loop, QB_LOOP_HIGH, a->timer_fd, POLLIN, a, on_timer);
	if (r < 0)
		return r;
	r = ipc_io_open(&a->ipc, a->daemon.loop, &ipc_handler, a);
	if (r < 0)
		qb_log(LOG_ERR, "the local socket %s: %s", AGENT_IPC_NAME, strerror(-r));
	return r;
}

/* So that the record tells one life of the agent from the next. */
static void record_start(struct agent *a)
{
	struct decide_log log = {.cause = AGENT_CAUSE_STARTED, .group = DECIDE_GROUPS_MAX};

	snprintf(log.text, sizeof(log.text), "the agent starts with revision %llu",
		 (unsigned long long)a->daemon.meta.revision);
	record_io_add(&a->record, &a->state.settings, &log);
}

static int start(struct agent *a)
{
	static struct decide_settings settings;
	const struct config_node *node = NULL;
	char name[CONFIG_NAME_MAX];
	int r = open_everything(a);

	if (r < 0)
		return r;
	fence_io_init(&a->fence, a->daemon.loop, a->fence_socket, on_fenced, a);
	cpg_io_init(&a->cpg, a->daemon.loop, GROUP_NAME, &cpg_handler, a);
	quorum_io_init(&a->quorum, a->daemon.loop, &quorum_handler, a);
	for (size_t i = 0; i < DECIDE_GROUPS_MAX; i++) {
		announce_stop(&a->announce[i]);
		probe_stop(&a->probe[i]);
	}
	settings_make(a->config, 0, a->incarnation, &settings);
	decide_init(&a->state, &settings, &a->actions, a->started);
	record_start(a);
	/* That nobody says who this is, is no error here: the ring will. */
	if (node_find(a->config, a->daemon.config_path, a->daemon.node_name, name, &node) == 0)
		r = become(a, node->id);
	else
		r = act_on_former_life(a, NULL);
	act(a);
	if (r < 0)
		return r;
	return corosync_io_open(&a->corosync, a->daemon.loop, &a->cpg, &a->quorum,
				&corosync_handler, a);
}

static int watch_signals(struct agent *a)
{
	int r = qb_loop_signal_add(a->daemon.loop, QB_LOOP_HIGH, SIGTERM, a, on_end, NULL);

	if (r == 0)
		r = qb_loop_signal_add(a->daemon.loop, QB_LOOP_HIGH, SIGINT, a, on_end, NULL);
	if (r == 0)
		r = qb_loop_signal_add(a->daemon.loop, QB_LOOP_HIGH, SIGHUP, a, on_reload, NULL);
	return r;
}

static void stop(struct agent *a)
{
	alarm(0); /* the next life begins with reading the document */
	ipc_server_close();
	/* Connections to corosync end with the process or its next life: closing them may wait. */
	detach(a);
	link_io_close(&a->link);
	address_io_close(&a->addresses);
	closep(&a->announce_fd);
	closep(&a->probe_fd);
	closep(&a->probe6_fd);
	closep(&a->timer_fd);
	fence_io_close(&a->fence);
	gate_io_close(&a->gate);
	record_io_close(&a->record);
	vote_io_close(&a->vote);
	if (a->failed == 0 && !a->again)
		turn_io_set(&a->turn, 0);
	turn_io_close(&a->turn);
	config_free(a->config);
}

/*
 * Deeper than any call goes, cpg_dispatch(3) with its megabyte among them, so that all of it is
 * there when memory is locked. The heap needs no such thing: nothing is allocated on the path.
 */
__attribute__((noinline)) static void fill_stack(void)
{
	volatile char deep[STACK_FILLED];

	for (size_t i = 0; i < sizeof(deep); i += STACK_PAGE)
		deep[i] = 0;
}

static int run(struct agent *a)
{
	int r = load(a, &a->config);

	if (r < 0)
		return r;
	a->daemon.follows_meta = true;
	r = watch_signals(a);
	if (r == 0)
		r = daemon_watch(&a->daemon, on_configuration_file, a);
	if (r == 0)
		r = start(a);
	if (r == 0) {
		/* No real-time class: README, "A and R as they are". */
		if (setpriority(PRIO_PROCESS, 0, -20) < 0)
			qb_log(LOG_WARNING, "the priority cannot be raised: %s", strerror(errno));
		qb_log(LOG_INFO, "started; a lease runs for %llu ms",
		       (unsigned long long)(a->state.settings.times.lease / NSEC_PER_MSEC));
		fill_stack();
		qb_loop_run(a->daemon.loop);
		r = a->failed;
	}
	stop(a);
	return r;
}

int main(int argc, char **argv)
{
	struct agent *a = &agent;
	/*
	 * Gate and addresses, gratuitous ARP, priority, locked memory; corosync asks for root's uid
	 * only.
	 */
	const uint64_t keep = GATE_RIGHTS | PRIVILEGE(CAP_NET_RAW) | PRIVILEGE(CAP_SYS_NICE) |
			      PRIVILEGE(CAP_IPC_LOCK);
	const struct daemon_switch switches[] = {
		{"bpf", "DIR", GATE_SWITCH_HELP, &a->bpf_folder},
		{"fence", "SOCKET", "where nodes are powered off (" FENCE_SOCKET ")",
		 &a->fence_socket},
	};
	const struct daemon_special special = {/* Devices have passwords. */
					       .config_path = SCHEMA_RUNNING_ACCESS,
					       .switches = switches,
					       .n_switches = ARRAY_SIZE(switches)};
	int r;

	a->bpf_folder = GATE_FOLDER;
	a->fence_socket = FENCE_SOCKET;
	r = daemon_begin_special(&a->daemon, "trireme-agent", keep, &special, argc, argv);
	if (r >= 0)
		return r;
	act_prepare();
	a->argv = argv;
	a->started = clock_boot_ns();
	a->incarnation = a->started ^ ((uint64_t)getpid() << 40);
	a->leave_by = UINT64_MAX;
	r = run(a);
	if (r == 0 && a->again) {
		execv("/proc/self/exe", a->argv);
		qb_log(LOG_ERR, "cannot start anew: %s", strerror(errno));
		r = -errno;
	}
	daemon_end(&a->daemon);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
