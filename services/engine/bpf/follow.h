/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flow's life after its first packet: TCP's states, the time, what is counted. */
#ifndef TRIREME_ENGINE_BPF_FOLLOW_H
#define TRIREME_ENGINE_BPF_FOLLOW_H

#include "engine/bpf/begin.h"

static __always_inline _Bool is_closing(__u32 state)
{
	return state >= FWD_FIN_CLIENT && state <= FWD_CLOSE;
}

/*
 * As IPVS follows them (ip_vs_proto_tcp.c), with who has closed first instead of its ten states.
 * reply: from the real server.
 */
static __always_inline __u32 next_state(__u32 state, __u8 flags, const _Bool reply)
{
	if (flags & RST)
		return FWD_CLOSE;
	if (flags & FIN) {
		if (state == (reply ? FWD_FIN_CLIENT : FWD_FIN_REAL))
			return FWD_TIME_WAIT;
		return state <= FWD_ESTABLISHED ? (reply ? FWD_FIN_REAL : FWD_FIN_CLIENT) : state;
	}
	if (!reply && state == FWD_SYN && (flags & (SYN | ACK)) == ACK)
		return FWD_ESTABLISHED;
	return state;
}

/* The counts of flows follow a change of state; to FWD_FREE: the flow is gone. */
__noinline int fwd_moved(__u32 place, __u32 from, __u32 to)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct fwd_load *load = OF(loads, place);

	if (!settings || !load || from == to)
		return 0;
	if (from == FWD_SYN)
		__sync_fetch_and_add(&settings->half_open, -1);
	if (to != FWD_FREE && FWD_IS_ACTIVE(from) == FWD_IS_ACTIVE(to))
		return 0;
	__sync_fetch_and_add(FWD_IS_ACTIVE(from) ? &load->active : &load->inactive, -1);
	if (to != FWD_FREE)
		__sync_fetch_and_add(FWD_IS_ACTIVE(to) ? &load->active : &load->inactive, 1);
	return 0;
}

/* The flow ends here. */
static __always_inline void finish(const struct flow *f, __u32 what)
{
	if (__sync_val_compare_and_swap((__u32 *)f->what, what, FWD_FREE) == what)
		fwd_moved(FWD_PLACE(what), FWD_STATE(what), FWD_FREE);
}

/* The packet belongs to the flow: its state, its time. */
static __always_inline void follow(const struct flow *f, __u32 what, __u8 protocol, __u8 flags,
				   __u64 now, const _Bool reply)
{
	__u32 when = WHEN(f->what), units = (__u32)(now >> FWD_UNIT), next = what & ~FWD_LEARNT;

	if (protocol == IPPROTO_TCP)
		next = FWD_WHAT(next_state(FWD_STATE(what), flags, reply), FWD_PLACE(what), 0);
	if (FWD_UNITS(when ^ units))
		WHEN(f->what) = (when & ~FWD_UNITS(~0u)) | FWD_UNITS(units);
	if (next == what)
		return;
	if (__sync_val_compare_and_swap((__u32 *)f->what, what, next) != what)
		return;
	fwd_moved(FWD_PLACE(what), FWD_STATE(what), FWD_STATE(next));
	fwd_event(flow_event(f));
}

/* length: bytes of IP. */
static __always_inline void count_packet(__u32 cpu, __u32 place, __u32 length, const _Bool reply)
{
	struct fwd_count *c = AT(fwd_counts, cpu * FWD_REALS_MAX + place);

	if (!c)
		return;
	if (reply) {
		c->out_packets++;
		c->out_bytes += length;
	} else {
		count_in(c, length);
	}
}

#endif
