// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/checker_io.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "health/connect_io.h"
#include "health/engine_io.h"
#include "health/exchange_io.h"
#include "health/report.h"
#include "health/source.h"

/* Due times closer together than this are served by one tick. */
#define TICK_NS (10 * NSEC_PER_MSEC)
#define REFRESH_NS NSEC_PER_SEC

static void tick(void *data);
static void reconnect(void *data);

static void set_tick(struct checker *c, uint64_t due, uint64_t now)
{
	uint64_t at = due > now + TICK_NS ? due : now + TICK_NS;

	if (c->tick_at && c->tick_at <= at)
		return;
	if (c->tick_at)
		qb_loop_timer_del(c->loop, c->tick);
	c->tick_at = at;
	if (qb_loop_timer_add(c->loop, QB_LOOP_MED, at - now, c, tick, &c->tick) < 0) {
		/* Without a tick nothing is checked any more: begin anew (runsv). */
		qb_log(LOG_ERR, "no timer");
		qb_loop_stop(c->loop);
	}
}

static void lose_engine(struct checker *c, int error)
{
	qb_loop_timer_handle timer;

	qb_log(LOG_WARNING, "engine does not answer: %s", strerror(-error));
	engine_io_close(c->engine);
	c->engine = NULL;
	if (qb_loop_timer_add(c->loop, QB_LOOP_MED, report_backoff(&c->wait), c, reconnect,
			      &timer) < 0)
		qb_loop_stop(c->loop);
}

/* Tells the engine what it does not know yet; what it refuses is told again by the refresh. */
static void flush(void *data)
{
	struct checker *c = data;

	c->flush_pending = false;
	for (size_t i = 0; c->engine && c->targets && i < c->targets->n_subscribers; i++) {
		struct subscriber *s = &c->targets->subscribers[i];
		const struct probe *probe = &c->targets->probes[s->probe];
		int r;

		if (!report_due(c->targets, s))
			continue;
		r = engine_io_report(c->engine, s, probe);
		if (r == 0)
			s->reported = probe->check.verdict;
		else if (r != -ENOENT)
			lose_engine(c, r);
	}
}

static void want_flush(struct checker *c)
{
	if (!c->flush_pending)
		c->flush_pending = qb_loop_job_add(c->loop, QB_LOOP_MED, c, flush) == 0;
}

static void reconnect(void *data)
{
	struct checker *c = data;
	qb_loop_timer_handle timer;

	if (engine_io_open(&c->engine) == 0) {
		qb_log(LOG_INFO, "connected to the engine");
		c->wait = 0;
		if (c->targets)
			report_forget(c->targets);
		want_flush(c);
		return;
	}
	if (qb_loop_timer_add(c->loop, QB_LOOP_MED, report_backoff(&c->wait), c, reconnect,
			      &timer) < 0)
		qb_loop_stop(c->loop);
}

static void refresh(void *data)
{
	struct checker *c = data;
	qb_loop_timer_handle timer;

	if (c->targets)
		report_refresh(c->targets, &c->refreshed);
	flush(c);
	if (qb_loop_timer_add(c->loop, QB_LOOP_LOW, REFRESH_NS, c, refresh, &timer) < 0)
		qb_loop_stop(c->loop);
}

static void stop_connect(struct checker *c, struct probe *probe)
{
	if (probe->fd < 0)
		return;
	qb_loop_poll_del(c->loop, probe->fd);
	closep(&probe->fd);
	probe->fd = -1;
	probe->asked = false;
	c->running--;
}

/* result and why: as exchange_step() says them; -EINPROGRESS: time is up. */
static void give_reason(struct probe *probe, int result, const char *why)
{
	char *reason = probe->reason;

	if (result == -EINPROGRESS)
		snprintf(reason, sizeof(probe->reason), "%s within %u ms",
			 probe->asked ? "accepts the connection, but does not answer" : "no answer",
			 probe->check.rules.timeout);
	else
		snprintf(reason, sizeof(probe->reason), "%s",
			 result == 0 ? ""
			 : why	     ? why
				     : strerror(-result));
}

static void log_verdict(const struct checker *c, const struct probe *probe)
{
	bool up = probe->check.verdict == ENGINE_HEALTH_UP;
	char words[512], where[CONFIG_ENDPOINT_TEXT_MAX];
	struct text text;

	if (!probe->source)
		qb_log(LOG_NOTICE, "%s is %s%s%s",
		       config_endpoint_text(&probe->address, probe->port, where),
		       up ? "up" : "down", up ? "" : ": ", probe->reason);
	for (size_t i = 0; probe->source && i < c->targets->n_sources; i++) {
		if (&c->targets->probes[c->targets->sources[i].probe] != probe)
			continue;
		text_init(&text, words, sizeof(words));
		source_words(c->targets, &c->targets->sources[i], &text);
		qb_log(up ? LOG_NOTICE : LOG_WARNING, "%s", words);
	}
}

static void finish(struct checker *c, struct probe *probe, int result, const char *why,
		   uint64_t now)
{
	give_reason(probe, result, why);
	stop_connect(c, probe);
	if (check_end(&probe->check, result == 0, now)) {
		probe->since = now;
		log_verdict(c, probe);
		want_flush(c);
	}
	set_tick(c, check_due(&probe->check), now);
}

static struct probe *probe_of_fd(const struct checker *c, int fd)
{
	for (size_t i = 0; c->targets && i < c->targets->n_probes; i++) {
		if (c->targets->probes[i].fd == fd)
			return &c->targets->probes[i];
	}
	return NULL;
}

static int32_t on_event(int32_t fd, int32_t revents, void *data)
{
	struct checker *c = data;
	struct probe *probe = probe_of_fd(c, fd);
	const char *why;
	bool asked;
	int result;

	(void)revents;
	if (!probe)
		return 0;
	asked = probe->asked;
	result = exchange_step(probe, &why);
	if (result == -EINPROGRESS && probe->asked != asked)
		/* What cannot be waited for ends with the check's time. */
		qb_loop_poll_mod(c->loop, QB_LOOP_MED, fd, POLLIN, c, on_event);
	else if (result != -EINPROGRESS)
		finish(c, probe, result, why, clock_boot_ns());
	return 0;
}

/* A shortage on this machine says nothing of the real server: later, without a result. */
static void postpone(struct checker *c, struct probe *probe, int error, uint64_t now)
{
	if (!c->shortage)
		qb_log(LOG_WARNING, "checks are late: %s", strerror(-error));
	c->shortage = true;
	probe->check.next = now + CHECK_RETRY_NS;
}

static void end_shortage(struct checker *c)
{
	if (c->shortage)
		qb_log(LOG_NOTICE, "checks are in time again");
	c->shortage = false;
}

static void begin(struct checker *c, struct probe *probe, uint64_t now)
{
	int fd, r = connect_begin(&probe->address, probe->port, &fd);

	if (r == 0) {
		r = qb_loop_poll_add(c->loop, QB_LOOP_MED, fd, POLLOUT, c, on_event);
		if (r < 0) {
			closep(&fd);
			r = -ENOMEM;
		}
	}
	if (connect_is_local(r)) {
		postpone(c, probe, r, now);
		return;
	}
	end_shortage(c);
	check_start(&probe->check, now);
	if (r < 0) {
		finish(c, probe, r, NULL, now);
		return;
	}
	probe->fd = fd;
	c->running++;
}

static void serve(struct checker *c, struct probe *probe, uint64_t now)
{
	const char *why;
	int r;

	if (check_due(&probe->check) > now)
		return;
	if (probe->check.running) {
		/* The answer may be there, unread, when this process was held up. */
		r = exchange_step(probe, &why);
		finish(c, probe, r, why, now);
	} else if (c->running < CHECKER_RUNNING_MAX) {
		begin(c, probe, now);
	}
}

static void tick(void *data)
{
	struct checker *c = data;
	uint64_t now = clock_boot_ns(), next = UINT64_MAX;

	c->tick_at = 0;
	for (size_t i = 0; c->targets && i < c->targets->n_probes; i++) {
		struct probe *probe = &c->targets->probes[i];

		serve(c, probe, now);
		if (check_due(&probe->check) < next)
			next = check_due(&probe->check);
	}
	if (next != UINT64_MAX)
		set_tick(c, next, now);
}

int checker_open(struct checker *checker, qb_loop_t *loop)
{
	qb_loop_timer_handle timer;
	int r;

	*checker = (struct checker){.loop = loop};
	r = qb_loop_timer_add(loop, QB_LOOP_MED, 0, checker, reconnect, &timer);
	if (r < 0)
		return r;
	return qb_loop_timer_add(loop, QB_LOOP_LOW, REFRESH_NS, checker, refresh, &timer);
}

static void drop_targets(struct checker *checker)
{
	for (size_t i = 0; checker->targets && i < checker->targets->n_probes; i++)
		stop_connect(checker, &checker->targets->probes[i]);
	targets_free(checker->targets);
	checker->targets = NULL;
}

int checker_configure(struct checker *checker, const struct config *config)
{
	struct targets *targets = NULL;
	uint64_t now = clock_boot_ns();
	int r = config ? targets_make(config, checker->targets, now, &targets) : 0;

	if (r < 0)
		return r;
	/* What goes on has moved; the rest ends here. */
	drop_targets(checker);
	checker->targets = targets;
	if (targets)
		set_tick(checker, now, now);
	want_flush(checker);
	return 0;
}

void checker_close(struct checker *checker)
{
	drop_targets(checker);
	engine_io_close(checker->engine);
	checker->engine = NULL;
}
