// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_receive.h"

#include <errno.h>
#include <string.h>

#include "engine/flows.h"
#include "engine/full_nat.h"
#include "engine/sync_record.h"

#define CHANGE_TRIES 4 /* at a flow that packets change meanwhile */

/* One bit is as it is now. True: it was not set, and is. */
static bool see_bit(uint64_t *words, size_t i, bool set)
{
	uint64_t bit = 1ULL << i % 64;
	bool is_new = set && !(words[i / 64] & bit);

	words[i / 64] = set ? words[i / 64] | bit : words[i / 64] & ~bit;
	return is_new;
}

bool sync_usable_see(struct sync_usable *usable, const struct forward_tables *tables,
		     const struct gate_lease *leases)
{
	bool more = false;

	for (size_t i = 0; i < FWD_REALS_MAX; i++)
		more |= see_bit(usable->reals, i, tables->reals[i].flags & FWD_REAL_IN_USE);
	for (size_t i = 0; i < FWD_INSTANCES_MAX; i++)
		more |= see_bit(usable->instances, i, tables->instances[i].in_use);
	for (size_t i = 0; i < GATE_GROUPS_MAX; i++) {
		more |= leases[i].key && leases[i].key != usable->keys[i];
		usable->keys[i] = leases[i].key;
	}
	return more;
}

void sync_receive_begin(struct sync_receive *receive)
{
	struct sync_receive_figures figures = receive->figures;

	*receive = (struct sync_receive){.figures = figures};
}

static bool is_here(const struct sync_receive *r, uint64_t sequence)
{
	uint64_t i = sequence % SYNC_WINDOW;

	return r->here[i / 64] >> i % 64 & 1;
}

static void set_here(struct sync_receive *r, uint64_t sequence, bool here)
{
	uint64_t i = sequence % SYNC_WINDOW, bit = 1ULL << i % 64;

	if (here)
		r->here[i / 64] |= bit;
	else
		r->here[i / 64] &= ~bit;
}

/* What is before `sequence` is lost: only a full transfer that begins behind it helps. */
static void start_at(struct sync_receive *r, uint64_t sequence)
{
	r->begun = true;
	r->from = r->ack = r->seen = sequence;
	r->asked = 0;
	r->tries = 0;
	memset(r->here, 0, sizeof(r->here));
}

static void give_up(struct sync_receive *r, uint64_t sequence)
{
	r->figures.given_up++;
	start_at(r, sequence);
}

/* All before `sequence` were sent. */
static void see(struct sync_receive *r, uint64_t sequence, uint64_t now)
{
	if (sequence <= r->seen)
		return;
	if (sequence - r->ack > SYNC_WINDOW) {
		give_up(r, sequence);
		return;
	}
	for (uint64_t s = r->seen; s < sequence; s++)
		set_here(r, s, false);
	r->seen = sequence;
	if (!r->asked) {
		r->asked = now;
		r->tries = 0;
	}
}

/* The same, and they should be here by now. */
static void miss(struct sync_receive *r, uint64_t sequence, uint64_t now)
{
	if (sequence > r->seen)
		r->figures.missed += sequence - r->seen;
	see(r, sequence, now);
}

static void advance(struct sync_receive *r)
{
	uint64_t before = r->ack;

	while (r->ack < r->seen && is_here(r, r->ack))
		r->ack++;
	if (r->ack != before)
		r->tries = 0;
	if (r->ack == r->seen)
		r->asked = 0;
}

void sync_receive_hello(struct sync_receive *receive, const struct sync_hello *hello, uint64_t now)
{
	if (!receive->begun)
		start_at(receive, hello->next);
	miss(receive, hello->next, now);
	advance(receive);
	receive->full_first = hello->full_first;
	receive->full_end = hello->full_end;
}

/* The number here of the group that has that key; GATE_GROUPS_MAX: there is none. */
static uint8_t group_of(const struct sync_tables *tables, uint64_t key)
{
	uint8_t g = 0;

	while (g < GATE_GROUPS_MAX && tables->leases[g].key != key)
		g++;
	return g;
}

enum standing {
	STANDING_OWNER,	 /* what it says is so */
	STANDING_FORMER, /* until a moment ago: only what is not known here is news */
	STANDING_STALE,
};

static void raise_epoch(struct sync_epoch *e, uint64_t epoch, uint64_t now)
{
	if (epoch <= e->epoch)
		return;
	e->former = e->epoch;
	e->since = now;
	e->epoch = epoch;
}

/* The higher ownership wins, this router's own included. */
static enum standing standing_of(struct sync_tables *tables, uint8_t group, uint64_t epoch,
				 uint64_t now)
{
	const struct gate_lease *lease = &tables->leases[group];
	struct sync_epoch *e = &tables->epochs[group];

	if (e->key != lease->key)
		*e = (struct sync_epoch){.key = lease->key};
	raise_epoch(e, lease->epoch, now);
	raise_epoch(e, epoch, now);
	if (epoch == e->epoch)
		return STANDING_OWNER;
	return epoch == e->former && now - e->since < SYNC_FORMER_NS ? STANDING_FORMER
								     : STANDING_STALE;
}

/* The table's flow of that number becomes what was heard. */
static bool change(const struct forward_tables *tables, uint32_t number, const struct flow *heard)
{
	struct flow_words *words = flows_words(tables, number);
	struct flow found;

	if (!flows_read(tables, number, &found) || found.key != heard->key)
		return false;
	if (found.what != heard->what && !flows_change(tables, number, found.what, heard->what))
		return false;
	__atomic_store_n(&words->when, heard->when, __ATOMIC_RELAXED);
	return true;
}

static void put(struct sync_receive *r, const struct forward_tables *tables,
		const struct flow *flow, enum standing standing)
{
	uint32_t number;
	int error;

	for (int i = 0; i < CHANGE_TRIES; i++) {
		error = flows_insert(tables, flow, &number);
		if (error == -EEXIST && standing == STANDING_FORMER) {
			r->figures.stale++;
			return;
		}
		r->news |= error == 0 && standing == STANDING_FORMER;
		if (error == 0 || (error == -EEXIST && change(tables, number, flow))) {
			r->figures.records++;
			return;
		}
		if (error == -ENOSPC)
			break;
	}
	r->figures.full++;
}

/* Its port stands for its client here, too, unless it may stand for another one's already. */
static int take_inside(const struct forward_tables *tables, const struct sync_record *record,
		       const struct flow *flow, enum standing standing)
{
	struct full_nat_client client = {.port = record->inside_port};

	if (!record->full_nat ||
	    (standing == STANDING_FORMER && flows_find(tables, flow) != FLOWS_NONE))
		return 0;
	memcpy(client.address, record->inside, sizeof(client.address));
	return full_nat_take(tables, flow, &client, standing == STANDING_OWNER);
}

static void take_records(struct sync_receive *r, struct sync_tables *tables,
			 const struct sync_data *data, uint64_t now)
{
	uint64_t monotonic = now - tables->tables->settings->boot_offset;
	uint8_t group = group_of(tables, data->group);
	enum standing standing;
	uint64_t before, clashes = 0;

	if (data->n == 0)
		return;
	if (group == GATE_GROUPS_MAX) {
		r->figures.unknown += data->n;
		r->lacked = data->sequence;
		return;
	}
	standing = standing_of(tables, group, data->epoch, now);
	if (standing == STANDING_STALE) {
		r->figures.stale += data->n;
		return;
	}
	before = r->figures.unknown + r->figures.full;
	for (size_t i = 0; i < data->n; i++) {
		struct flow flow;

		if (sync_record_take(tables->tables, tables->place, &data->records[i], group,
				     monotonic, &flow) < 0)
			r->figures.unknown++;
		else if (take_inside(tables->tables, &data->records[i], &flow, standing) < 0)
			clashes++;
		else
			put(r, tables->tables, &flow, standing);
	}
	if (r->figures.unknown + r->figures.full != before)
		r->lacked = data->sequence;
	/* Ports that meet do so anew all the time: whoever waited for none would wait for ever. */
	r->figures.full += clashes;
}

void sync_receive_data(struct sync_receive *receive, struct sync_tables *tables,
		       const struct sync_data *data, uint64_t now)
{
	uint64_t sequence = data->sequence;

	if (!receive->begun)
		start_at(receive, sequence);
	miss(receive, sequence, now);
	receive->figures.messages++;
	take_records(receive, tables, data, now);
	if (sequence < receive->ack)
		return;
	see(receive, sequence + 1, now);
	set_here(receive, sequence, true);
	advance(receive);
}

void sync_receive_renew(struct sync_receive *receive)
{
	if (receive->begun)
		start_at(receive, receive->seen);
}

bool sync_receive_lacks(const struct sync_receive *receive)
{
	return receive->lacked > 0 && receive->lacked >= receive->full_first;
}

bool sync_receive_is_complete(const struct sync_receive *receive)
{
	return receive->begun && !sync_receive_lacks(receive) && receive->full_end > 0 &&
	       receive->from <= receive->full_first && receive->full_end <= receive->ack;
}

uint64_t sync_receive_due(const struct sync_receive *receive)
{
	return receive->asked ? receive->asked + SYNC_ASK_AFTER_NS : UINT64_MAX;
}

bool sync_receive_ask(struct sync_receive *receive, uint64_t now, struct sync_ask *ret_ask)
{
	if (sync_receive_due(receive) > now)
		return false;
	if (receive->tries++ >= SYNC_ASK_TRIES) {
		give_up(receive, receive->seen);
		return false;
	}
	receive->asked = now;
	ret_ask->n = 0;
	for (uint64_t s = receive->ack; s < receive->seen && ret_ask->n < SYNC_ASK_MAX; s++) {
		if (!is_here(receive, s))
			ret_ask->sequences[ret_ask->n++] = s;
	}
	return ret_ask->n > 0;
}
