/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who asks: credentials against the configuration's users and tokens. */
#ifndef TRIREME_API_AUTHENTICATE_IO_H
#define TRIREME_API_AUTHENTICATE_IO_H

#include "api/broker.h"

/*
 * Fills x->principal by the request's credential; where there is none it is nobody. -EACCES: the
 * credential does not count, and the answer says so.
 */
int authenticate(struct exchange *x);

/*
 * Whether it is the user's password; the time that it takes does not tell whether there is such a
 * user. Counts for the lock-out, and is audited as a sign-in. -EACCES: it is not, or not now, and
 * the answer says so.
 */
int authenticate_password(struct exchange *x, const char *user, const char *password,
			  struct config_user *ret_user);

/* A session of that user, who has just signed in. -EIO: no random numbers; -ENAMETOOLONG. */
int authenticate_begin(struct broker *broker, const struct config_user *user,
		       char ret_token[TOKEN_TEXT_MAX], int64_t *ret_expires);

#endif
