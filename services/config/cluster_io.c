// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/cluster_io.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "config/revision.h"

/* Tells the replica of one thing that has been carried out; false: there is none. */
static bool report_one(struct cluster *c, uint64_t now)
{
	if (c->stored) {
		c->stored = false;
		replica_stored(c->replica, c->store_error, now);
	} else if (c->read) {
		c->read = false;
		replica_read(c->replica, &c->read_revision, take_ptr(c->read_body), c->read_size,
			     now);
	} else if (c->checked) {
		c->checked = false;
		replica_checked(c->replica, &c->checked_id, c->is_bad ? c->reason : NULL, now);
	} else {
		return false;
	}
	return true;
}

static void on_timer(void *data);

static void set_timer(struct cluster *c, uint64_t now)
{
	uint64_t deadline = replica_deadline(c->replica);

	if (c->timer)
		qb_loop_timer_del(c->loop, c->timer);
	c->timer = 0;
	if (deadline == UINT64_MAX)
		return;
	if (qb_loop_timer_add(c->loop, QB_LOOP_MED, deadline > now ? deadline - now : 1, c,
			      on_timer, &c->timer) < 0)
		qb_log(LOG_ERR, "no timer");
}

/* After every call of the replica: carries out what it wants, and what follows from that. */
static void run(struct cluster *c)
{
	uint64_t now;

	if (c->running)
		return;
	c->running = true;
	do {
		for (size_t i = 0; i < c->actions->n; i++)
			cluster_carry_out(c, &c->actions->list[i]);
		c->actions->n = 0;
		now = clock_boot_ns();
	} while (report_one(c, now) || c->actions->n);
	if (c->open != replica_open(c->replica)) {
		c->open = !c->open;
		c->handler->open(c->data, c->open);
	}
	c->running = false;
	set_timer(c, now);
}

static void on_timer(void *data)
{
	struct cluster *c = data;

	c->timer = 0;
	replica_tick(c->replica, clock_boot_ns());
	run(c);
}

/* corosync */

static void on_configuration(void *data, const struct ring_id *ring, uint32_t n_nodes,
			     const struct ring_member *members, size_t n_members)
{
	struct cluster *c = data;
	struct replica_ring where = {.node = ring->node, .seq = ring->seq};
	struct replica_member list[RING_MEMBERS_MAX];
	uint32_t ids[RING_MEMBERS_MAX];

	(void)n_nodes;
	for (size_t i = 0; i < n_members; i++) {
		list[i] = (struct replica_member){.id = members[i].id, .pid = members[i].pid};
		ids[i] = members[i].id;
	}
	replica_view(c->replica, &where, list, n_members, clock_boot_ns());
	run(c);
	c->handler->view(c->data, ids, n_members);
}

static void on_message(void *data, uint32_t sender, const void *bytes, size_t size)
{
	struct cluster *c = data;
	int r;

	if (c->handler->message(c->data, sender, bytes, size))
		return;
	r = replica_message(c->replica, sender, bytes, size, clock_boot_ns());

	if (r == -EPROTONOSUPPORT)
		qb_log(LOG_ERR, "the software of node %u is more than one release older", sender);
	/* Of another level: from the view before, which this node was not in. */
	else if (r < 0 && r != -EPROTO)
		qb_log(LOG_WARNING, "a message of node %u is not understood: %s", sender,
		       strerror(-r));
	run(c);
}

static void on_writable(void *data)
{
	struct cluster *c = data;

	cpg_queue_flush(&c->queue, &c->cpg);
}

static void on_lost(void *data)
{
	struct cluster *c = data;

	cpg_io_detach(&c->cpg);
	quorum_io_detach(&c->quorum);
	cpg_queue_clear(&c->queue);
	replica_view(c->replica, &(struct replica_ring){0}, NULL, 0, clock_boot_ns());
	run(c);
	c->handler->view(c->data, NULL, 0);
	corosync_io_again(&c->corosync);
}

static void tell_verdict(struct cluster *c, const struct ring_id *ring,
			 const struct quorum_votes *votes)
{
	struct replica_verdict verdict = {
		.ring = {.node = ring->node, .seq = ring->seq},
		.quorate = c->quorate,
	};

	if (votes) {
		verdict.quorum = votes->quorum;
		verdict.external = votes->device ? votes->device_votes : 0;
		verdict.two_node = votes->two_node;
		verdict.device = votes->device_votes > 0;
	}
	replica_quorum(c->replica, &verdict, clock_boot_ns());
	run(c);
}

/* A verdict is of use only with the votes it rests on, unless it is the bad one. */
static void on_verdict(void *data, const struct ring_id *ring, bool quorate, uint32_t expected)
{
	struct cluster *c = data;

	(void)expected;
	c->quorate = quorate;
	if (!quorate)
		tell_verdict(c, ring, NULL);
	corosync_io_ask_votes(&c->corosync);
}

static void on_votes(void *data, const struct ring_id *ring, const struct quorum_votes *votes)
{
	tell_verdict(data, ring, votes);
}

static void on_connected(void *data, const struct corosync_connection *connection)
{
	struct cluster *c = data;

	if (quorum_io_attach(&c->quorum, connection->quorum, connection->expected_votes) < 0 ||
	    cpg_io_attach(&c->cpg, connection->cpg) < 0)
		on_lost(c);
}

static int add_revision(const struct revision *revision, void *data)
{
	struct replica_log *log = data;

	((struct revision *)log->recent)[log->n_recent++] = *revision;
	return 0;
}

/* What the store holds, for a replica that begins. */
static int read_log(struct store *store, struct revision *recent, struct replica_log *log)
{
	struct revision head;
	uint64_t from;
	int r = store_head(store, &head);

	*log = (struct replica_log){.recent = recent};
	if (r == 0) {
		from = head.number > REPLICA_RECENT_MAX ? head.number - REPLICA_RECENT_MAX + 1 : 1;
		r = store_list(store, from, REPLICA_RECENT_MAX, add_revision, log);
	}
	if (r == 0)
		r = cluster_oldest(store, &log->oldest);
	if (r == 0 || r == -ENOENT)
		r = store_promised(store, &log->promised);
	return r < 0 ? r : store_committed(store, &log->committed);
}

int cluster_settings(struct cluster *c, const struct replica_settings *settings)
{
	_cleanup_free_ struct revision *recent = calloc(REPLICA_RECENT_MAX, sizeof(*recent));
	struct replica_log log;
	struct replica *replica;
	int r = recent ? read_log(c->store, recent, &log) : -ENOMEM;

	if (r < 0)
		return r;
	c->actions->n = 0;
	replica = replica_new(settings, &log, c->actions, clock_boot_ns());
	if (!replica)
		return -ENOMEM;
	replica_free(c->replica);
	c->replica = replica;
	c->settings = *settings;
	return 0;
}

int cluster_open(struct cluster *c, qb_loop_t *loop, struct store *store,
		 const struct replica_settings *settings, const struct cluster_handler *handler,
		 void *data)
{
	static const struct cpg_io_handler cpg = {.configuration = on_configuration,
						  .message = on_message,
						  .writable = on_writable,
						  .lost = on_lost};
	static const struct quorum_io_handler quorum = {.verdict = on_verdict, .lost = on_lost};
	static const struct corosync_io_handler corosync = {.connected = on_connected,
							    .votes = on_votes};
	int r;

	*c = (struct cluster){.loop = loop, .store = store, .handler = handler, .data = data};
	c->actions = calloc(1, sizeof(*c->actions));
	if (!c->actions)
		return -ENOMEM;
	r = cluster_settings(c, settings);
	if (r < 0)
		return r;
	run(c);
	cpg_io_init(&c->cpg, loop, CLUSTER_GROUP, &cpg, c);
	quorum_io_init(&c->quorum, loop, &quorum, c);
	return corosync_io_open(&c->corosync, loop, &c->cpg, &c->quorum, &corosync, c);
}

int cluster_propose(struct cluster *c, struct revision *revision, const char *body, size_t size,
		    uint64_t ticket, struct text *text)
{
	const struct revision *head = replica_head(c->replica);
	char words[REPLICA_TEXT_MAX] = "";
	int r;

	revision->number = head->number + 1;
	revision->parent = head->id;
	revision->time = (int64_t)time(NULL);
	revision_id(revision, &revision->id);
	r = replica_propose(c->replica, revision, body, size, ticket, clock_boot_ns(), words,
			    sizeof(words));
	text_add(text, "%s", words);
	run(c);
	return r;
}

int cluster_override(struct cluster *c, struct text *text)
{
	char words[REPLICA_TEXT_MAX] = "";
	int r = replica_override(c->replica, clock_boot_ns(), words, sizeof(words));

	text_add(text, "%s", words);
	run(c);
	return r;
}

void cluster_close(struct cluster *c)
{
	if (c->timer)
		qb_loop_timer_del(c->loop, c->timer);
	cpg_io_detach(&c->cpg);
	quorum_io_detach(&c->quorum);
	cpg_queue_clear(&c->queue);
	replica_free(c->replica);
	free(c->actions);
	free(c->read_body);
}
