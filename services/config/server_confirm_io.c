// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "config/server.h"

#define AUTHOR "confirm timer"

static void save_remaining(struct server *s)
{
	uint32_t seconds = confirm_remaining(&s->confirm, clock_boot_ns());
	int r = store_set_remaining(s->core.store, s->confirm.pending, seconds);

	if (r < 0)
		qb_log(LOG_ERR, "the time left to confirm cannot be stored: %s", strerror(-r));
	replica_remaining(s->cluster.replica, seconds);
}

/* The others' timers have ended too: the first proposal that is delivered counts. */
static void propose_revert(struct server *s)
{
	_cleanup_free_ char *body = NULL;
	struct revision before, revision = {.kind = REVISION_REVERT, .author = AUTHOR};
	char words[REPLICA_TEXT_MAX];
	struct text text = TEXT_ON(words);
	size_t size;
	int r = store_get(s->core.store, s->confirm.pending - 1, &before);

	if (r == 0)
		r = store_body(s->core.store, before.number, &body, &size);
	if (r == 0) {
		revision.refers = s->confirm.pending;
		revision.body = before.body;
		memcpy(revision.model, before.model, sizeof(revision.model));
		snprintf(revision.comment, sizeof(revision.comment),
			 "revision %llu was not confirmed in time",
			 (unsigned long long)s->confirm.pending);
		r = cluster_propose(&s->cluster, &revision, body, size, 0, &text);
	}
	if (r < 0)
		qb_log(LOG_WARNING, "revision %llu is not reverted yet: %s",
		       (unsigned long long)s->confirm.pending, words[0] ? words : strerror(-r));
}

static void revert_locally(struct server *s)
{
	_cleanup_(document_freep) struct document *document = NULL;
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	int r = server_prepare(s, &report);

	if (r == 0)
		r = core_document(&s->core, s->confirm.pending - 1, &document, &report);
	if (r == 0)
		r = server_use(s, take_ptr(document), &s->revision, false, &report);
	if (r < 0)
		qb_log(LOG_ERR, "revision %llu was not confirmed, and cannot be reverted: %s",
		       (unsigned long long)s->confirm.pending, buf);
	else
		qb_log(LOG_WARNING,
		       "revision %llu was not confirmed in time: this node works with the one "
		       "before, until the cluster decides",
		       (unsigned long long)s->confirm.pending);
}

static void act(struct server *s, unsigned int actions)
{
	if (actions & CONFIRM_OVERRULED)
		qb_log(LOG_WARNING, "the cluster keeps what this node had reverted: revision %llu",
		       (unsigned long long)s->revision.number);
	if (actions & CONFIRM_SAVE_REMAINING)
		save_remaining(s);
	if (actions & CONFIRM_REVERT_LOCALLY)
		revert_locally(s);
	if (actions & CONFIRM_PROPOSE_REVERT)
		propose_revert(s);
}

static void on_timer(void *data);

static void set_timer(struct server *s)
{
	uint64_t now = clock_boot_ns(), deadline = confirm_deadline(&s->confirm);

	if (s->confirm_timer)
		qb_loop_timer_del(s->loop, s->confirm_timer);
	s->confirm_timer = 0;
	if (deadline == UINT64_MAX)
		return;
	if (qb_loop_timer_add(s->loop, QB_LOOP_MED, deadline > now ? deadline - now : 1, s,
			      on_timer, &s->confirm_timer) < 0)
		qb_log(LOG_ERR, "no timer: an unconfirmed revision is not reverted");
}

static void look(void *data)
{
	struct server *s = data;
	bool open = s->cluster.replica && replica_open(s->cluster.replica);

	act(s, confirm_tick(&s->confirm, open, clock_boot_ns()));
	set_timer(s);
}

static void on_timer(void *data)
{
	struct server *s = data;

	s->confirm_timer = 0;
	look(s);
}

void server_confirm_look(struct server *s)
{
	if (!s->confirm.pending)
		return;
	if (qb_loop_job_add(s->loop, QB_LOOP_MED, s, look) < 0)
		qb_log(LOG_ERR, "no job: an unconfirmed revision is not reverted");
}

void server_confirm_begin(struct server *s, const struct revision *revision, uint32_t seconds)
{
	unsigned int actions = confirm_applied(&s->confirm, revision, seconds, clock_boot_ns());

	/* What is durable is saved at once; the rest the timer does, outside of the cluster's work.
	 */
	if (actions & CONFIRM_OVERRULED)
		act(s, CONFIRM_OVERRULED);
	if ((actions & CONFIRM_SAVE_REMAINING) && s->cluster.replica)
		act(s, CONFIRM_SAVE_REMAINING);
	set_timer(s);
}
