// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/token.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <nettle/base64.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>

#include "base/parse.h"
#include "base/text.h"

#define SESSION "s1."
#define API "t1."
#define INFO "trireme session"
#define PREFIX_LENGTH 3
#define PAYLOAD_MAX 192
#define MAC_LENGTH BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)
#define SECRET_LENGTH BASE64_ENCODE_RAW_LENGTH(TOKEN_SECRET_SIZE)
#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static_assert(TOKEN_KEY_SIZE == SHA256_DIGEST_SIZE, "a key is one digest");
static_assert(BASE64_ENCODE_RAW_LENGTH(TOKEN_ID_SIZE) < TOKEN_ID_MAX, "an id fits");
static_assert(TOKEN_DIGEST_SIZE == SHA256_DIGEST_SIZE, "a digest is one");

void token_key_clear(struct token_key *key)
{
	explicit_bzero(key, sizeof(*key));
}

/* Without padding: its letters need no encoding in a header or cookie. */
static size_t encode(const void *bytes, size_t size, char *ret_text)
{
	static const size_t drop[] = {0, 2, 1}; /* characters of padding, by size modulo 3 */
	size_t length = BASE64_ENCODE_RAW_LENGTH(size) - drop[size % 3];
	struct base64_encode_ctx ctx;
	size_t n;

	base64url_encode_init(&ctx);
	n = base64_encode_update(&ctx, ret_text, size, bytes);
	(void)base64_encode_final(&ctx, ret_text + n);
	ret_text[length] = '\0';
	return length;
}

/* Exactly what encode() makes: one form for each content. -EBADMSG. */
static int decode(const char *text, size_t length, void *ret_bytes, size_t size, size_t *ret_n)
{
	uint8_t bytes[BASE64_DECODE_LENGTH(TOKEN_TEXT_MAX)];
	char padded[TOKEN_TEXT_MAX + 4], again[TOKEN_TEXT_MAX + 8];
	struct base64_decode_ctx ctx;
	size_t n = sizeof(bytes);

	if (length >= TOKEN_TEXT_MAX || strspn(text, BASE64URL) < length)
		return -EBADMSG;
	memcpy(padded, text, length);
	memset(padded + length, '=', 4);
	base64url_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &n, bytes, (length + 3) / 4 * 4, padded) ||
	    !base64_decode_final(&ctx) || n > size)
		return -EBADMSG;
	if (encode(bytes, n, again) != length || memcmp(again, text, length) != 0)
		return -EBADMSG;
	memcpy(ret_bytes, bytes, n);
	*ret_n = n;
	return 0;
}

bool token_equal(const char *a, const char *b, size_t size)
{
	volatile unsigned char difference = 0;
	size_t length_a = strnlen(a, size), length_b = strnlen(b, size);

	for (size_t i = 0; i < size; i++) {
		unsigned char byte_a = i < length_a ? (unsigned char)a[i] : 0;
		unsigned char byte_b = i < length_b ? (unsigned char)b[i] : 0;

		difference |= byte_a ^ byte_b;
	}
	return difference == 0;
}

void token_key_derive(const void *secret, size_t size, struct token_key *ret_key)
{
	static const uint8_t no_salt[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx ctx;
	uint8_t middle[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key(&ctx, sizeof(no_salt), no_salt);
	hkdf_extract(&ctx, (nettle_hash_update_func *)hmac_sha256_update,
		     (nettle_hash_digest_func *)hmac_sha256_digest, sizeof(middle), size, secret,
		     middle);
	hmac_sha256_set_key(&ctx, sizeof(middle), middle);
	hkdf_expand(&ctx, (nettle_hash_update_func *)hmac_sha256_update,
		    (nettle_hash_digest_func *)hmac_sha256_digest, sizeof(middle), strlen(INFO),
		    (const uint8_t *)INFO, sizeof(ret_key->bytes), ret_key->bytes);
	explicit_bzero(middle, sizeof(middle));
	explicit_bzero(&ctx, sizeof(ctx));
}

static void hmac(const struct token_key *key, const char *label, const void *data, size_t size,
		 uint8_t ret_mac[SHA256_DIGEST_SIZE])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, sizeof(key->bytes), key->bytes);
	/* With its NUL: what is signed for one purpose serves no other. */
	hmac_sha256_update(&ctx, strlen(label) + 1, (const uint8_t *)label);
	hmac_sha256_update(&ctx, size, data);
	hmac_sha256_digest(&ctx, SHA256_DIGEST_SIZE, ret_mac);
	explicit_bzero(&ctx, sizeof(ctx));
}

static void hex(const uint8_t *bytes, size_t n, char *ret_text)
{
	for (size_t i = 0; i < n; i++)
		snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
}

void token_fingerprint(const struct token_key *key, const char *hash,
		       char ret_fingerprint[TOKEN_FINGERPRINT_MAX])
{
	uint8_t mac[SHA256_DIGEST_SIZE];

	hmac(key, "fingerprint", hash, strlen(hash), mac);
	hex(mac, (TOKEN_FINGERPRINT_MAX - 1) / 2, ret_fingerprint);
}

void token_id(const uint8_t random[TOKEN_ID_SIZE], char ret_id[TOKEN_ID_MAX])
{
	(void)encode(random, TOKEN_ID_SIZE, ret_id);
}

void token_digest(const struct token_key *key, const char *user, const char *address,
		  const char *password, const char *hash, uint8_t ret_digest[TOKEN_DIGEST_SIZE])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, sizeof(key->bytes), key->bytes);
	/* Each with its NUL, so that no two sets are the same bytes. */
	hmac_sha256_update(&ctx, strlen(user) + 1, (const uint8_t *)user);
	hmac_sha256_update(&ctx, strlen(address) + 1, (const uint8_t *)address);
	hmac_sha256_update(&ctx, strlen(password) + 1, (const uint8_t *)password);
	hmac_sha256_update(&ctx, strlen(hash) + 1, (const uint8_t *)hash);
	hmac_sha256_digest(&ctx, TOKEN_DIGEST_SIZE, ret_digest);
	explicit_bzero(&ctx, sizeof(ctx));
}

int token_session_write(const struct token_key *key, const struct token_session *session,
			char ret_text[TOKEN_TEXT_MAX])
{
	char payload[PAYLOAD_MAX];
	struct text text = TEXT_ON(payload);
	uint8_t mac[SHA256_DIGEST_SIZE];
	size_t n;

	if (!session->user[0] || strpbrk(session->user, " ") || !session->id[0] ||
	    session->begun < 0 || session->renewed < 0)
		return -ENAMETOOLONG;
	text_add(&text, "%s %s %" PRId64 " %" PRId64 " %s", session->user, session->id,
		 session->begun, session->renewed, session->fingerprint);
	if (text_result(&text) < 0)
		return -ENAMETOOLONG;
	n = (size_t)snprintf(ret_text, TOKEN_TEXT_MAX, "%s", SESSION);
	n += encode(payload, text.used, ret_text + n);
	hmac(key, "session", payload, text.used, mac);
	ret_text[n++] = '.';
	(void)encode(mac, sizeof(mac), ret_text + n);
	return 0;
}

static_assert(PREFIX_LENGTH + BASE64_ENCODE_RAW_LENGTH(PAYLOAD_MAX) + 1 + MAC_LENGTH + 4 <
		      TOKEN_TEXT_MAX,
	      "a session's token fits");

/* The payload, which has been found signed, into its parts. */
static int parse_payload(char *payload, struct token_session *ret_session)
{
	struct token_session session = {0};
	uint64_t begun, renewed;
	char *parts[5], *rest = payload;

	for (size_t i = 0; i < 5; i++) {
		parts[i] = strsep(&rest, " ");
		if (!parts[i] || !parts[i][0])
			return -EBADMSG;
	}
	if (rest || copy_text(session.user, sizeof(session.user), parts[0]) < 0 ||
	    copy_text(session.id, sizeof(session.id), parts[1]) < 0 ||
	    parse_u64(parts[2], 0, INT64_MAX, &begun) < 0 ||
	    parse_u64(parts[3], 0, INT64_MAX, &renewed) < 0 ||
	    copy_text(session.fingerprint, sizeof(session.fingerprint), parts[4]) < 0)
		return -EBADMSG;
	session.begun = (int64_t)begun;
	session.renewed = (int64_t)renewed;
	*ret_session = session;
	return 0;
}

bool token_is_session(const char *text)
{
	return strncmp(text, SESSION, PREFIX_LENGTH) == 0;
}

int token_session_read(const struct token_key *key, const char *text,
		       struct token_session *ret_session)
{
	char payload[PAYLOAD_MAX], expected[MAC_LENGTH + 1];
	uint8_t mac[SHA256_DIGEST_SIZE];
	const char *dot;
	size_t size;

	if (strnlen(text, TOKEN_TEXT_MAX) == TOKEN_TEXT_MAX || !token_is_session(text))
		return -EBADMSG;
	text += PREFIX_LENGTH;
	dot = strchr(text, '.');
	if (!dot || strlen(dot + 1) > MAC_LENGTH ||
	    decode(text, (size_t)(dot - text), payload, sizeof(payload) - 1, &size) < 0)
		return -EBADMSG;
	payload[size] = '\0';
	hmac(key, "session", payload, size, mac);
	(void)encode(mac, sizeof(mac), expected);
	if (!token_equal(expected, dot + 1, sizeof(expected)) || strlen(payload) != size)
		return -EBADMSG;
	return parse_payload(payload, ret_session);
}

bool token_session_counts(const struct token_session *session, uint32_t idle_s, int64_t now)
{
	return session->begun <= now + TOKEN_SKEW_S && session->renewed <= now + TOKEN_SKEW_S &&
	       now - session->begun < TOKEN_LIFE_S && now - session->renewed < (int64_t)idle_s;
}

bool token_session_ages(const struct token_session *session, uint32_t idle_s, int64_t now)
{
	return now - session->renewed > (int64_t)(idle_s / TOKEN_RENEW_PART);
}

int token_api_write(const char *name, const uint8_t secret[TOKEN_SECRET_SIZE],
		    char ret_text[TOKEN_TEXT_MAX])
{
	char random[SECRET_LENGTH + 1];
	struct text text = text_on(ret_text, TOKEN_TEXT_MAX);

	if (!name[0] || strlen(name) >= CONFIG_NAME_MAX)
		return -ENAMETOOLONG;
	(void)encode(secret, TOKEN_SECRET_SIZE, random);
	text_add(&text, API "%s.%s", name, random);
	explicit_bzero(random, sizeof(random));
	return text_result(&text) < 0 ? -ENAMETOOLONG : 0;
}

int token_api_read(const char *text, char ret_name[CONFIG_NAME_MAX], char ret_hash[TOKEN_HASH_MAX])
{
	uint8_t secret[TOKEN_SECRET_SIZE], digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	const char *dot;
	size_t length, n;

	if (strnlen(text, TOKEN_TEXT_MAX) == TOKEN_TEXT_MAX ||
	    strncmp(text, API, PREFIX_LENGTH) != 0)
		return -EBADMSG;
	text += PREFIX_LENGTH;
	/* A name may have dots, the secret has none. */
	dot = strrchr(text, '.');
	length = dot ? (size_t)(dot - text) : 0;
	if (length == 0 || length >= CONFIG_NAME_MAX ||
	    decode(dot + 1, strlen(dot + 1), secret, sizeof(secret), &n) < 0 || n != sizeof(secret))
		return -EBADMSG;
	memcpy(ret_name, text, length);
	ret_name[length] = '\0';
	sha256_init(&ctx);
	sha256_update(&ctx, sizeof(secret), secret);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex(digest, sizeof(digest), ret_hash);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}
