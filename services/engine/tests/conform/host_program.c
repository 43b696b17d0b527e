// SPDX-License-Identifier: GPL-2.0-or-later
/* Written for another compiler. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wpointer-arith"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#include "engine/tests/conform/host_helpers.h"

#include "engine/bpf/forward.bpf.c"

#include "engine/tests/conform/host_program.h"

#define HOST_TABLE(member) const void *const host_##member = &fwd_##member;
HOST_TABLES(HOST_TABLE)

struct fwd_fixed *const host_fixed = &fwd_fixed;

const void *const host_leases = &gate_leases, *const host_scratch = &fwd_scratch,
		  *const host_fragments = &fwd_fragments;
const size_t host_scratch_size = sizeof(struct scratch),
	     host_fragment_key_size = sizeof(struct fragment_key);
const volatile void *const host_lines4 = &fwd_lines4, *const host_lines6 = &fwd_lines6,
			   *const host_seed = &fwd_seed;

int host_main(struct xdp_md *ctx)
{
	return fwd_main(ctx);
}
