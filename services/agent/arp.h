/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP for IPv4 on Ethernet (RFC 826): the frames, and what they say. Pure. */
#ifndef TRIREME_AGENT_ARP_H
#define TRIREME_AGENT_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARP_FRAME_SIZE 42 /* Ethernet header and ARP, without padding */

/* Where in a frame, for who filters frames. */
#define ARP_AT_OPERATION 20
#define ARP_AT_SENDER 28

enum arp_operation {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct arp_packet {
	uint16_t operation;	 /* enum arp_operation, or one that is neither */
	uint8_t mac[6];		 /* the sender's */
	uint32_t sender, target; /* network byte order */
};

/* To all of the link, from the sender's hardware address. */
void arp_frame(uint8_t ret_frame[ARP_FRAME_SIZE], const struct arp_packet *packet);

/* False: the frame is none of these. */
bool arp_parse(const uint8_t *frame, size_t size, struct arp_packet *ret_packet);

#endif
