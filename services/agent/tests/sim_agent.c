// SPDX-License-Identifier: GPL-2.0-or-later
/* The agents of the simulation: the production decision, its inputs, and its actions checked. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/tests/sim.h"
#include "base/clock_io.h"

static int64_t clock_at(const struct sim_node *n, uint64_t t)
{
	return n->offset + (int64_t)t + (int64_t)(t / 1000000) * n->drift_ppm;
}

uint64_t sim_clock(const struct sim *sim, size_t node)
{
	return (uint64_t)clock_at(&sim->nodes[node], sim->now);
}

/* True time left until the node's clock shows `at`. */
static uint64_t until(const struct sim *sim, size_t node, uint64_t at)
{
	uint64_t now = sim_clock(sim, node);
	int64_t left;

	if (at <= now)
		return 0;
	left = (int64_t)(at - now);
	return (uint64_t)(left - left / 1000000 * sim->nodes[node].drift_ppm) + 2000;
}

bool sim_holds(const struct sim *sim, size_t node)
{
	const struct sim_node *n = &sim->nodes[node];

	return n->powered && n->lease.deadline > sim_clock(sim, node);
}

static void check_lease(struct sim *sim, size_t node)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (i == node || !sim_holds(sim, i) || sim->violated)
			continue;
		sim->violated = true;
		snprintf(
			sim->report, sizeof(sim->report),
			"two leases: node %zu (epoch %llu) and node %zu (epoch %llu, %llu us left)",
			node + 1, (unsigned long long)sim->nodes[node].lease.epoch, i + 1,
			(unsigned long long)sim->nodes[i].lease.epoch,
			(unsigned long long)(sim->nodes[i].lease.deadline - sim_clock(sim, i)) /
				1000);
	}
}

/* Whether it answers for the group's addresses. */
static bool serves(const struct sim *sim, size_t node)
{
	const struct sim_node *n = &sim->nodes[node];

	return n->powered && n->addresses && sim_gate_passes(&n->lease, sim_clock(sim, node));
}

static void check_service(struct sim *sim, size_t node)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (i == node || !serves(sim, i) || !serves(sim, node) || sim->violated)
			continue;
		sim->violated = true;
		snprintf(sim->report, sizeof(sim->report),
			 "two serve: node %zu (epoch %llu) and node %zu (epoch %llu)", node + 1,
			 (unsigned long long)sim->nodes[node].lease.epoch, i + 1,
			 (unsigned long long)sim->nodes[i].lease.epoch);
	}
}

static void set_lease(struct sim *sim, size_t node, const struct decide_action *a)
{
	struct sim_node *n = &sim->nodes[node];

	if (a->deadline <= sim_clock(sim, node)) {
		sim->violated = true;
		snprintf(sim->report, sizeof(sim->report), "node %zu sets a lease that is over",
			 node + 1);
	}
	n->lease.epoch = a->epoch;
	n->lease.deadline = a->deadline;
	sim->grants++;
	check_lease(sim, node);
	check_service(sim, node);
}

static void add_addresses(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (!sim_holds(sim, node)) {
		sim->violated = true;
		snprintf(sim->report, sizeof(sim->report), "node %zu adds aliases without a lease",
			 node + 1);
	}
	n->addresses = true;
	check_service(sim, node);
	if (sim->loaded && sim_chance(sim, 5)) {
		n->addresses = false;
		decide_addresses_failed(&n->state, 0, "eth0:1", sim_clock(sim, node));
	}
}

static void clear_lease(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->lease.deadline && n->lease.deadline <= sim_clock(sim, node))
		n->lapses++;
	n->lease.deadline = 0;
}

static bool carries_state(const struct agent_message *m)
{
	return m->type == AGENT_WIRE_STATE || m->type == AGENT_WIRE_HEALTH;
}

static const struct agent_message *keep_message(struct sim *sim, const struct agent_message *m)
{
	size_t size = carries_state(m)
			      ? offsetof(struct agent_message, state.groups[m->state.n_groups])
			      : offsetof(struct agent_message, group) + sizeof(m->group);

	return sim_keep(sim, m, size);
}

static void flush(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	for (size_t i = 0; i < n->n_outbox; i++) {
		struct sim_entry entry = {
			.type = SIM_MESSAGE, .node = node, .message = n->outbox[i]};

		sim_multicast(sim, node, &entry);
	}
	n->n_outbox = 0;
}

static void on_retry(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	n->retrying = false;
	if (n->agent == SIM_RUNNING)
		sim_agent_send(e->sim, e->node);
}

/* Corosync takes what waits, or says TRY_AGAIN. What a stopped one takes, it sends later. */
void sim_agent_send(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (!n->n_outbox || n->retrying)
		return;
	if (sim->now < n->flow_until) {
		n->retrying = true;
		sim_at(sim, n->flow_until - sim->now + sim_between(sim, 0, 2000), on_retry, node,
		       NULL, 0);
	} else if (n->corosync == SIM_RUNNING || sim_chance(sim, 50)) {
		flush(sim, node);
	}
}

/* A newer message takes the place of a waiting one of its kind: outbox_send(). */
static void send_message(struct sim *sim, size_t node, const struct agent_message *m)
{
	struct sim_node *n = &sim->nodes[node];
	size_t i = 0;

	if (!n->joined)
		return;
	while (i < n->n_outbox && n->outbox[i]->type != m->type)
		i++;
	if (i == SIM_OUTBOX_MAX)
		abort();
	n->outbox[i] = keep_message(sim, m);
	n->n_outbox += i == n->n_outbox;
	sim_agent_send(sim, node);
}

static void execute(struct sim *sim, size_t node, const struct decide_action *a)
{
	struct sim_node *n = &sim->nodes[node];

	switch (a->type) {
	case DECIDE_SEND:
		send_message(sim, node, &a->message);
		break;
	case DECIDE_LEASE_SET:
		set_lease(sim, node, a);
		break;
	case DECIDE_LEASE_CLEAR:
		clear_lease(sim, node);
		break;
	case DECIDE_ADDRESSES_ADD:
		add_addresses(sim, node);
		break;
	case DECIDE_ADDRESSES_DELETE:
		n->addresses = false;
		break;
	case DECIDE_PROBE_START:
		probe_start(&n->probe, sim_clock(sim, node));
		break;
	case DECIDE_PROBE_STOP:
		probe_stop(&n->probe);
		break;
	case DECIDE_FENCE:
		sim_fence(sim, node, a->node - 1, a->request);
		break;
	case DECIDE_ADDRESSES_REFRESH:
	case DECIDE_ANNOUNCE_START:
	case DECIDE_ANNOUNCE_STOP:
		break;
	}
}

/* Reads what waits in the socket, as the agent does before every other input. */
static void hear(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->heard && sim_probe_hears())
		decide_conflict(&n->state, 0, &n->frame, sim_clock(sim, node));
	n->heard = false;
}

/* A frame of the node with that index comes in. Its socket is there as long as the agent is. */
static void on_frame(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	if (n->agent == SIM_DEAD)
		return;
	n->heard = true;
	n->frame = (struct probe_seen){.mac = {[5] = (uint8_t)(e->index / 2 + 1)},
				       .asks = e->index % 2};
	if (n->agent != SIM_RUNNING)
		return;
	hear(e->sim, e->node);
	sim_agent_act(e->sim, e->node);
}

/* The probe reaches every other node; the kernel of one that serves answers. */
static void send_probe(struct sim *sim, size_t node)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (i == node || !sim->nodes[i].powered)
			continue;
		sim_at(sim, sim_between(sim, 50, 1500), on_frame, i, NULL, 2 * node + 1);
		if (serves(sim, i))
			sim_at(sim, sim_between(sim, 100, 3000), on_frame, node, NULL, 2 * i);
	}
}

static void probe(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	switch (probe_step(&n->probe, sim_clock(sim, node))) {
	case PROBE_SEND:
		send_probe(sim, node);
		break;
	case PROBE_END:
		decide_probed(&n->state, 0, sim_clock(sim, node));
		break;
	case PROBE_WAIT:
		break;
	}
}

static void on_tick(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	if (n->agent != SIM_RUNNING || n->tick_at != e->at)
		return;
	n->tick_at = 0;
	hear(e->sim, e->node);
	decide_tick(&n->state, sim_clock(e->sim, e->node));
	probe(e->sim, e->node);
	sim_agent_act(e->sim, e->node);
}

static uint64_t delay(struct sim *sim)
{
	if (!sim->calm && sim_chance(sim, sim->loaded ? 10 : 1))
		return sim_between(sim, 500, 30000);
	return sim_between(sim, 5, 400);
}

static void arm(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	uint64_t at = decide_deadline(&n->state, sim_clock(sim, node));
	uint64_t wait;

	at = n->probe.next < at ? n->probe.next : at;
	if (n->tick_at && n->tick_for == at)
		return;
	n->tick_at = 0;
	if (at == UINT64_MAX)
		return;
	wait = until(sim, node, at) + delay(sim);
	n->tick_at = sim->now + wait;
	n->tick_for = at;
	sim_at(sim, wait, on_tick, node, NULL, 0);
}

static struct decide_told look(const struct sim_node *n)
{
	return (struct decide_told){.role = decide_role(&n->state, 0),
				    .owner = decide_owner(&n->state, 0),
				    .epoch = n->state.groups[0].epoch};
}

/* Role, owner and epoch change with a line that says why, or not at all. */
static void check_told(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	const struct decide_actions *a = n->actions;
	const struct decide_told is = look(n);
	size_t told = 0, causes = 0;

	for (size_t i = 0; i < a->n_logs; i++) {
		if (a->logs[i].subject != AGENT_SUBJECT_TRANSITION)
			continue;
		told++;
		causes += a->logs[i].cause != AGENT_CAUSE_NONE;
	}
	if ((told || memcmp(&is, &n->seen, sizeof(is)) == 0) && causes == told &&
	    a->n_logs < DECIDE_LOGS_MAX) {
		n->seen = is;
		return;
	}
	sim->violated = true;
	snprintf(sim->report, sizeof(sim->report), "node %zu changes without a word of why",
		 node + 1);
}

void sim_agent_act(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct decide_actions *a = n->actions;

	n->voted = decide_vote(&n->state);
	for (size_t i = 0; i < a->n && !sim->violated; i++)
		execute(sim, node, &a->list[i]);
	check_told(sim, node);
	for (size_t i = 0; i < a->n_logs; i++)
		sim_say(sim, "node %zu: %s", node + 1, a->logs[i].text);
	if (a->n == DECIDE_ACTIONS_MAX) {
		sim->violated = true;
		snprintf(sim->report, sizeof(sim->report), "the list of actions overflowed");
	}
	a->n = a->n_logs = 0;
	arm(sim, node);
}

static bool pop(struct sim_inbox *inbox, struct sim_input *ret_input)
{
	if (!inbox->n)
		return false;
	*ret_input = inbox->items[inbox->first];
	inbox->first = (inbox->first + 1) % SIM_QUEUE_MAX;
	if (--inbox->n == 0)
		inbox->first = 0;
	return true;
}

static void handle(struct sim *sim, size_t node, const struct sim_input *i)
{
	struct decide_state *s = &sim->nodes[node].state;
	uint64_t now = sim_clock(sim, node);

	hear(sim, node);
	switch (i->type) {
	case SIM_INPUT_CONFIGURATION:
		decide_configuration(s, &i->ring, i->members, i->n_members, now);
		break;
	case SIM_INPUT_MESSAGE:
		decide_message(s, i->sender, i->message, now);
		break;
	case SIM_INPUT_VERDICT:
		decide_quorum(s, &i->ring, i->quorate, (uint32_t)sim->n_nodes, now);
		break;
	case SIM_INPUT_LOST:
		decide_ring_lost(s, now);
		break;
	}
}

static void on_work(struct sim_event *e)
{
	struct sim *sim = e->sim;
	struct sim_node *n = &sim->nodes[e->node];
	struct sim_input input;

	n->work_scheduled = false;
	if (n->agent != SIM_RUNNING)
		return;
	/* Two sockets: which is read first is anybody's guess. */
	if (sim_chance(sim, 50) ? pop(&n->cpg, &input) || pop(&n->quorum, &input)
				: pop(&n->quorum, &input) || pop(&n->cpg, &input)) {
		handle(sim, e->node, &input);
		sim_agent_act(sim, e->node);
	}
	if (n->cpg.n || n->quorum.n) {
		n->work_scheduled = true;
		sim_at(sim, sim_between(sim, 2, 40), on_work, e->node, NULL, 0);
	}
}

void sim_agent_wake(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->agent != SIM_RUNNING)
		return;
	if ((n->cpg.n || n->quorum.n) && !n->work_scheduled) {
		n->work_scheduled = true;
		sim_at(sim, delay(sim), on_work, node, NULL, 0);
	}
	if (!n->tick_at)
		arm(sim, node);
	sim_agent_send(sim, node);
}

void sim_agent_input(struct sim *sim, size_t node, const struct sim_input *input)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_inbox *inbox = input->type == SIM_INPUT_VERDICT ? &n->quorum : &n->cpg;

	if (n->agent == SIM_DEAD)
		return;
	if (inbox->n == SIM_QUEUE_MAX)
		abort();
	inbox->items[(inbox->first + inbox->n++) % SIM_QUEUE_MAX] = *input;
	sim_agent_wake(sim, node);
}

void sim_agent_connect(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_entry join = {.type = SIM_JOIN, .node = node, .pid = n->pid};
	struct sim_input verdict = {.type = SIM_INPUT_VERDICT};

	if (n->corosync == SIM_DEAD || n->agent == SIM_DEAD)
		return;
	sim_multicast(sim, node, &join);
	if (!n->ring)
		return;
	verdict.ring = (struct decide_ring){.node = (uint32_t)__builtin_ctz(n->ring->members) + 1,
					    .seq = n->ring->seq};
	verdict.quorate = sim_quorate(sim, node);
	sim_agent_input(sim, node, &verdict);
}

static void make_settings(const struct sim *sim, size_t node, struct decide_settings *s)
{
	const struct sim_config *config = &sim->nodes[node].config;

	memset(s, 0, sizeof(*s));
	s->self = (uint32_t)node + 1;
	s->incarnation = sim->nodes[node].pid;
	s->revision = config->revision;
	s->times = lease_times(&config->timing);
	s->expected_votes = (uint32_t)sim->n_nodes;
	s->n_nodes = sim->n_nodes;
	s->n_groups = 1;
	strcpy(s->groups[0], "main");
	s->preferred[0] = sim->preferred;
	for (size_t i = 0; i < sim->n_nodes; i++) {
		s->nodes[i].id = (uint32_t)i + 1;
		s->nodes[i].witness = i >= sim->n_routers;
		s->nodes[i].priority = config->priorities[i];
		snprintf(s->nodes[i].name, sizeof(s->nodes[i].name), "node %zu", i + 1);
	}
}

static void set_devices(const struct sim *sim, struct decide_state *s, uint64_t now)
{
	struct decide_device devices[DECIDE_NODES_MAX] = {0};

	for (size_t i = 0; i < sim->n_routers; i++)
		devices[i] = (struct decide_device){.usable = true, .timeout = 3 * NSEC_PER_SEC};
	decide_fencing(s, devices, now);
}

void sim_agent_start(struct sim *sim, size_t node)
{
	static struct decide_settings settings;
	struct sim_node *n = &sim->nodes[node];
	uint64_t now = sim_clock(sim, node);

	if (!n->powered || n->agent != SIM_DEAD)
		return;
	n->agent = SIM_RUNNING;
	n->pid = sim->next_pid++;
	n->cpg.n = n->quorum.n = n->n_outbox = 0;
	n->tick_at = 0;
	n->heard = false;
	probe_stop(&n->probe);
	make_settings(sim, node, &settings);
	decide_init(&n->state, &settings, n->actions, now);
	decide_voted(&n->state, n->voted, now);
	n->seen = look(n);
	if (n->lease.deadline > now)
		decide_adopt(&n->state, 0, n->lease.epoch, n->lease.deadline, now);
	else
		n->addresses = false;
	decide_standby(&n->state, n->standby, now);
	decide_synchronised(&n->state, true, now);
	if (sim->fencing)
		set_devices(sim, &n->state, now);
	sim_tell_health(sim, node);
	sim_agent_connect(sim, node);
}

void sim_agent_kill(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_entry leave = {.type = SIM_LEAVE, .node = node, .pid = n->pid};

	if (n->agent == SIM_DEAD)
		return;
	n->agent = SIM_DEAD;
	n->cpg.n = n->quorum.n = n->n_outbox = 0;
	n->tick_at = 0;
	if (n->corosync != SIM_DEAD)
		sim_multicast(sim, node, &leave);
	n->joined = false;
}
