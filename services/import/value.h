/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of statements. An error names key, value and what is allowed, with line and column: it is
 * report_fail()'s.
 */
#ifndef TRIREME_IMPORT_VALUE_H
#define TRIREME_IMPORT_VALUE_H

#include <stdint.h>

#include "import/importer.h"
#include "schema/config_inet.h"

/*
 * The statement has at least n values. More than n are an error too in lvs.cf, but for a comment;
 * keepalived does not look at them. n of 0: any.
 */
int value_count(struct importer *im, const struct statement *s, size_t n);

/* words[i] is not what is allowed: -EBADMSG. */
int value_bad(struct importer *im, const struct statement *s, size_t i, const char *allowed);

/* words[i] as a whole number in [min, max]; base as for strtol(3). */
int value_number(struct importer *im, const struct statement *s, size_t i, int base, uint32_t min,
		 uint32_t max, uint32_t *ret_value);

/* words[i] in seconds, with decimals, as milliseconds in [1, 86400000]. */
int value_seconds(struct importer *im, const struct statement *s, size_t i, uint32_t *ret_ms);

/* words[i], 192.0.2.1 or 2001:db8::1. */
int value_inet(struct importer *im, const struct statement *s, size_t i,
	       struct config_inet *ret_inet);

/* words[i], a netmask of IPv4 as its prefix length; 0: it is none or has holes. */
int value_netmask(struct importer *im, const struct statement *s, size_t i, uint32_t *ret_length);

/* words[i] as a port, by number or by name; 0 means all. */
int value_port(struct importer *im, const struct statement *s, size_t i, uint16_t *ret_port);

/* The index of text in names, which ends with NULL, or -ENOENT. */
int value_choice(const char *text, const char *const *names);

/* An address of IPv6, if it is one. */
bool is_ipv6(const char *text);

#endif
