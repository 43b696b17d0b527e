// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-engine: forwards the virtual services and guards the ports. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <qb/qbloop.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/log_io.h"
#include "engine/engine.h"
#include "engine/ipc_io.h"
#include "base/watch_io.h"
#include "schema/node_io.h"
#include "schema/schema.h"

/* How long a change made by hand can last. */
#define PERIOD_NS (5 * NSEC_PER_SEC)

struct daemon {
	const char *config_path, *yang_dir, *node_name; /* node_name NULL: from file or document */
	bool foreground, debug;
	qb_loop_t *loop;
	int watch_fd;
	bool health_pending; /* a job is queued */
	qb_loop_timer_handle grace;
	struct engine engine;
};

static int configure(struct daemon *d)
{
	struct schema_error error = {0};
	struct config *config;
	const struct config_node *node;
	char name[CONFIG_NAME_MAX];
	int r = schema_load(d->yang_dir, d->config_path, &config, &error);

	if (r < 0) {
		qb_log(LOG_ERR, "%s: %s %s: %s (%s)", d->config_path, error.path, error.value,
		       error.allowed, strerror(-r));
		return r;
	}
	r = node_find(config, d->config_path, d->node_name, name, &node);
	if (r < 0) {
		config_free(config);
		qb_log(LOG_ERR, "%s: which of its nodes this machine is, '%s': %s", d->config_path,
		       name, strerror(-r));
		return r;
	}
	r = engine_configure(&d->engine, config, node, clock_boot_ns());
	if (r < 0)
		qb_log(LOG_ERR, "configuration not taken: %s", strerror(-r));
	return r;
}

static void on_grace(void *data)
{
	struct daemon *d = data;

	d->grace = 0;
	engine_reconcile_services(&d->engine, clock_boot_ns());
}

static int reload(struct daemon *d)
{
	int r = configure(d);

	if (r < 0)
		return r;
	qb_log(LOG_NOTICE, "node %s: %zu services", d->engine.node->name,
	       d->engine.config->n_services);
	engine_reconcile(&d->engine, clock_boot_ns());
	if (d->grace)
		qb_loop_timer_del(d->loop, d->grace);
	d->grace = 0;
	return qb_loop_timer_add(d->loop, QB_LOOP_MED, HEALTH_GRACE_NS + NSEC_PER_MSEC, d, on_grace,
				 &d->grace);
}

static void on_period(void *data)
{
	struct daemon *d = data;
	qb_loop_timer_handle timer;

	engine_reconcile(&d->engine, clock_boot_ns());
	if (qb_loop_timer_add(d->loop, QB_LOOP_MED, PERIOD_NS, d, on_period, &timer) < 0) {
		/* Without its period the engine repairs nothing: begin anew (runsv). */
		qb_log(LOG_ERR, "no timer");
		qb_loop_stop(d->loop);
	}
}

static void on_health_job(void *data)
{
	struct daemon *d = data;

	d->health_pending = false;
	engine_reconcile_services(&d->engine, clock_boot_ns());
}

/* One job for all the reports that are already waiting. */
static void on_health_changed(void *data)
{
	struct daemon *d = data;

	if (!d->health_pending)
		d->health_pending = qb_loop_job_add(d->loop, QB_LOOP_LOW, d, on_health_job) == 0;
}

static int32_t on_watch(int32_t fd, int32_t revents, void *data)
{
	struct daemon *d = data;
	const char *slash = strrchr(d->config_path, '/');

	(void)revents;
	if (watch_take(fd, slash ? slash + 1 : d->config_path, NODE_FILE))
		reload(d);
	return 0;
}

static int32_t on_signal(int32_t number, void *data)
{
	struct daemon *d = data;

	if (number == SIGHUP)
		reload(d);
	else
		qb_loop_stop(d->loop);
	return 0;
}

static int start(struct daemon *d)
{
	static const int signals[] = {SIGHUP, SIGTERM, SIGINT};
	qb_loop_timer_handle timer;
	qb_loop_signal_handle handle;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		r = qb_loop_signal_add(d->loop, QB_LOOP_HIGH, signals[i], d, on_signal, &handle);
		if (r < 0)
			return r;
	}
	r = watch_open(d->config_path, &d->watch_fd);
	if (r < 0)
		return r;
	r = qb_loop_poll_add(d->loop, QB_LOOP_MED, d->watch_fd, POLLIN, d, on_watch);
	if (r < 0)
		return r;
	r = reload(d);
	if (r < 0)
		return r;
	r = ipc_io_open(d->loop, &d->engine, on_health_changed, d);
	if (r < 0)
		return r;
	return qb_loop_timer_add(d->loop, QB_LOOP_MED, PERIOD_NS, d, on_period, &timer);
}

static void usage(FILE *to)
{
	fputs("trireme-engine [--config FILE] [--yang DIR] [--node NAME] [--foreground] [--debug]\n"
	      "  --config FILE  the accepted document (" SCHEMA_RUNNING ")\n"
	      "  --yang DIR     its model (" SCHEMA_YANG_DIR ")\n"
	      "  --node NAME    which node this machine is (else: file 'node' beside FILE)\n"
	      "  --foreground   log to standard error too\n"
	      "  --debug        log more\n",
	      to);
}

static int parse_options(struct daemon *d, int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"yang", required_argument, NULL, 'y'},
		{"node", required_argument, NULL, 'n'},
		{"foreground", no_argument, NULL, 'f'},
		{"debug", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			d->config_path = optarg;
			break;
		case 'y':
			d->yang_dir = optarg;
			break;
		case 'n':
			d->node_name = optarg;
			break;
		case 'f':
			d->foreground = true;
			break;
		case 'd':
			d->debug = true;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			return -EINVAL;
		}
	}
	return optind == argc ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
	struct daemon d = {
		.config_path = SCHEMA_RUNNING, .yang_dir = SCHEMA_YANG_DIR, .watch_fd = -1};
	int r = parse_options(&d, argc, argv);

	if (r < 0) {
		usage(stderr);
		return 2;
	}
	log_open("trireme-engine", d.foreground, d.debug);
	d.loop = qb_loop_create();
	r = d.loop ? start(&d) : -ENOMEM;
	if (r == 0)
		qb_loop_run(d.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	ipc_io_close();
	closep(&d.watch_fd);
	engine_clear(&d.engine);
	if (d.loop)
		qb_loop_destroy(d.loop);
	log_close();
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
