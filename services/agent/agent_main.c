// SPDX-License-Identifier: GPL-2.0-or-later
/* Failover agent: its parts are opened, run and closed; signals and another configuration. */
#include <errno.h>
#include <linux/capability.h>
#include <qb/qbloop.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "agent/event_io.h"
#include "agent/frame_io.h"
#include "agent/request_io.h"
#include "agent/settings.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_server_io.h"
#include "base/privilege_io.h"
#include "proto/fence_wire.h"
#include "proto/turn.h"
#include "schema/node_io.h"
#include "schema/schema.h"

#define LEAVE_NS (800 * NSEC_PER_MSEC) /* bound of an orderly end */
#define STACK_FILLED (1280u << 10)
#define STACK_PAGE 4096u

static struct agent agent = {.bpf_folder = GATE_FOLDER,
			     .engine_file = ENGINE_TURN_FILE,
			     .fence_socket = FENCE_SOCKET,
			     .resource_socket = RESOURCE_SOCKET,
			     .leave_by = UINT64_MAX,
			     .announce_fd = -1,
			     .timer_fd = -1,
			     .probe_fd = -1,
			     .probe6_fd = -1,
			     .vote = {.fd = -1},
			     .turn = {.fd = -1},
			     .health = {.engine = {.fd = -1}, .reach = {.fd = -1}},
			     .fence = {.fd = -1},
			     .resource = {.fd = -1}};

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
	act_follow_standby(a, next);
	act_follow_helpers(a, next);
	act(a);
	tzset(); /* it may be another zone */
	if (!settings_equal(a->config, next)) {
		a->again = true;
		qb_loop_stop(a->daemon.loop);
	}
	return 0;
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
	r = turn_io_open(&a->turn, AGENT_TURN_FILE);
	if (r < 0)
		qb_log(LOG_ERR, AGENT_TURN_FILE ": %s", strerror(-r));
	turn_io_set(&a->turn, clock_boot_ns(), 0);
	r = health_io_open(&a->health, a->engine_file, clock_boot_ns());
	if (r < 0)
		qb_log(LOG_ERR, "%s: %s; whether the engine runs is not seen", a->engine_file,
		       strerror(-r));
	health_io_look(&a->health, a->link.ports, a->link.n_ports, clock_boot_ns());
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
	a->announce_fd = frame_io_open();
	if (a->announce_fd < 0)
		return a->announce_fd;
	r = event_open(a);
	return r < 0 ? r : request_open(a);
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
	for (size_t i = 0; i < DECIDE_GROUPS_MAX; i++) {
		announce_stop(&a->announce[i]);
		probe_stop(&a->probe[i]);
	}
	settings_make(a->config, 0, a->incarnation, &settings);
	decide_init(&a->state, &settings, &a->actions, a->started);
	record_start(a);
	/* That nobody says who this is, is no error here: the ring will. */
	if (node_find(a->config, a->daemon.config_path, a->daemon.node_name, name, &node) == 0)
		r = event_become(a, node->id);
	else
		r = act_on_former_life(a, NULL);
	act(a);
	return r < 0 ? r : event_connect(a);
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
	event_close(a);
	address_io_close(&a->addresses);
	closep(&a->announce_fd);
	gate_io_close(&a->gate);
	health_io_close(&a->health);
	record_io_close(&a->record);
	vote_io_close(&a->vote);
	if (a->failed == 0 && !a->again)
		turn_io_set(&a->turn, 0, 0);
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
		{"resource", "SOCKET", "where resources are run (" RESOURCE_SOCKET ")",
		 &a->resource_socket},
		{"engine", "FILE",
		 "the forwarding engine's sign of life (" ENGINE_TURN_FILE
		 "); empty: it is not looked at",
		 &a->engine_file},
	};
	const struct daemon_special special = {/* Devices have passwords. */
					       .config_path = SCHEMA_RUNNING_ACCESS,
					       .switches = switches,
					       .n_switches = ARRAY_SIZE(switches)};
	int r;

	r = daemon_begin_special(&a->daemon, "trireme-agent", keep, &special, argc, argv);
	if (r >= 0)
		return r;
	act_prepare();
	a->started = clock_boot_ns();
	a->incarnation = a->started ^ ((uint64_t)getpid() << 40);
	r = run(a);
	if (r == 0 && a->again) {
		execv("/proc/self/exe", argv);
		qb_log(LOG_ERR, "cannot start anew: %s", strerror(errno));
		r = -errno;
	}
	daemon_end(&a->daemon);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
