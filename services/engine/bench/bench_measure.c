// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * measure FROM TO KIND FLOWS FRAMES ROUNDS CPU MAC-TO-FROM MAC-TO-TO [SECONDS]: frames of FLOWS
 * flows, in rounds, from the client's port FROM through a router to the real servers' port TO.
 * KIND is `udp` or `tcp`, -new (each frame a new flow; FLOWS is not used), -reply (measured is the
 * way back). MACs are the router's. With SECONDS: more than the router can take for so long,
 * whatever arrives, which another processor takes from the first port.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/ether.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "engine/bench/bench.h"
#include "engine/bench/load.skel.h"

#define NEW_FLOWS (1U << 30)
#define PAUSE_NS 5000000 /* between rounds: what was put off is done meanwhile */
#define OFFERED_NS 160	 /* from one frame to the next in overload, if the generator can */
#define OVERLOAD_FRAMES (1 << 19)
/* The most that the kernel makes at once. It keeps as many pages for use again: a page above that
 * goes back to the allocator, by which the processors would wait for each other. */
#define OVERLOAD_BATCH 256

struct run {
	struct load_bpf *load;
	struct bench_port ports[2]; /* of the client, of the real servers */
	uint8_t routers[2][6];	    /* its MAC there */
	bool tcp, fresh, reply;
	unsigned int flows, frames, rounds, cpu;
	double seconds;
};

static void close_load(struct load_bpf **load)
{
	load_bpf__destroy(*load);
}

/* Frames, a multiple of LOAD_BATCH, as batch is. What one of them takes is ret_ns, if asked for. */
static int burst(const struct run *run, const struct bench_port *port, uint32_t frames,
		 uint32_t batch, double *ret_ns)
{
	struct xdp_md context = {.data_end = LOAD_FRAME, .ingress_ifindex = port->index};
	struct load_bpf__bss *bss = run->load->bss;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .data_in = bss->how.frame, .data_size_in = LOAD_FRAME, .repeat = (int)frames,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = batch);
	int r;

	bss->how.made = 0;
	bss->how.last = frames - LOAD_BATCH;
	r = bpf_prog_test_run_opts(bpf_program__fd(run->load->progs.generate), &opts);
	if (ret_ns)
		*ret_ns = (double)(bss->times.ended - bss->times.began) / bss->how.last;
	return bench_say(r < 0 ? -errno : 0, "generator");
}

static void prepare(struct run *run, bool reply, uint8_t flags, bool check)
{
	struct bench_frames frames = {.tcp = run->tcp,
				      .reply = reply,
				      .tcp_flags = flags,
				      .vip = BENCH_VIP,
				      .vport = BENCH_VPORT,
				      .rport = BENCH_RPORT};
	struct load_how *how = &run->load->bss->how;

	memcpy(frames.to, run->routers[reply], sizeof(frames.to));
	memcpy(frames.from, (uint8_t[6]){2, 0, 0, 0, 1, 1}, sizeof(frames.from));
	bench_template(how, &frames);
	how->flows = run->fresh ? NEW_FLOWS : run->flows;
	how->next = 0;
	how->check = check;
	how->await = check && run->seconds > 0;
	how->checked = bench_seen(run->load).checked;
}

/* Every flow once, in this direction. */
static int pass(struct run *run, bool reply, uint8_t flags)
{
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct bench_port *port = &run->ports[reply];
	uint32_t frames = (run->flows + LOAD_BATCH - 1) / LOAD_BATCH * LOAD_BATCH;
	int r = bench_enter(port);

	prepare(run, reply, flags, true);
	if (r == 0)
		r = burst(run, port, frames, LOAD_BATCH, NULL);
	nanosleep(&pause, NULL);
	return r;
}

/* Flows are there, seen in both directions, those of TCP established. */
static int warm(struct run *run)
{
	int r;

	if (run->fresh)
		return 0;
	r = pass(run, false, TH_SYN);
	if (r == 0 && (run->tcp || run->reply))
		r = pass(run, true, TH_SYN | TH_ACK);
	if (r == 0 && run->tcp)
		r = pass(run, false, TH_ACK);
	return r;
}

static uint64_t arrived(const struct load_seen *seen)
{
	uint64_t all = 0;
	int i;

	for (i = 1; i <= BENCH_REALS; i++)
		all += seen->frames[i];
	return all;
}

static unsigned int count_warm(const struct run *run)
{
	unsigned int n = 0, i;

	for (i = 0; !run->fresh && i < run->flows && i < LOAD_NOTED; i++)
		n += run->load->bss->noted[i] != 0;
	return n;
}

static int rounds(struct run *run, struct bench_figures *figures)
{
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct bench_port *port = &run->ports[run->reply];
	int r = bench_enter(port);

	nanosleep(&pause, NULL);
	prepare(run, run->reply, run->fresh ? TH_SYN : TH_ACK, false);
	for (; r == 0 && figures->rounds < run->rounds; figures->rounds++) {
		r = burst(run, port, run->frames, LOAD_BATCH, &figures->ns[figures->rounds]);
		figures->sent += run->frames;
		nanosleep(&pause, NULL);
	}
	return r;
}

/* One figure: ns in which all of it was sent. */
static int overload(struct run *run, struct bench_figures *figures)
{
	struct bench_port *port = &run->ports[run->reply];
	double all = 0, ns;
	int r = bench_enter(port);

	prepare(run, run->reply, run->fresh ? TH_SYN : TH_ACK, false);
	run->load->bss->how.gap_ns = LOAD_BATCH * OFFERED_NS;
	while (r == 0 && all < run->seconds * 1e9) {
		r = burst(run, port, OVERLOAD_FRAMES, OVERLOAD_BATCH, &ns);
		figures->sent += OVERLOAD_FRAMES;
		all += ns * OVERLOAD_FRAMES;
	}
	figures->ns[figures->rounds++] = all;
	return r;
}

static void print(const struct bench_figures *figures)
{
	unsigned int i;

	printf("{\"sent\": %llu, \"arrived\": %llu, \"wrong\": %llu, \"warm\": %u, \"ns\": [",
	       (unsigned long long)figures->sent, (unsigned long long)figures->arrived,
	       (unsigned long long)figures->wrong, figures->warm);
	for (i = 0; i < figures->rounds; i++)
		printf("%s%.2f", i ? ", " : "", figures->ns[i]);
	printf("]}\n");
}

static int open_run(struct run *run)
{
	int r, i;

	run->load = load_bpf__open_and_load();
	if (!run->load)
		return bench_say(-errno, "load");
	for (r = 0, i = 0; r == 0 && i < 2; i++)
		r = bench_attach(&run->ports[i], bpf_program__fd(run->load->progs.sink));
	return r == 0 ? bench_pin((int)run->cpu) : r;
}

static int parse(int n, char **words, struct run *run)
{
	struct ether_addr macs[2];
	int i;

	if (n < 9 || n > 10) {
		fprintf(stderr, "bench-forward: measure FROM TO KIND FLOWS FRAMES ROUNDS CPU MAC "
				"MAC [SECONDS]\n");
		return -EINVAL;
	}
	for (i = 0; i < 2; i++)
		if (bench_parse_port(words[i], &run->ports[i]) < 0 ||
		    !ether_aton_r(words[7 + i], &macs[i]))
			return -EINVAL;
	memcpy(run->routers, macs, sizeof(macs));
	run->tcp = strncmp(words[2], "tcp", 3) == 0;
	run->fresh = strstr(words[2], "-new");
	run->reply = strstr(words[2], "-reply");
	run->flows = (unsigned int)strtoul(words[3], NULL, 10);
	run->frames = (unsigned int)strtoul(words[4], NULL, 10);
	run->rounds = (unsigned int)strtoul(words[5], NULL, 10);
	run->cpu = (unsigned int)strtoul(words[6], NULL, 10);
	run->seconds = n > 9 ? strtod(words[9], NULL) : 0;
	if (run->flows < 1 || run->frames < 2 * LOAD_BATCH || run->frames % LOAD_BATCH ||
	    run->rounds < 1 || run->rounds > BENCH_ROUNDS_MAX)
		return bench_say(-ERANGE, "FLOWS, FRAMES or ROUNDS");
	return 0;
}

int bench_measure(int n, char **words)
{
	struct bench_figures figures = {0};
	struct load_seen before, after;
	struct run run = {0};
	_cleanup_(close_load) struct load_bpf *load = NULL;
	int r = parse(n, words, &run);

	if (r == 0)
		r = open_run(&run);
	load = run.load;
	if (r == 0)
		r = warm(&run);
	if (r < 0)
		return r;
	figures.warm = count_warm(&run);
	before = bench_seen(load);
	r = run.seconds > 0 ? overload(&run, &figures) : rounds(&run, &figures);
	after = bench_seen(load);
	figures.arrived = arrived(&after) - arrived(&before);
	figures.wrong = after.wrong;
	print(&figures);
	return r;
}
