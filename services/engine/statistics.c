// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/statistics.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "engine/wanted.h"

static const struct {
	char name[ENGINE_REASON_NAME_MAX];
	const char *words;
} reasons[] = {
	[FWD_DROP_FRAGMENT] =
		{"drop-fragment",
		 "dropped: later fragment without a way on, too long, or without a hop left"},
	[FWD_DROP_HOP] = {"drop-hop", "dropped: next hop is not known"},
	[FWD_DROP_MALFORMED] = {"drop-malformed", "dropped: malformed"},
	[FWD_DROP_REDIRECT] = {"drop-redirect", "dropped: the card has not taken it"},
	[FWD_ANSWERED_TOO_BIG] = {"answered-too-big",
				  "answered: too big for the next link (path MTU)"},
	[FWD_ANSWERED_TTL] = {"answered-ttl", "answered: time to live exceeded"},
	[FWD_PASSED_LEASE] = {"passed-lease", "to the kernel: this router does not own the group"},
	[FWD_PASSED_STRAY] = {"passed-stray", "to IPVS: TCP of no known connection"},
	[FWD_PASSED_NO_REAL] = {"passed-no-real",
				"to IPVS: no real server for it, or no next hop or port for "
				"full NAT"},
	[FWD_PASSED_SOURCE] = {"passed-source",
			       "to the kernel: source of a network on a port it is not on"},
	[FWD_PASSED_REPLY] = {"passed-reply", "to the kernel: of a real server, without a flow"},
	[FWD_PASSED_OPTIONS] = {"passed-options",
				"to the kernel: IP options, extension headers, two VLAN tags"},
	[FWD_FULL] = {"no-entry-full", "served without an entry: no room in the table"},
	[FWD_FLOOD] = {"no-entry-flood", "served without an entry: too many half-open connections"},
	[FWD_RESCHEDULED] =
		{"rescheduled",
		 "new real server: the former is gone, or the client uses a port again"},
};

static_assert(ARRAY_SIZE(reasons) == FWD_REASONS, "each has words");
static_assert(FWD_REASONS <= ENGINE_REASONS_MAX, "all of them fit");

static uint64_t read_count(const __u64 *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

/* A load may be below 0 for a moment: a flow ends on one processor while it begins on another. */
static uint32_t read_load(const __s32 *load)
{
	int32_t value = __atomic_load_n(load, __ATOMIC_RELAXED);

	return value < 0 ? 0 : (uint32_t)value;
}

void statistics_add(const struct forward_tables *tables, uint32_t place,
		    struct engine_real_status *status)
{
	const struct fwd_load *load = &tables->loads[place];

	status->active += read_load(&load->active);
	status->inactive += read_load(&load->inactive);
	for (uint32_t cpu = 0; cpu < tables->n_cpus; cpu++) {
		const struct fwd_count *count =
			&tables->counts[(size_t)cpu * FWD_REALS_MAX + place];

		status->connections += read_count(&count->connections);
		status->packets_in += read_count(&count->in_packets);
		status->packets_out += read_count(&count->out_packets);
		status->bytes_in += read_count(&count->in_bytes);
		status->bytes_out += read_count(&count->out_bytes);
	}
}

static void add_reasons(const struct forward_tables *tables, struct engine_totals *totals)
{
	for (uint32_t i = 0; i < FWD_REASONS; i++) {
		struct engine_reason_count *reason = &totals->reasons[totals->n_reasons++];

		memcpy(reason->name, reasons[i].name, sizeof(reason->name));
		copy_text(reason->words, sizeof(reason->words), reasons[i].words);
		for (uint32_t cpu = 0; cpu < tables->n_cpus; cpu++)
			reason->packets += read_count(&tables->cpus[cpu].reasons[i]);
	}
}

void statistics_add_service(const struct statistics_source *source,
			    const struct config_service *config,
			    struct engine_service_status *status)
{
	for (size_t i = 0; i < config->n_reals; i++) {
		struct ipvs_dest dest = wanted_dest(config, &config->reals[i]);
		int place = forward_apply_place(source->place, config, &dest);

		if (place >= 0)
			statistics_add(source->tables, (uint32_t)place, &status->reals[i]);
	}
}

void statistics_totals(const struct statistics_source *source, struct engine_totals *ret_totals)
{
	const struct forward_tables *tables = source->tables;
	const struct sweep_totals *seen = &source->sweep->totals;
	int64_t half_open = __atomic_load_n(&tables->settings->half_open, __ATOMIC_RELAXED);

	ret_totals->half_open = half_open < 0 ? 0 : (uint32_t)half_open;
	ret_totals->half_open_max = tables->settings->half_open_max;
	for (int ipv6 = 0; ipv6 < ENGINE_FAMILIES; ipv6++) {
		ret_totals->flows[ipv6] = seen->flows[ipv6];
		ret_totals->templates[ipv6] = seen->templates[ipv6];
		ret_totals->room[ipv6] = flows_slots(tables, ipv6);
	}
	ret_totals->memory = source->memory;
	ret_totals->expired = seen->expired;
	ret_totals->gone = seen->gone;
	add_reasons(tables, ret_totals);
}
