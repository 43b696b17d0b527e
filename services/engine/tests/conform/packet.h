/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of a case's words: every byte and every checksum is made from the description alone. So
 * what the data path has rewritten is compared with what would have been sent that way at once.
 */
#ifndef TRIREME_ENGINE_TESTS_PACKET_H
#define TRIREME_ENGINE_TESTS_PACKET_H

#include "engine/tests/conform/case.h"

#define PACKET_MAX 10240

enum packet_direction {
	PACKET_IN,  /* to the router */
	PACKET_OUT, /* from it, to the next hop of the world */
};

/* What cannot be known before. */
struct packet_free {
	uint16_t outer_id; /* of the IPv4 header that carries a tunnel's packet */
	uint8_t outer_ttl; /* RFC 2003, 3.1: what is enough to arrive; 0: as inside */
	bool keeps_sum;	   /* a quoted packet's own checksum is not the one of its addresses: */
	uint16_t sum;
};

/* The frame's bytes; returns how many. bytes has PACKET_MAX. */
size_t packet_make(const struct case_frame *frame, enum packet_direction direction,
		   const struct packet_free *wild, uint8_t *bytes);

/* RFC 1071: of n bytes, begun with the sum of others (0: none). */
uint32_t packet_sum(const void *bytes, size_t n, uint32_t begun);
uint16_t packet_fold(uint32_t sum);

/* Where IP begins in the frame, and its bytes from there; 0: it is none, or is not whole. */
size_t packet_ip(const uint8_t *bytes, size_t size, size_t *ret_at);

/* The frame in words, on one line; buf. */
const char *packet_text(const uint8_t *bytes, size_t size, char *buf, size_t buf_size);

#endif
