/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of either family in the configuration. Part of config.h. */
#ifndef TRIREME_SCHEMA_CONFIG_INET_H
#define TRIREME_SCHEMA_CONFIG_INET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * An address of either family. What can have both has two members, of which at most one is not
 * zero: a uint32_t for IPv4 and an in6_addr for IPv6; config_…_inet() gives the one that is set.
 */
struct config_inet {
	uint16_t family;   /* AF_INET, AF_INET6; AF_UNSPEC: there is none */
	uint8_t bytes[16]; /* of AF_INET the first 4; the rest is 0 */
};

/* Either address, whichever is set. */
static inline struct config_inet config_inet(uint32_t address, const struct in6_addr *ipv6)
{
	struct config_inet inet = {.family = AF_UNSPEC};

	if (address) {
		inet.family = AF_INET;
		memcpy(inet.bytes, &address, sizeof(address));
	} else if (!IN6_IS_ADDR_UNSPECIFIED(ipv6)) {
		inet.family = AF_INET6;
		memcpy(inet.bytes, ipv6, sizeof(*ipv6));
	}
	return inet;
}

static inline bool config_inet_equal(const struct config_inet *a, const struct config_inet *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Both are of one family, and have the same first length bits. */
bool config_inet_same_subnet(const struct config_inet *a, const struct config_inet *b,
			     uint8_t length);

#define CONFIG_INET_TEXT_MAX INET6_ADDRSTRLEN
#define CONFIG_ENDPOINT_TEXT_MAX (INET6_ADDRSTRLEN + sizeof("[]:65535"))

/* "192.0.2.1" or "2001:db8::1"; "" when there is none. Returns buf of CONFIG_INET_TEXT_MAX. */
const char *config_inet_text(const struct config_inet *inet, char *buf);

/* "192.0.2.1:80" or "[2001:db8::1]:80". Returns buf of CONFIG_ENDPOINT_TEXT_MAX. */
const char *config_endpoint_text(const struct config_inet *inet, uint16_t port, char *buf);

#endif
