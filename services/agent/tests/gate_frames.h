/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames for the tests of the gate, made field by field; each of these replaces what is in *f. */
#ifndef TRIREME_AGENT_TESTS_GATE_FRAMES_H
#define TRIREME_AGENT_TESTS_GATE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_OWN_MAC                     \
	{                                 \
		0x02, 0, 0, 0, 0x77, 0x01 \
	} /* of the port the frames come in at */

struct frame_bytes {
	uint8_t bytes[128];
	size_t size;
};

/* Addresses as text; to the port's own MAC. */
void frame_ip(struct frame_bytes *f, const char *source, const char *destination);
void frame_arp(struct frame_bytes *f, unsigned int operation, const char *sender,
	       const char *target);
/* Neighbour discovery: 135 solicitation, 136 advertisement. */
void frame_nd(struct frame_bytes *f, unsigned int type, const char *source, const char *destination,
	      const char *target);

/* Puts a tag before what is there: EtherType 0x8100 or 0x88a8. */
void frame_tag(struct frame_bytes *f, unsigned int type, unsigned int id);

#endif
