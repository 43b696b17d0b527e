/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case of the conformance suite, as a case file says it (README.md in this folder). */
#ifndef TRIREME_ENGINE_TESTS_CASE_H
#define TRIREME_ENGINE_TESTS_CASE_H

#include "engine/bpf/forward.h"
#include "engine/tests/conform/world.h"

#define CASE_SERVICES_MAX 8
#define CASE_REALS_MAX 12 /* of all services */
#define CASE_STEPS_MAX 160
#define CASE_NAME_MAX 64
#define CASE_PICKED_MAX 4

struct case_end {
	struct world_address address;
	uint16_t port;
};

/* An IP packet. Lengths are in bytes. */
struct case_packet {
	struct case_end from, to;
	uint8_t protocol;
	uint8_t ttl, tos, flags; /* flags: of TCP */
	uint8_t type, code;	 /* of ICMP */
	uint16_t mtu;		 /* told by ICMP */
	uint32_t id, seq, ack;
	uint32_t length;		    /* payload of the whole datagram */
	bool nested;			    /* IPv6: the header of a fragment is there once more */
	bool df, more, is_fragment;	    /* a part of the datagram: */
	uint32_t offset, part;		    /* from there on, that long (payload of IP) */
	bool no_sum;			    /* UDP without a checksum */
	bool options;			    /* a word of IP options; hop-by-hop options */
	struct case_end tune_from, tune_to; /* the payload makes the checksum between them 0 */
};

struct case_frame {
	const struct world_lan *lan;
	struct case_packet packet;
	bool quotes; /* ICMP error */
	struct case_packet quote;
	uint16_t quoted; /* bytes of it that are there; 0: its header and 8 more */
	bool tunnelled;
	struct case_end outer_from, outer_to;
	struct world_address via; /* the next hop; family 0: the world's route */
	uint16_t pad;		  /* bytes behind the packet */
	bool two_tags;
	bool wrong_sum; /* of IPv4's header */
};

enum case_path {
	CASE_XDP = 1,
	CASE_IPVS = 2,
	CASE_BOTH = 3,
};

enum case_verb {
	CASE_IN,
	CASE_OUT,
	CASE_PASS,
	CASE_DROP,
	CASE_ANSWER,
	CASE_FLOW,
	CASE_NO_FLOW,
	CASE_COUNT,
	CASE_LOAD,
	CASE_CUT,
	CASE_SPREAD,
	CASE_LEASE,
	CASE_WEIGHT,
	CASE_REMOVE,
	CASE_UNRESOLVED,
	CASE_MTU,
	CASE_HALF_OPEN,
	CASE_FILL,
	CASE_VERBS,
};

struct case_picked {
	struct world_address address;
	uint32_t times;
};

struct case_step {
	enum case_verb verb;
	unsigned int line;
	enum case_path path;
	struct case_frame frame;	/* IN, OUT, CUT, SPREAD; ANSWER: type, code, mtu, from */
	int reason;			/* PASS, DROP: enum fwd_reason; -1: not said */
	enum fwd_state state;		/* FLOW */
	struct case_end from, to, real; /* FLOW, FILL */
	size_t service;			/* LEASE: the group; others: index in the case */
	uint32_t number;		/* LEASE, WEIGHT, MTU, SPREAD, HALF_OPEN */
	uint64_t counts[3]; /* COUNT: connections, packets in, out; LOAD: active, inactive */
	struct case_picked picked[CASE_PICKED_MAX];
	size_t n_picked;
	uint32_t slack; /* SPREAD: how many more or fewer each may have */
};

struct case_service {
	char name[16];
	uint8_t protocol;
	struct case_end end;
	enum fwd_method method;
	char scheduler[8];
	uint32_t persistence; /* seconds */
	uint8_t mask;	      /* bits; 0: all */
	uint8_t group;	      /* number of its lease */
};

struct case_real {
	size_t service;
	struct case_end end;
	uint16_t weight;
};

struct conform_case {
	char name[CASE_NAME_MAX];
	char file[128];
	unsigned int line;
	enum case_path path;
	struct case_service services[CASE_SERVICES_MAX];
	size_t n_services;
	struct case_real reals[CASE_REALS_MAX];
	size_t n_reals;
	struct case_step steps[CASE_STEPS_MAX];
	size_t n_steps;
};

/*
 * Reads a whole file (text, which is changed) and calls use for every case, one for each
 * combination of its variables; stops at the first that returns other than 0 and returns that.
 * -EINVAL: error says "FILE:LINE: what, and what is allowed".
 */
#define CASE_ERROR_MAX 256
int case_read(const char *file, char *text, int (*use)(void *data, const struct conform_case *c),
	      void *data, char error[CASE_ERROR_MAX]);

/* "established"; of enum fwd_state and enum fwd_reason. */
const char *case_state_text(enum fwd_state state);
const char *case_reason_text(enum fwd_reason reason);

#endif
