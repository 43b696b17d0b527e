/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What shows who somebody is after signing in. Pure.
 *
 * A session's token says for itself who it is of, "s1.PAYLOAD.MAC" in base64url (RFC 4648): no
 * router keeps sessions, every one accepts the others'. The MAC is HMAC-SHA256 under a key that the
 * routers share; what is signed names the password's fingerprint, so that a session ends where the
 * password changes.
 *
 * An API token, "t1.NAME.SECRET", is 256 random bits with the name that it has in the
 * configuration, which keeps the hash of the secret only.
 */
#ifndef TRIREME_API_TOKEN_H
#define TRIREME_API_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/config.h"

#define TOKEN_KEY_SIZE 32
#define TOKEN_ID_SIZE 9		 /* random bytes of a session's id */
#define TOKEN_ID_MAX 13		 /* as text, and NUL */
#define TOKEN_FINGERPRINT_MAX 17 /* 16 hexadecimal digits and NUL */
#define TOKEN_TEXT_MAX 512	 /* of any token, with NUL */
#define TOKEN_SECRET_SIZE 32	 /* random bytes of an API token */
#define TOKEN_HASH_MAX 65	 /* SHA-256 in hexadecimal digits, and NUL */
#define TOKEN_LIFE_S (12 * 3600) /* of a session, whatever is done in it */
#define TOKEN_SKEW_S 300	 /* so far the clocks of two routers may be apart */
#define TOKEN_RENEW_PART 5	 /* renewed when it is older than this part of the idle time */

struct token_key {
	uint8_t bytes[TOKEN_KEY_SIZE];
};

/* For scopes, too. */
void token_key_clear(struct token_key *key);

/* HKDF-SHA256 (RFC 5869) of the cluster's secret key, info "trireme session". */
void token_key_derive(const void *secret, size_t size, struct token_key *ret_key);

struct token_session {
	char user[CONFIG_NAME_MAX];
	char id[TOKEN_ID_MAX];
	int64_t begun, renewed; /* Unix time, seconds */
	char fingerprint[TOKEN_FINGERPRINT_MAX];
};

/* Of a password's hash, for token_session; tells nothing to who has not the key. */
void token_fingerprint(const struct token_key *key, const char *hash,
		       char ret_fingerprint[TOKEN_FINGERPRINT_MAX]);

/* An id of random bytes. */
void token_id(const uint8_t random[TOKEN_ID_SIZE], char ret_id[TOKEN_ID_MAX]);

/* -ENAMETOOLONG: a member is not one that token_session_read() gives. */
int token_session_write(const struct token_key *key, const struct token_session *session,
			char ret_text[TOKEN_TEXT_MAX]);

/* -EBADMSG: no session's token, or not signed with this key. */
int token_session_read(const struct token_key *key, const char *text,
		       struct token_session *ret_session);

/* It counts at that time: neither idle for longer than idle_s nor too old. */
bool token_session_counts(const struct token_session *session, uint32_t idle_s, int64_t now);

/* A later one should take its place. */
bool token_session_ages(const struct token_session *session, uint32_t idle_s, int64_t now);

/* It looks like a session's token, whether it is one or not. */
bool token_is_session(const char *text);

/* -ENAMETOOLONG: name. */
int token_api_write(const char *name, const uint8_t secret[TOKEN_SECRET_SIZE],
		    char ret_text[TOKEN_TEXT_MAX]);

/* Its name, and the hash of its secret as the configuration has it. -EBADMSG: no API token. */
int token_api_read(const char *text, char ret_name[CONFIG_NAME_MAX], char ret_hash[TOKEN_HASH_MAX]);

/* Takes the same time wherever two texts differ; both end with NUL within size bytes. */
bool token_equal(const char *a, const char *b, size_t size);

/*
 * A key for looking up a name and password that were found right before: HMAC-SHA256 under a key
 * that is nowhere but in memory, over name, client's address, password and the hash that it was
 * checked by.
 */
#define TOKEN_DIGEST_SIZE 32
void token_digest(const struct token_key *key, const char *user, const char *address,
		  const char *password, const char *hash, uint8_t ret_digest[TOKEN_DIGEST_SIZE]);

#endif
