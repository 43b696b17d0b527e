/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams between routers, sealed: AES-256-GCM by GnuTLS. Each start of an engine is a stream,
 * with random bytes for its name, and by HKDF-SHA256 (RFC 5869) of the cluster's key, a label of
 * its own and that name each has its own key; the nonce is a counter. So no nonce comes twice with
 * a key, however often engines start.
 *
 *   version, node's id, 0 (8, 8, 16 bits), stream (16 bytes), counter (64 bits, little-endian):
 *   authentic and readable; then what is sealed, and the tag (16 bytes)
 */
#ifndef TRIREME_ENGINE_SYNC_CRYPT_IO_H
#define TRIREME_ENGINE_SYNC_CRYPT_IO_H

#include <stddef.h>
#include <stdint.h>

#include "engine/sync_wire.h"

#define SYNC_CRYPT_VERSION 1
#define SYNC_STREAM_SIZE 16
#define SYNC_KEY_MIN 16 /* bytes of the cluster's key */
#define SYNC_KEY_MAX 4096

/* What is made of the cluster's key. Secret. */
struct sync_secret {
	uint8_t bytes[32];
};

/* One stream's key, ready for use. */
struct sync_seal {
	struct api_aead_cipher_hd_st *cipher; /* NULL: none */
	uint8_t stream[SYNC_STREAM_SIZE];
};

struct sync_head {
	uint8_t node;
	uint8_t stream[SYNC_STREAM_SIZE];
	uint64_t counter;
};

/* -EINVAL: the key is too short or too long. */
int sync_crypt_secret(const void *key, size_t size, struct sync_secret *ret_secret);

/* A stream's name. */
int sync_crypt_new_stream(uint8_t ret_stream[SYNC_STREAM_SIZE]);
/* Random and never 0. -EIO: there is none. */
int sync_crypt_random(uint64_t *ret_random);
/* By which sync.h knows a stream; not 0. */
uint64_t sync_crypt_stream_id(const uint8_t stream[SYNC_STREAM_SIZE]);

/* Closes what the seal was. */
int sync_crypt_open(struct sync_seal *seal, const struct sync_secret *secret,
		    const uint8_t stream[SYNC_STREAM_SIZE]);
void sync_crypt_close(struct sync_seal *seal);

/*
 * size: SYNC_PLAIN_MAX at most. counter: never twice with the same seal. Into SYNC_DATAGRAM_MAX
 * bytes; their number or -errno.
 */
int sync_crypt_seal(const struct sync_seal *seal, uint8_t node, uint64_t counter,
		    const uint8_t *plain, size_t size, uint8_t *ret_bytes);

/* What a datagram says of itself. -EBADMSG: it is none, -EPROTO: of another version. */
int sync_crypt_head(const uint8_t *bytes, size_t size, struct sync_head *ret_head);

/*
 * Of a datagram that has a head, the seal being its stream's: the number of bytes, written to
 * SYNC_PLAIN_MAX of them; -EBADMSG: it is not authentic.
 */
int sync_crypt_unseal(const struct sync_seal *seal, const uint8_t *bytes, size_t size,
		      uint8_t *ret_plain);

#endif
