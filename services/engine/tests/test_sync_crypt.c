// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/sync_crypt_io.h"

static const uint8_t key[32] = "the cluster's key, 32 bytes long";
static const uint8_t stream[SYNC_STREAM_SIZE] = "stream of r1, 1";

static struct sync_seal seal_of(const uint8_t *of, size_t size,
				const uint8_t name[SYNC_STREAM_SIZE])
{
	struct sync_seal seal = {0};
	struct sync_secret secret;

	assert_int_equal(sync_crypt_secret(of, size, &secret), 0);
	assert_int_equal(sync_crypt_open(&seal, &secret, name), 0);
	return seal;
}

static void what_was_sealed_comes_back(void **state)
{
	struct sync_seal seal = seal_of(key, sizeof(key), stream);
	uint8_t plain[SYNC_PLAIN_MAX], bytes[SYNC_DATAGRAM_MAX], back[SYNC_PLAIN_MAX];
	const size_t sizes[] = {1, 70, SYNC_PLAIN_MAX};
	struct sync_head head;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < 3; i++) {
		int n = sync_crypt_seal(&seal, 3, 1000 + i, plain, sizes[i], bytes);

		assert_int_equal(n, sizes[i] + SYNC_SEAL_SIZE);
		assert_int_equal(sync_crypt_head(bytes, (size_t)n, &head), 0);
		assert_int_equal(head.node, 3);
		assert_true(head.counter == 1000 + i);
		assert_memory_equal(head.stream, stream, sizeof(stream));
		assert_int_equal(sync_crypt_unseal(&seal, bytes, (size_t)n, back), sizes[i]);
		assert_memory_equal(back, plain, sizes[i]);
	}
	assert_int_equal(sync_crypt_seal(&seal, 3, 1, plain, SYNC_PLAIN_MAX + 1, bytes), -EMSGSIZE);
	sync_crypt_close(&seal);
}

/* Whatever bit is another one, in what is readable too: it is not taken. */
static void every_bit_is_authentic(void **state)
{
	struct sync_seal seal = seal_of(key, sizeof(key), stream);
	uint8_t bytes[SYNC_DATAGRAM_MAX], back[SYNC_PLAIN_MAX];
	int n = sync_crypt_seal(&seal, 3, 9, (const uint8_t *)"a message", 9, bytes);

	(void)state;
	assert_int_equal(n, 9 + SYNC_SEAL_SIZE);
	for (int bit = 0; bit < n * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(sync_crypt_unseal(&seal, bytes, (size_t)n, back) < 0);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (int size = 0; size < n; size++)
		assert_true(sync_crypt_unseal(&seal, bytes, (size_t)size, back) < 0);
	assert_int_equal(sync_crypt_unseal(&seal, bytes, (size_t)n, back), 9);
	sync_crypt_close(&seal);
}

/* The same counter under two streams: other keys, so that no nonce is used twice. */
static void streams_and_keys_are_apart(void **state)
{
	uint8_t other_key[32], other_stream[SYNC_STREAM_SIZE];
	uint8_t a[SYNC_DATAGRAM_MAX], b[SYNC_DATAGRAM_MAX], back[SYNC_PLAIN_MAX];
	struct sync_seal seals[3];
	int n;

	(void)state;
	memcpy(other_key, key, sizeof(key));
	other_key[31] ^= 1;
	memcpy(other_stream, stream, sizeof(stream));
	other_stream[15] ^= 1;
	seals[0] = seal_of(key, sizeof(key), stream);
	seals[1] = seal_of(key, sizeof(key), other_stream);
	seals[2] = seal_of(other_key, sizeof(other_key), stream);
	n = sync_crypt_seal(&seals[0], 1, 5, key, sizeof(key), a);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(sync_crypt_seal(&seals[i], 1, 5, key, sizeof(key), b), n);
		assert_memory_not_equal(a + n - 48, b + n - 48, 32);
		assert_int_equal(sync_crypt_unseal(&seals[i], a, (size_t)n, back), -EBADMSG);
	}
	for (int i = 0; i < 3; i++)
		sync_crypt_close(&seals[i]);
}

static void names_of_streams_are_random(void **state)
{
	uint8_t a[SYNC_STREAM_SIZE], b[SYNC_STREAM_SIZE];
	const uint8_t zero[SYNC_STREAM_SIZE] = {0};
	uint64_t x, y;

	(void)state;
	assert_int_equal(sync_crypt_new_stream(a), 0);
	assert_int_equal(sync_crypt_new_stream(b), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(sync_crypt_random(&x), 0);
	assert_int_equal(sync_crypt_random(&y), 0);
	assert_true(x != y);
	assert_true(sync_crypt_stream_id(a) != sync_crypt_stream_id(b));
	assert_true(sync_crypt_stream_id(zero) != 0);
}

static void short_keys_are_refused(void **state)
{
	struct sync_secret secret;
	static const uint8_t large[SYNC_KEY_MAX + 1];

	(void)state;
	assert_int_equal(sync_crypt_secret(key, SYNC_KEY_MIN - 1, &secret), -EINVAL);
	assert_int_equal(sync_crypt_secret(large, sizeof(large), &secret), -EINVAL);
	assert_int_equal(sync_crypt_secret(large, SYNC_KEY_MAX, &secret), 0);
}

static void heads_are_checked(void **state)
{
	struct sync_seal seal = seal_of(key, sizeof(key), stream);
	uint8_t bytes[SYNC_DATAGRAM_MAX + 1] = {0};
	struct sync_head head;
	int n = sync_crypt_seal(&seal, 3, 9, (const uint8_t *)"a message", 9, bytes);

	(void)state;
	assert_int_equal(sync_crypt_head(bytes, SYNC_SEAL_SIZE, &head), -EBADMSG);
	assert_int_equal(sync_crypt_head(bytes, sizeof(bytes), &head), -EBADMSG);
	bytes[2] = 1;
	assert_int_equal(sync_crypt_head(bytes, (size_t)n, &head), -EBADMSG);
	bytes[0]++;
	assert_int_equal(sync_crypt_head(bytes, (size_t)n, &head), -EPROTO);
	sync_crypt_close(&seal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_comes_back),
		cmocka_unit_test(every_bit_is_authentic),
		cmocka_unit_test(streams_and_keys_are_apart),
		cmocka_unit_test(names_of_streams_are_random),
		cmocka_unit_test(short_keys_are_refused),
		cmocka_unit_test(heads_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
