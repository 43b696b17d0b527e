/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries a case out on a data path, and compares what comes out with what the case says. */
#ifndef TRIREME_ENGINE_TESTS_RUN_H
#define TRIREME_ENGINE_TESTS_RUN_H

#include "engine/tests/conform/packet.h"

#define RUN_ERROR_MAX 2048
#define RUN_PORT_UNKNOWN 0xff

enum run_verdict {
	RUN_NOTHING, /* dropped, or whatever else the kernel does without a frame */
	RUN_SENT,
	RUN_PASSED,
	RUN_DROPPED,
};

struct run_result {
	enum run_verdict verdict;
	unsigned int port; /* it was sent on; RUN_PORT_UNKNOWN: its MAC addresses tell */
	size_t size;
	uint8_t bytes[PACKET_MAX];
};

/* A data path. Functions return 0 or -errno. */
struct run_path {
	enum case_path kind;
	void *data;
	/* Nothing of a former case is left; the case's services stand. */
	int (*begin)(void *data, const struct conform_case *c);
	/* wants: a frame is awaited. */
	int (*send)(void *data, const struct world_lan *lan, const uint8_t *bytes, size_t size,
		    bool wants, struct run_result *ret_result);
	/* CASE_LEASE … CASE_FILL. */
	int (*change)(void *data, const struct conform_case *c, const struct case_step *step);
	/* CASE_FLOW, CASE_NO_FLOW; -ENOENT: there is none. */
	int (*flow)(void *data, uint8_t protocol, const struct case_step *step,
		    enum fwd_state *ret_state, struct case_end *ret_real);
	/* CASE_COUNT, CASE_LOAD. */
	int (*count)(void *data, const struct conform_case *c, const struct case_step *step,
		     uint64_t ret_counts[3]);
	/* How often it was counted; NULL: this data path has no such counts, nor those of
	 * CASE_COUNT (IPVS brings its own up to date every two seconds). */
	uint64_t (*reason)(void *data, enum fwd_reason reason);
};

/* 0, or -EBADMSG: error says "FILE:LINE: CASE: what differs". */
int run_case(const struct run_path *path, const struct conform_case *c, char error[RUN_ERROR_MAX]);

#endif
