// SPDX-License-Identifier: GPL-2.0-or-later
/* Carrying out one action of the replica. */
#include <errno.h>
#include <qb/qblog.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "config/cluster_io.h"

static const struct store_limits limits = {
	.revisions = STORE_REVISIONS_MAX,
	.superseded = STORE_SUPERSEDED_MAX,
	.body_bytes = STORE_BODY_BYTES_MAX,
};

static int append(struct cluster *c, const struct replica_store *store)
{
	const char *body = store->size ? store->body : NULL;

	if (!store->truncate_from)
		return store_append(c->store, &store->revision, body, store->size);
	return store_truncate_and_append(c->store, store->truncate_from,
					 "the others had agreed on another one",
					 (int64_t)time(NULL), &store->revision, body, store->size);
}

static int promise(struct cluster *c, const struct replica_store *store)
{
	struct revision head;
	int r = store_head(c->store, &head);

	if (r == -ENOENT)
		return store_set_promised(c->store, store->term);
	return r < 0 ? r : store_set_term(c->store, head.number, store->term, store->term);
}

static int carry_out_store(struct cluster *c, const struct replica_store *store)
{
	switch (store->kind) {
	case REPLICA_STORE_PROMISE:
		return store_set_promised(c->store, store->term);
	case REPLICA_STORE_TERM:
		return promise(c, store);
	case REPLICA_STORE_TRUNCATE:
		return store_replace_from(c->store, store->truncate_from,
					  "the others had agreed on another one",
					  (int64_t)time(NULL));
	case REPLICA_STORE_APPEND:
		return append(c, store);
	case REPLICA_STORE_COMMITTED:
		return store_set_committed(c->store, store->number);
	}
	return -EINVAL;
}

/* A full disk refuses revisions; those that nobody needs any more go first. */
static void do_store(struct cluster *c, const struct replica_store *store)
{
	int r = carry_out_store(c, store);

	if (r == -ENOSPC && store_prune(c->store, &limits) == 0)
		r = carry_out_store(c, store);
	if (r < 0)
		qb_log(LOG_ERR, "revision %llu cannot be stored: %s",
		       (unsigned long long)store->revision.number, strerror(-r));
	c->stored = true;
	c->store_error = r;
}

static void do_read(struct cluster *c, uint64_t number)
{
	int r = store_get(c->store, number, &c->read_revision);

	if (r == 0)
		r = store_body(c->store, number, &c->read_body, &c->read_size);
	if (r < 0)
		qb_log(LOG_ERR, "revision %llu cannot be read: %s", (unsigned long long)number,
		       strerror(-r));
	c->read = true;
}

static void do_check(struct cluster *c, const struct replica_action *action)
{
	c->checked = true;
	c->checked_id = action->revision.id;
	c->is_bad = c->handler->check(c->data, &action->revision, action->body, action->size,
				      c->reason, sizeof(c->reason)) < 0;
}

void cluster_send(struct cluster *c, const void *bytes, size_t size)
{
	int r = cpg_queue_send(&c->queue, &c->cpg, bytes, size);

	/* What is not sent is answered by nobody: its bounds in time apply. */
	if (r < 0 && r != -ENOTCONN)
		qb_log(LOG_WARNING, "a message to the other nodes is lost: %s", strerror(-r));
}

static int take_number(const struct revision *revision, void *data)
{
	*(uint64_t *)data = revision->number;
	return 0;
}

int cluster_oldest(struct store *store, uint64_t *ret_number)
{
	return store_list(store, 0, 1, take_number, ret_number);
}

static void do_apply(struct cluster *c, const struct replica_action *action)
{
	uint64_t oldest = 0;

	c->handler->apply(c->data, &action->revision, action->seconds);
	if (store_prune(c->store, &limits) < 0 || cluster_oldest(c->store, &oldest) < 0)
		qb_log(LOG_WARNING, "old revisions cannot be dropped");
	else
		replica_pruned(c->replica, oldest);
}

void cluster_carry_out(struct cluster *c, const struct replica_action *action)
{
	switch (action->type) {
	case REPLICA_SEND:
		cluster_send(c, action->bytes, action->size);
		break;
	case REPLICA_STORE:
		do_store(c, &action->store);
		break;
	case REPLICA_READ:
		do_read(c, action->number);
		break;
	case REPLICA_CHECK:
		do_check(c, action);
		break;
	case REPLICA_APPLY:
		do_apply(c, action);
		break;
	case REPLICA_CLIENT:
		c->handler->outcome(c->data, action->ticket, action->error, action->number,
				    action->text);
		break;
	case REPLICA_CURRENT:
		c->handler->current(c->data, action->on);
		break;
	case REPLICA_DIVERGED:
		c->handler->diverged(c->data, action->number);
		break;
	case REPLICA_UNBLOCK:
		c->handler->unblock(c->data);
		break;
	case REPLICA_OVERRIDDEN:
		qb_log(LOG_WARNING, "an operator lets this node go on with revision %llu",
		       (unsigned long long)action->number);
		break;
	case REPLICA_LOG:
		qb_log(LOG_NOTICE, "%s", action->text);
		break;
	}
}
