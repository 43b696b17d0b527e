// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!text || !*text)
		return -EINVAL;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value))
			return -ERANGE;
	}
	if (value < min || value > max)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

int parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret_value)
{
	uint64_t value;
	int r = parse_u64(text, min, max, &value);

	if (r < 0)
		return r;
	*ret_value = (uint32_t)value;
	return 0;
}

int parse_ipv4(const char *text, uint32_t *ret_address)
{
	struct in_addr in;

	if (!text || inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	*ret_address = in.s_addr;
	return 0;
}

int parse_ipv6(const char *text, struct in6_addr *ret_address)
{
	struct in6_addr in;

	if (!text || inet_pton(AF_INET6, text, &in) != 1)
		return -EINVAL;
	*ret_address = in;
	return 0;
}

int parse_prefix(const char *text, uint32_t *ret_address, uint8_t *ret_length)
{
	const char *slash = text ? strchr(text, '/') : NULL;
	char address_text[16];
	uint32_t length, address;
	int r;

	if (!slash || (size_t)(slash - text) >= sizeof(address_text))
		return -EINVAL;
	memcpy(address_text, text, (size_t)(slash - text));
	address_text[slash - text] = '\0';
	r = parse_u32(slash + 1, 0, 32, &length);
	if (r == 0)
		r = parse_ipv4(address_text, &address);
	if (r < 0)
		return r;
	*ret_length = (uint8_t)length;
	*ret_address = address & ipv4_netmask((uint8_t)length);
	return 0;
}

/* Exactly n decimal digits at *text, which goes on behind them. */
static bool take_digits(const char **text, int n, unsigned int *ret_value)
{
	unsigned int value = 0;

	for (; n > 0; n--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		value = value * 10 + (unsigned int)(**text - '0');
	}
	*ret_value = value;
	return true;
}

static bool take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

struct moment {
	unsigned int year, month, day, hour, minute, second;
};

static bool take_moment(const char **text, struct moment *m)
{
	unsigned int digit;

	if (!take_digits(text, 4, &m->year) || !take_char(text, '-') ||
	    !take_digits(text, 2, &m->month) || !take_char(text, '-') ||
	    !take_digits(text, 2, &m->day) || !take_char(text, 'T') ||
	    !take_digits(text, 2, &m->hour) || !take_char(text, ':') ||
	    !take_digits(text, 2, &m->minute) || !take_char(text, ':') ||
	    !take_digits(text, 2, &m->second))
		return false;
	if (!take_char(text, '.'))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	while (take_digits(text, 1, &digit))
		;
	return true;
}

/* "Z" or "+01:00", the end of the text; seconds that the clock there is ahead of UTC. */
static bool take_offset(const char *text, int64_t *ret_ahead)
{
	bool behind = *text == '-';
	unsigned int hour = 0, minute = 0;

	if (!take_char(&text, 'Z') &&
	    ((!take_char(&text, '+') && !take_char(&text, '-')) || !take_digits(&text, 2, &hour) ||
	     !take_char(&text, ':') || !take_digits(&text, 2, &minute) || hour > 23 || minute > 59))
		return false;
	*ret_ahead = (int64_t)(hour * 3600 + minute * 60) * (behind ? -1 : 1);
	return *text == '\0';
}

static bool is_leap(unsigned int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool exists(const struct moment *m)
{
	static const unsigned int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m->year >= 1970 && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
	       m->day <= days[m->month - 1] + (m->month == 2 && is_leap(m->year)) &&
	       m->hour <= 23 && m->minute <= 59 && m->second <= 60;
}

/* Days from 1970-01-01 on; years are counted from March, so that the leap day is a year's last. */
static int64_t days_since_1970(const struct moment *m)
{
	int64_t year = (int64_t)m->year - (m->month < 3);
	int64_t month = (m->month + 9) % 12;

	return year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 +
	       (int64_t)m->day - 1 - 719468;
}

int parse_time(const char *text, int64_t *ret_seconds)
{
	struct moment m;
	int64_t ahead;

	if (!text || !take_moment(&text, &m) || !take_offset(text, &ahead))
		return -EINVAL;
	if (!exists(&m))
		return -ERANGE;
	*ret_seconds = days_since_1970(&m) * 86400 + (int64_t)m.hour * 3600 +
		       (int64_t)m.minute * 60 + (int64_t)m.second - ahead;
	return 0;
}

const char *format_time(int64_t seconds, char buf[TIME_TEXT_MAX])
{
	time_t time = (time_t)seconds;
	struct tm tm = {0};

	/* It fails for years that no clock of a machine shows. */
	(void)gmtime_r(&time, &tm);
	snprintf(buf, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year % 8100 + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return buf;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int parse_mac(const char *text, uint8_t ret_mac[6])
{
	uint8_t mac[6];

	if (!text || strlen(text) != 17)
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		int high = hex_digit(text[i * 3]), low = hex_digit(text[i * 3 + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[i * 3 + 2] != ':'))
			return -EINVAL;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_mac, mac, sizeof(mac));
	return 0;
}

const char *format_ipv4(uint32_t address, char *buf, size_t size)
{
	uint8_t b[4];

	memcpy(b, &address, sizeof(b));
	snprintf(buf, size, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	return buf;
}

const char *format_ipv6(const struct in6_addr *address, char *buf, size_t size)
{
	return inet_ntop(AF_INET6, address, buf, (socklen_t)size);
}

const char *format_protocol(unsigned int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return "?";
	}
}

uint32_t ipv4_netmask(uint8_t length)
{
	return length ? htonl(UINT32_MAX << (32 - length)) : 0;
}

const char *format_inet(uint16_t family, const uint8_t bytes[16], char *buf)
{
	if ((family != AF_INET && family != AF_INET6) ||
	    !inet_ntop(family, bytes, buf, INET6_ADDRSTRLEN))
		buf[0] = '\0';
	return buf;
}

int parse_inet(const char *text, uint16_t *ret_family, uint8_t ret_bytes[16])
{
	struct in6_addr ipv6 = {0};
	uint32_t ipv4;
	bool is_ipv6 = strchr(text, ':');
	int r = is_ipv6 ? parse_ipv6(text, &ipv6) : parse_ipv4(text, &ipv4);

	if (r < 0)
		return r;
	if (!is_ipv6)
		memcpy(&ipv6, &ipv4, sizeof(ipv4));
	memcpy(ret_bytes, &ipv6, sizeof(ipv6));
	*ret_family = is_ipv6 ? AF_INET6 : AF_INET;
	return 0;
}

bool ipv6_same_subnet(const struct in6_addr *a, const struct in6_addr *b, uint8_t length)
{
	uint8_t whole = length / 8, mask = (uint8_t)(0xff00 >> length % 8);

	return memcmp(a, b, whole) == 0 &&
	       (mask == 0 || ((a->s6_addr[whole] ^ b->s6_addr[whole]) & mask) == 0);
}

void ipv6_network(const struct in6_addr *address, uint8_t length, struct in6_addr *ret_network)
{
	*ret_network = *address;
	for (size_t i = 0; i < sizeof(*address); i++) {
		uint8_t bits = length > 8 * i ? (uint8_t)(length - 8 * i) : 0;

		if (bits < 8)
			ret_network->s6_addr[i] &= (uint8_t)(0xff00 >> bits);
	}
}

int copy_text(char *dst, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size)
		return -ENAMETOOLONG;
	memcpy(dst, text, length + 1);
	return 0;
}
