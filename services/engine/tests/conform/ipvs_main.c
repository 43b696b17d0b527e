// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `conform_ipvs FILE…` carries the cases out on the kernel's IPVS, in namespaces of its own, and
 * says `ok` or `not ok` for each.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "engine/ipvs_io.h"
#include "engine/sysctl_io.h"
#include "engine/tests/conform/net_io.h"
#include "engine/tests/conform/run.h"
#include "engine/tests/conform/setup.h"

#define FILE_SIZE_MAX 1048576
#define FRAME_WAIT_MS 2000 /* for one that must come */
#define QUIET_MS 2	   /* without one: none comes */
#define EMPTY_TRIES 2000
#define EMPTY_US 500

struct ipvs_path {
	struct net net;
	struct ipvs_io *io;
	struct setup setup;
	unsigned int failed;
};

static int apply(struct ipvs_path *p, const struct ipvs_table *wanted)
{
	struct ipvs_table present = {0};
	struct plan plan = {0};
	int r = ipvs_io_read(p->io, &present);

	if (r == 0)
		r = plan_make(wanted, &present, &plan);
	for (size_t i = 0; r == 0 && i < plan.n_changes; i++)
		r = ipvs_io_apply(p->io, &plan.changes[i]);
	plan_clear(&plan);
	ipvs_table_clear(&present);
	return r;
}

/* Connections whose services went go, too (expire_nodest_conn), a moment later; a real server that
 * comes back before that has its old load. */
static int wait_empty(void)
{
	for (int tries = 0; tries < EMPTY_TRIES; tries++) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		int r = file_read("/proc/net/ip_vs_conn", FILE_SIZE_MAX, &text, &size);

		if (r < 0)
			return r;
		if (!strstr(text, "TCP ") && !strstr(text, "UDP "))
			return 0;
		usleep(EMPTY_US);
	}
	return -ETIMEDOUT;
}

static int begin(void *data, const struct conform_case *c)
{
	const struct ipvs_table none = {0};
	struct ipvs_path *p = data;
	int r = apply(p, &none);

	setup_clear(&p->setup);
	if (r == 0)
		r = wait_empty();
	if (r == 0)
		r = setup_make(c, &p->setup);
	return r == 0 ? apply(p, &p->setup.wanted) : r;
}

static int send_frame(void *data, const struct world_lan *lan, const uint8_t *bytes, size_t size,
		      bool wants, struct run_result *ret_result)
{
	struct ipvs_path *p = data;
	unsigned int port;
	int n, r;

	do
		n = net_receive(&p->net, 0, &port, ret_result->bytes, PACKET_MAX);
	while (n > 0);
	r = net_send(&p->net, lan->port, bytes, size);
	if (r < 0)
		return r;
	n = net_receive(&p->net, wants ? FRAME_WAIT_MS : QUIET_MS, &port, ret_result->bytes,
			PACKET_MAX);
	ret_result->verdict = n > 0 ? RUN_SENT : RUN_NOTHING;
	ret_result->port = port;
	ret_result->size = n > 0 ? (size_t)n : 0;
	return 0;
}

static int change(void *data, const struct conform_case *c, const struct case_step *step)
{
	struct ipvs_path *p = data;
	int r;

	(void)c;
	if (step->verb != CASE_WEIGHT && step->verb != CASE_REMOVE)
		return -EOPNOTSUPP;
	r = setup_change(&p->setup, step);
	return r == 0 ? apply(p, &p->setup.wanted) : r;
}

/* net/netfilter/ipvs/ip_vs_proto_tcp.c: who has sent a FIN first is the other side of IPVS's word.
 */
static enum fwd_state state_of(const char *word)
{
	static const struct {
		const char *word;
		enum fwd_state state;
	} states[] = {{"ESTABLISHED", FWD_ESTABLISHED},
		      {"SYN_RECV", FWD_SYN},
		      {"FIN_WAIT", FWD_FIN_REAL},
		      {"CLOSE_WAIT", FWD_FIN_CLIENT},
		      {"TIME_WAIT", FWD_TIME_WAIT},
		      {"LAST_ACK", FWD_TIME_WAIT},
		      {"CLOSE", FWD_CLOSE},
		      {"UDP", FWD_UDP}};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strcmp(states[i].word, word) == 0)
			return states[i].state;
	return FWD_FREE;
}

/* "C6336407" or "2001:0db8:…", as the kernel writes addresses. */
static struct world_address address_of(const char *word)
{
	struct world_address a = {0};
	unsigned int n;

	if (strchr(word, ':')) {
		world_address(word, &a);
	} else if (sscanf(word, "%8x", &n) == 1) {
		a.family = 4;
		n = htonl(n);
		memcpy(a.bytes, &n, sizeof(n));
	}
	return a;
}

static int flow(void *data, uint8_t protocol, const struct case_step *step,
		enum fwd_state *ret_state, struct case_end *ret_real)
{
	FILE *f = fopen("/proc/net/ip_vs_conn", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int r = -ENOENT;

	(void)data;
	if (!f)
		return -errno;
	while (r == -ENOENT && getline(&line, &size, f) > 0) {
		char name[8], from[64], to[64], real[64], state[16];
		unsigned int ports[3];
		struct world_address a, b;

		if (sscanf(line, "%7s %63s %x %63s %x %63s %x %15s", name, from, &ports[0], to,
			   &ports[1], real, &ports[2], state) != 8)
			continue;
		a = address_of(from);
		b = address_of(to);
		if (strcmp(name, protocol == IPPROTO_TCP ? "TCP" : "UDP") != 0 ||
		    !world_equal(&a, &step->from.address) || !world_equal(&b, &step->to.address) ||
		    ports[0] != step->from.port || ports[1] != step->to.port)
			continue;
		*ret_state = state_of(state);
		*ret_real = (struct case_end){address_of(real), (uint16_t)ports[2]};
		r = 0;
	}
	fclose(f);
	return r;
}

static int count(void *data, const struct conform_case *c, const struct case_step *step,
		 uint64_t ret_counts[3])
{
	struct ipvs_path *p = data;
	struct ipvs_dest real = {0}, *found;
	struct ipvs_service *service, now;
	int r;

	(void)c;
	if (step->service >= p->setup.wanted.n_services)
		return -ENOENT;
	service = &p->setup.wanted.services[step->service];
	now = *service;
	now.dests = NULL;
	now.n_dests = 0;
	r = ipvs_io_read_dests(p->io, &now);
	real.family = step->real.address.family == 6 ? AF_INET6 : AF_INET;
	memcpy(real.address, step->real.address.bytes, sizeof(real.address));
	real.port = step->real.port;
	found = r == 0 ? ipvs_service_find(&now, &real) : NULL;
	if (found) {
		ret_counts[0] = found->active;
		ret_counts[1] = found->inactive;
	}
	free(now.dests);
	return r < 0 ? r : found ? 0 : -ENOENT;
}

static int use(void *data, const struct conform_case *c)
{
	struct ipvs_path *p = data;
	const struct run_path path = {.kind = CASE_IPVS,
				      .data = p,
				      .begin = begin,
				      .send = send_frame,
				      .change = change,
				      .flow = flow,
				      .count = count};
	char error[RUN_ERROR_MAX];
	int r;

	if (!(c->path & CASE_IPVS))
		return 0;
	r = run_case(&path, c, error);
	printf("%sok ipvs %s\n", r < 0 ? "not " : "", c->name);
	if (r < 0)
		printf("    %s\n", error);
	p->failed += r < 0;
	world_shift++;
	return 0;
}

static int read_file(struct ipvs_path *p, const char *name)
{
	_cleanup_free_ char *text = NULL;
	char error[CASE_ERROR_MAX];
	size_t size;
	int r = file_read(name, FILE_SIZE_MAX, &text, &size);

	if (r == 0)
		r = case_read(name, text, use, p, error);
	if (r < 0)
		printf("not ok %s: %s\n", name, r == -EINVAL ? error : strerror(-r));
	return r;
}

int main(int argc, char **argv)
{
	struct ipvs_path p = {0};
	const char *name = "";
	int r = net_make(&p.net, true, true);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (r == 0)
		r = ipvs_io_open(&p.io);
	if (r == 0)
		r = sysctl_reconcile(&name);
	if (r < 0) {
		printf("not ok the world of the cases: %s %s\n", name, strerror(-r));
		return EXIT_FAILURE;
	}
	for (r = 0; argc > 1 && r == 0; argc--)
		r = read_file(&p, *++argv);
	printf("%u failed\n", p.failed);
	return r < 0 || p.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
