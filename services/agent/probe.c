// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/probe.h"

#include <string.h>

#include "agent/announce.h"
#include "agent/arp.h"
#include "agent/bpf/gate.h"

#define AT_MAC 6
#define AT_TYPE 12

/* RFC 8200, 3; RFC 4861, 4.3 and 4.4; the nonce is RFC 7527's. */
#define AT_IP 14
#define AT_NEXT_HEADER 20
#define AT_SOURCE 22
#define AT_DESTINATION 38
#define AT_MESSAGE 54
#define AT_ND_TARGET 62
#define AT_OPTION 78
#define SOLICITATION 135
#define ADVERTISEMENT 136
#define NONCE 14

static size_t ipv4_frame(uint8_t *f, const uint8_t mac[6], uint32_t address)
{
	struct arp_packet packet = {.operation = ARP_REQUEST, .target = address};

	memcpy(packet.mac, mac, sizeof(packet.mac));
	arp_frame(f, &packet);
	memcpy(f + ARP_FRAME_SIZE, GATE_PROBE_MARK, sizeof(GATE_PROBE_MARK));
	return PROBE_ARP_SIZE;
}

/*
 * To the hardware address of all nodes, so that another router that probes hears it, whose cards
 * let no other multicast in.
 */
static size_t ipv6_frame(uint8_t *f, const struct in6_addr *address)
{
	static const uint8_t solicited[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};
	const uint8_t *a = address->s6_addr;

	memcpy(f, (const uint8_t[]){0x33, 0x33, 0, 0, 0, 1}, 6);
	memcpy(f + AT_TYPE, (const uint8_t[]){0x86, 0xdd, 6 << 4}, 3);
	f[AT_IP + 5] = PROBE_IPV6_SIZE - AT_MESSAGE;
	f[AT_NEXT_HEADER] = IPPROTO_ICMPV6;
	f[AT_IP + 7] = 255;
	memcpy(f + AT_DESTINATION, solicited, sizeof(solicited));
	memcpy(f + AT_DESTINATION + sizeof(solicited), a + 13, 3);
	f[AT_MESSAGE] = SOLICITATION;
	memcpy(f + AT_ND_TARGET, a, 16);
	f[AT_OPTION] = NONCE;
	f[AT_OPTION + 1] = 1; /* of 8 bytes */
	memcpy(f + AT_OPTION + 2, GATE_PROBE_MARK, 6);
	announce_ipv6_checksum(f + AT_IP);
	return PROBE_IPV6_SIZE;
}

size_t probe_frame(uint8_t ret_frame[PROBE_SIZE_MAX], const uint8_t mac[6],
		   const struct in6_addr *address)
{
	memset(ret_frame, 0, PROBE_SIZE_MAX);
	memcpy(ret_frame + AT_MAC, mac, 6);
	if (IN6_IS_ADDR_V4MAPPED(address))
		return ipv4_frame(ret_frame, mac, address->s6_addr32[3]);
	return ipv6_frame(ret_frame, address);
}

static bool read_arp(const uint8_t *f, size_t size, const struct arp_packet *packet,
		     struct probe_seen *ret_seen)
{
	bool marked = size >= ARP_FRAME_SIZE + sizeof(GATE_PROBE_MARK) &&
		      memcmp(f + ARP_FRAME_SIZE, GATE_PROBE_MARK, sizeof(GATE_PROBE_MARK)) == 0;
	struct probe_seen seen = {.address.s6_addr = {[10] = 0xff, [11] = 0xff},
				  .asks = !packet->sender && marked};

	memcpy(seen.mac, packet->mac, sizeof(seen.mac));
	seen.address.s6_addr32[3] = seen.asks ? packet->target : packet->sender;
	*ret_seen = seen;
	return seen.address.s6_addr32[3];
}

static bool parse_discovery(const uint8_t *f, size_t size, struct probe_seen *ret_seen)
{
	bool marked = size >= PROBE_IPV6_SIZE && f[AT_OPTION] == NONCE &&
		      memcmp(f + AT_OPTION + 2, GATE_PROBE_MARK, 6) == 0;
	struct probe_seen seen = {.asks = f[AT_MESSAGE] == SOLICITATION};

	memcpy(seen.mac, f + AT_MAC, sizeof(seen.mac));
	memcpy(&seen.address, f + AT_ND_TARGET, sizeof(seen.address));
	*ret_seen = seen;
	return f[AT_MESSAGE] == ADVERTISEMENT || (seen.asks && marked);
}

bool probe_parse(const uint8_t *frame, size_t size, struct probe_seen *ret_seen)
{
	struct probe_seen seen = {.asks = false};
	struct arp_packet packet;
	bool says = false;

	if (arp_parse(frame, size, &packet))
		says = read_arp(frame, size, &packet, &seen);
	else if (size >= AT_OPTION && frame[AT_TYPE] == 0x86 && frame[AT_TYPE + 1] == 0xdd &&
		 frame[AT_NEXT_HEADER] == IPPROTO_ICMPV6)
		says = parse_discovery(frame, size, &seen);
	if (says)
		*ret_seen = seen;
	return says;
}

void probe_start(struct probe_schedule *p, uint64_t now)
{
	*p = (struct probe_schedule){.next = now};
}

void probe_stop(struct probe_schedule *p)
{
	p->next = UINT64_MAX;
}

/* Spaced from when the one before was sent: a process that was stopped does not make up for it. */
enum probe_step probe_step(struct probe_schedule *p, uint64_t now)
{
	if (now < p->next)
		return PROBE_WAIT;
	if (p->sent == PROBE_COUNT) {
		probe_stop(p);
		return PROBE_END;
	}
	p->sent++;
	p->next = now + PROBE_SPACING_NS;
	return PROBE_SEND;
}
