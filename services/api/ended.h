/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions that were signed out before they ended by themselves: their tokens are refused by this
 * router. Others do not hear of it; there the token ends when it has been idle for long enough.
 * Pure: time is an argument (Unix time, seconds).
 */
#ifndef TRIREME_API_ENDED_H
#define TRIREME_API_ENDED_H

#include <stdbool.h>
#include <stdint.h>

#include "api/token.h"

#define ENDED_ENTRIES 1024

struct ended {
	struct {
		char id[TOKEN_ID_MAX];
		int64_t until; /* then it has ended by itself; 0: free */
	} entries[ENDED_ENTRIES];
};

bool ended_has(const struct ended *ended, const char *id, int64_t now);

/* Takes the place of the one that has ended by itself, or will first. */
void ended_add(struct ended *ended, const struct token_session *session);

#endif
