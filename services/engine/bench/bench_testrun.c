// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * testrun A B KIND FLOWS RUNS ROUNDS CPU: what the data path on the router's ports takes for a
 * packet by BPF_PROG_TEST_RUN, with each packet of the next flow of FLOWS. KIND is `udp` or `tcp`
 * (from clients, known), -reply, -new (each of a new flow), -miss (for no service). Without the
 * making of frames: that is measured beside it, round by round, and taken off.
 *
 * held A COUNT CPU: how many of COUNT connections the data path holds, and in how much memory.
 *
 * offer A FIRST FLOWS SECONDS: packets of FLOWS flows of UDP, one of each, as fast as they can be
 * made, ahead of nobody; for SECONDS, if it is not 0: again and again, and each time the table
 * forgets all flows before. Says how many flows the table has then.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "engine/bench/bench.h"
#include "engine/bench/load.skel.h"
#include "engine/bpf/forward.h"

#define MAPS_MAX 64
#define MIB (1024.0 * 1024.0)
#define OFFER_PART 16384
#define OFFER_MAX (1U << 30)

struct test {
	struct load_bpf *load;
	struct bench_port ports[2];
	int program; /* the data path's */
	struct fwd_line4 *flows4;
	uint32_t lines4;
	bool tcp, reply, fresh, miss;
	unsigned int flows, runs, rounds, cpu;
};

static void close_test(struct test *t)
{
	load_bpf__destroy(t->load);
}

static int run(const struct test *t, unsigned int repeat, void *frame, uint32_t *ret_code,
	       double *ret_ns)
{
	struct xdp_md context = {.data_end = LOAD_FRAME,
				 .ingress_ifindex = t->ports[t->reply].index};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .data_in = t->load->bss->how.frame, .data_size_in = LOAD_FRAME,
		    .data_out = frame, .data_size_out = LOAD_FRAME, .repeat = (int)repeat);
	int r = bpf_prog_test_run_opts(bpf_program__fd(t->load->progs.test), &opts);

	*ret_ns = opts.duration; /* of one, by the kernel; the call takes longer */
	*ret_code = opts.retval;
	return bench_say(r < 0 ? -errno : 0, "test run");
}

static void prepare(const struct test *t, bool reply, uint8_t flags, uint32_t flows)
{
	struct bench_frames frames = {.tcp = t->tcp,
				      .reply = reply,
				      .tcp_flags = flags,
				      .to = {2, 0, 0, 0, 2, 1},
				      .from = {2, 0, 0, 0, 1, 1},
				      .vip = t->miss ? BENCH_VIP + 1 : BENCH_VIP,
				      .vport = BENCH_VPORT,
				      .rport = BENCH_RPORT};
	struct load_how *how = &t->load->bss->how;

	bench_template(how, &frames);
	how->flows = flows;
	how->next = 0;
}

/* What is measured comes behind the making of the frame: the data path, or nothing. */
static int choose(const struct test *t, int program)
{
	uint32_t key = 0;

	return bench_say(
		bpf_map_update_elem(bpf_map__fd(t->load->maps.tested), &key, &program, BPF_ANY),
		"tail call");
}

/* Every flow once, one by one, to see where it goes. */
static int pass(struct test *t, bool reply, uint8_t flags)
{
	uint8_t frame[LOAD_FRAME];
	bool was = t->reply;
	uint32_t code, i;
	double ns;
	int r = 0;

	t->reply = reply;
	prepare(t, reply, flags, t->flows);
	for (i = 0; r == 0 && i < t->flows; i++) {
		r = run(t, 1, frame, &code, &ns);
		if (r == 0 && code != XDP_REDIRECT)
			r = bench_say(-EPROTO, "a packet of a flow was not sent on");
		if (r == 0 && !reply)
			t->load->bss->noted[i & (LOAD_NOTED - 1)] = frame[ETH_ALEN - 1];
	}
	t->reply = was;
	return r;
}

static int warm(struct test *t)
{
	int r = 0;

	if (t->fresh || t->miss)
		return 0;
	r = pass(t, false, TH_SYN);
	if (r == 0 && (t->tcp || t->reply))
		r = pass(t, true, TH_SYN | TH_ACK);
	if (r == 0 && t->tcp)
		r = pass(t, false, TH_ACK);
	return r;
}

/* ns: of the data path alone. */
static int round_of(struct test *t, uint32_t wanted, double *ret_ns)
{
	const unsigned int flows = t->fresh ? t->runs : t->flows;
	uint32_t code = 0;
	double bare = 0, whole = 0;
	int r = choose(t, bpf_program__fd(t->load->progs.test_nothing));

	prepare(t, t->reply, t->fresh ? TH_SYN : TH_ACK, flows);
	if (r == 0)
		r = run(t, t->runs, NULL, &code, &bare);
	if (r == 0)
		r = choose(t, t->program);
	if (t->fresh)
		memset(t->flows4, 0, sizeof(*t->flows4) * t->lines4);
	prepare(t, t->reply, t->fresh ? TH_SYN : TH_ACK, flows);
	if (r == 0)
		r = run(t, t->runs, NULL, &code, &whole);
	if (r == 0 && code != wanted)
		r = bench_say(-EPROTO, "the last packet went another way");
	*ret_ns = whole - bare;
	return r;
}

static int open_test(struct test *t)
{
	_cleanup_close_ int map = -1;
	uint32_t size;
	int r;

	t->load = load_bpf__open_and_load();
	if (!t->load)
		return bench_say(-errno, "load");
	r = bench_enter(&t->ports[1]);
	t->program = r == 0 ? bench_attached(&t->ports[0]) : r;
	if (t->program < 0)
		return t->program;
	map = bench_map(t->program, "fwd_flows4", &size, &t->lines4);
	if (map < 0)
		return map;
	t->flows4 =
		mmap(NULL, (size_t)size * t->lines4, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (t->flows4 == MAP_FAILED)
		return bench_say(-errno, "flows");
	return choose(t, t->program);
}

int bench_testrun(int n, char **words)
{
	_cleanup_(close_test) struct test t = {0};
	unsigned int i;
	int r;

	if (n != 7 || bench_parse_port(words[0], &t.ports[0]) < 0 ||
	    bench_parse_port(words[1], &t.ports[1]) < 0)
		return bench_say(-EINVAL, "testrun A B KIND FLOWS RUNS ROUNDS CPU");
	t.tcp = strncmp(words[2], "tcp", 3) == 0;
	t.reply = strstr(words[2], "-reply");
	t.fresh = strstr(words[2], "-new");
	t.miss = strstr(words[2], "-miss");
	t.flows = (unsigned int)strtoul(words[3], NULL, 10);
	t.runs = (unsigned int)strtoul(words[4], NULL, 10);
	t.rounds = (unsigned int)strtoul(words[5], NULL, 10);
	t.cpu = (unsigned int)strtoul(words[6], NULL, 10);
	if (t.flows < 1 || t.flows > LOAD_NOTED || t.runs < 1 || t.rounds < 1)
		return bench_say(-ERANGE, "FLOWS, RUNS or ROUNDS");
	r = open_test(&t);
	if (r == 0)
		r = bench_pin((int)t.cpu);
	if (r == 0)
		r = warm(&t);
	printf("{\"ns\": [");
	for (i = 0; r == 0 && i < t.rounds; i++) {
		double ns;

		r = round_of(&t, t.miss ? XDP_PASS : XDP_REDIRECT, &ns);
		printf("%s%.2f", i ? ", " : "", ns);
	}
	printf("]}\n");
	return r;
}

static uint32_t count_flows(const struct test *t, uint32_t state)
{
	uint32_t i, k, n = 0;

	for (i = 0; i < t->lines4; i++)
		for (k = 0; k < FWD_FLOWS4; k++)
			n += FWD_STATE(t->flows4[i].flows[k].what) == state;
	return n;
}

/* Of all maps of a program. */
static double memory_mib(int program)
{
	uint32_t ids[MAPS_MAX], size = sizeof(struct bpf_prog_info), i;
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};
	double all = 0;

	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return 0;
	for (i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
		struct bpf_map_info map = {0};
		_cleanup_close_ int fd = bpf_map_get_fd_by_id(ids[i]);

		size = sizeof(map);
		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &map, &size) == 0)
			all += (double)map.value_size * map.max_entries / MIB;
	}
	return all;
}

int bench_held(int n, char **words)
{
	const uint8_t flags[] = {TH_SYN, TH_ACK}; /* a connection's client, and again */
	_cleanup_(close_test) struct test t = {.tcp = true};
	uint32_t code, before;
	double ns[2] = {0};
	size_t i;
	int r;

	if (n != 3 || bench_parse_port(words[0], &t.ports[0]) < 0)
		return bench_say(-EINVAL, "held A COUNT CPU");
	t.ports[1] = t.ports[0];
	t.runs = (unsigned int)strtoul(words[1], NULL, 10);
	t.cpu = (unsigned int)strtoul(words[2], NULL, 10);
	r = open_test(&t);
	if (r == 0)
		r = bench_pin((int)t.cpu);
	if (r < 0)
		return r;
	memset(t.flows4, 0, sizeof(*t.flows4) * t.lines4);
	for (i = 0; r == 0 && i < sizeof(flags); i++) {
		prepare(&t, false, flags[i], t.runs);
		r = run(&t, t.runs, NULL, &code, &ns[i]);
	}
	before = count_flows(&t, FWD_ESTABLISHED);
	/* Whoever is not found now would begin anew, or be passed up. */
	prepare(&t, false, TH_ACK, t.runs);
	if (r == 0)
		r = run(&t, t.runs, NULL, &code, &ns[1]);
	if (r == 0 && before != count_flows(&t, FWD_ESTABLISHED))
		r = bench_say(-EPROTO, "flows were made again");
	printf("{\"offered\": %u, \"held\": %u, \"slots\": %u, \"flows_mib\": %.1f, \"table_mib\": "
	       "%.1f, \"new_ns\": %.1f, "
	       "\"known_ns\": %.1f}\n",
	       t.runs, before, t.lines4 * FWD_FLOWS4, t.lines4 * (double)FWD_LINE / MIB,
	       memory_mib(t.program), ns[0], ns[1]);
	return r;
}

/* All flows once, in parts that leave the kernel now and then. */
static int offer_all(const struct test *t, uint32_t first, uint64_t until, uint64_t *sent)
{
	uint32_t code, done, part;
	double ns;
	int r = 0;

	prepare(t, false, 0, first + t->flows);
	t->load->bss->how.next = first;
	for (done = 0; r == 0 && done < t->flows && bench_now_ns() < until; done += part) {
		part = t->flows - done < OFFER_PART ? t->flows - done : OFFER_PART;
		r = run(t, part, NULL, &code, &ns);
		if (r == 0 && code != XDP_REDIRECT)
			r = bench_say(-EPROTO, "a packet was not sent on");
		*sent += part;
	}
	return r;
}

int bench_offer(int n, char **words)
{
	uint64_t began = bench_now_ns(), until = UINT64_MAX, sent = 0;
	_cleanup_(close_test) struct test t = {0};
	unsigned int first, seconds;
	int r;

	if (n != 4 || bench_parse_port(words[0], &t.ports[0]) < 0)
		return bench_say(-EINVAL, "offer A FIRST FLOWS SECONDS");
	t.ports[1] = t.ports[0];
	first = (unsigned int)strtoul(words[1], NULL, 10);
	t.flows = (unsigned int)strtoul(words[2], NULL, 10);
	seconds = (unsigned int)strtoul(words[3], NULL, 10);
	if (first > OFFER_MAX || t.flows > OFFER_MAX)
		return bench_say(-ERANGE, "FIRST or FLOWS");
	if (seconds > 0)
		until = began + seconds * 1000000000ULL;
	r = open_test(&t);
	if (r < 0)
		return r;
	do {
		if (seconds > 0)
			memset(t.flows4, 0, sizeof(*t.flows4) * t.lines4);
		r = offer_all(&t, first, until, &sent);
	} while (r == 0 && seconds > 0 && bench_now_ns() < until);
	printf("{\"sent\": %llu, \"ns\": %llu, \"flows\": %u}\n", (unsigned long long)sent,
	       (unsigned long long)(bench_now_ns() - began), count_flows(&t, FWD_UDP));
	return r;
}
