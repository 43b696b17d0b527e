// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/arp.h"

#include <string.h>

#define AT_SOURCE 6
#define AT_TYPE 12
#define AT_SENDER_MAC 22
#define AT_TARGET_MAC 32
#define AT_TARGET 38

static const uint8_t kind[] = {0x08, 0x06, /* EtherType ARP */
			       0,    1,	   /* Ethernet */
			       0x08, 0,	   /* IPv4 */
			       6,    4};

void arp_frame(uint8_t ret_frame[ARP_FRAME_SIZE], const struct arp_packet *packet)
{
	uint8_t *f = ret_frame;

	memset(f, 0, ARP_FRAME_SIZE);
	memset(f, 0xff, 6);
	memcpy(f + AT_SOURCE, packet->mac, 6);
	memcpy(f + AT_TYPE, kind, sizeof(kind));
	f[ARP_AT_OPERATION + 1] = (uint8_t)packet->operation;
	memcpy(f + AT_SENDER_MAC, packet->mac, 6);
	memcpy(f + ARP_AT_SENDER, &packet->sender, 4);
	/* A reply names a target: everybody. A request's target is ignored (RFC 5227, 1.1). */
	if (packet->operation == ARP_REPLY)
		memset(f + AT_TARGET_MAC, 0xff, 6);
	memcpy(f + AT_TARGET, &packet->target, 4);
}

bool arp_parse(const uint8_t *frame, size_t size, struct arp_packet *ret_packet)
{
	struct arp_packet p;

	if (size < ARP_FRAME_SIZE || memcmp(frame + AT_TYPE, kind, sizeof(kind)) != 0)
		return false;
	p.operation = (uint16_t)(frame[ARP_AT_OPERATION] << 8 | frame[ARP_AT_OPERATION + 1]);
	memcpy(p.mac, frame + AT_SENDER_MAC, sizeof(p.mac));
	memcpy(&p.sender, frame + ARP_AT_SENDER, sizeof(p.sender));
	memcpy(&p.target, frame + AT_TARGET, sizeof(p.target));
	*ret_packet = p;
	return true;
}
