// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
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
#include "web/certificate_io.h"

static char folder[] = "/tmp/test_certificate.XXXXXX";
static char key_path[64], chain_path[64];
static const struct settings settings = {.node = "r1", .addresses = {0x0b004d0a}, .n_addresses = 1};

static char *get(struct certificate *certificate)
{
	static char buf[1024];
	struct text report = TEXT_ON(buf);

	assert_int_equal(certificate_get(folder, &settings, certificate, &report), 0);
	assert_non_null(certificate->chain);
	assert_non_null(certificate->key);
	assert_int_equal(strlen(certificate->fingerprint), 95);
	return buf;
}

static int fresh(void **state)
{
	(void)state;
	unlink(key_path);
	unlink(chain_path);
	return 0;
}

static void is_made_once_and_kept(void **state)
{
	_cleanup_(certificate_clear) struct certificate first = {0}, second = {0};
	struct stat about;

	(void)state;
	assert_string_equal(get(&first), "");
	assert_int_equal(stat(key_path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(stat(chain_path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0644);
	assert_string_equal(get(&second), "");
	assert_string_equal(first.fingerprint, second.fingerprint);
	assert_string_equal(first.key, second.key);
}

static void names_the_node_and_its_address(void **state)
{
	_cleanup_(certificate_clear) struct certificate made = {0};
	gnutls_x509_crt_t crt;
	gnutls_datum_t text;
	char name[32];
	size_t size = sizeof(name);

	(void)state;
	get(&made);
	text = (gnutls_datum_t){(unsigned char *)made.chain, (unsigned int)strlen(made.chain)};
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM), 0);
	assert_int_equal(
		gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size),
		0);
	assert_string_equal(name, "r1");
	assert_true(gnutls_x509_crt_check_hostname(crt, "r1"));
	assert_true(gnutls_x509_crt_check_ip(crt, (const unsigned char *)"\x0a\x4d\x00\x0b", 4, 0));
	assert_false(gnutls_x509_crt_check_hostname(crt, "r2"));
	assert_int_equal(gnutls_x509_crt_get_pk_algorithm(crt, NULL), GNUTLS_PK_ECDSA);
	assert_true(gnutls_x509_crt_get_expiration_time(crt) > time(NULL) + 9 * 365 * 86400L);
	gnutls_x509_crt_deinit(crt);
}

/* Another key than the certificate's: said, and one for this run; the files stay as they are. */
static void a_key_that_does_not_fit_is_not_used(void **state)
{
	_cleanup_(certificate_clear) struct certificate first = {0}, other = {0}, used = {0};
	_cleanup_free_ char *kept = NULL;

	(void)state;
	get(&first);
	fresh(NULL);
	get(&other);
	assert_int_equal(file_write_atomic(chain_path, first.chain, strlen(first.chain), 0644), 0);
	assert_non_null(strstr(get(&used), "tls.key is not the key of the first certificate"));
	assert_string_not_equal(used.fingerprint, first.fingerprint);
	assert_string_not_equal(used.fingerprint, other.fingerprint);
	assert_int_equal(file_read(chain_path, 65536, &kept, NULL), 0);
	assert_string_equal(kept, first.chain);
}

static void a_replaced_pair_is_used(void **state)
{
	_cleanup_(certificate_clear) struct certificate first = {0}, second = {0}, used = {0};
	_cleanup_free_ char *both = NULL;

	(void)state;
	get(&first);
	fresh(NULL);
	get(&second);
	assert_int_equal(file_write_atomic(key_path, first.key, strlen(first.key), 0600), 0);
	assert_true(asprintf(&both, "%s%s", first.chain, "") > 0);
	assert_int_equal(file_write_atomic(chain_path, both, strlen(both), 0644), 0);
	assert_string_equal(get(&used), "");
	assert_string_equal(used.fingerprint, first.fingerprint);
}

static void half_a_pair_and_nonsense_are_said(void **state)
{
	_cleanup_(certificate_clear) struct certificate a = {0}, b = {0}, c = {0};

	(void)state;
	get(&a);
	unlink(key_path);
	assert_non_null(strstr(get(&b), "tls.key cannot be read: No such file"));
	assert_int_equal(file_write_atomic(key_path, "nonsense", 8, 0600), 0);
	assert_non_null(strstr(get(&c), "cannot be used: "));
}

static void what_cannot_be_kept_serves_all_the_same(void **state)
{
	_cleanup_(certificate_clear) struct certificate made = {0};
	char buf[1024];
	struct text report = TEXT_ON(buf);

	(void)state;
	assert_int_equal(certificate_get("/proc/none", &settings, &made, &report), 0);
	assert_non_null(strstr(buf, "cannot be kept in /proc/none"));
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(key_path, sizeof(key_path), "%s/tls.key", folder);
	snprintf(chain_path, sizeof(chain_path), "%s/tls.crt", folder);
	return 0;
}

static int tear_down(void **state)
{
	fresh(state);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(is_made_once_and_kept, fresh),
		cmocka_unit_test_setup(names_the_node_and_its_address, fresh),
		cmocka_unit_test_setup(a_key_that_does_not_fit_is_not_used, fresh),
		cmocka_unit_test_setup(a_replaced_pair_is_used, fresh),
		cmocka_unit_test_setup(half_a_pair_and_nonsense_are_said, fresh),
		cmocka_unit_test_setup(what_cannot_be_kept_serves_all_the_same, fresh),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
