/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strict parsers for text that comes from outside. All return 0 and write ret_… only on success;
 * -EINVAL: not of the form; -ERANGE: of the form but outside [min, max] or the type.
 * IPv4 addresses are in network byte order, as the kernel's interfaces take them.
 */
#ifndef TRIREME_BASE_PARSE_H
#define TRIREME_BASE_PARSE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only: no sign, no blanks, no base prefix. */
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value);
int parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret_value);

/* "192.0.2.1" (RFC 6943 strict dotted quad). */
int parse_ipv4(const char *text, uint32_t *ret_address);

/* "2001:db8::1" without a zone (RFC 4291, 2.2). */
int parse_ipv6(const char *text, struct in6_addr *ret_address);

/* "10.1.0.0/16"; host bits that are set are cleared. */
int parse_prefix(const char *text, uint32_t *ret_address, uint8_t *ret_length);

/*
 * "2027-01-31T13:00:00+01:00" or "2027-01-31T12:00:00.5Z" (RFC 3339 5.6, capital letters, years
 * from 1970 to 9999) into seconds since 1970 in UTC, without the fraction. -ERANGE: there is no
 * such day or hour. The 60th second counts as the one after it.
 */
int parse_time(const char *text, int64_t *ret_seconds);

#define TIME_TEXT_MAX 32

/* Seconds since 1970 as "2027-01-31T12:00:00Z". Returns buf. */
const char *format_time(int64_t seconds, char buf[TIME_TEXT_MAX]);

/* "52:54:00:12:34:56", either case. */
int parse_mac(const char *text, uint8_t ret_mac[6]);

/* Writes "a.b.c.d"; buf is at least 16 bytes. Returns buf. */
const char *format_ipv4(uint32_t address, char *buf, size_t size);

/* Writes the form of RFC 5952; buf is at least INET6_ADDRSTRLEN bytes. Returns buf. */
const char *format_ipv6(const struct in6_addr *address, char *buf, size_t size);

/*
 * Of AF_INET or AF_INET6, of its first 4 or all 16 bytes; "" of any other. buf is at least
 * INET6_ADDRSTRLEN bytes. Returns buf.
 */
const char *format_inet(uint16_t family, const uint8_t bytes[16], char *buf);

/* "192.0.2.1" or "2001:db8::1" into the family and its bytes, the rest 0. */
int parse_inet(const char *text, uint16_t *ret_family, uint8_t ret_bytes[16]);

/* "tcp", "udp" or "sctp" of an IPPROTO_; "?" for others. */
const char *format_protocol(unsigned int protocol);

/* Netmask of a prefix length 0..32, network byte order. */
uint32_t ipv4_netmask(uint8_t length);

/* a and b have the same first length (0..128) bits. */
bool ipv6_same_subnet(const struct in6_addr *a, const struct in6_addr *b, uint8_t length);

/* The network of that prefix length (0..128) in which the address is: its other bits are 0. */
void ipv6_network(const struct in6_addr *address, uint8_t length, struct in6_addr *ret_network);

/* Copies text with its end; -ENAMETOOLONG when it does not fit: nothing is cut off silently. */
int copy_text(char *dst, size_t size, const char *text);

#endif
