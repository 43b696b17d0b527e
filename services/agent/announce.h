/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announcements of floating addresses: the frames (gratuitous ARP, RFC 5227 section 3 and RFC 826;
 * unsolicited neighbour advertisements, RFC 4861 section 7.2.6) and the times at which they are
 * sent. Pure.
 */
#ifndef TRIREME_AGENT_ANNOUNCE_H
#define TRIREME_AGENT_ANNOUNCE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/arp.h"

#define ANNOUNCE_FRAME_SIZE ARP_FRAME_SIZE
/* Ethernet, IPv6, advertisement with the option of the MAC address. */
#define ANNOUNCE_IPV6_SIZE 86

enum announce_form {
	ANNOUNCE_REQUEST,
	ANNOUNCE_REPLY,
};

/* address in network byte order. */
void announce_frame(uint8_t ret_frame[ANNOUNCE_FRAME_SIZE], enum announce_form form,
		    const uint8_t mac[6], uint32_t address);

/* To all nodes. Not as a router, which this machine is for IPv4 only: it forwards nothing of IPv6.
 */
void announce_ipv6_frame(uint8_t ret_frame[ANNOUNCE_IPV6_SIZE], const uint8_t mac[6],
			 const struct in6_addr *address);

/* Puts the ICMPv6 checksum into a packet of less than 256 bytes without extension headers. */
void announce_ipv6_checksum(uint8_t *ip);

struct announce_schedule {
	uint64_t since; /* when the addresses came up */
	uint32_t count; /* announcements made */
	uint64_t next;	/* UINT64_MAX: none */
	uint32_t seed;	/* spreads the repetitions */
};

void announce_start(struct announce_schedule *s, uint64_t now, uint32_t seed);
void announce_stop(struct announce_schedule *s);

/* True when an announcement is due; moves on to the next one. */
bool announce_due(struct announce_schedule *s, uint64_t now);

#endif
