// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/certificate_io.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/file_io.h"

#define PEM_MAX 65536 /* bytes of a file */
#define CHAIN_MAX 8
#define DIGEST 32
#define DAY_S 86400

struct pair {
	gnutls_x509_crt_t chain[CHAIN_MAX];
	unsigned int n;
	gnutls_x509_privkey_t key;
};

static void pair_clear(struct pair *pair)
{
	for (unsigned int i = 0; i < pair->n; i++)
		gnutls_x509_crt_deinit(pair->chain[i]);
	if (pair->key)
		gnutls_x509_privkey_deinit(pair->key);
	*pair = (struct pair){0};
}

void certificate_clear(struct certificate *certificate)
{
	if (certificate->key)
		explicit_bzero(certificate->key, strlen(certificate->key));
	free(certificate->key);
	free(certificate->chain);
	*certificate = (struct certificate){0};
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){(unsigned char *)text, (unsigned int)strlen(text)};
}

static int import(const struct certificate *from, struct pair *pair)
{
	gnutls_datum_t chain = datum(from->chain), key = datum(from->key);
	unsigned int n = CHAIN_MAX;
	int r = gnutls_x509_crt_list_import(pair->chain, &n, &chain, GNUTLS_X509_FMT_PEM,
					    GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);

	if (r < 0)
		return r;
	pair->n = n;
	r = gnutls_x509_privkey_init(&pair->key);
	return r < 0 ? r
		     : gnutls_x509_privkey_import2(pair->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
}

/* Whether the key is that of the first certificate: both have the same public key. */
static bool fits(const struct pair *pair)
{
	unsigned char a[DIGEST], b[DIGEST];
	size_t size_a = sizeof(a), size_b = sizeof(b);

	return gnutls_x509_crt_get_key_id(pair->chain[0], GNUTLS_KEYID_USE_SHA256, a, &size_a) >=
		       0 &&
	       gnutls_x509_privkey_get_key_id(pair->key, GNUTLS_KEYID_USE_SHA256, b, &size_b) >=
		       0 &&
	       size_a == size_b && memcmp(a, b, size_a) == 0;
}

static int set_fingerprint(const struct pair *pair, struct certificate *certificate)
{
	struct text text = TEXT_ON(certificate->fingerprint);
	unsigned char digest[DIGEST];
	size_t size = sizeof(digest);
	int r = gnutls_x509_crt_get_fingerprint(pair->chain[0], GNUTLS_DIG_SHA256, digest, &size);

	if (r < 0)
		return -EIO;
	for (size_t i = 0; i < size; i++)
		text_add(&text, "%s%02X", i ? ":" : "", digest[i]);
	return text_result(&text);
}

/* 0; -ENOENT: neither file is there; else *report says what is wrong with them. */
static int load(const char *folder, struct certificate *certificate, struct text *report)
{
	_cleanup_(pair_clear) struct pair pair = {0};
	char chain[PATH_MAX], key[PATH_MAX];
	int r, k;

	snprintf(chain, sizeof(chain), "%s/%s", folder, CERTIFICATE_FILE);
	snprintf(key, sizeof(key), "%s/%s", folder, CERTIFICATE_KEY);
	r = file_read(chain, PEM_MAX, &certificate->chain, NULL);
	k = file_read(key, PEM_MAX, &certificate->key, NULL);
	if (r == -ENOENT && k == -ENOENT)
		return -ENOENT;
	if (r < 0 || k < 0) {
		text_add(report, "%s cannot be read: %s\n", r < 0 ? chain : key,
			 strerror(r < 0 ? -r : -k));
		return r < 0 ? r : k;
	}
	r = import(certificate, &pair);
	if (r < 0)
		text_add(report, "%s and %s cannot be used: %s\n", chain, key, gnutls_strerror(r));
	else if (!fits(&pair))
		text_add(report, "%s is not the key of the first certificate in %s\n", key, chain);
	else
		return set_fingerprint(&pair, certificate);
	return -EBADMSG;
}

static int set_names(gnutls_x509_crt_t crt, const struct settings *settings)
{
	const char *node = settings->node;
	int r = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, node,
					      (unsigned int)strlen(node));

	if (r >= 0)
		r = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, node, (unsigned int)strlen(node), GNUTLS_FSAN_SET);
	for (size_t i = 0; i < settings->n_addresses && r >= 0; i++)
		r = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, &settings->addresses[i],
			sizeof(settings->addresses[i]), GNUTLS_FSAN_APPEND);
	return r;
}

/* From a day ago on: the client's clock is not this one. */
static int set_life(gnutls_x509_crt_t crt)
{
	const time_t now = time(NULL);
	unsigned char serial[16];
	int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] &= 0x7f; /* positive (RFC 5280, 4.1.2.2) */
	if (r >= 0)
		r = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (r >= 0)
		r = gnutls_x509_crt_set_activation_time(crt, now - DAY_S);
	if (r >= 0)
		r = gnutls_x509_crt_set_expiration_time(crt, now + (time_t)CERTIFICATE_YEARS * 365 *
									     DAY_S);
	return r;
}

static int sign(struct pair *pair, const struct settings *settings)
{
	gnutls_x509_crt_t crt = pair->chain[0];
	int r = gnutls_x509_crt_set_version(crt, 3);

	if (r >= 0)
		r = set_names(crt, settings);
	if (r >= 0)
		r = set_life(crt);
	if (r >= 0)
		r = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (r >= 0)
		r = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (r >= 0)
		r = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (r >= 0)
		r = gnutls_x509_crt_set_key(crt, pair->key);
	return r < 0 ? r : gnutls_x509_crt_sign2(crt, crt, pair->key, GNUTLS_DIG_SHA256, 0);
}

static int generate(struct pair *pair)
{
	int r = gnutls_x509_privkey_init(&pair->key);

	if (r >= 0)
		r = gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
						 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
						 0);
	if (r >= 0)
		r = gnutls_x509_crt_init(&pair->chain[0]);
	pair->n = r >= 0;
	return r;
}

static int export(const struct pair *pair, struct certificate *certificate)
{
	gnutls_datum_t chain = {0}, key = {0};
	int r = gnutls_x509_crt_export2(pair->chain[0], GNUTLS_X509_FMT_PEM, &chain);

	if (r >= 0)
		r = gnutls_x509_privkey_export2_pkcs8(pair->key, GNUTLS_X509_FMT_PEM, NULL,
						      GNUTLS_PKCS_PLAIN, &key);
	if (r >= 0) {
		certificate->chain = strndup((const char *)chain.data, chain.size);
		certificate->key = strndup((const char *)key.data, key.size);
		explicit_bzero(key.data, key.size);
	}
	gnutls_free(chain.data);
	gnutls_free(key.data);
	return r;
}

static int make(const struct settings *settings, struct certificate *certificate)
{
	_cleanup_(pair_clear) struct pair pair = {0};
	int r = generate(&pair);

	if (r >= 0)
		r = sign(&pair, settings);
	if (r >= 0)
		r = export(&pair, certificate);
	if (r < 0)
		return -EIO;
	if (!certificate->chain || !certificate->key)
		return -ENOMEM;
	return set_fingerprint(&pair, certificate);
}

/* The key first: a certificate is never there without it. */
static void keep(const char *folder, const struct certificate *certificate, struct text *report)
{
	char chain[PATH_MAX], key[PATH_MAX];
	int r;

	snprintf(chain, sizeof(chain), "%s/%s", folder, CERTIFICATE_FILE);
	snprintf(key, sizeof(key), "%s/%s", folder, CERTIFICATE_KEY);
	r = file_write_atomic(key, certificate->key, strlen(certificate->key), 0600);
	if (r == 0)
		r = file_write_atomic(chain, certificate->chain, strlen(certificate->chain), 0644);
	if (r < 0)
		text_add(report, "the certificate that was made cannot be kept in %s: %s\n", folder,
			 strerror(-r));
}

int certificate_get(const char *folder, const struct settings *settings,
		    struct certificate *ret_certificate, struct text *report)
{
	_cleanup_(certificate_clear) struct certificate certificate = {0};
	int r = load(folder, &certificate, report);
	bool first = r == -ENOENT;

	if (r < 0) {
		certificate_clear(&certificate);
		r = make(settings, &certificate);
	}
	if (r == 0 && first)
		keep(folder, &certificate, report);
	if (r < 0)
		return r;
	*ret_certificate = certificate;
	certificate = (struct certificate){0};
	return 0;
}
