// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A canary in every secret leaf of the model: no output has it but the sealed text and the
 * configuration that is asked for.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"
#include "schema/tree.h"

/* Base64 text, long enough for a ring's key (128 bytes), and sealed text; both unmistakable. */
#define CANARY "Q0FOQVJZ"
#define CANARY_4 CANARY CANARY CANARY CANARY
#define CANARY_22 CANARY_4 CANARY_4 CANARY_4 CANARY_4 CANARY_4 CANARY CANARY
#define KEY CANARY_22 /* 176 characters: 132 bytes */
#define PASSWORD CONFIG_PASSWORD_PLAIN CANARY_4
#define HEX "c0ffee2bc0ffee2b"
#define HASH HEX HEX HEX HEX
#define SEALED DOCUMENT_SEALED CANARY "U0VBTEVE"

/* Every secret of the model, and where this test has it. */
static const struct place {
	const char *model, *path, *plain;
} places[] = {
	{"/trireme:cluster/ring/key", "/trireme:cluster/ring/key", KEY},
	{"/trireme:access/user/password", "/trireme:access/user[name='a']/password", PASSWORD},
	{"/trireme:access/token/hash", "/trireme:access/token[name='t']/hash", HASH},
	{"/trireme:fencing/device/secret/value",
	 "/trireme:fencing/device[node='r1']/secret[name='s']/value", CONFIG_SECRET_TEXT CANARY_4},
};
#define N_PLACES ARRAY_SIZE(places)

/* By either of its paths; the other one is NULL. */
static const struct place *place_of(const char *model, const char *path)
{
	for (size_t i = 0; i < N_PLACES; i++) {
		if ((model && strcmp(places[i].model, model) == 0) ||
		    (path && strcmp(places[i].path, path) == 0))
			return &places[i];
	}
	return NULL;
}

static LY_ERR find_place(struct lysc_node *node, void *user, ly_bool *ret_skip)
{
	char path[256];
	size_t *n = user;

	(void)ret_skip;
	if (!(node->nodetype & LYD_NODE_TERM) || !schema_is_secret(node))
		return LY_SUCCESS;
	lysc_path(node, LYSC_PATH_DATA, path, sizeof(path));
	if (!place_of(path, NULL))
		fail_msg("%s is a secret: it needs a canary here", path);
	(*n)++;
	return LY_SUCCESS;
}

static void every_secret_has_a_canary(void **state)
{
	size_t n = 0;

	(void)state;
	assert_int_equal(lysc_module_dfs_full(schema->module, find_place, &n), LY_SUCCESS);
	assert_int_equal(n, N_PLACES);
}

/* The demonstration with all of them, plain or SEALED. */
static struct document *with_secrets(bool sealed)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO);
	struct document_edit edits[N_PLACES + 3] = {
		{.path = "/trireme:access/user[name='a']/role", .value = "administrator"},
		{.path = "/trireme:access/token[name='t']/role", .value = "viewer"},
		{.path = "/trireme:fencing/device[node='r1']/agent", .value = "fence_x"},
	};
	struct document *document = NULL;
	struct schema_error error;

	for (size_t i = 0; i < N_PLACES; i++)
		edits[i + 3] = (struct document_edit){.path = places[i].path,
						      .value = sealed ? SEALED : places[i].plain};
	if (document_edit(base, edits, ARRAY_SIZE(edits), &document, &error) < 0)
		fail_msg("%s: %s: %s", error.path, error.value, error.allowed);
	return document;
}

static void check_clean(const char *text)
{
	if (strstr(text, CANARY) || strstr(text, HEX))
		fail_msg("a secret is shown: %s", text);
}

static void check_error(const struct schema_error *error)
{
	assert_true(error->allowed[0]);
	check_clean(error->path);
	check_clean(error->value);
	check_clean(error->allowed);
}

static void check_diffs(struct document *a, struct document *b, const char *words)
{
	_cleanup_free_ char *lines = NULL, *patch = NULL;

	assert_int_equal(document_diff(a, b, DOCUMENT_LINES, DOCUMENT_REDACTED, &lines), 0);
	check_clean(lines);
	assert_non_null(strstr(lines, words));
	assert_int_equal(document_diff(a, b, DOCUMENT_PATCH, DOCUMENT_REDACTED, &patch), 0);
	check_clean(patch);
	assert_true(strcmp(words, "(secret)") != 0 || strstr(patch, "delete") ||
		    strstr(patch, DOCUMENT_HIDDEN));
}

static void no_view_or_difference_shows_one(void **state)
{
	_cleanup_(document_freep) struct document *none = load_document(DEMO);
	_cleanup_(document_freep) struct document *plain = NULL, *sealed = NULL;
	_cleanup_free_ char *shown = NULL;

	(void)state;
	plain = with_secrets(false);
	sealed = with_secrets(true);
	assert_non_null(strstr(document_text(sealed, NULL), SEALED));
	assert_int_equal(document_print(sealed, DOCUMENT_REDACTED, &shown), 0);
	check_clean(shown);
	assert_non_null(strstr(shown, DOCUMENT_HIDDEN));
	check_diffs(none, sealed, "(secret)");
	check_diffs(sealed, none, "(secret)");
	check_diffs(plain, sealed, "(secret, changed)");
}

/* Values that the type refuses, of every kind that JSON has, and JSON that breaks off nearby. */
static void no_error_quotes_one(void **state)
{
	static const char *const values[] = {
		CANARY,
		"\"" CANARY " \"",
		"\"" CANARY,
		"\"" DOCUMENT_SEALED CANARY "?\"",
		"[\"" CANARY "\"]",
		"{\"a\": \"" CANARY "\"}",
	};
	_cleanup_(document_freep) struct document *base = with_secrets(true);

	(void)state;
	for (size_t i = 0; i < N_PLACES * ARRAY_SIZE(values); i++) {
		const struct document_edit edit = {.path = places[i / ARRAY_SIZE(values)].path,
						   .value = values[i % ARRAY_SIZE(values)]};
		struct document *document = NULL;
		struct schema_error error;

		assert_int_equal(document_edit(base, &edit, 1, &document, &error), -EBADMSG);
		check_error(&error);
		assert_string_equal(error.path, edit.path);
		assert_string_equal(error.value, "(secret)");
	}
}

/* The text of a document in which one secret is broken, at `at`, in several ways. */
static void break_at(const char *text, const char *at)
{
	static const char *const breaks[] = {"\"" CANARY "?\"",
					     CANARY,
					     "\"" CANARY "\n\"",
					     "\"" CANARY,
					     "\"" CANARY "\" \"" CANARY "\"",
					     "[\"" CANARY "\"]",
					     "\"\\x" CANARY "\""};

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
		struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
		_cleanup_free_ char *broken = NULL;
		struct document *document = NULL;
		struct schema_error error;
		size_t size;

		buffer_add(&buffer, text, (size_t)(at - text));
		buffer_text(&buffer, breaks[i]);
		buffer_text(&buffer, at + strlen("\"" SEALED "\""));
		assert_int_equal(buffer_take(&buffer, &broken, &size), 0);
		assert_int_equal(document_parse(schema, NULL, broken, size, &document, &error),
				 -EBADMSG);
		check_error(&error);
	}
}

static void no_error_of_a_whole_document_quotes_one(void **state)
{
	_cleanup_(document_freep) struct document *sealed = with_secrets(true);
	const char *text = document_text(sealed, NULL), *at = text;
	size_t n = 0;

	(void)state;
	for (; (at = strstr(at, "\"" SEALED "\"")); at++, n++)
		break_at(text, at);
	assert_int_equal(n, N_PLACES);
}

static void a_hidden_one_stays(void **state)
{
	_cleanup_(document_freep) struct document *none = load_document(DEMO), *again = NULL;
	_cleanup_(document_freep) struct document *sealed = NULL, *edited = NULL;
	_cleanup_free_ char *shown = NULL;
	struct document *refused = NULL;
	struct schema_error error;

	(void)state;
	sealed = with_secrets(true);
	assert_int_equal(document_print(sealed, DOCUMENT_REDACTED, &shown), 0);
	assert_int_equal(document_parse(schema, sealed, shown, strlen(shown), &again, &error), 0);
	assert_string_equal(document_text(again, NULL), document_text(sealed, NULL));
	/* Without one in the base, whole or as edits. */
	assert_int_equal(document_parse(schema, NULL, shown, strlen(shown), &refused, &error),
			 -EBADMSG);
	assert_string_equal(error.path, places[0].path);
	assert_int_equal(document_parse(schema, none, shown, strlen(shown), &refused, &error),
			 -EBADMSG);
	for (size_t i = 0; i < N_PLACES; i++) {
		const struct document_edit edit = {.path = places[i].path,
						   .value = DOCUMENT_HIDDEN,
						   .operation = i % 2 ? DOCUMENT_REPLACE
								      : DOCUMENT_MERGE};

		assert_int_equal(document_edit(none, &edit, 1, &refused, &error), -EBADMSG);
		assert_string_equal(error.path, places[i].path);
		document_free(take_ptr(edited));
		assert_int_equal(document_edit(sealed, &edit, 1, &edited, &error), 0);
		assert_string_equal(document_text(edited, NULL), document_text(sealed, NULL));
	}
}

static int to_sealed(void *user, const char *path, const char *value, char **ret_value)
{
	size_t *n = user;

	assert_non_null(place_of(NULL, path));
	assert_string_equal(value, place_of(NULL, path)->plain);
	(*n)++;
	*ret_value = strdup(SEALED);
	return 0;
}

static int to_plain(void *user, const char *path, const char *value, char **ret_value)
{
	size_t *n = user;

	assert_non_null(place_of(NULL, path));
	assert_string_equal(value, SEALED);
	(*n)++;
	*ret_value = strdup(place_of(NULL, path)->plain);
	return 0;
}

static int to_nothing(void *user, const char *path, const char *value, char **ret_value)
{
	(void)user;
	(void)path;
	(void)value;
	(void)ret_value;
	return -EKEYREJECTED;
}

/* What is printed, edited and compared is the tree: no conversion leaves its mark there. */
static void check_tree(struct document *document, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(document_print(document, DOCUMENT_COMPLETE, &text), 0);
	assert_string_equal(text, expected);
}

static void all_are_sealed_and_opened(void **state)
{
	_cleanup_(document_freep) struct document *document = NULL;
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_free_ char *sealed = NULL;
	struct schema_error error;
	size_t n = 0;

	(void)state;
	document = with_secrets(false);
	assert_int_equal(document_seal(document, to_nothing, &n, &error), -EKEYREJECTED);
	check_error(&error);
	assert_non_null(strstr(document_text(document, NULL), HASH));
	check_tree(document, document_text(document, NULL));
	assert_int_equal(document_seal(document, to_sealed, &n, &error), 0);
	assert_int_equal(n, N_PLACES);
	assert_null(strstr(document_text(document, NULL), HASH));
	assert_null(strstr(document_text(document, NULL), PASSWORD));
	sealed = strdup(document_text(document, NULL));
	/* What is sealed already stays. */
	assert_int_equal(document_seal(document, to_sealed, &n, &error), 0);
	assert_int_equal(n, N_PLACES);
	assert_string_equal(document_config(document)->ring_key, SEALED);
	assert_string_equal(document_config(document)->users[0].password, SEALED);
	assert_string_equal(document_config(document)->tokens[0].hash, SEALED);
	assert_int_equal(document_unseal(document, to_nothing, &n, &config, &error), -EKEYREJECTED);
	check_error(&error);
	n = 0;
	assert_int_equal(document_unseal(document, to_plain, &n, &config, &error), 0);
	assert_int_equal(n, N_PLACES);
	assert_string_equal(config->ring_key, KEY);
	assert_string_equal(config->users[0].password, PASSWORD);
	assert_string_equal(config->tokens[0].hash, HASH);
	assert_string_equal(document_text(document, NULL), sealed);
	check_tree(document, sealed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_secret_has_a_canary),
		cmocka_unit_test(no_view_or_difference_shows_one),
		cmocka_unit_test(no_error_quotes_one),
		cmocka_unit_test(no_error_of_a_whole_document_quotes_one),
		cmocka_unit_test(a_hidden_one_stays),
		cmocka_unit_test(all_are_sealed_and_opened),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
