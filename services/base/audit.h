/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit: who has asked for which change or has signed in, and what came of it; a JSON object
 * per line. No secret is ever part of it: what is kept is names, places and kinds. Pure.
 */
#ifndef TRIREME_BASE_AUDIT_H
#define TRIREME_BASE_AUDIT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_LINE_MAX 2048  /* bytes, with its newline; of UTF-8 each byte may become three */
#define AUDIT_TARGET_MAX 256 /* of what is longer, the beginning is kept; here and below */
#define AUDIT_OUTCOME_MAX 160

struct audit_entry {
	int64_t time;	     /* Unix time, seconds */
	const char *user;    /* who; "" for nobody */
	const char *from;    /* client's address; "" for this machine */
	const char *action;  /* "sign-in", "PUT", "commit", … */
	const char *target;  /* what it was about; may be "" */
	const char *outcome; /* "ok", "revision 12", or an error-tag */
};

/* The entry's line, which ends with a newline and has no other. Returns its length. */
size_t audit_line(const struct audit_entry *entry, char ret_line[AUDIT_LINE_MAX]);

/*
 * The last n entries of these lines, oldest first; what is no entry is left out. The array is the
 * caller's; NULL: no memory.
 */
json_t *audit_last(const char *lines, size_t size, size_t n);

#endif
