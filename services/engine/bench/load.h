/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the load in the kernel (load.bpf.c) and the bench (bench_main.c) share. */
#ifndef TRIREME_ENGINE_BENCH_LOAD_H
#define TRIREME_ENGINE_BENCH_LOAD_H

#include <linux/types.h>

#define LOAD_FRAME 60		 /* bytes: the shortest Ethernet frame, without its checksum */
#define LOAD_PAYLOAD 16		 /* of UDP; TCP segments are empty */
#define LOAD_CLIENTS 0xc6120000U /* 198.18.0.0/15 (RFC 2544), host byte order */
#define LOAD_PORT_BITS 14	 /* of a flow's number: the client's port; the rest its address */
#define LOAD_PORT 0x4000	 /* the lowest port of a client */
#define LOAD_REALS 0x0a630000U	 /* 10.99.0.0: real server N is 10.99.0.N, its MAC ends in N */
#define LOAD_REALS_MAX 64
#define LOAD_NOTED 131072 /* flows whose real server is noted; a power of two */
#define LOAD_CPUS 8
#define LOAD_BATCH \
	64 /* frames made at once: less than the rings of a veth hold, so that none is lost */

/* What the generator makes, and what the sink looks at. */
struct load_how {
	__u8 frame[64];	      /* LOAD_FRAME bytes: all but what varies, that and checksums 0 */
	__u32 ip_sum, l4_sum; /* of that, the second with the pseudo-header (RFC 1071) */
	__u32 next, flows;    /* number of the next frame's flow; below flows */
	__u32 reply;	      /* frames go from the flow's real server to the client */
	__u32 made, last;     /* frames of this burst; the one at which it ends */
	__u32 gap_ns;	      /* from one batch to the next at least; 0: at once */
	__u32 check;	      /* the sink verifies frames, and notes who got them */
	__u32 await;	      /* with check: a batch waits until the one before the last is there */
	__u64 checked;	      /* the sink's, before the first frame of this burst */
};

/*
 * ns, CLOCK_MONOTONIC: at the first frame and at `last`. Each is the first of a batch, and by then
 * the batches before it have gone all the way; the call from outside waits for more than that.
 */
struct load_times {
	__u64 began, ended;
};

struct load_seen {
	__u64 frames[LOAD_REALS_MAX]; /* by the last byte of the MAC they were for */
	__u64 checked, wrong;
};

#endif
