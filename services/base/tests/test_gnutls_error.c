// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/gnutls_error.h"

/* Callers tell a key that does not fit from all that is not their doing. */
static void an_error_is_one_of_the_systems(void **state)
{
	(void)state;
	assert_int_equal(errno_of_gnutls(GNUTLS_E_SUCCESS), 0);
	assert_int_equal(errno_of_gnutls(GNUTLS_E_DECRYPTION_FAILED), -EBADMSG);
	assert_int_equal(errno_of_gnutls(GNUTLS_E_MEMORY_ERROR), -ENOMEM);
	assert_int_equal(errno_of_gnutls(GNUTLS_E_INVALID_REQUEST), -EIO);
	assert_int_equal(errno_of_gnutls(GNUTLS_E_RANDOM_FAILED), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_one_of_the_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
