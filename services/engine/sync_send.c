// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_send.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_io.h"
#include "engine/flows.h"
#include "engine/sync_record.h"

/* Of the bucket, what a full transfer gets however many events there are. */
#define FULL_SHARE ((int64_t)(SYNC_BURST / 4))
#define GROUPS_AGE_NS NSEC_PER_SEC

int sync_send_make(struct sync_send *send, const struct forward_tables *tables,
		   const struct gate_lease *leases, sync_send_emit *emit, void *data, uint64_t now)
{
	*send = (struct sync_send){
		.tables = tables,
		.leases = leases,
		.emit = emit,
		.data = data,
		.next = 1,
		.listeners = 1,
		.tokens = (int64_t)SYNC_BURST,
		.filled = now,
	};
	send->refresh.period = SYNC_REFRESH_MIN_NS;
	send->tails = calloc(tables->n_cpus, sizeof(*send->tails));
	send->history = calloc(SYNC_HISTORY, sizeof(*send->history));
	if (!send->tails || !send->history) {
		sync_send_clear(send);
		return -ENOMEM;
	}
	for (size_t g = 0; g < GATE_GROUPS_MAX; g++)
		sync_wire_begin(&send->open[g].batch);
	return 0;
}

void sync_send_clear(struct sync_send *send)
{
	free(send->tails);
	free(send->history);
	send->tails = NULL;
	send->history = NULL;
}

void sync_send_refresh_period(struct sync_send *send, uint64_t period)
{
	send->refresh.period = period < SYNC_REFRESH_MIN_NS ? SYNC_REFRESH_MIN_NS : period;
}

static uint64_t head_of(const struct sync_send *send, uint32_t cpu)
{
	return __atomic_load_n(&send->tables->cpus[cpu].head, __ATOMIC_ACQUIRE);
}

void sync_send_begin(struct sync_send *send, uint64_t now)
{
	for (uint32_t cpu = 0; cpu < send->tables->n_cpus; cpu++)
		send->tails[cpu] = head_of(send, cpu);
	send->full.running = false;
	send->full.wanted = true;
	send->refresh.began = send->refresh.former = send->refresh.looked = now;
	send->refresh.line = 0;
}

void sync_send_wanted(struct sync_send *send, uint64_t from)
{
	if (send->full.first < from)
		send->full.wanted = true;
}

void sync_send_spend(struct sync_send *send, size_t size)
{
	send->tokens -= (int64_t)(size + SYNC_SEAL_SIZE);
}

static void fill(struct sync_send *send, uint64_t now)
{
	uint64_t passed = now - send->filled;

	if (passed > NSEC_PER_SEC)
		passed = NSEC_PER_SEC;
	send->filled = now;
	send->tokens += (int64_t)(passed * (SYNC_RATE / 1024) / (NSEC_PER_SEC / 1024));
	if (send->tokens > (int64_t)SYNC_BURST)
		send->tokens = (int64_t)SYNC_BURST;
}

static void emit(struct sync_send *send, const struct sync_batch *batch)
{
	send->tokens -= (int64_t)((batch->size + SYNC_SEAL_SIZE) * send->listeners);
	send->figures.messages++;
	send->figures.records += batch->n;
	send->figures.bytes += batch->size;
	if (send->emit(send->data, batch->bytes, batch->size))
		return;
	/* It will be asked for; until the socket has room again there is no use in more. */
	send->figures.refused++;
	if (send->tokens > 0)
		send->tokens = 0;
}

/* The group's message is as full as it gets now. */
static void close_open(struct sync_send *send, uint8_t group, uint64_t now)
{
	struct sync_open *open = &send->open[group];
	struct sync_sent *sent = &send->history[send->next % SYNC_HISTORY];

	if (open->batch.n == 0)
		return;
	*sent = (struct sync_sent){
		.sequence = send->next,
		.at = now,
		.key = send->leases[group].key,
		.epoch = send->epochs[group],
		.n = (uint8_t)open->batch.n,
		.group = group,
	};
	memcpy(sent->numbers, open->numbers, open->batch.n * sizeof(open->numbers[0]));
	sync_wire_end(&open->batch, send->next++, sent->key, sent->epoch);
	emit(send, &open->batch);
	sync_wire_begin(&open->batch);
}

static void close_all(struct sync_send *send, uint64_t now)
{
	for (uint8_t g = 0; g < GATE_GROUPS_MAX; g++)
		close_open(send, g, now);
}

static void find_groups(struct sync_send *send, uint64_t now)
{
	if (send->groups_at && now - send->groups_at < GROUPS_AGE_NS)
		return;
	send->groups_at = now;
	memset(send->groups, FWD_NO_GROUP, sizeof(send->groups));
	for (size_t i = 1; i < FWD_INSTANCES_MAX; i++) {
		const struct fwd_instance *instance = &send->tables->instances[i];

		if (instance->in_use && instance->service < FWD_SERVICES_MAX)
			send->groups[instance->service] = instance->group;
	}
}

/* The group that a flow is of; GATE_GROUPS_MAX or more: none. */
static uint8_t group_of(struct sync_send *send, const struct flow *flow, uint64_t now)
{
	uint32_t instance = FWD_INSTANCE(flow->key), service = sync_record_service(flow->key);
	uint8_t group = FWD_NO_GROUP;

	if (service < FWD_SERVICES_MAX) {
		find_groups(send, now);
		group = send->groups[service];
	} else if (instance < FWD_INSTANCES_MAX) {
		group = send->tables->instances[instance].group;
	}
	return group;
}

static uint64_t monotonic(const struct sync_send *send, uint64_t now)
{
	return now - send->tables->settings->boot_offset;
}

/* One flow as it is now, into its group's message. */
static void add(struct sync_send *send, uint32_t number, const struct flow *flow, uint64_t now)
{
	uint8_t group = group_of(send, flow, now);
	struct sync_record record;
	struct sync_open *open;

	if (group >= GATE_GROUPS_MAX || !send->epochs[group] ||
	    sync_record_make(send->tables, flow, monotonic(send, now), &record) < 0)
		return;
	open = &send->open[group];
	if (!sync_wire_add(&open->batch, &record)) {
		close_open(send, group, now);
		sync_wire_add(&open->batch, &record);
	}
	open->numbers[open->batch.n - 1] = number;
}

/* Whether the flow has gone in this turn, as it is now. */
static bool is_repetition(struct sync_send *send, uint32_t number, uint32_t what)
{
	size_t i = number % SYNC_RECENT;
	bool same = send->recent[i].turn == send->turn && send->recent[i].number == number &&
		    send->recent[i].what == what;

	send->recent[i].turn = send->turn;
	send->recent[i].number = number;
	send->recent[i].what = what;
	return same;
}

/* True: nothing is left in the CPU's ring. */
static bool drain_ring(struct sync_send *send, uint32_t cpu, int64_t reserve, uint64_t now)
{
	const struct fwd_ring *ring = &send->tables->rings[cpu];
	uint64_t head = head_of(send, cpu), first = send->tails[cpu];

	if (head - first > FWD_EVENTS)
		send->tails[cpu] = head - FWD_EVENTS;
	while (send->tails[cpu] != head && send->tokens > reserve) {
		uint32_t number = __atomic_load_n(&ring->flows[send->tails[cpu] % FWD_EVENTS],
						  __ATOMIC_RELAXED);
		struct flow flow;

		send->tails[cpu]++;
		send->figures.events++;
		if (flows_read(send->tables, number, &flow) &&
		    !is_repetition(send, number, flow.what))
			add(send, number, &flow, now);
	}
	/* Also what was written over while it was read. */
	if (head_of(send, cpu) - first > FWD_EVENTS) {
		send->figures.overruns++;
		send->full.wanted = true;
	}
	return send->tails[cpu] == head;
}

/* Whether there were events. */
static bool drain(struct sync_send *send, int64_t reserve, uint64_t now, bool *ret_empty)
{
	uint64_t before = send->figures.events + send->figures.overruns;

	*ret_empty = true;
	for (uint32_t cpu = 0; cpu < send->tables->n_cpus; cpu++)
		*ret_empty &= drain_ring(send, cpu, reserve, now);
	return send->figures.events + send->figures.overruns != before;
}

static uint32_t lines(const struct sync_send *send)
{
	return send->tables->lines4 + send->tables->lines6;
}

/* oldest_ns: flows without a packet for longer are left out. */
static void add_line(struct sync_send *send, uint32_t line, bool refresh, uint64_t oldest_ns,
		     uint64_t now)
{
	bool ipv6 = line >= send->tables->lines4;
	uint32_t n = ipv6 ? FWD_FLOWS6 : FWD_FLOWS4;
	uint32_t first = ipv6 ? ((line - send->tables->lines4) * n) | FWD_EVENT_6 : line * n;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t number = first + i;
		struct flow flow;
		uint32_t state, age;

		if (!flows_read(send->tables, number, &flow))
			continue;
		state = FWD_STATE(flow.what);
		if (refresh && state != FWD_ESTABLISHED && state != FWD_UDP &&
		    state != FWD_PERSISTENT)
			continue;
		age = ((uint32_t)(monotonic(send, now) >> FWD_UNIT) - FWD_UNITS(flow.when)) &
		      0xfffff;
		if (refresh && state != FWD_PERSISTENT && age > (oldest_ns >> FWD_UNIT) + 1)
			continue;
		add(send, number, &flow, now);
	}
}

static bool owns_any(const struct sync_send *send)
{
	for (size_t g = 0; g < GATE_GROUPS_MAX; g++) {
		if (send->epochs[g])
			return true;
	}
	return false;
}

static void begin_full(struct sync_send *send)
{
	send->full.wanted = false;
	send->full.running = true;
	send->full.first = send->next;
	send->full.end = 0;
	send->full.line = owns_any(send) ? 0 : lines(send);
	send->figures.fulls++;
}

static void go_on_full(struct sync_send *send, uint64_t now)
{
	uint32_t n = 0;

	if (send->full.wanted && !send->full.running)
		begin_full(send);
	if (!send->full.running)
		return;
	while (send->full.line < lines(send) && n++ < SYNC_TURN_LINES && send->tokens > 0)
		add_line(send, send->full.line++, false, 0, now);
	if (send->full.line < lines(send))
		return;
	close_all(send, now);
	send->full.running = false;
	send->full.end = send->next;
}

/* As many lines as are due since the last turn. */
static void go_on_refresh(struct sync_send *send, uint64_t now)
{
	uint64_t passed = now - send->refresh.looked, per_line = send->refresh.period / lines(send);
	uint64_t due = per_line ? passed / per_line : SYNC_TURN_LINES;

	/* A full transfer tells of the same flows. */
	if (send->full.running || !owns_any(send)) {
		send->refresh.looked = now;
		return;
	}
	if (due == 0)
		return;
	if (due > SYNC_TURN_LINES)
		due = SYNC_TURN_LINES;
	send->refresh.looked = now;
	for (; due > 0 && send->tokens > 0; due--) {
		add_line(send, send->refresh.line++, true, now - send->refresh.former, now);
		if (send->refresh.line < lines(send))
			continue;
		send->refresh.line = 0;
		send->refresh.former = send->refresh.began;
		send->refresh.began = now;
	}
}

static uint64_t epoch_now(const struct gate_lease *lease, uint64_t now)
{
	return lease->key && gate_lease_runs(lease, now) ? lease->epoch : 0;
}

/* A group that has become ours: the others have it as its former owner had it. */
static void see_gained(struct sync_send *send, uint64_t now)
{
	for (size_t g = 0; g < GATE_GROUPS_MAX; g++) {
		uint64_t epoch = epoch_now(&send->leases[g], now);

		if (!epoch || epoch == send->epochs[g])
			continue;
		send->full.wanted = true;
		send->epochs[g] = epoch;
	}
}

/* After the turn: what happened before the end of a lease was told under it. */
static void see_lost(struct sync_send *send, uint64_t now)
{
	for (size_t g = 0; g < GATE_GROUPS_MAX; g++) {
		if (!epoch_now(&send->leases[g], now))
			send->epochs[g] = 0;
	}
}

bool sync_send_turn(struct sync_send *send, uint64_t now)
{
	bool events, empty;

	send->turn++;
	fill(send, now);
	see_gained(send, now);
	events = drain(send, send->full.running ? FULL_SHARE : 0, now, &empty);
	go_on_full(send, now);
	go_on_refresh(send, now);
	close_all(send, now);
	see_lost(send, now);
	return events || !empty || !sync_send_is_whole(send);
}

void sync_send_again(struct sync_send *send, uint64_t sequence, uint64_t now)
{
	const struct sync_sent *sent = &send->history[sequence % SYNC_HISTORY];
	/* Static for its size; one message is made at a time. */
	static struct sync_batch batch;

	fill(send, now);
	if (sequence == 0 || sequence >= send->next || send->tokens <= 0)
		return;
	if (sent->sequence != sequence) {
		send->figures.forgotten++;
		return;
	}
	sync_wire_begin(&batch);
	for (size_t i = 0; i < sent->n; i++) {
		struct sync_record record;
		struct flow flow;

		if (flows_read(send->tables, sent->numbers[i], &flow) &&
		    group_of(send, &flow, now) == sent->group &&
		    sync_record_make(send->tables, &flow, monotonic(send, now), &record) == 0 &&
		    !sync_wire_add(&batch, &record))
			send->full.wanted = true; /* larger ones are there by now */
	}
	/* Also of a group that is not ours any more: it was when this was told. */
	sync_wire_end(&batch, sequence, sent->key, sent->epoch);
	send->figures.repeated++;
	emit(send, &batch);
}

uint64_t sync_send_lag(const struct sync_send *send, uint64_t ack, uint64_t now)
{
	const struct sync_sent *sent = &send->history[ack % SYNC_HISTORY];

	if (ack >= send->next)
		return 0;
	/* Older than anything that is remembered. */
	if (sent->sequence != ack)
		sent = &send->history[send->next % SYNC_HISTORY];
	return now - sent->at;
}

bool sync_send_is_whole(const struct sync_send *send)
{
	return !send->full.running && !send->full.wanted;
}
