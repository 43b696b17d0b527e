/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secret values at rest: AES-256-GCM (NIST SP 800-38D) under the cluster's secret key, as the text
 * "$1$" and base64 (RFC 4648) of nonce (96 bits), ciphertext and tag (128 bits). The schema path of
 * the leaf is additional data: a sealed value opens at its own place only. The nonce is made of
 * key, path and value (HMAC-SHA256), so that the same value gives the same text: that much a reader
 * of sealed texts learns.
 */
#ifndef TRIREME_CONFIG_SECRET_IO_H
#define TRIREME_CONFIG_SECRET_IO_H

#include <stddef.h>
#include <stdint.h>

#define SECRET_KEY_SIZE 32
#define SECRET_SEED_MIN 32
#define SECRET_SEED_MAX 4096
#define SECRET_SALT_SIZE 16
#define SECRET_PREFIX "$1$"
#define SECRET_PLAIN_MAX 16384 /* a certificate's private key with room to spare */

/* "$1$", then 4 characters for every 3 bytes begun; without NUL. */
#define SECRET_SEALED_MAX (3 + (SECRET_PLAIN_MAX + 12 + 16 + 2) / 3 * 4)

struct secret_key {
	uint8_t bytes[SECRET_KEY_SIZE];
};

/* Wipes it; for scopes, too. */
void secret_key_clear(struct secret_key *key);

/*
 * Reads the key from a file of exactly SECRET_KEY_SIZE bytes. -EINVAL: another size, or no regular
 * file; -EPERM: group or others have rights on it; else the errno of open(2) or read(2).
 */
int secret_key_load(const char *path, struct secret_key *ret_key);

/*
 * Derives the key by HKDF-SHA256 (RFC 5869) from random bytes that the nodes share, such as
 * corosync's authkey: nodes with the same bytes have the same key. -EINVAL: fewer than
 * SECRET_SEED_MIN bytes or more than SECRET_SEED_MAX.
 */
int secret_key_make_from(const void *seed, size_t size, struct secret_key *ret_key);

/*
 * The salt of the password that is kept at path, the same on every node of the cluster and for
 * every password: nodes that begin with the same document get the same hashes, and a password that
 * is given once more is no change. It does not follow from the password, which would be tried
 * faster by it than by its hash.
 */
int secret_salt(const struct secret_key *key, const char *path, uint8_t ret_salt[SECRET_SALT_SIZE]);

/* Seals a text; the caller frees the result. -EMSGSIZE: longer than SECRET_PLAIN_MAX. */
int secret_seal(const struct secret_key *key, const char *path, const char *plain,
		char **ret_sealed);

/*
 * The sealed text again; the caller hands it to secret_free(). -EINVAL: not of the form or longer
 * than SECRET_SEALED_MAX; -EBADMSG: changed, or sealed under another key or for another path.
 */
int secret_open(const struct secret_key *key, const char *path, const char *sealed,
		char **ret_plain);

/* Wipes and frees a text; accepts NULL. */
void secret_free(char *text);

static inline void secret_freep(char **text)
{
	secret_free(*text);
}

#endif
