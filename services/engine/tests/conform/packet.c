// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#define QUOTED_LEAST 8 /* RFC 792: bytes behind the header */
#define PAYLOAD_STEP 7
#define HOP_OPTIONS 8 /* bytes */

uint32_t packet_sum(const void *bytes, size_t n, uint32_t begun)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i + 1 < n; i += 2)
		begun += (uint32_t)b[i] << 8 | b[i + 1];
	return n % 2 ? begun + ((uint32_t)b[n - 1] << 8) : begun;
}

uint16_t packet_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static size_t address_size(const struct case_end *end)
{
	return end->address.family == 6 ? 16 : 4;
}

/* Of the pseudo header: RFC 9293, 3.1; RFC 8200, 8.1. */
static uint32_t pseudo_sum(const struct case_end *from, const struct case_end *to, uint8_t protocol,
			   size_t n)
{
	uint32_t sum = packet_sum(from->address.bytes, address_size(from), 0);

	sum = packet_sum(to->address.bytes, address_size(to), sum);
	return sum + protocol + (uint32_t)n;
}

static void fill(uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)(3 + i * PAYLOAD_STEP);
}

static size_t put_tcp(const struct case_packet *p, uint8_t *at)
{
	const size_t n = 20 + p->length;

	memset(at, 0, 20);
	put16(at, p->from.port);
	put16(at + 2, p->to.port);
	put32(at + 4, p->seq);
	put32(at + 8, p->ack);
	at[12] = 5 << 4;
	at[13] = p->flags;
	put16(at + 14, 0x2000);
	fill(at + 20, p->length);
	put16(at + 16,
	      packet_fold(packet_sum(at, n, pseudo_sum(&p->from, &p->to, p->protocol, n))));
	return n;
}

/* The first two bytes of the payload are so that the sum between the two ends is 0. */
static void tune(const struct case_packet *p, uint8_t *at, size_t n)
{
	uint8_t ports[4];
	uint32_t sum;

	put16(ports, p->tune_from.port);
	put16(ports + 2, p->tune_to.port);
	put16(at + 8, 0);
	sum = pseudo_sum(&p->tune_from, &p->tune_to, IPPROTO_UDP, n);
	sum = packet_sum(at + 4, n - 4, packet_sum(ports, sizeof(ports), sum));
	put16(at + 8, packet_fold(sum));
}

static size_t put_udp(const struct case_packet *p, uint8_t *at)
{
	const size_t n = 8 + p->length;
	uint16_t sum;

	memset(at, 0, 8);
	put16(at, p->from.port);
	put16(at + 2, p->to.port);
	put16(at + 4, (uint32_t)n);
	fill(at + 8, p->length);
	if (p->no_sum)
		return n;
	if (p->tune_from.address.family)
		tune(p, at, n);
	sum = packet_fold(packet_sum(at, n, pseudo_sum(&p->from, &p->to, p->protocol, n)));
	put16(at + 6, sum ? sum : 0xffff); /* RFC 768: 0 says that there is none */
	return n;
}

static size_t put_ip(const struct case_packet *p, const uint8_t *inside, size_t n, uint8_t *at);
static size_t put_transport(const struct case_packet *p, uint8_t *at)
{
	if (p->protocol == IPPROTO_TCP)
		return put_tcp(p, at);
	if (p->protocol == IPPROTO_UDP)
		return put_udp(p, at);
	memset(at, 0, 8); /* SCTP's ports, and nothing that anybody verifies here */
	put16(at, p->from.port);
	put16(at + 2, p->to.port);
	fill(at + 8, p->length);
	return 8 + p->length;
}

/* Where the checksum is in the transport header; 0: it has none. */
static size_t sum_at(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? 16 : protocol == IPPROTO_UDP ? 6 : 0;
}

static size_t put_icmp(const struct case_frame *f, const struct packet_free *wild, uint8_t *at)
{
	const struct case_packet *p = &f->packet;
	const bool v6 = p->from.address.family == 6;
	size_t n = 8, whole, header;
	uint32_t sum = 0;

	memset(at, 0, 8);
	at[0] = p->type;
	at[1] = p->code;
	if (f->quotes) {
		uint8_t inside[PACKET_MAX];

		whole = put_transport(&f->quote, inside);
		if (wild->keeps_sum)
			put16(inside + sum_at(f->quote.protocol), wild->sum);
		whole = put_ip(&f->quote, inside, whole, at + 8);
		header = v6 ? 40 : f->quote.options ? 24 : 20;
		n += f->quoted ? f->quoted : header + QUOTED_LEAST;
		if (n > whole + 8)
			n = whole + 8;
	} else {
		fill(at + 8, p->length);
		n += p->length;
	}
	/* RFC 1191, 4: the lower half; RFC 4443, 3.2: all 32 bits. */
	put16(at + 6, p->mtu);
	if (v6)
		sum = pseudo_sum(&p->from, &p->to, IPPROTO_ICMPV6, n);
	put16(at + 2, packet_fold(packet_sum(at, n, sum)));
	return n;
}

static size_t put_ipv4(const struct case_packet *p, const uint8_t *inside, size_t n, uint8_t *at)
{
	const size_t header = p->options ? 24 : 20;

	memset(at, 0, header);
	at[0] = (uint8_t)(0x40 | header / 4);
	at[1] = p->tos;
	put16(at + 2, (uint32_t)(header + n));
	put16(at + 4, p->id & 0xffff);
	put16(at + 6, (p->df ? 0x4000u : 0) | (p->more ? 0x2000u : 0) | p->offset / 8);
	at[8] = p->ttl;
	at[9] = p->protocol;
	memcpy(at + 12, p->from.address.bytes, 4);
	memcpy(at + 16, p->to.address.bytes, 4);
	if (p->options)
		memcpy(at + 20, "\1\1\1", 4); /* RFC 791: no operation, end of the list */
	put16(at + 10, packet_fold(packet_sum(at, header, 0)));
	memcpy(at + header, inside, n);
	return header + n;
}

static size_t put_ipv6(const struct case_packet *p, const uint8_t *inside, size_t n, uint8_t *at)
{
	size_t header = 40;
	uint8_t *next = at + 6;

	memset(at, 0, header);
	put32(at, 0x60000000u | (uint32_t)p->tos << 20);
	at[7] = p->ttl;
	memcpy(at + 8, p->from.address.bytes, 16);
	memcpy(at + 24, p->to.address.bytes, 16);
	if (p->options) {
		*next = IPPROTO_HOPOPTS;
		next = at + header;
		memcpy(next, "\0\0\1\4\0\0\0", HOP_OPTIONS); /* RFC 8200, 4.2: PadN */
		header += HOP_OPTIONS;
	}
	for (int i = 0; i < p->is_fragment + p->nested; i++) {
		*next = IPPROTO_FRAGMENT;
		next = at + header;
		put16(next, 0);
		put16(next + 2, p->offset | (p->more ? 1u : 0));
		put32(next + 4, p->id);
		header += 8;
	}
	*next = p->protocol;
	memcpy(at + header, inside, n);
	put16(at + 4, (uint32_t)(header + n - 40));
	return header + n;
}

/* inside: the whole datagram; of it goes what the description says. */
static size_t put_ip(const struct case_packet *p, const uint8_t *inside, size_t n, uint8_t *at)
{
	if (p->is_fragment) {
		inside += p->offset;
		n = p->offset >= n ? 0 : n - p->offset;
		n = n > p->part ? p->part : n;
	}
	return p->from.address.family == 6 ? put_ipv6(p, inside, n, at)
					   : put_ipv4(p, inside, n, at);
}

/* RFC 2003, RFC 2473. */
static size_t put_outer(const struct case_frame *f, const struct packet_free *wild, size_t n,
			uint8_t *at)
{
	struct case_packet outer = {
		.from = f->outer_from,
		.to = f->outer_to,
		.protocol = f->packet.from.address.family == 6 ? IPPROTO_IPV6 : IPPROTO_IPIP,
		.ttl = wild->outer_ttl ? wild->outer_ttl : f->packet.ttl,
		.tos = f->packet.tos,
		.id = wild->outer_id,
		.df = f->packet.df,
	};
	uint8_t inside[PACKET_MAX];

	memcpy(inside, at, n);
	return put_ip(&outer, inside, n, at);
}

static size_t put_ethernet(const struct case_frame *f, enum packet_direction direction, uint8_t *at)
{
	const struct world_address *peer = direction == PACKET_IN ? &f->packet.from.address
					   : f->tunnelled	  ? &f->outer_to.address
								  : &f->packet.to.address;
	const unsigned int protocol =
		(f->tunnelled ? f->outer_to.address.family : f->packet.from.address.family) == 6
			? ETH_P_IPV6
			: ETH_P_IP;
	struct world_address hop = f->via;
	size_t n = 12;

	if (hop.family == 0)
		world_route(peer, &hop);
	world_port_mac(f->lan->port, at + (direction == PACKET_IN ? 0 : 6));
	world_mac(&hop, at + (direction == PACKET_IN ? 6 : 0));
	if (f->lan->vlan) {
		put16(at + n, f->two_tags ? ETH_P_8021AD : ETH_P_8021Q);
		put16(at + n + 2, f->lan->vlan);
		n += 4;
	}
	if (f->two_tags) {
		put16(at + n, ETH_P_8021Q);
		put16(at + n + 2, 99);
		n += 4;
	}
	put16(at + n, protocol);
	return n + 2;
}

size_t packet_make(const struct case_frame *f, enum packet_direction direction,
		   const struct packet_free *wild, uint8_t *bytes)
{
	const bool icmp =
		f->packet.protocol == IPPROTO_ICMP || f->packet.protocol == IPPROTO_ICMPV6;
	const size_t at = put_ethernet(f, direction, bytes);
	uint8_t inside[PACKET_MAX];
	size_t n;

	n = icmp ? put_icmp(f, wild, inside) : put_transport(&f->packet, inside);
	n = put_ip(&f->packet, inside, n, bytes + at);
	if (f->tunnelled)
		n = put_outer(f, wild, n, bytes + at);
	if (f->wrong_sum)
		bytes[at + 10] ^= 0x55;
	memset(bytes + at + n, 0, f->pad);
	return at + n + f->pad;
}
