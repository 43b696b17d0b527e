/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check sends after it has connected, and what an answer means. No exchange needs
 * credentials, opens a session or leaves anything behind at the server. Pure.
 */
#ifndef TRIREME_HEALTH_PROBE_H
#define TRIREME_HEALTH_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum probe_type {
	PROBE_CONNECT,	  /* nothing is said: that the connection is accepted is enough */
	PROBE_NFS,	  /* the NULL procedure, RFC 5531, RFC 7530 15.1 */
	PROBE_SMB,	  /* NEGOTIATE, MS-SMB2 2.2.3 */
	PROBE_ISCSI,	  /* a login to the discovery session, RFC 7143 11.12 */
	PROBE_POSTGRESQL, /* SSLRequest, PostgreSQL documentation 55.7 */
	PROBE_MYSQL,	  /* the server speaks first: its greeting, protocol version 10 */
};

enum probe_verdict {
	PROBE_MORE, /* nothing can be said yet */
	PROBE_GOOD,
	PROBE_BAD,
};

#define PROBE_REQUEST_MAX 192
#define PROBE_ANSWER_MAX 128 /* so much of an answer is enough to judge it */

/* Writes what is to be sent; returns how many bytes, 0: the server speaks first, if at all. */
size_t probe_request(enum probe_type type, uint8_t buf[PROBE_REQUEST_MAX]);

/*
 * Judges the first size bytes of an answer, PROBE_ANSWER_MAX at most; ended: no more will come.
 * Never PROBE_MORE when ended, or when size is PROBE_ANSWER_MAX. With PROBE_BAD, *ret_why is a
 * few words that are never freed.
 */
enum probe_verdict probe_judge(enum probe_type type, const uint8_t *answer, size_t size, bool ended,
			       const char **ret_why);

#endif
