// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/crypt_io.h"

static void a_password_is_known_by_its_hash(void **state)
{
	char hash[CRYPT_IO_HASH_MAX], same[CRYPT_IO_HASH_MAX], other[CRYPT_IO_HASH_MAX];

	(void)state;
	assert_int_equal(crypt_io_hash("correct horse", "0123456789abcdef", 16, hash), 0);
	assert_int_equal(strncmp(hash, "$y$", 3), 0);
	assert_null(strstr(hash, "correct"));
	assert_int_equal(crypt_io_check("correct horse", hash), 0);
	assert_int_equal(crypt_io_check("correct horse ", hash), -EACCES);
	assert_int_equal(crypt_io_check("", hash), -EACCES);
	assert_int_equal(crypt_io_hash("correct horse", "0123456789abcdef", 16, same), 0);
	assert_string_equal(hash, same);
	assert_int_equal(crypt_io_hash("correct horse", "0123456789abcdeF", 16, other), 0);
	assert_string_not_equal(hash, other);
	hash[strlen(hash) - 1] ^= 1;
	assert_int_equal(crypt_io_check("correct horse", hash), -EACCES);
}

/* One that the library itself has made, as mkpasswd(1) prints it. */
static void a_hash_of_others_is_taken(void **state)
{
	(void)state;
	assert_int_equal(crypt_io_check("correct horse battery",
					"$y$j9T$V7qMYJaNbVKOeh4PhtqPk/"
					"$xgxK153wAJzwn2yi45vvcV98nqiXv1qw0NrQfeRmRt1"),
			 0);
}

static void what_is_no_hash_matches_nothing(void **state)
{
	static const char *const none[] = {"", "*", "!", "$", "$0$correct horse", "correct horse",
					   "$y$", "$1$AAAA",
					   /* DES, where only the first letters count. */
					   "abJnggxhB/yWI"};
	char hash[CRYPT_IO_HASH_MAX + 8], long_password[600];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(crypt_io_check("correct horse", none[i]), -EBADMSG);
	memset(hash, 'a', sizeof(hash) - 1);
	memcpy(hash, "$y$", 3);
	hash[sizeof(hash) - 1] = '\0';
	assert_int_equal(crypt_io_check("correct horse", hash), -EBADMSG);
	memset(long_password, 'a', sizeof(long_password) - 1);
	long_password[sizeof(long_password) - 1] = '\0';
	assert_int_equal(crypt_io_hash(long_password, "0123456789abcdef", 16, hash), -ERANGE);
	assert_int_equal(crypt_io_hash("correct horse", "0", 1, hash), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_known_by_its_hash),
		cmocka_unit_test(a_hash_of_others_is_taken),
		cmocka_unit_test(what_is_no_hash_matches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
