// SPDX-License-Identifier: GPL-2.0-or-later
/* A backup's header and chunks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "join/backup_format.h"

#define SETTING "$y$jBT$k2XAnEHBqQ1Ct2aMXFKNa/HAmA1BpMnBsYHMWB4NZN4"
#define HASH SETTING "$WpLqrjwOY9CEDmDeMhX.ncqbu5dY2phXPCypN1i4zVA" /* of "passphrase" */

static struct backup_key key;
static uint8_t header[BACKUP_HEADER_SIZE];

static void make(void)
{
	backup_key_make(HASH, SETTING, &key);
	assert_int_equal(backup_header_encode(&key, SETTING, header), 0);
}

/* Worked out with Python's hashlib, hmac and cryptography. */
static void the_form_stands(void **state)
{
	static const uint8_t check[] = {
#include "join/tests/golden_backup_check.h"
	};
	static const uint8_t sealed[] = {
#include "join/tests/golden_backup_chunk.h"
	};
	uint8_t out[5 + BACKUP_TAG];

	(void)state;
	make();
	assert_memory_equal(header, "TRIREMEK\x01" SETTING, 9 + sizeof(SETTING));
	assert_memory_equal(key.check, check, sizeof(check));
	backup_seal(&key, 258, true, (const uint8_t *)"plain", 5, out);
	assert_int_equal(sizeof(sealed), sizeof(out));
	assert_memory_equal(out, sealed, sizeof(out));
}

static void a_header_comes_back(void **state)
{
	struct backup_header again;

	(void)state;
	make();
	assert_int_equal(backup_header_decode(header, &again), 0);
	assert_string_equal(again.setting, SETTING);
	assert_true(backup_key_fits(&key, header));
}

/* Damage is not taken for a wrong passphrase. */
static void every_changed_bit_of_the_header_is_seen(void **state)
{
	struct backup_header again;

	(void)state;
	make();
	for (size_t bit = 0; bit < 8 * sizeof(header); bit++) {
		int expected = bit < 64 ? -EINVAL : bit < 72 ? -EPROTO : -EBADMSG;

		header[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(backup_header_decode(header, &again), expected);
		header[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void another_passphrase_does_not_fit(void **state)
{
	struct backup_key other;

	(void)state;
	make();
	backup_key_make(HASH "x", SETTING, &other);
	assert_false(backup_key_fits(&other, header));
	assert_memory_not_equal(other.key, key.key, sizeof(key.key));
	backup_key_make(HASH, "$y$jBT$k2XAnEHBqQ1Ct2aMXFKNa.", &other);
	assert_false(backup_key_fits(&other, header));
}

/* What would take gigabytes of memory is not asked of yescrypt. */
static void other_settings_are_refused(void **state)
{
	static const char *const settings[] = {
		"",
		"$y$",
		"$y$jDT$k2XAnEHBqQ1Ct2aMXFKNa/",
		"$y$jFT$k2XAnEHBqQ1Ct2aMXFKNa/",
		"$y$j8T$k2XAnEHBqQ1Ct2aMXFKNa/",
		"$y$jBTx$k2XAnEHBqQ1Ct2aMXFKNa/",
		"$y$jBT$short",
		"$y$jBT$k2XAnEHBqQ1Ct2a:XFKNa/",
		"$6$k2XAnEHBqQ1Ct2aMXFKNa/",
		SETTING "aaaaaaaaaaaaaaaaaaaaaaaa",
	};

	(void)state;
	make();
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		assert_int_equal(backup_header_encode(&key, settings[i], header), -EINVAL);
	assert_int_equal(backup_header_encode(&key, "$y$j9T$k2XAnEHBqQ1Ct2aM", header), 0);
}

static void chunks_open_at_their_place_only(void **state)
{
	static const size_t sizes[] = {0, 1, 16, 1000, BACKUP_CHUNK};
	static uint8_t plain[BACKUP_CHUNK], sealed[BACKUP_CHUNK + BACKUP_TAG], out[BACKUP_CHUNK];

	(void)state;
	make();
	memset(plain, 'p', sizeof(plain));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i] + BACKUP_TAG;

		backup_seal(&key, 7, false, plain, sizes[i], sealed);
		assert_int_equal(backup_open(&key, 7, false, sealed, size, out), 0);
		assert_memory_equal(out, plain, sizes[i]);
		assert_int_equal(backup_open(&key, 7, true, sealed, size, out), -EBADMSG);
		assert_int_equal(backup_open(&key, 8, false, sealed, size, out), -EBADMSG);
		assert_int_equal(backup_open(&key, 7, false, sealed, size - 1, out), -EBADMSG);
		key.header[0] ^= 1;
		assert_int_equal(backup_open(&key, 7, false, sealed, size, out), -EBADMSG);
		key.header[0] ^= 1;
	}
	assert_int_equal(backup_open(&key, 7, false, sealed, BACKUP_TAG - 1, out), -EBADMSG);
}

static void every_changed_bit_of_a_chunk_is_seen(void **state)
{
	static const uint8_t zeros[64];
	uint8_t sealed[64 + BACKUP_TAG], out[64];

	(void)state;
	make();
	backup_seal(&key, 0, true, (const uint8_t *)HASH, 64, sealed);
	for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memset(out, 'o', sizeof(out));
		assert_int_equal(backup_open(&key, 0, true, sealed, sizeof(sealed), out), -EBADMSG);
		assert_memory_equal(out, zeros, sizeof(out));
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_stands),
		cmocka_unit_test(a_header_comes_back),
		cmocka_unit_test(every_changed_bit_of_the_header_is_seen),
		cmocka_unit_test(another_passphrase_does_not_fit),
		cmocka_unit_test(other_settings_are_refused),
		cmocka_unit_test(chunks_open_at_their_place_only),
		cmocka_unit_test(every_changed_bit_of_a_chunk_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
