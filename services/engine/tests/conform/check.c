// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/check.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ANSWER4_MAX 576	 /* RFC 1812, 4.3.2.3 */
#define ANSWER6_MAX 1280 /* RFC 4443, 3.1 */
#define QUOTED_LEAST 8	 /* RFC 792: bytes behind the header */

static int fail(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, CHECK_WHY_MAX, format, args);
	va_end(args);
	return -EBADMSG;
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static bool is_same(const uint8_t *wanted, size_t n, const struct case_frame *frame,
		    const struct run_result *result)
{
	/* What was behind the packet may have been cut off. */
	return result->size <= n && result->size >= n - frame->pad &&
	       memcmp(wanted, result->bytes, result->size) == 0;
}

/* The checksum that the quoted packet came with. */
static uint16_t quoted_sum(const struct case_frame *in)
{
	const struct packet_free wild = {0};
	struct case_frame whole = {.lan = in->lan, .packet = in->quote};
	uint8_t bytes[PACKET_MAX];
	size_t at, n;

	packet_make(&whole, PACKET_IN, &wild, bytes);
	n = packet_ip(bytes, sizeof(bytes), &at);
	if (n == 0)
		return 0;
	at += in->quote.from.address.family == 6 ? 40 : 20;
	return get16(bytes + at + (in->quote.protocol == IPPROTO_TCP ? 16 : 6));
}

static void set_outer(const uint8_t *ip, uint8_t inner_ttl, struct packet_free *wild)
{
	const uint8_t ttl = ip[0] >> 4 == 6 ? ip[7] : ip[8];

	wild->outer_id = get16(ip + 4);
	wild->outer_ttl = ttl > inner_ttl ? ttl : 0;
}

int check_out(const struct case_frame *wanted, const struct case_frame *in,
	      const struct run_result *result, char why[CHECK_WHY_MAX])
{
	struct packet_free wild = {0};
	char is[512], should[512];
	uint8_t bytes[PACKET_MAX];
	size_t n, at;

	if (wanted->tunnelled && packet_ip(result->bytes, result->size, &at) > 0)
		set_outer(result->bytes + at, wanted->packet.ttl, &wild);
	n = packet_make(wanted, PACKET_OUT, &wild, bytes);
	if (is_same(bytes, n, wanted, result))
		return 0;
	if (wanted->quotes) {
		wild.keeps_sum = true;
		wild.sum = quoted_sum(in);
		n = packet_make(wanted, PACKET_OUT, &wild, bytes);
		if (is_same(bytes, n, wanted, result))
			return 0;
	}
	for (at = 0; at < n && at < result->size && bytes[at] == result->bytes[at];)
		at++;
	return fail(why, "byte %zu differs\n    should be %s\n    is        %s", at,
		    packet_text(bytes, n, should, sizeof(should)),
		    packet_text(result->bytes, result->size, is, sizeof(is)));
}

/* Ethernet and its tag: back to where the frame came from. */
static bool returns(const struct case_frame *in, const uint8_t *sent, const struct run_result *r,
		    size_t at)
{
	const size_t header = in->lan->vlan ? 18 : 14;

	return at == header && memcmp(r->bytes, sent + 6, 6) == 0 &&
	       memcmp(r->bytes + 6, sent, 6) == 0 &&
	       memcmp(r->bytes + 12, sent + 12, header - 12) == 0;
}

static bool is_of_router(const uint8_t *address, bool v6)
{
	const size_t n = v6 ? 16 : 4;
	struct world_address own;

	for (size_t i = 0; i < WORLD_LANS; i++)
		if (world_address(world_lans[i].own[v6], &own) == 0 &&
		    memcmp(own.bytes, address, n) == 0)
			return true;
	for (size_t i = 0; i < world_n_hosts; i++)
		if (world_hosts[i].local && world_address(world_hosts[i].address[v6], &own) == 0 &&
		    memcmp(own.bytes, address, n) == 0)
			return true;
	return false;
}

/* The addresses, and the checksum of ICMP; icmp: its bytes. */
static bool is_well_formed(const struct case_frame *in, const uint8_t *ip, size_t n,
			   const uint8_t *icmp, bool v6)
{
	const size_t header = v6 ? 40 : 20, size = v6 ? 16 : 4;
	const uint8_t *from = ip + (v6 ? 8 : 12), *to = from + size;
	uint32_t sum = 0;

	if (!is_of_router(from, v6) || memcmp(to, in->packet.from.address.bytes, size) != 0)
		return false;
	if (v6)
		sum = packet_sum(from, 2 * size, (uint32_t)(n - header) + IPPROTO_ICMPV6);
	else if (packet_fold(packet_sum(ip, header, 0)) != 0)
		return false;
	return packet_fold(packet_sum(icmp, n - header, sum)) == 0;
}

/* The packet may be quoted as it came, or with the hop less that it has here. */
static bool is_quoted(const uint8_t *quote, size_t n, const uint8_t *sent, bool v6)
{
	const size_t header = v6 ? 40 : 20, ttl = v6 ? 7 : 8;
	uint8_t as_sent[40];

	memcpy(as_sent, quote, header);
	if (quote[ttl] + 1 == sent[ttl] && (v6 || packet_fold(packet_sum(quote, header, 0)) == 0)) {
		as_sent[ttl] = sent[ttl];
		if (!v6)
			memcpy(as_sent + 10, sent + 10, 2);
	}
	return memcmp(as_sent, sent, header) == 0 &&
	       memcmp(quote + header, sent + header, n - header) == 0;
}

int check_answer(const struct case_packet *wanted, const struct case_frame *in, const uint8_t *sent,
		 size_t n_sent, const struct run_result *r, char why[CHECK_WHY_MAX])
{
	const bool v6 = in->packet.from.address.family == 6;
	const size_t header = v6 ? 40 : 20, most = v6 ? ANSWER6_MAX : ANSWER4_MAX;
	size_t at, sent_at, n = packet_ip(r->bytes, r->size, &at), quoted;
	const size_t n_ip = packet_ip(sent, n_sent, &sent_at);
	const uint8_t *ip = r->bytes + at, *icmp = ip + header;
	char text[512];

	packet_text(r->bytes, r->size, text, sizeof(text));
	if (n < header + 8 || (v6 ? ip[6] : ip[9]) != (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return fail(why, "should be an ICMP error, is %s", text);
	if (r->size != at + n)
		return fail(why, "has bytes behind the ICMP error: %s", text);
	if (!returns(in, sent, r, at))
		return fail(why, "does not go back to where the packet came from: %s", text);
	if (!is_well_formed(in, ip, n, icmp, v6))
		return fail(why, "addresses or checksum of the ICMP error are wrong: %s", text);
	if (icmp[0] != wanted->type || icmp[1] != wanted->code || get16(icmp + 4) != 0 ||
	    get16(icmp + 6) != wanted->mtu || (v6 ? ip[7] : ip[8]) < 2)
		return fail(why, "should be %u/%u mtu %u, is %s", wanted->type, wanted->code,
			    wanted->mtu, text);
	quoted = n - header - 8;
	if (n > most || (quoted < n_ip && quoted < header + QUOTED_LEAST) || quoted > n_ip ||
	    !is_quoted(icmp + 8, quoted, sent + sent_at, v6))
		return fail(why, "does not quote the packet, or not enough of it: %s", text);
	return 0;
}
