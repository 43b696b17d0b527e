// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/announce.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

void announce_frame(uint8_t ret_frame[ANNOUNCE_FRAME_SIZE], enum announce_form form,
		    const uint8_t mac[6], uint32_t address)
{
	struct arp_packet packet = {.operation = form == ANNOUNCE_REQUEST ? ARP_REQUEST : ARP_REPLY,
				    .sender = address,
				    .target = address};

	memcpy(packet.mac, mac, sizeof(packet.mac));
	arp_frame(ret_frame, &packet);
}

/* RFC 4443, 2.3: over the pseudo-header of IPv6 (RFC 8200, 8.1) and the message. */
void announce_ipv6_checksum(uint8_t *ip)
{
	uint8_t *message = ip + 40;
	uint32_t sum = IPPROTO_ICMPV6 + (uint32_t)ip[5];

	message[2] = message[3] = 0;
	/* Both addresses, which end the header, and the message behind it. */
	for (const uint8_t *at = ip + 8; at < message + ip[5]; at += 2)
		sum += (uint32_t)at[0] << 8 | at[1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	message[2] = (uint8_t)(sum >> 8);
	message[3] = (uint8_t)sum;
}

void announce_ipv6_frame(uint8_t ret_frame[ANNOUNCE_IPV6_SIZE], const uint8_t mac[6],
			 const struct in6_addr *address)
{
	static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
	uint8_t *ip = ret_frame + 14, *message = ip + 40;

	memset(ret_frame, 0, ANNOUNCE_IPV6_SIZE);
	memcpy(ret_frame, (const uint8_t[]){0x33, 0x33, 0, 0, 0, 1}, 6); /* RFC 2464, 7 */
	memcpy(ret_frame + 6, mac, 6);
	memcpy(ret_frame + 12, (const uint8_t[]){0x86, 0xdd}, 2);
	ip[0] = 6 << 4;
	ip[5] = ANNOUNCE_IPV6_SIZE - 14 - 40;
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = 255; /* RFC 4861, 7.1.2: from this link, and from nowhere else */
	memcpy(ip + 8, address, 16);
	memcpy(ip + 24, all_nodes, 16);
	message[0] = 136;  /* RFC 4861, 4.4 */
	message[4] = 0x20; /* override: it takes another one's place */
	memcpy(message + 8, address, 16);
	message[24] = 2; /* target link-layer address, one unit of 8 bytes */
	message[25] = 1;
	memcpy(message + 26, mac, 6);
	announce_ipv6_checksum(ip);
}

/* Early losses are repaired by the burst, late ones by a repetition every 60 to 100 s. */
static uint64_t offset(const struct announce_schedule *s)
{
	static const uint16_t burst_ms[] = {0, 50, 200, 1000, 5000};
	uint64_t spread;

	if (s->count < ARRAY_SIZE(burst_ms))
		return burst_ms[s->count] * NSEC_PER_MSEC;
	spread = (s->seed * 2654435761u + s->count * 40503u) % 40001;
	return (60000 + spread) * NSEC_PER_MSEC;
}

void announce_start(struct announce_schedule *s, uint64_t now, uint32_t seed)
{
	*s = (struct announce_schedule){.since = now, .next = now, .seed = seed};
}

void announce_stop(struct announce_schedule *s)
{
	s->next = UINT64_MAX;
}

bool announce_due(struct announce_schedule *s, uint64_t now)
{
	bool repetition;

	if (now < s->next)
		return false;
	s->count++;
	repetition = s->count >= 5;
	s->next = (repetition ? now : s->since) + offset(s);
	return true;
}
