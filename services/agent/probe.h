/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes for a floating address: ARP (RFC 5227, 2.1.1), or a neighbour solicitation (RFC 4862,
 * 5.4.2), that asks who has it, says nothing of the one who asks, and so changes no neighbour's
 * table. The frames, and the times at which they are sent. Pure.
 *
 * The times are shorter than the RFC's, which has a host in mind that can wait for seconds: three
 * probes, the first at once, and silence after the last one. The owner's kernel answers within a
 * millisecond; three frames in a row are lost only where hardly any arrives.
 */
#ifndef TRIREME_AGENT_PROBE_H
#define TRIREME_AGENT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

#include "base/clock_io.h"

#define PROBE_ARP_SIZE 60  /* Ethernet's smallest, without checksum: ARP and padding */
#define PROBE_IPV6_SIZE 86 /* Ethernet, IPv6, solicitation with a nonce */
#define PROBE_SIZE_MAX PROBE_IPV6_SIZE
#define PROBE_COUNT 3
#define PROBE_SPACING_NS (80 * NSEC_PER_MSEC)
#define PROBE_TOTAL_NS (PROBE_COUNT * PROBE_SPACING_NS)

/* IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). Returns the frame's size. */
size_t probe_frame(uint8_t ret_frame[PROBE_SIZE_MAX], const uint8_t mac[6],
		   const struct in6_addr *address);

/*
 * What a frame says of an address: who sent it has it, or is another router (GATE_PROBE_MARK) that
 * probes for it.
 */
struct probe_seen {
	struct in6_addr address; /* as probe_frame() has it */
	uint8_t mac[6];		 /* the sender's hardware address */
	bool asks;
};

/* False: it says nothing of that kind. */
bool probe_parse(const uint8_t *frame, size_t size, struct probe_seen *ret_seen);

struct probe_schedule {
	unsigned int sent;
	uint64_t next; /* UINT64_MAX: no probe is under way */
};

enum probe_step {
	PROBE_WAIT,
	PROBE_SEND,
	PROBE_END, /* all are sent, and the time to answer the last one is over */
};

void probe_start(struct probe_schedule *p, uint64_t now);
void probe_stop(struct probe_schedule *p);

/* What is to be done now; moves on to the next step. */
enum probe_step probe_step(struct probe_schedule *p, uint64_t now);

#endif
