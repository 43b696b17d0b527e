// SPDX-License-Identifier: GPL-2.0-or-later
/* A frame in words, for what a failed case says. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#include "base/text.h"
#include "engine/tests/conform/packet.h"

static unsigned int get16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static unsigned int get32(const uint8_t *at)
{
	return get16(at) << 16 | get16(at + 2);
}

/* Of the header and its tags; the protocol inside. */
static size_t ethernet(const uint8_t *b, size_t size, unsigned int *ret_protocol)
{
	size_t at = 12;

	while (at + 2 <= size) {
		*ret_protocol = get16(b + at);
		if (*ret_protocol != ETH_P_8021Q && *ret_protocol != ETH_P_8021AD)
			return at + 2;
		at += 4;
	}
	*ret_protocol = 0;
	return size;
}

size_t packet_ip(const uint8_t *bytes, size_t size, size_t *ret_at)
{
	unsigned int protocol;
	const size_t at = ethernet(bytes, size, &protocol), n = size - at;
	size_t length = 0;

	if (protocol == ETH_P_IP && n >= 20)
		length = get16(bytes + at + 2);
	else if (protocol == ETH_P_IPV6 && n >= 40)
		length = 40 + get16(bytes + at + 4);
	*ret_at = at;
	return length <= n ? length : 0;
}

static void add_transport(struct text *t, unsigned int protocol, const uint8_t *b, size_t n)
{
	if (protocol == IPPROTO_TCP && n >= 20)
		text_add(t, " tcp %u > %u seq %u ack %u flags %02x sum %04x", get16(b),
			 get16(b + 2), get32(b + 4), get32(b + 8), b[13], get16(b + 16));
	else if (protocol == IPPROTO_UDP && n >= 8)
		text_add(t, " udp %u > %u length %u sum %04x", get16(b), get16(b + 2), get16(b + 4),
			 get16(b + 6));
	else if ((protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) && n >= 8)
		text_add(t, " icmp %u/%u sum %04x mtu %u", b[0], b[1], get16(b + 2), get16(b + 6));
	else
		text_add(t, " protocol %u", protocol);
}

static void add_ipv4(struct text *t, const uint8_t *b, size_t n)
{
	const size_t header = (size_t)(b[0] & 15) * 4;
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, b + 12, from, sizeof(from));
	inet_ntop(AF_INET, b + 16, to, sizeof(to));
	text_add(t, " %s > %s ttl %u tos %u length %u id %04x fragment %04x sum %04x%s", from, to,
		 b[8], b[1], get16(b + 2), get16(b + 4), get16(b + 6), get16(b + 10),
		 packet_fold(packet_sum(b, header > n ? n : header, 0)) == 0 ? "" : " (wrong)");
	if (header < n && (get16(b + 6) & 0x1fff) == 0)
		add_transport(t, b[9], b + header, n - header);
}

static void add_ipv6(struct text *t, const uint8_t *b, size_t n)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, b + 8, from, sizeof(from));
	inet_ntop(AF_INET6, b + 24, to, sizeof(to));
	text_add(t, " %s > %s hops %u first %08x length %u next %u", from, to, b[7], get32(b),
		 get16(b + 4), b[6]);
	if (b[6] == IPPROTO_FRAGMENT && n >= 48)
		text_add(t, " fragment %04x id %x next %u", get16(b + 42), get32(b + 44), b[40]);
	else
		add_transport(t, b[6], b + 40, n - 40);
}

const char *packet_text(const uint8_t *bytes, size_t size, char *buf, size_t buf_size)
{
	unsigned int protocol;
	const size_t at = ethernet(bytes, size, &protocol);
	struct text t;

	text_init(&t, buf, buf_size);
	text_add(&t, "%zu bytes:", size);
	for (size_t i = 0; i < at && i < size; i++)
		text_add(&t, "%s%02x", i == 0 || i == 6 || i == 12 || i == 16 ? " " : "", bytes[i]);
	if (protocol == ETH_P_IP && size - at >= 20)
		add_ipv4(&t, bytes + at, size - at);
	else if (protocol == ETH_P_IPV6 && size - at >= 40)
		add_ipv6(&t, bytes + at, size - at);
	return buf;
}
