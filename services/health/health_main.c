// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-health: checks the real servers and tells the forwarding engine. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <qb/qbloop.h>

#include "base/cleanup.h"
#include "base/log_io.h"
#include "base/watch_io.h"
#include "health/checker_io.h"
#include "schema/node_io.h"
#include "schema/schema.h"

/* Nothing here needs a privilege: the daemon becomes this user if there is one. */
#define USER "trireme-health"
#define FILES_MAX (CHECKER_RUNNING_MAX + 64)

struct daemon {
	const char *config_path, *yang_dir, *node_name; /* node_name NULL: from file or document */
	bool foreground, debug;
	qb_loop_t *loop;
	int watch_fd;
	struct checker checker;
};

static int reload(struct daemon *d)
{
	_cleanup_(config_freep) struct config *config = NULL;
	struct schema_error error = {0};
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
		qb_log(LOG_ERR, "%s: which of its nodes this machine is, '%s': %s", d->config_path,
		       name, strerror(-r));
		return r;
	}
	r = checker_configure(&d->checker, node->role == CONFIG_ROLE_ROUTER ? config : NULL);
	if (r < 0)
		qb_log(LOG_ERR, "configuration not taken: %s", strerror(-r));
	else
		qb_log(LOG_NOTICE, "node %s: %zu checks", name,
		       d->checker.targets ? d->checker.targets->n_probes : 0);
	return r;
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

static int limit_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	if (limit.rlim_cur >= FILES_MAX)
		return 0;
	limit.rlim_cur = FILES_MAX;
	if (limit.rlim_max < FILES_MAX)
		limit.rlim_max = FILES_MAX;
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

static int drop_privileges(void)
{
	const struct passwd *user = getpwnam(USER);

	if (geteuid() != 0 || !user)
		return 0;
	if (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0)
		return -errno;
	return 0;
}

static int start(struct daemon *d)
{
	static const int signals[] = {SIGHUP, SIGTERM, SIGINT};
	qb_loop_signal_handle handle;
	int r = limit_files();

	if (r == 0)
		r = drop_privileges();
	if (r == 0)
		r = checker_open(&d->checker, d->loop);
	for (size_t i = 0; i < ARRAY_SIZE(signals) && r >= 0; i++)
		r = qb_loop_signal_add(d->loop, QB_LOOP_HIGH, signals[i], d, on_signal, &handle);
	if (r >= 0)
		r = watch_open(d->config_path, &d->watch_fd);
	if (r == 0)
		r = qb_loop_poll_add(d->loop, QB_LOOP_MED, d->watch_fd, POLLIN, d, on_watch);
	return r == 0 ? reload(d) : r;
}

static void usage(FILE *to)
{
	fputs("trireme-health [--config FILE] [--yang DIR] [--node NAME] [--foreground] [--debug]\n"
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
	log_open("trireme-health", d.foreground, d.debug);
	d.loop = qb_loop_create();
	r = d.loop ? start(&d) : -ENOMEM;
	if (r == 0)
		qb_loop_run(d.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	checker_close(&d.checker);
	closep(&d.watch_fd);
	if (d.loop)
		qb_loop_destroy(d.loop);
	log_close();
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
