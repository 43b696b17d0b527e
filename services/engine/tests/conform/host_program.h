/* SPDX-License-Identifier: GPL-2.0-or-later */
/* forward.bpf.c as a part of this program: its headers and the C library's exclude each other. */
#ifndef TRIREME_ENGINE_TESTS_HOST_PROGRAM_H
#define TRIREME_ENGINE_TESTS_HOST_PROGRAM_H

#include <linux/bpf.h>
#include <stddef.h>

/* Names of maps that are known by the member of struct forward_tables. */
#define HOST_TABLES(x) x(flows4) x(flows6) x(picks) x(counts) x(cpus) x(rings)

#define HOST_TABLE(member) extern const void *const host_##member;
HOST_TABLES(HOST_TABLE)
#undef HOST_TABLE

/* The tables that are in no map. */
extern struct fwd_fixed *const host_fixed;

extern const void *const host_leases, *const host_scratch, *const host_fragments;
extern const size_t host_scratch_size, host_fragment_key_size;

/* Constants that are set before a program is loaded. */
extern const volatile void *const host_lines4, *const host_lines6, *const host_seed;

int host_main(struct xdp_md *ctx);

#endif
