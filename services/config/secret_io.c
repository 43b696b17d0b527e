// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/secret_io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <gnutls/crypto.h>

#include "base/cleanup.h"
#include "base/gnutls_error.h"

#define CIPHER GNUTLS_CIPHER_AES_256_GCM
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define PREFIX_LENGTH (sizeof(SECRET_PREFIX) - 1)

/* What parts this key from others that may be derived from the same seed; fixed for ever. */
#define DERIVE_LABEL "trireme secrets 1"
#define NONCE_LABEL "trireme nonce 1" /* with its NUL */
#define SALT_LABEL "trireme salt 1"   /* with its NUL */

static void cipher_deinitp(gnutls_aead_cipher_hd_t *cipher)
{
	if (*cipher)
		gnutls_aead_cipher_deinit(*cipher);
}

static void datum_freep(gnutls_datum_t *datum)
{
	gnutls_free(datum->data);
}

void secret_key_clear(struct secret_key *key)
{
	explicit_bzero(key, sizeof(*key));
}

void secret_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

int secret_key_load(const char *path, struct secret_key *ret_key)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_(secret_key_clear) struct secret_key key;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size != sizeof(key.bytes))
		return -EINVAL;
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return -EPERM;
	n = read(fd, key.bytes, sizeof(key.bytes));
	if (n < 0)
		return -errno;
	if (n != sizeof(key.bytes))
		return -EINVAL;
	*ret_key = key;
	return 0;
}

int secret_key_make_from(const void *seed, size_t size, struct secret_key *ret_key)
{
	/* HKDF's extract step without salt, as RFC 5869 2.2 allows: the seed is random itself. */
	const gnutls_datum_t seed_datum = {(unsigned char *)seed, (unsigned int)size}, none = {0};
	const gnutls_datum_t label = {(unsigned char *)DERIVE_LABEL, sizeof(DERIVE_LABEL) - 1};
	_cleanup_(secret_key_clear) struct secret_key key;
	uint8_t middle[32]; /* SHA-256's size */
	const gnutls_datum_t middle_datum = {middle, sizeof(middle)};
	int r;

	if (size < SECRET_SEED_MIN || size > SECRET_SEED_MAX)
		return -EINVAL;
	r = gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &seed_datum, &none, middle);
	if (r == 0)
		r = gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &middle_datum, &label, key.bytes,
				       sizeof(key.bytes));
	explicit_bzero(middle, sizeof(middle));
	if (r == 0)
		*ret_key = key;
	return errno_of_gnutls(r);
}

static int open_cipher(const struct secret_key *key, gnutls_aead_cipher_hd_t *ret_cipher)
{
	const gnutls_datum_t datum = {(unsigned char *)key->bytes, sizeof(key->bytes)};

	return errno_of_gnutls(gnutls_aead_cipher_init(ret_cipher, CIPHER, &datum));
}

/* The prefix and base64 of the bytes; the caller frees it. */
static int encode(const uint8_t *bytes, size_t size, char **ret_text)
{
	const gnutls_datum_t datum = {(unsigned char *)bytes, (unsigned int)size};
	_cleanup_(datum_freep) gnutls_datum_t base64 = {0};
	char *text;
	int r = errno_of_gnutls(gnutls_base64_encode2(&datum, &base64));

	if (r < 0)
		return r;
	text = malloc(PREFIX_LENGTH + base64.size + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, SECRET_PREFIX, PREFIX_LENGTH);
	memcpy(text + PREFIX_LENGTH, base64.data, base64.size);
	text[PREFIX_LENGTH + base64.size] = '\0';
	*ret_text = text;
	return 0;
}

/* HMAC-SHA256 of label, path and text under the key, each with its NUL but the text. */
static int derive(const struct secret_key *key, const char *label, const char *path,
		  const char *text, size_t length, void *ret_bytes, size_t size)
{
	uint8_t digest[32]; /* SHA-256's size */
	gnutls_hmac_hd_t hmac;
	int r = gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, key->bytes, sizeof(key->bytes));

	if (r < 0)
		return errno_of_gnutls(r);
	r = gnutls_hmac(hmac, label, strlen(label) + 1);
	if (r == 0)
		r = gnutls_hmac(hmac, path, strlen(path) + 1);
	if (r == 0)
		r = gnutls_hmac(hmac, text, length);
	gnutls_hmac_deinit(hmac, digest);
	memcpy(ret_bytes, digest, size);
	explicit_bzero(digest, sizeof(digest));
	return errno_of_gnutls(r);
}

int secret_salt(const struct secret_key *key, const char *path, uint8_t ret_salt[SECRET_SALT_SIZE])
{
	return derive(key, SALT_LABEL, path, "", 0, ret_salt, SECRET_SALT_SIZE);
}

/*
 * The nonce follows from key, path and text: nodes that seal the same document get the same text,
 * and what is sealed anew without a change shows none. Two nonces are equal only where all else is,
 * but for a chance as with random ones (the idea of RFC 8452).
 */
static int make_nonce(const struct secret_key *key, const char *path, const char *plain,
		      size_t length, uint8_t nonce[NONCE_SIZE])
{
	return derive(key, NONCE_LABEL, path, plain, length, nonce, NONCE_SIZE);
}

int secret_seal(const struct secret_key *key, const char *path, const char *plain,
		char **ret_sealed)
{
	_cleanup_(cipher_deinitp) gnutls_aead_cipher_hd_t cipher = NULL;
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length = strnlen(plain, SECRET_PLAIN_MAX + 1), size = length + TAG_SIZE;
	int r;

	if (length > SECRET_PLAIN_MAX)
		return -EMSGSIZE;
	bytes = malloc(NONCE_SIZE + size);
	if (!bytes)
		return -ENOMEM;
	r = make_nonce(key, path, plain, length, bytes);
	if (r == 0)
		r = open_cipher(key, &cipher);
	if (r == 0)
		r = errno_of_gnutls(gnutls_aead_cipher_encrypt(cipher, bytes, NONCE_SIZE, path,
							       strlen(path), TAG_SIZE, plain,
							       length, bytes + NONCE_SIZE, &size));
	return r < 0 ? r : encode(bytes, NONCE_SIZE + size, ret_sealed);
}

/* The bytes of a sealed text; `ret_bytes` is to be freed with gnutls_free(). */
static int decode(const char *sealed, gnutls_datum_t *ret_bytes)
{
	size_t length = strnlen(sealed, SECRET_SEALED_MAX + 1);
	_cleanup_(datum_freep) gnutls_datum_t bytes = {0};
	_cleanup_free_ char *again = NULL;
	gnutls_datum_t base64;
	int r;

	if (length > SECRET_SEALED_MAX || strncmp(sealed, SECRET_PREFIX, PREFIX_LENGTH) != 0)
		return -EINVAL;
	base64.data = (unsigned char *)sealed + PREFIX_LENGTH;
	base64.size = (unsigned int)(length - PREFIX_LENGTH);
	r = gnutls_base64_decode2(&base64, &bytes);
	if (r < 0)
		return r == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EINVAL;
	if (bytes.size < NONCE_SIZE + TAG_SIZE)
		return -EINVAL;
	/* The decoder takes blanks and loose last bits: only the one form that sealing makes. */
	r = encode(bytes.data, bytes.size, &again);
	if (r < 0)
		return r;
	if (strcmp(again, sealed) != 0)
		return -EINVAL;
	ret_bytes->size = bytes.size;
	ret_bytes->data = take_ptr(bytes.data);
	return 0;
}

int secret_open(const struct secret_key *key, const char *path, const char *sealed,
		char **ret_plain)
{
	_cleanup_(cipher_deinitp) gnutls_aead_cipher_hd_t cipher = NULL;
	_cleanup_(datum_freep) gnutls_datum_t bytes = {0};
	size_t size;
	char *plain;
	int r = decode(sealed, &bytes);

	if (r == 0)
		r = open_cipher(key, &cipher);
	if (r < 0)
		return r;
	size = bytes.size - NONCE_SIZE - TAG_SIZE;
	plain = calloc(1, size + 1);
	if (!plain)
		return -ENOMEM;
	r = errno_of_gnutls(gnutls_aead_cipher_decrypt(
		cipher, bytes.data, NONCE_SIZE, path, strlen(path), TAG_SIZE,
		bytes.data + NONCE_SIZE, bytes.size - NONCE_SIZE, plain, &size));
	if (r < 0) {
		/* What was decrypted before the tag was found wrong. */
		explicit_bzero(plain, bytes.size - NONCE_SIZE - TAG_SIZE);
		free(plain);
		return r;
	}
	*ret_plain = plain;
	return 0;
}
