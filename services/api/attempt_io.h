/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries of passwords, and who has to wait (lockout.h): counted by user and by address. Nothing is
 * counted for root of this machine's own socket. Where a user has signed in before, others' tries
 * from elsewhere make him not wait: there the address alone counts.
 */
#ifndef TRIREME_API_ATTEMPT_IO_H
#define TRIREME_API_ATTEMPT_IO_H

#include "api/broker.h"

/* Texts belong to the exchange. */
struct attempt {
	const char *user, *address; /* what it is counted by; "": not by that */
	uint8_t place[TOKEN_DIGEST_SIZE];
};

/*
 * Begins a try of that name's password. account: the user of that name, or one whom nobody can be.
 * Seconds that it has to wait instead; 0: it counts as failed until attempt_right() or
 * attempt_void().
 */
uint32_t attempt_begin(struct exchange *x, const char *user, const struct config_user *account,
		       struct attempt *ret_attempt);

/* It was right: the user's tries before are forgotten, and the place is known from now on. */
void attempt_right(struct exchange *x, const struct attempt *attempt);

/* It could not be found out: it was no try. */
void attempt_void(struct exchange *x, const struct attempt *attempt);

/*
 * The same name and password were right a moment ago, from the same address: they need not be
 * checked again. Not for an address that has to wait, which else could try passwords there for
 * nothing.
 */
bool attempt_is_verified(struct exchange *x, const struct config_user *account);
void attempt_verified(struct exchange *x, const struct config_user *account);

#endif
