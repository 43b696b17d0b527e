// SPDX-License-Identifier: GPL-2.0-or-later
/* A node of the simulation: what it does with the actions, its disk, its clients. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/tests/replica_sim_internal.h"

/* Stands for SHA-256: FNV-1a of the text, spread. */
static void digest(const void *data, size_t size, struct revision_id *ret_id)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)data)[i]) * 0x100000001b3ULL;
	for (size_t i = 0; i < sizeof(ret_id->bytes); i++)
		ret_id->bytes[i] = (uint8_t)(hash >> (8 * (i % 8))) ^ (uint8_t)(i / 8);
}

static void name(struct revision *r)
{
	struct revision plain = *r;

	plain.term = 0;
	memset(&plain.id, 0, sizeof(plain.id));
	digest(&plain, sizeof(plain), &r->id);
}

static void truncate_disk(struct sim_disk *d, uint64_t from)
{
	while (d->n && from && d->log[d->n - 1].number >= from)
		free(d->documents[--d->n].text);
	if (d->n == 0 || d->committed > d->log[d->n - 1].number)
		d->committed = d->n ? d->log[d->n - 1].number : 0;
	d->unsynced = d->committed;
}

void sim_node_prune(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_disk *d = &n->disk;
	size_t gone = d->n > 3 ? d->n - 3 : 0;

	/* Never the head, nor the committed one. */
	while (gone && d->log[gone - 1].number >= d->committed)
		gone--;
	if (!n->alive || n->storing || !gone)
		return;
	for (size_t i = 0; i < gone; i++)
		free(d->documents[i].text);
	d->n -= gone;
	memmove(&d->log[0], &d->log[gone], d->n * sizeof(d->log[0]));
	memmove(&d->documents[0], &d->documents[gone], d->n * sizeof(d->documents[0]));
	replica_pruned(n->replica, d->log[0].number);
	sim_say(sim, "node %zu keeps those from %llu on", node + 1,
		(unsigned long long)d->log[0].number);
}

static void write_disk(struct sim_disk *d, const struct replica_store *w)
{
	const char *body = w->body;
	size_t size = w->size;

	switch (w->kind) {
	case REPLICA_STORE_TERM:
		d->log[d->n - 1].term = w->term;
		/* fall through */
	case REPLICA_STORE_PROMISE:
		d->promised = w->term;
		break;
	case REPLICA_STORE_COMMITTED:
		d->unsynced = w->number;
		return;
	case REPLICA_STORE_TRUNCATE:
		truncate_disk(d, w->truncate_from);
		break;
	case REPLICA_STORE_APPEND:
		truncate_disk(d, w->truncate_from);
		if (!body && d->n) {
			body = d->documents[d->n - 1].text;
			size = d->documents[d->n - 1].size;
		}
		d->log[d->n] = w->revision;
		d->documents[d->n].text = memcpy(malloc(size + 1), body ? body : "", size);
		d->documents[d->n++].size = size;
		break;
	}
	d->committed = d->unsynced; /* a sync brings along what was written before */
}

void sim_node_store(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	bool fails = !sim->calm && sim_chance(sim, 1);

	n->storing = false;
	if (!fails)
		write_disk(&n->disk, &n->store);
	replica_stored(n->replica, fails ? -ENOSPC : 0, sim->now);
	sim_node_act(sim, node);
}

void sim_node_check(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	n->checking = false;
	replica_checked(n->replica, &n->checked, n->reason, sim->now);
	sim_node_act(sim, node);
}

static bool is_refused(const struct sim *sim, const struct revision_id *id)
{
	for (size_t i = 0; i < sim->n_refused; i++)
		if (replica_same(&sim->refused[i], id))
			return true;
	return false;
}

static void note_commit(struct sim *sim, size_t node, uint64_t number, const struct revision_id *id)
{
	if (!sim_number_fits(sim, number))
		return;
	if (!sim->is_committed[number]) {
		sim->is_committed[number] = true;
		sim->committed[number] = *id;
		sim->committed_term[number] = sim->nodes[node].replica->term;
	} else if (!replica_same(&sim->committed[number], id)) {
		sim_violate(sim, "node %zu: two revisions are committed as %llu", node + 1,
			    (unsigned long long)number);
	}
	if (is_refused(sim, id))
		sim_violate(sim, "node %zu: revision %llu was told to be refused", node + 1,
			    (unsigned long long)number);
}

static void end_client(struct sim *sim, size_t node, const struct replica_action *a,
		       const struct revision_id *id)
{
	sim_say(sim, "node %zu: client told %d %s for %llu", node + 1, a->error, a->text,
		(unsigned long long)a->number);
	if (!a->error) {
		sim->successes++;
		note_commit(sim, node, a->number, id);
	} else if (a->error != -EINPROGRESS && sim->n_refused < SIM_REFUSED_MAX) {
		sim->refused[sim->n_refused++] = *id;
		if (sim_number_fits(sim, a->number) && sim->is_committed[a->number] &&
		    replica_same(&sim->committed[a->number], id))
			sim_violate(sim,
				    "node %zu: a client is told that committed %llu is refused",
				    node + 1, (unsigned long long)a->number);
	}
}

static void send(struct sim *sim, size_t node, const struct replica_action *a)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_entry *e = &n->pending[n->n_pending];

	if (n->n_pending == SIM_PENDING_MAX) {
		sim_violate(sim, "node %zu: too many messages wait", node + 1);
		return;
	}
	n->n_pending++;
	e->sender = node;
	e->size = a->size;
	e->bytes = memcpy(malloc(a->size), a->bytes, a->size);
}

static void check(struct sim *sim, size_t node, const struct replica_action *a)
{
	struct sim_node *n = &sim->nodes[node];
	struct revision_id body;

	n->checking = true;
	n->checked = a->revision.id;
	n->reason = !sim->calm && sim_chance(sim, 3) ? "not to my liking" : NULL;
	if (!a->body)
		return;
	digest(a->body, a->size, &body);
	if (!replica_same(&body, &a->revision.body))
		sim_violate(sim, "node %zu: another document than was proposed", node + 1);
}

static void read_disk(struct sim *sim, size_t node, uint64_t number)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_disk *d = &n->disk;

	for (size_t i = 0; i < d->n; i++) {
		struct sim_document *doc = &d->documents[i];
		char *copy;

		if (d->log[i].number != number)
			continue;
		copy = memcpy(malloc(doc->size + 1), doc->text, doc->size);
		replica_read(n->replica, &d->log[i], copy, doc->size, sim->now);
		return;
	}
	replica_read(n->replica, NULL, NULL, 0, sim->now);
}

static void act(struct sim *sim, size_t node, const struct replica_action *a)
{
	struct sim_node *n = &sim->nodes[node];
	unsigned int confirm;

	switch (a->type) {
	case REPLICA_SEND:
		send(sim, node, a);
		break;
	case REPLICA_STORE:
		if (n->storing)
			sim_violate(sim, "node %zu: two stores at once", node + 1);
		n->storing = true;
		n->store = a->store;
		break;
	case REPLICA_READ:
		read_disk(sim, node, a->number);
		break;
	case REPLICA_CHECK:
		check(sim, node, a);
		break;
	case REPLICA_APPLY:
		sim_say(sim, "node %zu: applies %llu kind %u", node + 1,
			(unsigned long long)a->number, a->revision.kind);
		note_commit(sim, node, a->number, &a->revision.id);
		confirm = confirm_applied(&n->confirm, &a->revision, a->seconds, sim->now);
		n->local = false;
		if (confirm & CONFIRM_SAVE_REMAINING) {
			n->disk.remaining_of = a->number;
			n->disk.remaining = a->seconds;
		}
		break;
	case REPLICA_CLIENT:
		end_client(sim, node, a, &a->revision.id);
		break;
	case REPLICA_CURRENT:
		if (a->on == n->was_current)
			sim_violate(sim, "node %zu: current told twice", node + 1);
		n->was_current = a->on;
		break;
	case REPLICA_DIVERGED:
		sim_violate(sim, "node %zu: diverged at %llu", node + 1,
			    (unsigned long long)a->number);
		break;
	case REPLICA_UNBLOCK:
	case REPLICA_OVERRIDDEN:
	case REPLICA_LOG:
		sim_say(sim, "node %zu: %s", node + 1, a->text);
		break;
	}
}

static void is_current_right(struct sim *sim, size_t node)
{
	const struct replica *r = sim->nodes[node].replica;

	if (!r->current || !r->decided || !replica_view_quorate(r))
		return;
	for (uint64_t i = r->head.number + 1; i < SIM_LOG_MAX; i++)
		if (sim->is_committed[i] && sim->committed_term[i] < r->term)
			sim_violate(sim, "node %zu: current in term %llu without %llu", node + 1,
				    (unsigned long long)r->term, (unsigned long long)i);
}

void sim_node_act(struct sim *sim, size_t node)
{
	static struct replica_action list[REPLICA_ACTIONS_MAX];
	struct sim_node *n = &sim->nodes[node];

	for (int round = 0; round < 16 && n->actions.n; round++) {
		size_t count = n->actions.n;

		if (n->actions.overflow)
			sim_violate(sim, "node %zu: too many actions", node + 1);
		for (size_t i = 0; i < count; i++) {
			size_t bytes = n->actions.list[i].type == REPLICA_SEND
					       ? n->actions.list[i].size
					       : 0;

			memcpy(&list[i], &n->actions.list[i],
			       offsetof(struct replica_action, bytes) + bytes);
		}
		n->actions.n = 0;
		for (size_t i = 0; i < count; i++)
			act(sim, node, &list[i]);
	}
	is_current_right(sim, node);
}

void sim_node_start(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_disk *d = &n->disk;
	struct replica_settings settings = {.self = (uint32_t)node + 1, .n_nodes = sim->n};
	size_t from = d->n > REPLICA_RECENT_MAX ? d->n - REPLICA_RECENT_MAX : 0;
	struct replica_log log = {.recent = d->log + from,
				  .n_recent = d->n - from,
				  .oldest = d->n ? d->log[0].number : 0,
				  .promised = d->promised,
				  .committed = d->committed};

	settings.level = (uint8_t)(CONFIG_WIRE_LEVEL_MIN + (sim->seed >> node) % 2);
	if (sim->seed % 3 == 0)
		settings.level = CONFIG_WIRE_LEVEL;
	settings.chunk_interval = sim->seed % 4 * 300000;
	for (size_t i = 0; i < sim->n; i++) {
		settings.nodes[i].id = (uint32_t)i + 1;
		settings.nodes[i].votes = 1;
		snprintf(settings.nodes[i].name, REPLICA_NAME_MAX, "n%zu", i + 1);
	}
	n->alive = true;
	n->pid++;
	n->replica = replica_new(&settings, &log, &n->actions, sim->now);
	for (size_t i = 0; i < d->n; i++)
		if (d->log[i].number == d->committed && i + 1 == d->n)
			confirm_applied(&n->confirm, &d->log[i],
					d->remaining_of == d->committed ? d->remaining
									: d->log[i].confirm_s,
					sim->now);
	sim_say(sim, "node %zu starts with %zu revisions, promised %llu", node + 1, d->n,
		(unsigned long long)d->promised);
}

static void forget(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	for (size_t i = 0; i < n->n_pending; i++)
		free(n->pending[i].bytes);
	n->n_pending = n->n_verdicts = 0;
	n->actions.n = 0;
	n->ring = NULL;
	n->configured = n->storing = n->checking = n->seen_all = n->was_current = n->local = false;
	memset(&n->confirm, 0, sizeof(n->confirm));
	replica_free(n->replica);
	n->replica = NULL;
}

void sim_node_kill(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (!n->alive)
		return;
	sim_say(sim, "node %zu dies", node + 1);
	/* What was not reported as stored is there or not. */
	if (n->storing && sim_chance(sim, 50))
		write_disk(&n->disk, &n->store);
	if (sim_chance(sim, 50))
		n->disk.unsynced = n->disk.committed;
	n->disk.committed = n->disk.unsynced;
	n->alive = false;
	forget(sim, node);
}

void sim_node_free(struct sim *sim, size_t node)
{
	forget(sim, node);
	truncate_disk(&sim->nodes[node].disk, 1);
}

static void propose(struct sim *sim, size_t node, struct revision *r, const char *body, size_t size)
{
	struct sim_node *n = &sim->nodes[node];
	char text[REPLICA_TEXT_MAX] = "";
	int error;

	r->number = n->replica->head.number + 1;
	r->parent = n->replica->head.id;
	r->time = (int64_t)sim->ticket++; /* makes it different from all others */
	digest(body, size, &r->body);
	name(r);
	error = replica_propose(n->replica, r, body, size, (uint64_t)r->time, sim->now, text,
				sizeof(text));
	sim_say(sim, "node %zu proposes %llu kind %u: %d %s", node + 1,
		(unsigned long long)r->number, r->kind, error, text);
	sim_node_act(sim, node);
}

static void revert(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct revision r = {.kind = REVISION_REVERT, .refers = n->confirm.pending};
	const struct sim_document *doc;

	if (n->disk.n < 2)
		return;
	doc = &n->disk.documents[n->disk.n - 2];
	propose(sim, node, &r, doc->text, doc->size);
}

void sim_node_tick(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	unsigned int actions;

	replica_remaining(n->replica, confirm_remaining(&n->confirm, sim->now));
	replica_tick(n->replica, sim->now);
	sim_node_act(sim, node);
	actions = confirm_tick(&n->confirm, replica_view_quorate(n->replica), sim->now);
	if (actions & CONFIRM_SAVE_REMAINING) {
		n->disk.remaining_of = n->confirm.pending;
		n->disk.remaining = confirm_remaining(&n->confirm, sim->now);
	}
	if (actions & CONFIRM_PROPOSE_REVERT)
		revert(sim, node);
	if (actions & CONFIRM_REVERT_LOCALLY)
		n->local = true;
}

void sim_node_client(struct sim *sim, size_t node)
{
	static char body[12000];
	struct sim_node *n = &sim->nodes[node];
	struct revision r = {.kind = REVISION_CHANGE};
	size_t size = sim_chance(sim, 10) ? 9000 : 20 + sim_random(sim, 100);

	if (replica_unconfirmed(&n->replica->head) && sim_chance(sim, 80)) {
		r.kind = REVISION_CONFIRM;
		r.refers = n->replica->head.number;
		propose(sim, node, &r, NULL, 0);
		return;
	}
	memset(body, 'x', size);
	snprintf(body + size / 2, 12, "%010llu", (unsigned long long)sim->ticket);
	if (n->replica->head.number && sim_chance(sim, 20))
		r.confirm_s = (uint32_t)(1 + sim_random(sim, 20));
	propose(sim, node, &r, body, size);
}
