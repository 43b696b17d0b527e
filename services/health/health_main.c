// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-health: checks real servers and data sources, tells the engine and the console. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <qb/qblog.h>

#include "base/cleanup.h"
#include "base/privilege_io.h"
#include "base/ipc_server_io.h"
#include "health/checker_io.h"
#include "health/ipc_io.h"
#include "schema/daemon_io.h"

/* Checking needs no privilege: the daemon becomes this user if there is one. */
#define USER "trireme-health"
#define FILES_MAX (CHECKER_RUNNING_MAX + 64)

struct health_daemon {
	struct daemon daemon;
	struct checker checker;
};

static int reload(void *data)
{
	struct health_daemon *d = data;
	_cleanup_(config_freep) struct config *config = NULL;
	const struct config_node *node;
	int r = daemon_load(&d->daemon, &config);

	if (r < 0)
		return r;
	r = daemon_node(&d->daemon, config, &node);
	if (r < 0)
		return r;
	r = checker_configure(&d->checker, node->role == CONFIG_ROLE_ROUTER ? config : NULL);
	if (r < 0)
		qb_log(LOG_ERR, "configuration not taken: %s", strerror(-r));
	else
		qb_log(LOG_NOTICE, "node %s: %zu checks", node->name,
		       d->checker.targets ? d->checker.targets->n_probes : 0);
	return r;
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

static int become_user(void)
{
	const struct passwd *user = getpwnam(USER);

	if (geteuid() != 0 || !user)
		return 0;
	if (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0)
		return -errno;
	return 0;
}

/* Whoever the daemon is in the end, root too: without any capability. */
static int drop_privileges(void)
{
	int r = geteuid() == 0 ? privilege_bound(0) : 0;

	if (r == 0)
		r = become_user();
	return r == 0 ? privilege_keep(0) : r;
}

/* Checks are more important than that they can be looked at. */
static void serve_console(const struct health_daemon *d)
{
	int r = ipc_io_open(&d->checker);

	if (r < 0)
		qb_log(LOG_ERR, "the console cannot ask: %s", strerror(-r));
}

static int start(struct health_daemon *d)
{
	int r = limit_files();

	if (r == 0)
		r = drop_privileges();
	if (r == 0)
		r = checker_open(&d->checker, d->daemon.loop);
	if (r == 0)
		r = daemon_follow(&d->daemon, reload, d);
	if (r < 0)
		return r;
	serve_console(d);
	return reload(d);
}

int main(int argc, char **argv)
{
	static struct health_daemon d;
	/* To raise a limit, and to be rid of the rest: drop_privileges(). */
	const uint64_t keep = PRIVILEGE(CAP_SYS_RESOURCE) | PRIVILEGE(CAP_SETPCAP) |
			      PRIVILEGE(CAP_SETUID) | PRIVILEGE(CAP_SETGID);
	int r = daemon_begin(&d.daemon, "trireme-health", keep, argc, argv);

	if (r >= 0)
		return r;
	r = start(&d);
	if (r == 0)
		qb_loop_run(d.daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	ipc_server_close();
	checker_close(&d.checker);
	daemon_end(&d.daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
