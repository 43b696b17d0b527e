// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any sequence of frames into the data path: those of the case below, with bytes changed, cut off
 * or made up. Nothing outside of a frame may be touched; what is sent is a whole packet, whose
 * checksums are right if they came right; what is counted as open are the flows that are there.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tests/conform/host.h"

#define EDITS_MAX 8
#define FRAME_MAX 1600
#define PLACES 64	    /* more than the case has */
#define IP4_FRAGMENT 0x3fff /* offset, more */

static const char services[] =
	"case fuzz\n"
	"service a4 tcp vip4:80 nat wlc persist 60\n"
	"service b4 udp vip4:53 nat rr\n"
	"service c4 tcp vipb4:80 direct mh\n"
	"service d4 udp vipb4:53 tunnel rr\n"
	"service a6 tcp vip6:80 nat wlc persist 60\n"
	"service b6 udp vip6:53 nat rr\n"
	"service c6 tcp vipb6:80 direct mh\n"
	"service d6 udp vipb6:53 tunnel rr\n"
	"real a4 ann4:8080\n"
	"real a4 tag4:8080\n"
	"real b4 ann4:5353\n"
	"real b4 small4:5353\n"
	"real c4 ann4:80\n"
	"real d4 tag4:53\n"
	"real a6 ann6:8080\n"
	"real a6 tag6:8080\n"
	"real b6 ann6:5353\n"
	"real b6 small6:5353\n"
	"real c6 ann6:80\n"
	"real d6 tag6:53\n"
	"in eth0 tcp client4:1000 > vip4:80 syn len 20\n"
	"in eth0 udp client4:1000 > vip4:53 len 20\n"
	"in eth0 tcp client4:1000 > vipb4:80 syn len 20\n"
	"in eth0 udp client4:1000 > vipb4:53 len 20\n"
	"in eth0.5 tcp tclient4:1000 > vip4:80 syn len 20\n"
	"in eth0.5 udp tclient4:1000 > vipb4:53 len 20\n"
	"in eth1 tcp ann4:8080 > client4:1000 ackn len 20\n"
	"in eth1 udp ann4:5353 > client4:1000 len 1400\n"
	"in eth1.7 tcp tag4:8080 > tclient4:1000 syn ackn len 20\n"
	"in eth0 udp client4:1000 > vip4:53 len 2000 frag 0 1200 more\n"
	"in eth0 udp client4:1000 > vip4:53 len 2000 frag 1200 808\n"
	"in eth0 icmp 3/4 far4:0 > vip4:0 quote tcp vip4:80 > client4:1000 len 80 quoted 90\n"
	"in eth0 icmp 3/4 far4:0 > vip4:0 quote udp vip4:53 > client4:1000 len 80 quoted 90\n"
	"in eth1 icmp 3/4 ann4:0 > client4:0 quote udp client4:1000 > ann4:5353 len 80 quoted 90\n"
	"in eth1 tcp bob4:1000 > vip4:80 syn len 20\n"
	"in eth1 tcp ann4:8080 > eth1own4:40000 ackn len 20\n"
	"in eth1 udp bob4:1000 > vip4:53 len 20\n"
	"in eth1 udp ann4:5353 > eth1own4:40000 len 20\n"
	"in eth1 udp bob4:1000 > vip4:53 len 2000 frag 0 1200 more\n"
	"in eth1 udp bob4:1000 > vip4:53 len 2000 frag 1200 808\n"
	"in eth1 icmp 3/4 bob4:0 > vip4:0 quote udp vip4:53 > bob4:1000 len 80 quoted 90\n"
	"in eth1 icmp 3/4 ann4:0 > eth1own4:0 quote udp eth1own4:40000 > ann4:5353 len 80 quoted "
	"90\n"
	"in eth0 tcp client6:1000 > vip6:80 syn len 20\n"
	"in eth0 udp client6:1000 > vip6:53 len 20\n"
	"in eth0 tcp client6:1000 > vipb6:80 syn len 20\n"
	"in eth0 udp client6:1000 > vipb6:53 len 20\n"
	"in eth0.5 tcp tclient6:1000 > vip6:80 syn len 20\n"
	"in eth0.5 udp tclient6:1000 > vipb6:53 len 20\n"
	"in eth1 tcp ann6:8080 > client6:1000 ackn len 20\n"
	"in eth1 udp ann6:5353 > client6:1000 len 1400\n"
	"in eth1.7 tcp tag6:8080 > tclient6:1000 syn ackn len 20\n"
	"in eth0 udp client6:1000 > vip6:53 len 2000 frag 0 1200 more\n"
	"in eth0 udp client6:1000 > vip6:53 len 2000 frag 1200 808\n"
	"in eth0 icmp 2/0 far6:0 > vip6:0 quote tcp vip6:80 > client6:1000 len 80 quoted 90\n"
	"in eth0 icmp 2/0 far6:0 > vip6:0 quote udp vip6:53 > client6:1000 len 80 quoted 90\n"
	"in eth1 icmp 2/0 ann6:0 > client6:0 quote udp client6:1000 > ann6:5353 len 80 quoted 90\n"
	"in eth1 tcp bob6:1000 > vip6:80 syn len 20\n"
	"in eth1 tcp ann6:8080 > eth1own6:40000 ackn len 20\n"
	"in eth1 udp bob6:1000 > vip6:53 len 20\n"
	"in eth1 udp ann6:5353 > eth1own6:40000 len 20\n"
	"in eth1 udp bob6:1000 > vip6:53 len 2000 frag 0 1200 more\n"
	"in eth1 udp bob6:1000 > vip6:53 len 2000 frag 1200 808\n"
	"in eth1 icmp 2/0 bob6:0 > vip6:0 quote udp vip6:53 > bob6:1000 len 80 quoted 90\n"
	"in eth1 icmp 2/0 ann6:0 > eth1own6:0 quote udp eth1own6:40000 > ann6:5353 len 80 quoted "
	"90\n";

static struct tables_path path;

static struct {
	const struct world_lan *lan;
	uint8_t bytes[FRAME_MAX];
	size_t size;
} frames[CASE_STEPS_MAX];

static size_t n_frames;

struct input {
	const uint8_t *data;
	size_t size;
};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(holds)                                                                         \
	do {                                                                                \
		if (!(holds)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #holds); \
			abort();                                                            \
		}                                                                           \
	} while (0)

static int stand(void *data, const struct conform_case *c)
{
	const struct packet_free wild = {0};
	static uint8_t bytes[PACKET_MAX];

	(void)data;
	must(tables_path_begin(&path, c) == 0);
	for (; n_frames < c->n_steps; n_frames++) {
		frames[n_frames].lan = c->steps[n_frames].frame.lan;
		frames[n_frames].size =
			packet_make(&c->steps[n_frames].frame, PACKET_IN, &wild, bytes);
		must(frames[n_frames].size <= FRAME_MAX);
		memcpy(frames[n_frames].bytes, bytes, frames[n_frames].size);
	}
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char error[CASE_ERROR_MAX], text[sizeof(services)];

	(void)argc;
	(void)argv;
	memcpy(text, services, sizeof(text));
	must(host_make(&path) == 0);
	must(case_read("services", text, stand, NULL, error) == 0);
	return 0;
}

static uint32_t take(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

enum sum {
	SUM_NONE, /* nothing to be verified */
	SUM_RIGHT,
	SUM_WRONG,
};

/* Of the transport inside; header: bytes of IP, n: of all. */
static enum sum transport_sum(const uint8_t *ip, size_t header, size_t n, uint8_t protocol)
{
	const bool v6 = header == 40;
	const uint8_t *at = ip + header;
	uint32_t sum = (uint32_t)(n - header) + protocol;

	if (n < header + 8)
		return SUM_NONE;
	if (protocol == IPPROTO_UDP && at[6] == 0 && at[7] == 0)
		return SUM_NONE;
	if (protocol == IPPROTO_ICMP && !v6)
		sum = 0;
	else if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
		 (protocol == IPPROTO_ICMPV6 && v6))
		sum = packet_sum(ip + (v6 ? 8 : 12), v6 ? 32 : 8, sum);
	else
		return SUM_NONE;
	return packet_fold(packet_sum(at, n - header, sum)) == 0 ? SUM_RIGHT : SUM_WRONG;
}

static enum sum sum_of(const uint8_t *ip, size_t n)
{
	if (n >= 40 && ip[0] >> 4 == 6)
		return transport_sum(ip, 40, n, ip[6]);
	if (n < 20 || ip[0] != 0x45)
		return SUM_NONE;
	if (packet_fold(packet_sum(ip, 20, 0)) != 0)
		return SUM_WRONG;
	if (((ip[6] << 8 | ip[7]) & IP4_FRAGMENT) != 0)
		return SUM_RIGHT;
	return transport_sum(ip, 20, n, ip[9]) == SUM_WRONG ? SUM_WRONG : SUM_RIGHT;
}

static void check_sent(const uint8_t *sent, size_t size, const struct run_result *r)
{
	size_t in_at, out_at, n_in = packet_ip(sent, size, &in_at);
	size_t n_out = packet_ip(r->bytes, r->size, &out_at);
	const uint8_t *out = r->bytes + out_at;
	uint8_t carried;

	must(n_in > 0 && n_out > 0 && r->port < WORLD_PORTS);
	if (sum_of(sent + in_at, n_in) == SUM_RIGHT)
		must(sum_of(out, n_out) != SUM_WRONG);
	carried = out[0] >> 4 == 6 ? out[6] : out[9];
	if (carried == IPPROTO_IPIP && sum_of(sent + in_at, n_in) == SUM_RIGHT)
		must(sum_of(out + 20, n_out - 20) != SUM_WRONG);
	if (carried == IPPROTO_IPV6 && sum_of(sent + in_at, n_in) == SUM_RIGHT)
		must(sum_of(out + 40, n_out - 40) != SUM_WRONG);
}

/* A frame of the case with some bytes changed, up to any end; or all of it made up. */
static size_t next_frame(struct input *in, uint8_t *bytes, const struct world_lan **ret_lan)
{
	const uint32_t which = take(in) % ((uint32_t)n_frames + 1);
	uint32_t edits = take(in) % EDITS_MAX, cut = take(in);
	size_t n = 0;

	*ret_lan = &world_lans[cut % WORLD_LANS];
	if (which == n_frames) {
		for (size_t wanted = ETH_HLEN + take(in); n < wanted;)
			bytes[n++] = (uint8_t)take(in);
		return n;
	}
	*ret_lan = frames[which].lan;
	n = frames[which].size;
	memcpy(bytes, frames[which].bytes, n);
	while (edits-- > 0) {
		uint32_t at = take(in);

		bytes[at % n] = (uint8_t)take(in);
	}
	return cut < 128 || cut - 127 + ETH_HLEN > n ? n : n - (cut - 127);
}

/* What the counters say is what is in the tables. */
static void check_tables(void)
{
	const struct forward_tables *t = &path.tables;
	int64_t half_open = 0, open = 0, counted = 0;

	for (uint32_t i = 0; i < t->lines4 * FWD_FLOWS4; i++) {
		const uint32_t what = t->flows4[i / FWD_FLOWS4].flows[i % FWD_FLOWS4].what;

		half_open += FWD_STATE(what) == FWD_SYN;
		open += FWD_STATE(what) > FWD_CLAIMED && FWD_STATE(what) != FWD_PERSISTENT;
	}
	for (uint32_t i = 0; i < t->lines6 * FWD_FLOWS6; i++) {
		const uint32_t what = t->flows6[i / FWD_FLOWS6].flows[i % FWD_FLOWS6].what;

		half_open += FWD_STATE(what) == FWD_SYN;
		open += FWD_STATE(what) > FWD_CLAIMED && FWD_STATE(what) != FWD_PERSISTENT;
	}
	for (uint32_t i = 0; i < PLACES; i++) {
		must(t->loads[i].active >= 0 && t->loads[i].inactive >= 0);
		counted += t->loads[i].active + t->loads[i].inactive;
	}
	must(half_open == t->settings->half_open);
	must(open == counted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run_result r;
	static uint8_t bytes[FRAME_MAX];
	struct input in = {data, size};

	tables_path_forget(&path);
	while (in.size > 0) {
		const struct world_lan *lan;
		const size_t n = next_frame(&in, bytes, &lan);

		must(host_send(NULL, lan, bytes, n, false, &r) == 0);
		if (r.verdict == RUN_SENT)
			check_sent(bytes, n, &r);
	}
	check_tables();
	return 0;
}
