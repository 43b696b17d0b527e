// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_crypt_io.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/gnutls_error.h"
#include "proto/wire_cursor.h"

#define CIPHER GNUTLS_CIPHER_AES_256_GCM
#define HEAD_SIZE 28
#define TAG_SIZE 16
#define NONCE_SIZE 12

/* What parts these keys from others that may be made of the cluster's; fixed for ever. */
#define LABEL "trireme sync 1"

static_assert(HEAD_SIZE + TAG_SIZE == SYNC_SEAL_SIZE, "what sync_wire.h leaves room for");

int sync_crypt_secret(const void *key, size_t size, struct sync_secret *ret_secret)
{
	/* Without salt, as RFC 5869 2.2 allows: the key is random itself. */
	const gnutls_datum_t datum = {(unsigned char *)key, (unsigned int)size}, none = {0};

	if (size < SYNC_KEY_MIN || size > SYNC_KEY_MAX)
		return -EINVAL;
	return errno_of_gnutls(
		gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &datum, &none, ret_secret->bytes));
}

int sync_crypt_new_stream(uint8_t ret_stream[SYNC_STREAM_SIZE])
{
	return errno_of_gnutls(gnutls_rnd(GNUTLS_RND_RANDOM, ret_stream, SYNC_STREAM_SIZE));
}

int sync_crypt_random(uint64_t *ret_random)
{
	int r = errno_of_gnutls(gnutls_rnd(GNUTLS_RND_RANDOM, ret_random, sizeof(*ret_random)));

	if (r == 0 && *ret_random == 0)
		*ret_random = 1;
	return r;
}

uint64_t sync_crypt_stream_id(const uint8_t stream[SYNC_STREAM_SIZE])
{
	uint64_t id;

	memcpy(&id, stream, sizeof(id));
	return id ? id : 1;
}

int sync_crypt_open(struct sync_seal *seal, const struct sync_secret *secret,
		    const uint8_t stream[SYNC_STREAM_SIZE])
{
	const gnutls_datum_t base = {(unsigned char *)secret->bytes, sizeof(secret->bytes)};
	uint8_t info_bytes[sizeof(LABEL) - 1 + SYNC_STREAM_SIZE], key_bytes[32];
	const gnutls_datum_t info = {info_bytes, sizeof(info_bytes)};
	const gnutls_datum_t key = {key_bytes, sizeof(key_bytes)};
	gnutls_aead_cipher_hd_t cipher = NULL;
	int r;

	memcpy(info_bytes, LABEL, sizeof(LABEL) - 1);
	memcpy(info_bytes + sizeof(LABEL) - 1, stream, SYNC_STREAM_SIZE);
	r = gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &base, &info, key_bytes, sizeof(key_bytes));
	if (r == 0)
		r = gnutls_aead_cipher_init(&cipher, CIPHER, &key);
	explicit_bzero(key_bytes, sizeof(key_bytes));
	if (r < 0)
		return errno_of_gnutls(r);
	sync_crypt_close(seal);
	seal->cipher = cipher;
	memcpy(seal->stream, stream, SYNC_STREAM_SIZE);
	return 0;
}

void sync_crypt_close(struct sync_seal *seal)
{
	if (seal->cipher)
		gnutls_aead_cipher_deinit(seal->cipher);
	seal->cipher = NULL;
}

static void make_nonce(uint64_t counter, uint8_t nonce[NONCE_SIZE])
{
	struct wire_cursor c = {.out = nonce, .size = NONCE_SIZE};

	wire_put(&c, counter, 8);
	wire_put(&c, 0, 4);
}

int sync_crypt_seal(const struct sync_seal *seal, uint8_t node, uint64_t counter,
		    const uint8_t *plain, size_t size, uint8_t *ret_bytes)
{
	struct wire_cursor c = {.out = ret_bytes, .size = HEAD_SIZE};
	size_t sealed = SYNC_DATAGRAM_MAX - HEAD_SIZE;
	uint8_t nonce[NONCE_SIZE];
	int r;

	if (size > SYNC_PLAIN_MAX)
		return -EMSGSIZE;
	wire_put(&c, SYNC_CRYPT_VERSION, 1);
	wire_put(&c, node, 1);
	wire_put(&c, 0, 2);
	wire_put_bytes(&c, seal->stream, SYNC_STREAM_SIZE);
	wire_put(&c, counter, 8);
	make_nonce(counter, nonce);
	r = gnutls_aead_cipher_encrypt(seal->cipher, nonce, NONCE_SIZE, ret_bytes, HEAD_SIZE,
				       TAG_SIZE, plain, size, ret_bytes + HEAD_SIZE, &sealed);
	return r < 0 ? errno_of_gnutls(r) : (int)(HEAD_SIZE + sealed);
}

int sync_crypt_head(const uint8_t *bytes, size_t size, struct sync_head *ret_head)
{
	struct wire_cursor c = {.in = bytes, .size = size};
	uint64_t version = wire_get(&c, 1), node = wire_get(&c, 1), zero = wire_get(&c, 2);

	if (size <= SYNC_SEAL_SIZE || size > SYNC_DATAGRAM_MAX)
		return -EBADMSG;
	if (version != SYNC_CRYPT_VERSION)
		return -EPROTO;
	ret_head->node = (uint8_t)node;
	wire_get_bytes(&c, ret_head->stream, SYNC_STREAM_SIZE);
	ret_head->counter = wire_get(&c, 8);
	return zero || c.failed ? -EBADMSG : 0;
}

int sync_crypt_unseal(const struct sync_seal *seal, const uint8_t *bytes, size_t size,
		      uint8_t *ret_plain)
{
	size_t plain = SYNC_PLAIN_MAX;
	uint8_t nonce[NONCE_SIZE];
	struct sync_head head;
	int r = sync_crypt_head(bytes, size, &head);

	if (r < 0)
		return r;
	make_nonce(head.counter, nonce);
	r = gnutls_aead_cipher_decrypt(seal->cipher, nonce, NONCE_SIZE, bytes, HEAD_SIZE, TAG_SIZE,
				       bytes + HEAD_SIZE, size - HEAD_SIZE, ret_plain, &plain);
	return r < 0 ? errno_of_gnutls(r) : (int)plain;
}
