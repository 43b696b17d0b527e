/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In the place of libbpf's bpf_helpers.h: what forward.bpf.c uses of it, for host.c. */
#ifndef TRIREME_ENGINE_TESTS_HOST_HELPERS_H
#define TRIREME_ENGINE_TESTS_HOST_HELPERS_H

#define __BPF_HELPERS__ /* the other one is not taken */

#include <linux/bpf.h>
#include <stddef.h>

#define SEC(name)
#define __uint(name, val) int(*name)[val]
#define __type(name, val) __typeof__(val) *name
#define __array(name, val) __typeof__(val) *name[]
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __noinline __attribute__((noinline))

enum {
	LIBBPF_PIN_NONE,
	LIBBPF_PIN_BY_NAME,
};

void *host_lookup(const void *map, const void *key);
long host_update(const void *map, const void *key, const void *value);

#define bpf_map_lookup_elem(map, key) ((__typeof__((map)->value))host_lookup(map, key))
#define bpf_map_update_elem(map, key, value, flags) host_update(map, key, value)
#define bpf_tail_call(ctx, map, index) return (map)->values[index](ctx)

__u32 bpf_get_prandom_u32(void);
__u32 bpf_get_smp_processor_id(void);
__u64 bpf_ktime_get_coarse_ns(void);
__u64 bpf_jiffies64(void);
long bpf_loop(__u32 n, void *callback, void *data, __u64 flags);
__s64 bpf_csum_diff(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __u32 seed);
long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int size, __u32 flags);
long bpf_redirect_map(void *map, __u32 key, __u64 flags);
long bpf_xdp_adjust_head(struct xdp_md *ctx, int delta);
long bpf_xdp_adjust_tail(struct xdp_md *ctx, int delta);
__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx);

#endif
