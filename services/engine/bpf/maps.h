/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps of the data path (forward.h has what is in them), and the way into each. */
#ifndef TRIREME_ENGINE_BPF_MAPS_H
#define TRIREME_ENGINE_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "proto/gate_lease.h"
#include "engine/bpf/forward.h"

/* Set before the programs are loaded; the kernel compiles them in. */
const volatile __u32 fwd_lines4 = 1, fwd_lines6 = 1; /* of the flow tables: powers of two */
const volatile __u64 fwd_seed = 0;

/* An array that the engine maps; sizes that depend on the machine are set before it is made. */
#define TABLE(name, value_type, entries)           \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);  \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, entries);      \
		__type(key, __u32);                \
		__type(value, value_type);         \
	} name SEC(".maps")

#define AT(map, index)                                  \
	({                                              \
		__u32 at_index = (index);               \
		bpf_map_lookup_elem(&(map), &at_index); \
	})

#define PLACES(table) (sizeof(fwd_fixed.table) / sizeof(*fwd_fixed.table))

/*
 * One of a table of a fixed size, a power of two; never NULL. Bounded in a way that the verifier
 * sees and the compiler cannot take out. Nor may it know where the address comes from: it would
 * make it anew for each member that is read, since their distance from the map's begin is more
 * than an instruction has room for.
 */
#define OF(table, index)                                                     \
	({                                                                   \
		__u32 of_index = (index);                                    \
		__typeof__(&fwd_fixed.table[0]) of_one;                      \
		asm volatile("" : "+r"(of_index));                           \
		of_one = fwd_fixed.table + (of_index & (PLACES(table) - 1)); \
		asm volatile("" : "+r"(of_one));                             \
		if (!of_one)                                                 \
			__builtin_unreachable();                             \
		of_one;                                                      \
	})

struct fwd_fixed fwd_fixed;
TABLE(fwd_flows4, struct fwd_line4, 1);
TABLE(fwd_flows6, struct fwd_line6, 1);
TABLE(fwd_counts, struct fwd_count, FWD_REALS_MAX);
TABLE(fwd_cpus, struct fwd_cpu, 1);
TABLE(fwd_rings, struct fwd_ring, 1);
TABLE(fwd_picks, struct fwd_picks, FWD_SERVICES_MAX);

/* The agent's: pinned by whoever comes first. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, GATE_GROUPS_MAX);
	__type(key, __u32);
	__type(value, struct gate_lease);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} gate_leases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, FWD_PORTS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} fwd_ports SEC(".maps");

/* ns of CLOCK_MONOTONIC, less what settings.lead allows for. cpu: this processor. */
static __always_inline __u64 clock_now(__u32 cpu)
{
	struct fwd_clock *known = OF(clocks, cpu);
	__u64 tick = bpf_jiffies64();

	if (!known || cpu >= FWD_CLOCKS)
		return bpf_ktime_get_coarse_ns();
	if (known->tick != tick) {
		/* The tick was read before: what is kept is never taken for newer than it is. */
		known->now = bpf_ktime_get_coarse_ns();
		known->tick = tick;
	}
	return known->now;
}

/*
 * Whether the group is served by this router at this instant. now: clock_now(), which is behind;
 * the lease is judged as if it were by all that it may be.
 */
static __always_inline _Bool is_served(const struct fwd_settings *settings, __u8 group, __u64 now)
{
	struct gate_lease *lease;

	if (group == FWD_NO_GROUP)
		return 1;
	lease = AT(gate_leases, group);
	return lease && gate_lease_runs(lease, now + settings->lead);
}

/* reason: enum fwd_reason. */
__noinline int fwd_count(__u32 reason)
{
	struct fwd_cpu *cpu = AT(fwd_cpus, bpf_get_smp_processor_id());

	if (cpu && reason < FWD_REASONS)
		cpu->reasons[reason]++;
	return 0;
}

/* Up to the kernel: its IPVS, its firewall and its own programs take it as it came. */
static __always_inline int pass(enum fwd_reason reason)
{
	fwd_count(reason);
	return XDP_PASS;
}

static __always_inline int drop(enum fwd_reason reason)
{
	fwd_count(reason);
	return XDP_DROP;
}

#endif
