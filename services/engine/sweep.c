// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_io.h"
#include "engine/full_nat.h"

/* A flow that goes on keeps its template four times within the template's time. */
#define REFRESH_S (4 * (uint32_t)(SWEEP_PAUSE_NS / NSEC_PER_SEC))
#define PRESSED 950    /* of 1000: taken for a table that had no place for a flow */
#define LATE_EVENTS 64 /* so many may be written while the ring is read */

/* Flows have been served without an entry, for want of one, since the last pass has begun. */
static bool was_full(struct sweep *sweep)
{
	uint64_t full = 0;
	bool more;

	for (uint32_t cpu = 0; cpu < sweep->tables->n_cpus; cpu++)
		full += __atomic_load_n(&sweep->tables->cpus[cpu].reasons[FWD_FULL],
					__ATOMIC_RELAXED);
	more = full != sweep->full_before;
	sweep->full_before = full;
	return more;
}

int sweep_open(struct sweep *sweep, struct forward_tables *tables)
{
	*sweep = (struct sweep){.tables = tables, .n_regions = flows_regions(tables)};
	sweep->loads = calloc(FWD_REALS_MAX, sizeof(*sweep->loads));
	sweep->heads = calloc(tables->n_cpus, sizeof(*sweep->heads));
	tables->marks = calloc(sweep->n_regions / 64 + 1, sizeof(*tables->marks));
	if (!sweep->loads || !sweep->heads || !tables->marks) {
		sweep_close(sweep);
		return -ENOMEM;
	}
	(void)was_full(sweep);
	return 0;
}

void sweep_close(struct sweep *sweep)
{
	if (sweep->tables) {
		free(sweep->tables->marks);
		sweep->tables->marks = NULL;
	}
	free(sweep->loads);
	free(sweep->heads);
	*sweep = (struct sweep){0};
}

void sweep_configure(struct sweep *sweep, const struct ageing_timeouts *timeouts)
{
	sweep->timeouts = *timeouts;
}

static uint64_t *mark_of(const struct sweep *sweep, uint32_t region, uint64_t *ret_bit)
{
	*ret_bit = 1ULL << region % 64;
	return &sweep->tables->marks[region / 64];
}

static void mark(const struct sweep *sweep, uint32_t region)
{
	uint64_t bit, *marks = mark_of(sweep, region, &bit);

	__atomic_fetch_or(marks, bit, __ATOMIC_RELAXED);
}

/* Whether it was marked; it is not any more. */
static bool unmark(const struct sweep *sweep, uint32_t region)
{
	uint64_t bit, *marks = mark_of(sweep, region, &bit);

	return __atomic_load_n(marks, __ATOMIC_RELAXED) & bit &&
	       __atomic_fetch_and(marks, ~bit, __ATOMIC_RELAXED) & bit;
}

static void mark_all(const struct sweep *sweep)
{
	for (uint32_t region = 0; region < sweep->n_regions; region++)
		mark(sweep, region);
}

/* Marks the regions of the flows that a CPU has told of. False: some of that is lost. */
static bool take_events(struct sweep *sweep, uint32_t cpu)
{
	const struct forward_tables *t = sweep->tables;
	uint64_t head = __atomic_load_n(&t->cpus[cpu].head, __ATOMIC_ACQUIRE);
	uint64_t from = sweep->heads[cpu];

	sweep->heads[cpu] = head;
	if (head - from > FWD_EVENTS - LATE_EVENTS)
		return false;
	for (uint64_t n = from; n != head; n++) {
		uint32_t number =
			__atomic_load_n(&t->rings[cpu].flows[n % FWD_EVENTS], __ATOMIC_RELAXED);

		if (flows_words(t, number))
			mark(sweep, flows_region(t, number));
	}
	return __atomic_load_n(&t->cpus[cpu].head, __ATOMIC_ACQUIRE) - from <=
	       FWD_EVENTS - LATE_EVENTS;
}

static uint32_t half_open_fill(const struct sweep *sweep)
{
	const struct fwd_settings *settings = sweep->tables->settings;
	int64_t half_open = __atomic_load_n(&settings->half_open, __ATOMIC_RELAXED);

	if (half_open <= 0 || settings->half_open_max == 0)
		return 0;
	return half_open < settings->half_open_max
		       ? (uint32_t)(half_open * 1000 / settings->half_open_max)
		       : 1000;
}

static bool hurries(const struct sweep *sweep)
{
	return sweep->fill > AGEING_FULL || half_open_fill(sweep) > AGEING_FULL;
}

/* Who has claimed a slot and was ended before he has written it has left it behind. */
static void free_claimed(struct sweep *sweep)
{
	for (uint32_t i = 0; i < sweep->n_claimed; i++)
		flows_unclaim(sweep->tables, sweep->claimed[i]);
	sweep->n_claimed = 0;
}

static uint32_t marked(const struct sweep *sweep)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i <= sweep->n_regions / 64; i++) {
		uint64_t marks = __atomic_load_n(&sweep->tables->marks[i], __ATOMIC_RELAXED);

		for (; marks; marks &= marks - 1)
			n++;
	}
	return n;
}

static void begin_pass(struct sweep *sweep, uint64_t now)
{
	bool all = now >= sweep->all;
	uint32_t steps;

	if (was_full(sweep) && sweep->fill < PRESSED)
		sweep->fill = PRESSED;
	steps = hurries(sweep) ? SWEEP_STEPS / 2 : SWEEP_STEPS;
	for (uint32_t cpu = 0; cpu < sweep->tables->n_cpus; cpu++)
		all = !take_events(sweep, cpu) || all;
	if (all) {
		mark_all(sweep);
		sweep->all = now + SWEEP_ALL_NS;
	}
	free_claimed(sweep);
	memset(sweep->loads, 0, FWD_REALS_MAX * sizeof(*sweep->loads));
	sweep->half_open = (struct sweep_tally){0};
	sweep->seen = (struct sweep_totals){0};
	sweep->weight = 0;
	sweep->at = 0;
	sweep->batch = marked(sweep) / steps + 1;
	if (sweep->batch < SWEEP_BATCH)
		sweep->batch = SWEEP_BATCH;
	sweep->running = true;
	sweep->began = now;
	sweep->next = now + SWEEP_PAUSE_NS;
}

/* Counts a flow that is there, or one (ended) that was. */
static void count(struct sweep *sweep, uint32_t what, bool ended)
{
	struct sweep_loads *loads = &sweep->loads[FWD_PLACE(what)];
	uint32_t state = FWD_STATE(what);
	struct sweep_tally *tally = FWD_IS_ACTIVE(state) ? &loads->active : &loads->inactive;

	if (state == FWD_PERSISTENT)
		return;
	tally->seen++;
	tally->ended += ended;
	if (state == FWD_SYN) {
		sweep->half_open.seen++;
		sweep->half_open.ended += ended;
	}
}

static void drop_old_hop(const struct sweep *sweep, struct flow_words *words, uint32_t when)
{
	uint32_t generation =
		__atomic_load_n(&sweep->tables->settings->hop_generation, __ATOMIC_RELAXED);

	/* A packet that has come meanwhile has looked for a hop itself. */
	if (FWD_HOP(when) && FWD_HOP_GENERATION(when) != (generation & 0x3f))
		__atomic_compare_exchange_n(&words->when, &when, FWD_WHEN(FWD_UNITS(when), 0, 0),
					    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* A flow that is there keeps its client's template; not in each pass. */
static void keep_template(const struct sweep *sweep, uint32_t number, uint32_t place,
			  uint32_t region)
{
	const struct forward_tables *t = sweep->tables;
	uint32_t service_number = t->reals[place].service % FWD_SERVICES_MAX, found, when;
	const struct fwd_service *service = &t->services[service_number];
	uint32_t units = (uint32_t)(sweep->ageing.now >> FWD_TEMPLATE_UNIT);
	struct flow flow, template = {.key = FWD_KEY(0, FWD_TEMPLATE + service_number)};
	struct full_nat_client client;

	if (!service->persistent ||
	    (sweep->totals.passes + region) % (service->persistence_s / REFRESH_S + 1) != 0 ||
	    !flows_read(t, number, &flow) || FWD_PLACE(flow.what) != place)
		return;
	if (FWD_IS_FULLNAT(flow.key) && !full_nat_client(t, &flow, &client))
		return;
	template.ipv6 = flow.ipv6;
	for (int i = 0; i < 4; i++)
		template.client[i] = (FWD_IS_FULLNAT(flow.key) ? client.address : flow.client)[i] &
				     service->mask[i];
	found = flows_find(t, &template);
	if (found == FLOWS_NONE || !flows_read(t, found, &template) ||
	    FWD_PLACE(template.what) != place)
		return;
	when = template.when;
	__atomic_compare_exchange_n(&flows_words(t, found)->when, &when,
				    FWD_WHEN(units, FWD_HOP(when), FWD_HOP_GENERATION(when)), false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Ends it if that is due; it may have changed since. */
static bool end_flow(struct sweep *sweep, uint32_t number)
{
	struct forward_tables *t = sweep->tables;
	struct flow flow;
	struct flow_words words;
	bool gone;

	if (!flows_read(t, number, &flow))
		return false;
	words = (struct flow_words){flow.key, flow.what, flow.when};
	gone = ageing_gone(t, &words);
	if ((!gone && !ageing_over(&sweep->ageing, t, &words)) || !flows_remove(t, number, &flow))
		return false;
	count(sweep, flow.what, true);
	sweep->totals.gone += gone;
	sweep->totals.expired += !gone;
	return true;
}

static void tell_without_hop(const struct sweep *sweep, uint32_t number)
{
	struct flow flow;

	if (sweep->without_hop && flows_read(sweep->tables, number, &flow) &&
	    FWD_HOP(flow.when) == 0)
		sweep->without_hop(sweep->data, &flow);
}

/* True: the slot is taken, and stays so. */
static bool look_at(struct sweep *sweep, uint32_t number, uint32_t region)
{
	struct forward_tables *t = sweep->tables;
	struct flow_words *at = flows_words(t, number), words;
	bool ipv6 = number & FWD_EVENT_6;

	words.what = __atomic_load_n(&at->what, __ATOMIC_ACQUIRE);
	if (FWD_STATE(words.what) == FWD_FREE)
		return false;
	if (FWD_STATE(words.what) == FWD_CLAIMED) {
		if (sweep->n_claimed < SWEEP_CLAIMED_MAX)
			sweep->claimed[sweep->n_claimed++] = number;
		return true;
	}
	words.key = __atomic_load_n(&at->key, __ATOMIC_RELAXED);
	words.when = __atomic_load_n(&at->when, __ATOMIC_RELAXED);
	if ((ageing_gone(t, &words) || ageing_over(&sweep->ageing, t, &words)) &&
	    end_flow(sweep, number))
		return false;
	count(sweep, words.what, false);
	if (FWD_STATE(words.what) == FWD_PERSISTENT) {
		sweep->seen.templates[ipv6]++;
		return true;
	}
	sweep->seen.flows[ipv6]++;
	drop_old_hop(sweep, at, words.when);
	if (FWD_HOP(words.when) == 0)
		tell_without_hop(sweep, number);
	keep_template(sweep, number, FWD_PLACE(words.what), region);
	return true;
}

static void look_at_region(struct sweep *sweep, uint32_t region)
{
	const struct forward_tables *t = sweep->tables;
	uint32_t first6 = flows_region(t, FWD_EVENT_6);
	bool ipv6 = region >= first6, used = false;
	uint32_t slots = FLOWS_REGION * (ipv6 ? FWD_FLOWS6 : FWD_FLOWS4);
	uint32_t slot = (ipv6 ? region - first6 : region) * slots;
	uint32_t end = slot + slots, all = flows_slots(t, ipv6);

	for (; slot < end && slot < all; slot++)
		used = look_at(sweep, slot | (ipv6 ? FWD_EVENT_6 : 0), region) || used;
	if (used)
		mark(sweep, region);
}

static void sample(struct sweep_tally *tally, int64_t value, uint32_t weight)
{
	tally->sum += (value + tally->ended) * weight;
}

/*
 * Flows are spread evenly over the regions, and so are their changes: what was counted region by
 * region should be what stood in the loads, averaged over the times at which the regions were
 * counted. Not so with those that this pass itself has ended: they are as if they were still there.
 */
static void sample_all(struct sweep *sweep, uint32_t weight)
{
	const struct forward_tables *t = sweep->tables;

	for (uint32_t i = 0; i < FWD_REALS_MAX; i++) {
		sample(&sweep->loads[i].active,
		       __atomic_load_n(&t->loads[i].active, __ATOMIC_RELAXED), weight);
		sample(&sweep->loads[i].inactive,
		       __atomic_load_n(&t->loads[i].inactive, __ATOMIC_RELAXED), weight);
	}
	sample(&sweep->half_open, __atomic_load_n(&t->settings->half_open, __ATOMIC_RELAXED),
	       weight);
	sweep->weight += weight;
}

/* What has to be added, to the nearest. */
static int64_t difference(const struct sweep *sweep, const struct sweep_tally *tally)
{
	int64_t weight = (int64_t)sweep->weight;
	int64_t twice = 2 * (tally->seen * weight - tally->sum);

	return (twice + (twice < 0 ? -weight : weight)) / (2 * weight);
}

static void correct(const struct sweep *sweep, int32_t *load, const struct sweep_tally *tally)
{
	int64_t by = difference(sweep, tally);

	if (by)
		__atomic_fetch_add(load, (int32_t)by, __ATOMIC_RELAXED);
}

static uint32_t full(const struct sweep *sweep, bool ipv6)
{
	uint64_t slots = flows_slots(sweep->tables, ipv6);

	return slots ? (uint32_t)((sweep->seen.flows[ipv6] + sweep->seen.templates[ipv6]) *
				  1000ULL / slots)
		     : 0;
}

static void end_pass(struct sweep *sweep)
{
	const struct forward_tables *t = sweep->tables;
	int64_t half_open = difference(sweep, &sweep->half_open);

	for (uint32_t i = 0; i < FWD_REALS_MAX; i++) {
		correct(sweep, &t->loads[i].active, &sweep->loads[i].active);
		correct(sweep, &t->loads[i].inactive, &sweep->loads[i].inactive);
	}
	if (half_open)
		__atomic_fetch_add(&t->settings->half_open, half_open, __ATOMIC_RELAXED);
	sweep->fill =
		full(sweep, false) > full(sweep, true) ? full(sweep, false) : full(sweep, true);
	memcpy(sweep->totals.flows, sweep->seen.flows, sizeof(sweep->seen.flows));
	memcpy(sweep->totals.templates, sweep->seen.templates, sizeof(sweep->seen.templates));
	sweep->totals.passes++;
	sweep->running = false;
}

bool sweep_step(struct sweep *sweep, uint64_t now)
{
	uint32_t n = 0;

	if (!sweep->running && now < sweep->next && !hurries(sweep))
		return false;
	if (!sweep->running)
		begin_pass(sweep, now);
	ageing_begin(&sweep->ageing, &sweep->timeouts, now, sweep->fill, half_open_fill(sweep));
	for (; sweep->at < sweep->n_regions && n < sweep->batch; sweep->at++) {
		if (!unmark(sweep, sweep->at))
			continue;
		look_at_region(sweep, sweep->at);
		n++;
	}
	/* Without any flows the loads are looked at once. */
	if (n || (sweep->at == sweep->n_regions && sweep->weight == 0))
		sample_all(sweep, n ? n : 1);
	if (sweep->at < sweep->n_regions)
		return false;
	end_pass(sweep);
	return true;
}

uint64_t sweep_wait(const struct sweep *sweep, uint64_t now)
{
	if (sweep->running || hurries(sweep) || now >= sweep->next)
		return SWEEP_STEP_NS;
	return sweep->next - now;
}
