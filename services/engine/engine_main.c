// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-engine: forwards the virtual services and guards the ports. */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <qb/qblog.h>
#include <qb/qbloop.h>

#include "base/clock_io.h"
#include "base/ipc_server_io.h"
#include "base/privilege_io.h"
#include "base/turn_io.h"
#include "engine/engine.h"
#include "engine/forwarding_io.h"
#include "engine/ipc_io.h"
#include "proto/turn.h"
#include "schema/daemon_io.h"

/* How long a change made by hand can last. */
#define PERIOD_NS (ENGINE_TURN_S * NSEC_PER_SEC)

struct engine_daemon {
	struct daemon daemon;
	bool health_pending; /* a job is queued */
	qb_loop_timer_handle grace;
	qb_loop_timer_handle joining; /* at its end the port closes */
	struct engine engine;
	struct forwarding forwarding;
	const char *bpf_folder;
	struct turn_io turn; /* for the agent */
	bool behind;	     /* the newest configuration was not taken */
};

static uint64_t word_for_agent(struct engine_daemon *d)
{
	enum engine_trouble trouble = engine_trouble(&d->engine);
	uint64_t word = d->behind ? ENGINE_TROUBLE_CONFIGURATION : trouble;

	if (forwarding_is_synchronised(&d->forwarding) &&
	    (engine_is_steered(&d->engine) ||
	     engine_ipvs_is_synchronised(&d->engine, clock_boot_ns())))
		word |= ENGINE_WORD_SYNCHRONISED;
	return word;
}

/* The agent hears what the comparison has come to. */
static void tell(struct engine_daemon *d)
{
	turn_io_set(&d->turn, clock_boot_ns(), word_for_agent(d));
}

static void on_synchronised(void *data)
{
	struct engine_daemon *d = data;

	turn_io_say(&d->turn, word_for_agent(d));
}

static void on_poke(void *data)
{
	struct engine_daemon *d = data;

	engine_reconcile_daemons(&d->engine, clock_boot_ns());
	turn_io_say(&d->turn, word_for_agent(d));
}

static int configure(struct engine_daemon *d)
{
	struct config *config;
	const struct config_node *node;
	int r = daemon_load(&d->daemon, &config);

	if (r < 0)
		return r;
	r = daemon_node(&d->daemon, config, &node);
	if (r < 0) {
		config_free(config);
		return r;
	}
	r = engine_configure(&d->engine, config, node, clock_boot_ns());
	if (r < 0)
		qb_log(LOG_ERR, "configuration not taken: %s", strerror(-r));
	return r;
}

static void on_grace(void *data)
{
	struct engine_daemon *d = data;

	d->grace = 0;
	engine_reconcile_services(&d->engine, clock_boot_ns());
	tell(d);
}

static int reload(void *data)
{
	struct engine_daemon *d = data;
	int r = configure(d);

	d->behind = r < 0;
	if (r < 0)
		return r;
	qb_log(LOG_NOTICE, "node %s: %zu services", d->engine.node->name,
	       d->engine.config->n_services);
	engine_reconcile(&d->engine, clock_boot_ns());
	tell(d);
	if (d->grace)
		qb_loop_timer_del(d->daemon.loop, d->grace);
	d->grace = 0;
	return qb_loop_timer_add(d->daemon.loop, QB_LOOP_MED, ENGINE_GRACE_NS + NSEC_PER_MSEC, d,
				 on_grace, &d->grace);
}

static void on_period(void *data)
{
	struct engine_daemon *d = data;
	qb_loop_timer_handle timer;

	engine_reconcile(&d->engine, clock_boot_ns());
	tell(d);
	if (qb_loop_timer_add(d->daemon.loop, QB_LOOP_MED, PERIOD_NS, d, on_period, &timer) < 0) {
		/* Without its period the engine repairs nothing: begin anew (runsv). */
		qb_log(LOG_ERR, "no timer");
		qb_loop_stop(d->daemon.loop);
	}
}

static void on_health_job(void *data)
{
	struct engine_daemon *d = data;

	d->health_pending = false;
	engine_reconcile_services(&d->engine, clock_boot_ns());
	tell(d);
}

/* One job for all the reports that are already waiting. */
static void on_health_changed(void *data)
{
	struct engine_daemon *d = data;

	if (!d->health_pending)
		d->health_pending =
			qb_loop_job_add(d->daemon.loop, QB_LOOP_LOW, d, on_health_job) == 0;
}

static void close_joining(struct engine_daemon *d)
{
	if (d->joining)
		qb_loop_timer_del(d->daemon.loop, d->joining);
	d->joining = 0;
	if (!d->engine.joining)
		return;
	if (engine_set_joining(&d->engine, false) < 0)
		qb_log(LOG_ERR, "the port for a machine that joins cannot be closed yet");
	else
		qb_log(LOG_NOTICE, "the port for a machine that joins is closed");
}

static void on_joining_end(void *data)
{
	struct engine_daemon *d = data;

	d->joining = 0;
	close_joining(d);
}

static int on_joining(void *data, uint32_t seconds)
{
	struct engine_daemon *d = data;
	bool was_open = d->engine.joining;
	qb_loop_timer_handle timer;
	int r;

	if (seconds == 0) {
		close_joining(d);
		return 0;
	}
	/* The timer first: nothing is opened that would not be closed. */
	r = qb_loop_timer_add(d->daemon.loop, QB_LOOP_MED, seconds * NSEC_PER_SEC, d,
			      on_joining_end, &timer);
	if (r < 0)
		return r;
	if (d->joining)
		qb_loop_timer_del(d->daemon.loop, d->joining);
	d->joining = timer;
	r = engine_set_joining(&d->engine, true);
	if (r < 0)
		close_joining(d);
	else if (!was_open)
		qb_log(LOG_NOTICE, "the port for a machine that joins is open");
	return r;
}

static int start(struct engine_daemon *d)
{
	static const struct ipc_io_handler handler = {.changed = on_health_changed,
						      .joining = on_joining};
	qb_loop_timer_handle timer;
	int r = turn_io_open(&d->turn, ENGINE_TURN_FILE);

	forwarding_prepare(&d->forwarding, d->daemon.loop, d->bpf_folder, on_health_changed, d);
	forwarding_on_synchronised(&d->forwarding, on_synchronised);
	forwarding_on_poke(&d->forwarding, on_poke);
	d->engine.forwarding = &d->forwarding;
	if (r < 0)
		qb_log(LOG_WARNING, ENGINE_TURN_FILE ": %s; the agent does not see this engine",
		       strerror(-r));
	r = daemon_follow(&d->daemon, reload, d);
	if (r == 0)
		r = reload(d);
	if (r == 0)
		r = ipc_io_open(d->daemon.loop, &d->engine, &handler, d);
	if (r < 0)
		return r;
	return qb_loop_timer_add(d->daemon.loop, QB_LOOP_MED, PERIOD_NS, d, on_period, &timer);
}

int main(int argc, char **argv)
{
	static struct engine_daemon d = {.bpf_folder = FORWARD_FOLDER, .turn = {.fd = -1}};
	/*
	 * IPVS, nftables and their switches, the data path; libqb gives a connection's files to its
	 * peer's user.
	 */
	const uint64_t keep = FORWARD_RIGHTS | PRIVILEGE(CAP_CHOWN) | PRIVILEGE(CAP_DAC_OVERRIDE) |
			      PRIVILEGE(CAP_FOWNER);
	const struct daemon_switch bpf = {"bpf", "DIR", FORWARD_SWITCH_HELP, &d.bpf_folder};
	const struct daemon_special special = {
		.config_path = SCHEMA_RUNNING, .switches = &bpf, .n_switches = 1};
	int r = daemon_begin_special(&d.daemon, "trireme-engine", keep, &special, argc, argv);

	if (r >= 0)
		return r;
	r = start(&d);
	if (r == 0)
		qb_loop_run(d.daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	ipc_server_close();
	forwarding_close(&d.forwarding);
	engine_clear(&d.engine);
	turn_io_close(&d.turn);
	daemon_end(&d.daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
