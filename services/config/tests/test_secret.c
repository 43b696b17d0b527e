// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "config/secret_io.h"

#define PATH "/trireme-source:sources/source/password"

static const struct secret_key key = {{1, 2, 3, 4, 5, 6, 7, 8}};

static char *seal(const char *plain)
{
	char *sealed = NULL;

	assert_int_equal(secret_seal(&key, PATH, plain, &sealed), 0);
	return sealed;
}

static char *letters(size_t length)
{
	char *text = malloc(length + 1);

	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

static void what_is_sealed_opens_again(void **state)
{
	static const size_t lengths[] = {0, 1, 2, 3, 15, 16, 17, 1000, SECRET_PLAIN_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		_cleanup_free_ char *text = letters(lengths[i]);
		_cleanup_free_ char *sealed = seal(text);
		_cleanup_(secret_freep) char *plain = NULL;

		assert_memory_equal(sealed, "$1$", 3);
		if (lengths[i] > 2)
			assert_null(strstr(sealed, "xxx"));
		assert_true(strlen(sealed) <= SECRET_SEALED_MAX);
		assert_int_equal(secret_open(&key, PATH, sealed, &plain), 0);
		assert_string_equal(plain, text);
	}
}

/* By Python's cryptography, with the nonce 00 01 … 0b: the form is what is stored. */
static void the_form_stands(void **state)
{
	_cleanup_(secret_freep) char *plain = NULL;

	(void)state;
	assert_int_equal(
		secret_open(&key, PATH,
			    "$1$AAECAwQFBgcICQoLQ3kPlruaJX5B/o/WvGCt5ErniP3U6ciPPiseo4Y=", &plain),
		0);
	assert_string_equal(plain, "correct horse");
}

/* Nodes seal the same document alike; another value, place or key gives another nonce. */
static void the_same_gives_the_same(void **state)
{
	struct secret_key other = {{2}};
	_cleanup_free_ char *first = seal("same"), *second = seal("same"), *third = seal("sama");
	_cleanup_free_ char *elsewhere = NULL, *of_other = NULL;

	(void)state;
	assert_string_equal(first, second);
	assert_int_equal(secret_seal(&key, PATH "/x", "same", &elsewhere), 0);
	assert_int_equal(secret_seal(&other, PATH, "same", &of_other), 0);
	/* "$1$" and 16 characters: the nonce. */
	assert_memory_not_equal(first, third, 19);
	assert_memory_not_equal(first, elsewhere, 19);
	assert_memory_not_equal(first, of_other, 19);
}

static void every_change_is_seen(void **state)
{
	_cleanup_free_ char *sealed = seal("correct horse");
	char *plain = NULL;

	(void)state;
	for (size_t i = 0; i < strlen(sealed); i++) {
		char kept = sealed[i];

		for (int c = 1; c < 256; c++) {
			if ((char)c == kept)
				continue;
			sealed[i] = (char)c;
			if (secret_open(&key, PATH, sealed, &plain) >= 0)
				fail_msg("opened with character %zu changed to %d", i, c);
		}
		sealed[i] = kept;
		sealed[i] ^= 1;
		assert_true(secret_open(&key, PATH, sealed, &plain) < 0);
		sealed[i] = kept;
	}
	assert_null(plain);
}

static void shorter_and_longer_ones_do_not_open(void **state)
{
	_cleanup_free_ char *sealed = seal("correct horse"), *longer = NULL;
	char *plain = NULL;

	(void)state;
	assert_true(asprintf(&longer, "%s\n", sealed) > 0);
	assert_int_equal(secret_open(&key, PATH, longer, &plain), -EINVAL);
	for (size_t length = strlen(sealed); length-- > 0;) {
		sealed[length] = '\0';
		assert_true(secret_open(&key, PATH, sealed, &plain) < 0);
	}
	assert_null(plain);
}

static void it_opens_at_its_place_under_its_key(void **state)
{
	_cleanup_free_ char *sealed = seal("correct horse");
	struct secret_key other = key;
	char *plain = NULL;

	(void)state;
	assert_int_equal(secret_open(&key, PATH "2", sealed, &plain), -EBADMSG);
	assert_int_equal(secret_open(&key, "", sealed, &plain), -EBADMSG);
	for (size_t i = 0; i < sizeof(other.bytes); i++) {
		other.bytes[i] ^= 0x80;
		assert_int_equal(secret_open(&other, PATH, sealed, &plain), -EBADMSG);
		other.bytes[i] ^= 0x80;
	}
	assert_null(plain);
}

static void bounds_hold(void **state)
{
	_cleanup_free_ char *text = letters(SECRET_PLAIN_MAX + 1);
	_cleanup_free_ char *long_sealed = letters(SECRET_SEALED_MAX + 4);
	char *result = NULL;

	(void)state;
	assert_int_equal(secret_seal(&key, PATH, text, &result), -EMSGSIZE);
	memcpy(long_sealed, "$1$", 3);
	assert_int_equal(secret_open(&key, PATH, long_sealed, &result), -EINVAL);
	assert_int_equal(secret_open(&key, PATH, "$2$AAAA", &result), -EINVAL);
	assert_int_equal(secret_open(&key, PATH, "", &result), -EINVAL);
	assert_int_equal(secret_open(&key, PATH, "$1$", &result), -EINVAL);
	assert_null(result);
}

/* Nodes of every version must derive the same: by Python's hmac from RFC 5869. */
static void the_same_seed_makes_the_same_key(void **state)
{
	static const uint8_t expected[SECRET_KEY_SIZE] = {
		0xd8, 0x15, 0xcf, 0x60, 0x55, 0x23, 0xbb, 0xb1, 0xde, 0xdd, 0x2f,
		0x19, 0x3f, 0xc5, 0x97, 0x20, 0x93, 0x6a, 0x37, 0xf3, 0x83, 0xcc,
		0xba, 0x48, 0x09, 0x8c, 0x76, 0xc8, 0x8c, 0x0f, 0xcb, 0xf5};
	uint8_t seed[SECRET_SEED_MAX + 1];
	struct secret_key made, again = key;

	(void)state;
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	assert_int_equal(secret_key_make_from(seed, 256, &made), 0);
	assert_memory_equal(made.bytes, expected, sizeof(expected));
	seed[255] ^= 1;
	assert_int_equal(secret_key_make_from(seed, 256, &made), 0);
	assert_memory_not_equal(made.bytes, expected, sizeof(expected));
	assert_int_equal(secret_key_make_from(seed, SECRET_SEED_MIN - 1, &again), -EINVAL);
	assert_int_equal(secret_key_make_from(seed, SECRET_SEED_MAX + 1, &again), -EINVAL);
	assert_memory_equal(&again, &key, sizeof(key));
}

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/trireme-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"key", "link"};
	char path[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static void a_key_file_is_of_one_size_and_nobody_elses(void **state)
{
	struct secret_key loaded = {0};
	char path[128], link[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/key", folder);
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(secret_key_load(path, &loaded), -ENOENT);
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		assert_int_equal(file_write_atomic(path, key.bytes, 32, 0400 | bit), 0);
		assert_int_equal(secret_key_load(path, &loaded), -EPERM);
	}
	assert_int_equal(file_write_atomic(path, key.bytes, 31, 0400), 0);
	assert_int_equal(secret_key_load(path, &loaded), -EINVAL);
	assert_int_equal(file_write_atomic(path, "012345678901234567890123456789012", 33, 0400), 0);
	assert_int_equal(secret_key_load(path, &loaded), -EINVAL);
	assert_int_equal(secret_key_load(folder, &loaded), -EINVAL);
	assert_int_equal(loaded.bytes[0], 0);
	assert_int_equal(file_write_atomic(path, key.bytes, 32, 0400), 0);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(secret_key_load(link, &loaded), -ELOOP);
	assert_int_equal(secret_key_load(path, &loaded), 0);
	assert_memory_equal(&loaded, &key, sizeof(key));
	secret_key_clear(&loaded);
	assert_int_equal(loaded.bytes[7], 0);
}

/* By Python's hmac: hashes of passwords, and so revisions, follow from it. */
static void salts_stand(void **state)
{
	static const uint8_t expected[] = {0xa1, 0xaf, 0x52, 0x35, 0x8d, 0xe8, 0x8b, 0x42,
					   0x24, 0x87, 0x7a, 0xc3, 0xf8, 0xeb, 0x45, 0x2e};
	static const struct secret_key another = {{8, 7, 6}};
	uint8_t salt[SECRET_SALT_SIZE], other[SECRET_SALT_SIZE];

	(void)state;
	assert_int_equal(secret_salt(&key, PATH, salt), 0);
	assert_memory_equal(salt, expected, sizeof(salt));
	assert_int_equal(secret_salt(&key, PATH "s", other), 0);
	assert_memory_not_equal(salt, other, sizeof(salt));
	assert_int_equal(secret_salt(&another, PATH, other), 0);
	assert_memory_not_equal(salt, other, sizeof(salt));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_opens_again),
		cmocka_unit_test(the_form_stands),
		cmocka_unit_test(the_same_gives_the_same),
		cmocka_unit_test(every_change_is_seen),
		cmocka_unit_test(shorter_and_longer_ones_do_not_open),
		cmocka_unit_test(it_opens_at_its_place_under_its_key),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(the_same_seed_makes_the_same_key),
		cmocka_unit_test_setup_teardown(a_key_file_is_of_one_size_and_nobody_elses, set_up,
						tear_down),
		cmocka_unit_test(salts_stand),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
