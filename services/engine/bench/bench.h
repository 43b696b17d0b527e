/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures a router that packets cross: what ci/bench/forward runs, on the host and in a guest.
 * Functions return 0, or a negative errno after they have said on stderr what was wrong.
 */
#ifndef TRIREME_ENGINE_BENCH_BENCH_H
#define TRIREME_ENGINE_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/bench/load.h"

#define BENCH_VIP 0xcb007164U /* 203.0.113.100 (RFC 5737), host byte order */
#define BENCH_VPORT 80
#define BENCH_RPORT 8080 /* of the real servers of NAT */
#define BENCH_REALS 8	 /* LOAD_REALS + 1 … */
#define BENCH_ROUNDS_MAX 64

struct load_bpf;

/* A port in a network namespace, "NAMESPACE:INTERFACE" on the command line. */
struct bench_port {
	char netns[BENCH_ROUNDS_MAX];
	char interface[16];
	unsigned int index; /* set by bench_enter() */
};

struct bench_frames { /* all that is measured goes between one client network and VIP:port */
	bool tcp, reply;
	uint8_t tcp_flags;
	uint8_t to[6], from[6]; /* MACs */
	uint32_t vip;		/* host byte order */
	uint16_t vport, rport;	/* of the service, and of its real servers */
};

struct bench_figures {
	double ns[BENCH_ROUNDS_MAX]; /* per frame, round by round */
	unsigned int rounds;
	uint64_t sent, arrived, wrong;
	unsigned int warm; /* flows that a real server was seen to get before */
};

int bench_say(int error, const char *what);
int bench_parse_port(const char *word, struct bench_port *ret);

/* The calling thread goes into the port's namespace, and finds the port. */
int bench_enter(struct bench_port *port);

/* Native mode; takes the place of what is there. */
int bench_attach(struct bench_port *port, int program);

/* -errno or the descriptor of the program that a port has. */
int bench_attached(struct bench_port *port);

/* The thread stays on one processor, ahead of all others there. */
int bench_pin(int cpu);

uint64_t bench_now_ns(void);

/* Sets the template that the generator uses. */
void bench_template(struct load_how *how, const struct bench_frames *frames);

/* What was seen on all processors. */
struct load_seen bench_seen(const struct load_bpf *load);

/* The map of this name of a loaded program: its descriptor, its size in memory and the number of
 * elements, or -errno. */
int bench_map(int program, const char *name, uint32_t *ret_value_size, uint32_t *ret_entries);

/* Subcommands: the words after their names. */
int bench_measure(int n, char **words);
int bench_distance(int n, char **words);
int bench_testrun(int n, char **words);
int bench_held(int n, char **words);
int bench_offer(int n, char **words);
int bench_ours(int n, char **words);

#endif
