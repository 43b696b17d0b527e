// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/host.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "engine/tests/conform/host_helpers.h"
#include "engine/tests/conform/host_program.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

#define LINES 1024
#define SEED 0x5eed5eed5eed5eedULL
#define FRAME_AREA 16384
/* Before the frame: what the kernel leaves; so that IP's header is aligned. */
#define HEADROOM (256 + 2)
#define PORT_INDEX 1 /* interfaces: ports from here on, */
#define LAN_INDEX 11 /* and VLANs */
#define FRAGMENTS 64

static struct {
	const void *map;
	uint8_t *memory;
	uint32_t n;
	size_t size;
} maps[32];

static size_t n_maps;
static uint8_t *area; /* addressable by 32 bits, as struct xdp_md's members */
static uint32_t redirected;
/* The only hash of the kernel's: keys and values. */
static uint8_t fragment_keys[FRAGMENTS][64], fragment_values[FRAGMENTS][64];
static uint32_t n_fragments;

void *host_lookup(const void *map, const void *key)
{
	const uint32_t *index = key;

	for (uint32_t i = 0; map == host_fragments && i < FRAGMENTS && i < n_fragments; i++)
		if (memcmp(fragment_keys[i], key, host_fragment_key_size) == 0)
			return fragment_values[i];
	for (size_t i = 0; i < n_maps; i++)
		if (maps[i].map == map && *index < maps[i].n)
			return maps[i].memory + *index * maps[i].size;
	return NULL;
}

/* Of fragments; the oldest is forgotten. */
long host_update(const void *map, const void *key, const void *value)
{
	void *old = host_lookup(map, key);
	const uint32_t i = n_fragments % FRAGMENTS;

	if (old) {
		memcpy(old, value, host_scratch_size);
		return 0;
	}
	memcpy(fragment_keys[i], key, host_fragment_key_size);
	memcpy(fragment_values[i], value, host_scratch_size);
	n_fragments++;
	return 0;
}

__u32 bpf_get_prandom_u32(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223; /* Numerical Recipes */
	return state;
}

__u32 bpf_get_smp_processor_id(void)
{
	return 0;
}

__u64 bpf_ktime_get_coarse_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

/* A thousand of them a second. */
__u64 bpf_jiffies64(void)
{
	return bpf_ktime_get_coarse_ns() / 1000000 + 1;
}

long bpf_loop(__u32 n, void *callback, void *data, __u64 flags)
{
	long (*one)(__u32 i, void *data) = callback;
	uint32_t i = 0;

	(void)flags;
	while (i < n && one(i++, data) == 0)
		;
	return i;
}

__s64 bpf_csum_diff(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __u32 seed)
{
	uint64_t sum = seed;

	for (uint32_t i = 0; i < from_size / 4; i++)
		sum += ~from[i];
	for (uint32_t i = 0; i < to_size / 4; i++)
		sum += to[i];
	while (sum >> 32)
		sum = (sum & 0xffffffff) + (sum >> 32);
	return (__s64)sum;
}

long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int size, __u32 flags)
{
	struct world_address to = {.family = params->family == AF_INET6 ? 6 : 4}, hop;
	const struct world_lan *lan;
	struct fwd_hop known;

	(void)ctx;
	(void)size;
	(void)flags;
	memcpy(to.bytes, params->ipv6_dst, to.family == 6 ? 16 : 4);
	lan = world_route(&to, &hop);
	if (params->tot_len > lan->mtu) {
		params->mtu_result = lan->mtu;
		return BPF_FIB_LKUP_RET_FRAG_NEEDED;
	}
	world_mac(&hop, known.mac);
	world_port_mac(lan->port, known.source);
	memcpy(params->dmac, known.mac, ETH_ALEN);
	memcpy(params->smac, known.source, ETH_ALEN);
	params->ifindex = (uint32_t)(LAN_INDEX + (lan - world_lans));
	params->mtu_result = lan->mtu;
	return BPF_FIB_LKUP_RET_SUCCESS;
}

long bpf_redirect_map(void *map, __u32 key, __u64 flags)
{
	(void)map;
	redirected = key;
	return key < WORLD_PORTS ? XDP_REDIRECT : (long)(flags & 3);
}

/* Only the frame may be touched. */
static void guard(const struct xdp_md *ctx)
{
	ASAN_POISON_MEMORY_REGION(area, FRAME_AREA);
	ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)ctx->data, ctx->data_end - ctx->data);
}

/* net/core/filter.c: bpf_xdp_adjust_head(), bpf_xdp_adjust_tail(). */
long bpf_xdp_adjust_head(struct xdp_md *ctx, int delta)
{
	const uint32_t least = (uint32_t)(uintptr_t)area;
	const uint32_t data = ctx->data + (uint32_t)delta;

	if (data < least || data + ETH_HLEN > ctx->data_end)
		return -EINVAL;
	ctx->data = data;
	guard(ctx);
	if (delta < 0)
		memset((void *)(uintptr_t)data, 0xa5, (size_t)-delta);
	return 0;
}

long bpf_xdp_adjust_tail(struct xdp_md *ctx, int delta)
{
	const uint32_t end = ctx->data_end + (uint32_t)delta;

	if (delta > 0 || end < ctx->data + ETH_HLEN)
		return -EINVAL;
	ctx->data_end = end;
	guard(ctx);
	return 0;
}

__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

static void *map_add(const void *map, uint32_t n, size_t size)
{
	uint8_t *memory = aligned_alloc(FWD_LINE, (n * size + FWD_LINE - 1) / FWD_LINE * FWD_LINE);

	if (memory) {
		memset(memory, 0, n * size);
		maps[n_maps].map = map;
		maps[n_maps].memory = memory;
		maps[n_maps].n = n;
		maps[n_maps++].size = size;
	}
	return memory;
}

#define MAP(t, member, n) ((t)->member = map_add(host_##member, n, sizeof(*(t)->member)))

static bool make_maps(struct tables_path *path)
{
	struct forward_tables *t = &path->tables;

	forward_tables_fix(t, host_fixed);
	return MAP(t, flows4, LINES) && MAP(t, flows6, LINES) && MAP(t, picks, FWD_SERVICES_MAX) &&
	       MAP(t, counts, FWD_REALS_MAX) && MAP(t, cpus, 1) && MAP(t, rings, 1) &&
	       (path->leases = map_add(host_leases, GATE_GROUPS_MAX, sizeof(*path->leases))) &&
	       map_add(host_scratch, 1, host_scratch_size);
}

/* What libbpf does with a program's constants before it is loaded. */
static int set_constant(const volatile void *constant, const void *value, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t at = (uintptr_t)constant & ~(page - 1);
	const size_t all = (((uintptr_t)constant + size - 1) & ~(page - 1)) + page - at;

	if (mprotect((void *)at, all, PROT_READ | PROT_WRITE) < 0)
		return -errno;
	memcpy((void *)(uintptr_t)constant, value, size);
	return 0;
}

int host_make(struct tables_path *path)
{
	const uint32_t lines = LINES;
	const uint64_t seed = SEED;
	int r;

	area = mmap(NULL, FRAME_AREA, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	r = set_constant(host_lines4, &lines, sizeof(lines));
	if (r == 0)
		r = set_constant(host_lines6, &lines, sizeof(lines));
	if (r == 0)
		r = set_constant(host_seed, &seed, sizeof(seed));
	if (r < 0)
		return r;
	path->tables.n_cpus = 1;
	path->tables.lines4 = path->tables.lines6 = LINES;
	path->tables.seed = SEED;
	for (uint32_t i = 0; i < WORLD_PORTS; i++)
		path->ports[i] = PORT_INDEX + i;
	for (uint32_t i = 0; i < WORLD_LANS; i++)
		path->lans[i] = LAN_INDEX + i;
	return make_maps(path) ? 0 : -ENOMEM;
}

void host_free(struct tables_path *path)
{
	tables_path_clear(path);
	for (size_t i = 0; i < n_maps; i++)
		free(maps[i].memory);
	n_maps = 0;
	ASAN_UNPOISON_MEMORY_REGION(area, FRAME_AREA);
	munmap(area, FRAME_AREA);
}

int host_send(void *data, const struct world_lan *lan, const uint8_t *bytes, size_t size,
	      bool wants, struct run_result *ret_result)
{
	struct xdp_md ctx = {.data = (uint32_t)(uintptr_t)area + HEADROOM,
			     .ingress_ifindex = PORT_INDEX + lan->port};
	int verdict;

	(void)data;
	(void)wants;
	if (size < ETH_HLEN || size > FRAME_AREA - HEADROOM)
		return -EINVAL;
	ctx.data_end = ctx.data + (uint32_t)size;
	guard(&ctx);
	memcpy((void *)(uintptr_t)ctx.data, bytes, size);
	verdict = host_main(&ctx);
	ret_result->size = ctx.data_end - ctx.data;
	memcpy(ret_result->bytes, (void *)(uintptr_t)ctx.data, ret_result->size);
	ret_result->port = verdict == XDP_TX ? lan->port : redirected;
	ret_result->verdict = verdict == XDP_PASS			     ? RUN_PASSED
			      : verdict == XDP_TX || verdict == XDP_REDIRECT ? RUN_SENT
									     : RUN_DROPPED;
	if (verdict == XDP_PASS &&
	    (ret_result->size != size || memcmp(bytes, ret_result->bytes, size) != 0))
		return -EILSEQ;
	return 0;
}
