// SPDX-License-Identifier: GPL-2.0-or-later
/* Tokens: forged, changed, of another key, too old; and which user or program they are of. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "api/directory.h"
#include "api/token.h"
#include "base/cleanup.h"

#define NOW 1800000000
#define IDLE 1800
#define SECRET_HASH "16e4eb7487ed6b9476a0aca9294a0d5e6c7fe7bf7d5ca71908d2e46802843135"
#define HASH "$y$j9T$abc$def"

static struct token_key key, other_key;

static int derive(void **state)
{
	(void)state;
	token_key_derive("0123456789abcdef0123456789abcdef", 32, &key);
	token_key_derive("0123456789abcdef0123456789abcdeF", 32, &other_key);
	return 0;
}

static struct token_session make_session(void)
{
	struct token_session session = {.user = "anna", .begun = NOW - 60, .renewed = NOW};
	const uint8_t random[TOKEN_ID_SIZE] = {1, 2, 3, 250, 251, 252, 0, 8, 9};

	token_id(random, session.id);
	token_fingerprint(&key, HASH, session.fingerprint);
	return session;
}

static void a_session_comes_back(void **state)
{
	struct token_session session = make_session(), again;
	char text[TOKEN_TEXT_MAX];

	(void)state;
	assert_int_equal(token_session_write(&key, &session, text), 0);
	assert_true(token_is_session(text));
	/* Nothing in it needs quoting in a header or a cookie (RFC 6750, RFC 6265). */
	assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_."),
			 strlen(text));
	assert_int_equal(token_session_read(&key, text, &again), 0);
	assert_string_equal(again.user, "anna");
	assert_string_equal(again.id, session.id);
	assert_int_equal(again.begun, NOW - 60);
	assert_int_equal(again.renewed, NOW);
	assert_string_equal(again.fingerprint, session.fingerprint);
}

/* HKDF-SHA256 and HMAC-SHA256, found by another implementation (Python's hmac). */
static void the_key_is_what_every_router_derives(void **state)
{
	static const uint8_t expected[] = {0x22, 0x0b, 0x15, 0x3b, 0x28, 0xb7, 0x18, 0x52,
					   0x00, 0x96, 0x24, 0x08, 0x7a, 0xa5, 0xf9, 0x4f,
					   0xae, 0x2b, 0x85, 0x24, 0x7f, 0x9d, 0xa5, 0xab,
					   0x76, 0x73, 0x84, 0xa5, 0x02, 0x62, 0xaa, 0xb1};

	(void)state;
	assert_memory_equal(key.bytes, expected, sizeof(expected));
	assert_memory_not_equal(key.bytes, other_key.bytes, sizeof(key.bytes));
}

static void any_changed_character_is_found(void **state)
{
	struct token_session session = make_session(), read;
	char text[TOKEN_TEXT_MAX];

	(void)state;
	assert_int_equal(token_session_write(&key, &session, text), 0);
	for (size_t i = 0; text[i]; i++) {
		char kept = text[i];

		for (const char *c = "Aa0-_.=~\x01"; *c; c++) {
			text[i] = *c;
			if (*c != kept)
				assert_int_equal(token_session_read(&key, text, &read), -EBADMSG);
		}
		text[i] = '\0';
		assert_int_equal(token_session_read(&key, text, &read), -EBADMSG);
		text[i] = kept;
	}
	strcat(text, "A");
	assert_int_equal(token_session_read(&key, text, &read), -EBADMSG);
}

static void another_key_is_another_cluster(void **state)
{
	struct token_session session = make_session(), read;
	char text[TOKEN_TEXT_MAX], fingerprint[TOKEN_FINGERPRINT_MAX];

	(void)state;
	assert_int_equal(token_session_write(&other_key, &session, text), 0);
	assert_int_equal(token_session_read(&key, text, &read), -EBADMSG);
	token_fingerprint(&other_key, HASH, fingerprint);
	assert_string_not_equal(fingerprint, session.fingerprint);
}

static void sessions_end(void **state)
{
	struct token_session s = make_session();

	(void)state;
	assert_true(token_session_counts(&s, IDLE, NOW));
	assert_true(token_session_counts(&s, IDLE, NOW + IDLE - 1));
	assert_false(token_session_counts(&s, IDLE, NOW + IDLE));
	/* Renewed again and again, it ends all the same. */
	s.renewed = s.begun + TOKEN_LIFE_S - 1;
	assert_true(token_session_counts(&s, IDLE, s.renewed));
	assert_false(token_session_counts(&s, IDLE, s.begun + TOKEN_LIFE_S));
	/* Of a router whose clock is ahead. */
	s = make_session();
	assert_true(token_session_counts(&s, IDLE, NOW - TOKEN_SKEW_S));
	assert_false(token_session_counts(&s, IDLE, NOW - TOKEN_SKEW_S - 1));
	assert_false(token_session_ages(&s, IDLE, NOW + IDLE / TOKEN_RENEW_PART));
	assert_true(token_session_ages(&s, IDLE, NOW + IDLE / TOKEN_RENEW_PART + 1));
}

static void another_password_has_another_fingerprint(void **state)
{
	struct token_session session = make_session();
	char fingerprint[TOKEN_FINGERPRINT_MAX];

	(void)state;
	token_fingerprint(&key, HASH, fingerprint);
	assert_string_equal(fingerprint, session.fingerprint);
	token_fingerprint(&key, HASH "x", fingerprint);
	assert_string_not_equal(fingerprint, session.fingerprint);
	assert_null(strstr(fingerprint, "y$"));
}

static void what_is_no_session_is_refused(void **state)
{
	static const char *const texts[] = {"",		"s1.",		"s1..",
					    "s1.a",	"s1.a.b",	"t1.a.b",
					    "s2.YQ.YQ", "s1.====.====", "s1.YQ==.YQ"};
	struct token_session read, bad = make_session();
	char longest[2 * TOKEN_TEXT_MAX], text[TOKEN_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(token_session_read(&key, texts[i], &read), -EBADMSG);
	memset(longest, 'A', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "s1.", 3);
	assert_int_equal(token_session_read(&key, longest, &read), -EBADMSG);
	bad.user[0] = '\0';
	assert_int_equal(token_session_write(&key, &bad, text), -ENAMETOOLONG);
}

static void api_tokens_come_back(void **state)
{
	const uint8_t secret[TOKEN_SECRET_SIZE] = {7, 8, 9};
	char text[TOKEN_TEXT_MAX], name[CONFIG_NAME_MAX], hash[TOKEN_HASH_MAX];
	char name_again[CONFIG_NAME_MAX], hash_again[TOKEN_HASH_MAX];

	(void)state;
	assert_int_equal(token_api_write("ci.lab", secret, text), 0);
	assert_int_equal(strncmp(text, "t1.ci.lab.", 10), 0);
	assert_int_equal(token_api_read(text, name, hash), 0);
	assert_string_equal(name, "ci.lab");
	assert_string_equal(hash, SECRET_HASH);
	text[10] = text[10] == 'A' ? 'B' : 'A';
	assert_int_equal(token_api_read(text, name_again, hash_again), 0);
	assert_string_not_equal(hash_again, hash);
	text[strlen(text) - 1] = '\0';
	assert_int_equal(token_api_read(text, name_again, hash_again), -EBADMSG);
	assert_int_equal(token_api_read("t1..x", name_again, hash_again), -EBADMSG);
	assert_int_equal(token_api_read("t1.", name_again, hash_again), -EBADMSG);
	assert_int_equal(token_api_write("", secret, text), -ENAMETOOLONG);
	assert_int_equal(token_api_write("a-name-that-is-longer-than-any-can-be", secret, text),
			 -ENAMETOOLONG);
}

static void equal_texts_are_equal(void **state)
{
	(void)state;
	assert_true(token_equal("abc", "abc", 8));
	assert_true(token_equal("", "", 8));
	assert_false(token_equal("abc", "abd", 8));
	assert_false(token_equal("abc", "ab", 8));
	assert_false(token_equal("", "a", 8));
}

static void digests_differ_where_anything_does(void **state)
{
	uint8_t a[TOKEN_DIGEST_SIZE], b[TOKEN_DIGEST_SIZE];

	(void)state;
	token_digest(&key, "anna", "192.0.2.1", "secret", HASH, a);
	token_digest(&key, "anna", "192.0.2.1", "secret", HASH, b);
	assert_memory_equal(a, b, sizeof(a));
	token_digest(&key, "annas", "192.0.2.1", "ecret", HASH, b);
	assert_memory_not_equal(a, b, sizeof(a));
	token_digest(&key, "anna", "192.0.2.2", "secret", HASH, b);
	assert_memory_not_equal(a, b, sizeof(a));
	token_digest(&key, "anna", "192.0.2.1", "secret", HASH "x", b);
	assert_memory_not_equal(a, b, sizeof(a));
	token_digest(&other_key, "anna", "192.0.2.1", "secret", HASH, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void the_directory_finds_who_it_is(void **state)
{
	static struct directory directory;
	struct config_user users[] = {{.name = "anna", .role = CONFIG_ACCESS_OPERATOR},
				      {.name = "bert", .password = HASH}};
	struct config_token tokens[] = {{.name = "ci", .hash = SECRET_HASH, .expires_s = NOW},
					{.name = "old", .hash = SECRET_HASH}};
	static struct config config;

	(void)state;
	config.users = users;
	config.n_users = ARRAY_SIZE(users);
	config.tokens = tokens;
	config.n_tokens = ARRAY_SIZE(tokens);
	config.management.metrics_anonymous = true;
	directory_make(&config, "r1", "$y$default", &directory);
	assert_string_equal(directory.node, "r1");
	assert_string_equal(directory.other_hash, HASH);
	assert_false(directory.metrics_anonymous);
	assert_int_equal(directory_user(&directory, "anna")->role, CONFIG_ACCESS_OPERATOR);
	assert_null(directory_user(&directory, "ann"));
	assert_non_null(directory_find_token(&directory, "ci", SECRET_HASH, NOW - 1));
	assert_null(directory_find_token(&directory, "ci", SECRET_HASH, NOW));
	assert_non_null(directory_find_token(&directory, "old", SECRET_HASH, NOW));
	assert_null(directory_find_token(&directory, "old", "", NOW));
	assert_null(directory_find_token(&directory, "none", SECRET_HASH, NOW));
	config.n_users = 0;
	config.management.metrics = true;
	directory_make(&config, "r1", "$y$default", &directory);
	assert_string_equal(directory.other_hash, "$y$default");
	assert_true(directory.metrics_anonymous);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_comes_back),
		cmocka_unit_test(the_key_is_what_every_router_derives),
		cmocka_unit_test(any_changed_character_is_found),
		cmocka_unit_test(another_key_is_another_cluster),
		cmocka_unit_test(sessions_end),
		cmocka_unit_test(another_password_has_another_fingerprint),
		cmocka_unit_test(what_is_no_session_is_refused),
		cmocka_unit_test(api_tokens_come_back),
		cmocka_unit_test(equal_texts_are_equal),
		cmocka_unit_test(digests_differ_where_anything_does),
		cmocka_unit_test(the_directory_finds_who_it_is),
	};

	return cmocka_run_group_tests(tests, derive, NULL);
}
