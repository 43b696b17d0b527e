/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Candidates: what each administrator is about to change. A candidate is a whole valid document
 * that began as the running revision; it lives in memory until it is committed, discarded or, when
 * all places are taken, has been idle for long. Pure: time is an argument.
 */
#ifndef TRIREME_CONFIG_SESSION_H
#define TRIREME_CONFIG_SESSION_H

#include <stddef.h>
#include <stdint.h>

#define SESSIONS_MAX 16
#define SESSIONS_OWN_MAX 4 /* of one user: names that are the same up to SESSION_MARK */
#define SESSION_MARK '#'
#define SESSION_NAME_MAX 80
#define SESSION_IDLE_NS 3600000000000ULL /* after an hour its place may be given away */

struct session {
	char name[SESSION_NAME_MAX]; /* empty: free */
	uint64_t base;		     /* revision it began as */
	uint64_t used;		     /* CLOCK_BOOTTIME, ns */
	char *text;		     /* secrets are sealed in it */
	size_t size;
};

struct sessions {
	struct session sessions[SESSIONS_MAX];
};

/* NULL: the name has no candidate. */
struct session *session_find(struct sessions *sessions, const char *name, uint64_t now);

/*
 * Makes the text, which is copied, the candidate of that name. -ENAMETOOLONG: the name is empty or
 * too long; -EBUSY: all places are in use, or all that this user can have; -ENOMEM.
 */
int session_set(struct sessions *sessions, const char *name, uint64_t base, const char *text,
		size_t size, uint64_t now);

/* Forgets the candidate; accepts NULL. */
void session_clear(struct session *session);
void sessions_clear(struct sessions *sessions);

#endif
