// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/follow_io.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/netlink_io.h"
#include "base/text.h"
#include "schema/daemon_io.h"
#include "system/reconcile_io.h"

/* Links change in bursts: one round for all of one. */
#define CALM_S 1
#define EVENT_SIZE 8192

struct follower {
	struct daemon daemon;
	struct config *config;
	const struct config_node *node;
	struct mnl_socket *events;
	qb_loop_timer_handle timer;
	unsigned int period;
	bool soon; /* the timer stands for CALM_S */
	/* Lines of what could not be done in the round before, and in this one. */
	char failed_before[2048], failed[2048];
	struct text failures;
};

/* What cannot be done fails in every round, and is logged once. */
static void on_action(const char *line, const char *failure, void *data)
{
	struct follower *f = data;
	char words[384];
	struct text text = TEXT_ON(words);

	if (!failure) {
		qb_log(LOG_NOTICE, "done: %s", line);
		return;
	}
	text_add(&text, "failed: %s: %s\n", line, failure);
	text_add(&f->failures, "%s", words);
	if (!strstr(f->failed_before, words))
		qb_log(LOG_ERR, "failed: %s: %s", line, failure);
}

static void on_timer(void *data);

static void wait_for(struct follower *f, unsigned int seconds)
{
	if (f->timer)
		qb_loop_timer_del(f->daemon.loop, f->timer);
	f->timer = 0;
	if (qb_loop_timer_add(f->daemon.loop, QB_LOOP_LOW, seconds * QB_TIME_NS_IN_SEC, f, on_timer,
			      &f->timer) < 0) {
		qb_log(LOG_ERR, "no timer");
		qb_loop_stop(f->daemon.loop);
	}
}

static void do_round(struct follower *f)
{
	int r;

	text_init(&f->failures, f->failed, sizeof(f->failed));
	r = reconcile(f->config, f->node, f->daemon.config_path, false, on_action, f);
	if (r < 0)
		on_action("read the machine's state", strerror(-r), f);
	memcpy(f->failed_before, f->failed, sizeof(f->failed));
	f->soon = false;
	wait_for(f, f->period);
}

static void on_timer(void *data)
{
	struct follower *f = data;

	f->timer = 0;
	do_round(f);
}

/* The messages only say that something happened; the round reads what. */
static int32_t on_link(int32_t fd, int32_t revents, void *data)
{
	struct follower *f = data;
	char buf[EVENT_SIZE];

	(void)revents;
	while (recv(fd, buf, sizeof(buf), 0) >= 0 || errno == ENOBUFS)
		;
	if (!f->soon) {
		f->soon = true;
		wait_for(f, CALM_S);
	}
	return 0;
}

static int reload(void *data)
{
	struct follower *f = data;
	_cleanup_(config_freep) struct config *config = NULL;
	const struct config_node *node = NULL;
	int r = daemon_load(&f->daemon, &config);

	if (r == 0)
		r = daemon_node(&f->daemon, config, &node);
	if (r < 0)
		return r;
	config_free(f->config);
	f->config = take_ptr(config);
	f->node = node;
	qb_log(LOG_NOTICE, "node %s: looked at every %u s", node->name, f->period);
	do_round(f);
	return 0;
}

static int start(struct follower *f)
{
	int r;

	f->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	/* Heard from before the first round: nothing is missed in between. */
	if (!f->events || mnl_socket_bind(f->events, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	r = qb_loop_poll_add(f->daemon.loop, QB_LOOP_LOW, mnl_socket_get_fd(f->events), POLLIN, f,
			     on_link);
	if (r == 0)
		r = daemon_follow(&f->daemon, reload, f);
	return r == 0 ? reload(f) : r;
}

int follow(unsigned int period, uint64_t rights, int argc, char **argv)
{
	static struct follower f;
	int r = daemon_begin(&f.daemon, "trireme-system", rights, argc, argv);

	if (r >= 0)
		return r;
	f.period = period;
	r = start(&f);
	if (r == 0)
		qb_loop_run(f.daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	netlink_closep(&f.events);
	config_free(f.config);
	daemon_end(&f.daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
