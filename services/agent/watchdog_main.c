// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-watchdog: pets the machine's watchdog while the kernel and the failover agent are well.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <qb/qblog.h>
#include <qb/qbloop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/report_io.h"
#include "agent/watchdog.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/privilege_io.h"
#include "base/turn_io.h"
#include "proto/turn.h"
#include "schema/daemon_io.h"
#include "schema/schema.h"
#include "watchdog_io.h"

#define USER "trireme-watchdog"
#define PERIOD_S 1
#define TIMEOUT_S 30 /* without a configuration, as the model's default */

struct watchdog {
	struct daemon daemon;
	const char *device; /* NULL: the machine's */
	const char *turn_path, *report_path;
	int fd, timer_fd; /* fd -1: switched off */
	bool enabled;
	unsigned int timeout_s;
	struct turn_io turn;
	struct watchdog_state state;
	enum watchdog_verdict verdict;
	struct watchdog_report *report;
};

/* When no file can be mapped for it. */
static struct watchdog_report untold;

static struct watchdog watchdog = {.report = &untold, .fd = -1, .timer_fd = -1, .turn = {.fd = -1}};

static struct watchdog_sight look(struct watchdog *w)
{
	struct watchdog_sight sight = {0};

	if (!w->turn.page && turn_io_watch(&w->turn, w->turn_path) < 0)
		return sight;
	sight.turn = turn_io_get(&w->turn, &sight.runs).turn;
	return sight;
}

/* Nobody waits for it where there is no device. */
static enum watchdog_verdict judge(struct watchdog *w)
{
	struct watchdog_sight sight;

	if (w->fd < 0)
		return WATCHDOG_PET;
	sight = look(w);
	return watchdog_judge(&w->state, &sight, w->timeout_s * NSEC_PER_SEC, clock_boot_ns());
}

static int32_t on_timer(int32_t fd, int32_t revents, void *data)
{
	struct watchdog *w = data;
	enum watchdog_verdict verdict = judge(w);
	uint64_t expirations;
	int r;

	(void)revents;
	if (read(fd, &expirations, sizeof(expirations)) < 0)
		return 0;
	if (verdict != w->verdict && verdict == WATCHDOG_PET)
		qb_log(LOG_NOTICE, "%s again", watchdog_text(verdict));
	else if (verdict != w->verdict)
		qb_log(LOG_CRIT, "%s: the machine restarts in %u s", watchdog_text(verdict),
		       w->timeout_s);
	w->verdict = verdict;
	r = w->fd >= 0 && verdict == WATCHDOG_PET ? watchdog_io_pet(w->fd) : 0;
	if (r < 0)
		qb_log(LOG_ERR, "the watchdog cannot be petted: %s", strerror(-r));
	w->report->verdict = verdict;
	w->report->error = r;
	w->report->told = clock_boot_ns();
	return 0;
}

/* What cannot be read is as if there were none: the machine is to be watched all the same. */
static void read_settings(struct watchdog *w, bool *ret_enabled, unsigned int *ret_timeout_s)
{
	_cleanup_(config_freep) struct config *config = NULL;

	*ret_enabled = true;
	*ret_timeout_s = TIMEOUT_S;
	if (access(w->daemon.config_path, F_OK) < 0 || daemon_load(&w->daemon, &config) < 0)
		return;
	*ret_enabled = config->watchdog;
	*ret_timeout_s = config->watchdog_timeout_s;
}

static void set_timeout(struct watchdog *w)
{
	unsigned int seconds = w->timeout_s;
	int r = watchdog_io_set(w->fd, seconds, &seconds);

	if (r < 0)
		qb_log(LOG_WARNING, "the watchdog keeps its own timeout, not %u s: %s",
		       w->timeout_s, strerror(-r));
	else
		qb_log(LOG_INFO, "the watchdog's timeout is %u s", seconds);
	w->report->timeout_s = seconds;
}

/* On and off take root's rights: the supervisor starts the next life with them. */
static int reload(void *data)
{
	struct watchdog *w = data;
	unsigned int timeout_s;
	bool enabled;

	read_settings(w, &enabled, &timeout_s);
	if (enabled != w->enabled)
		qb_loop_stop(w->daemon.loop);
	if (timeout_s == w->timeout_s)
		return 0;
	w->timeout_s = timeout_s;
	if (w->fd >= 0)
		set_timeout(w);
	return 0;
}

/* Whoever it is in the end, root too: without any capability. */
static int become_user(void)
{
	const struct passwd *user = getpwnam(USER);

	if (user &&
	    (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0))
		return -errno;
	return privilege_keep(0);
}

static int open_device(struct watchdog *w)
{
	char path[32];
	int r = w->device ? 0 : watchdog_io_find(path, sizeof(path));

	if (r == -ENODEV)
		qb_log(LOG_NOTICE, "this machine has no watchdog");
	if (r < 0)
		return r == -ENODEV ? 0 : r;
	w->fd = watchdog_io_open(w->device ? w->device : path);
	if (w->fd < 0)
		return w->fd;
	qb_log(LOG_INFO, "watched by %s", w->device ? w->device : path);
	snprintf(w->report->device, sizeof(w->report->device), "%s", w->device ? w->device : path);
	set_timeout(w);
	return 0;
}

static int start_petting(struct watchdog *w)
{
	const struct itimerspec spec = {.it_interval.tv_sec = PERIOD_S, .it_value.tv_nsec = 1};

	w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->timer_fd < 0 || timerfd_settime(w->timer_fd, 0, &spec, NULL) < 0)
		return -errno;
	return qb_loop_poll_add(w->daemon.loop, QB_LOOP_HIGH, w->timer_fd, POLLIN, w, on_timer);
}

/* Without it the machine is watched all the same. */
static void open_report(struct watchdog *w)
{
	int r = report_io_open(w->report_path, &w->report);

	if (r < 0)
		qb_log(LOG_WARNING, "%s: %s", w->report_path, strerror(-r));
	*w->report = (struct watchdog_report){
		.version = WATCHDOG_REPORT_VERSION, .enabled = w->enabled, .told = clock_boot_ns()};
}

static int start(struct watchdog *w)
{
	int r;

	read_settings(w, &w->enabled, &w->timeout_s);
	open_report(w);
	r = w->enabled ? open_device(w) : 0;
	if (r < 0)
		return r;
	if (!w->enabled)
		qb_log(LOG_NOTICE, "switched off by configuration");
	/* A machine that is busy is not one that hangs. */
	if (setpriority(PRIO_PROCESS, 0, -20) < 0 || mlockall(MCL_CURRENT) < 0)
		qb_log(LOG_WARNING, "it may be petted late: %s", strerror(errno));
	r = become_user();
	if (r == 0)
		r = daemon_follow(&w->daemon, reload, w);
	if (r == 0)
		r = start_petting(w);
	return r;
}

int main(int argc, char **argv)
{
	struct watchdog *w = &watchdog;
	/* The device, its time on the processor and its memory come first; then another user,
	 * without any of it. */
	const uint64_t keep = PRIVILEGE(CAP_SETUID) | PRIVILEGE(CAP_SETGID) |
			      PRIVILEGE(CAP_SYS_NICE) | PRIVILEGE(CAP_IPC_LOCK);
	const struct daemon_switch switches[] = {
		{"device", "FILE", "watchdog device (the hardware's, else the kernel's)",
		 &w->device},
		{"turn", "FILE", "the agent's sign of life (" AGENT_TURN_FILE ")", &w->turn_path},
		{"report", "FILE", "what it tells of itself (" WATCHDOG_REPORT_FILE ")",
		 &w->report_path},
	};
	const struct daemon_special special = {
		.config_path = SCHEMA_RUNNING, .switches = switches, .n_switches = 3};
	int r;

	w->turn_path = AGENT_TURN_FILE;
	w->report_path = WATCHDOG_REPORT_FILE;
	r = daemon_begin_special(&w->daemon, USER, keep, &special, argc, argv);
	if (r >= 0)
		return r;
	r = start(w);
	if (r == 0)
		qb_loop_run(w->daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	if (w->fd >= 0)
		watchdog_io_close(w->fd);
	closep(&w->timer_fd);
	turn_io_close(&w->turn);
	daemon_end(&w->daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
