// SPDX-License-Identifier: GPL-2.0-or-later
/* What only administrators see and change. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"

#define KEY_44 "b3RoZXIgYnl0ZXMgb3RoZXIgYnl0ZXMgb3RoZXIgYnl0"
#define KEY KEY_44 KEY_44 KEY_44 KEY_44 /* 176 characters: 132 bytes */

struct rights_case {
	const char *path, *value; /* DOCUMENT_MERGE; value NULL: DOCUMENT_DELETE */
	bool allowed;
};

static const struct rights_case rights_cases[] = {
	{"virtual-service[name='web']/scheduler", "rr", true},
	{"pool[name='web']/real-server[name='web3']", NULL, true},
	{"cluster/node[name='r1']/standby", "true", true},
	{"cluster/ring/key", KEY, false},
	{"access/user[name='adam']/role", "viewer", false},
	{"access/user[name='eve']", "{\"role\":\"viewer\"}", false},
	{"access/user[name='adam']/password", "$0$another password", false},
	{"access/user[name='vera']", NULL, false},
	{"access/token", NULL, false},
	{"management/https/port", "8443", false},
	{"alias-group[name='main']/preempt", "false", true},
	{"alias-group[name='main']/resource[name='a']", "{\"agent\":\"b:c\"}", false},
};

#define ADMINISTRATED                                                                             \
	"{\"user\":[{\"name\":\"adam\",\"role\":\"administrator\",\"password\":\"$0$password of " \
	"adam\"},{\"name\":\"bert\",\"role\":\"administrator\",\"password\":\"$0$password of "    \
	"bert\"},{\"name\":\"vera\",\"role\":\"viewer\"}],\"token\":[{\"name\":\"ci\","           \
	"\"role\":\"viewer\",\"hash\":\"0123456789abcdef0123456789abcdef0123456789abcdef"         \
	"0123456789abcdef\"}]}"

static struct document *administrated(void)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO);
	const struct document_edit edit = {
		.operation = DOCUMENT_MERGE, .path = "access", .value = ADMINISTRATED};
	struct document *document = NULL;
	struct schema_error error;

	if (document_edit(base, &edit, 1, &document, &error) < 0)
		fail_msg("%s: %s", error.path, error.allowed);
	return document;
}

static void only_administrators_change_what_is_restricted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rights_cases); i++) {
		const struct rights_case *c = &rights_cases[i];
		_cleanup_(document_freep) struct document *a = administrated(), *b = NULL;
		const struct document_edit edit = {.operation = c->value ? DOCUMENT_MERGE
									 : DOCUMENT_DELETE,
						   .path = c->path,
						   .value = c->value};
		struct schema_error error = {0};

		/* With and without what was noted before the edit took the tree. */
		if (i % 2)
			assert_int_equal(document_note_rights(a), 0);
		if (document_edit(a, &edit, 1, &b, &error) < 0)
			fail_msg("%s: %s: %s", c->path, error.path, error.allowed);
		assert_int_equal(document_check_rights(a, b, &error), c->allowed ? 0 : -EBADMSG);
		assert_int_equal(document_check_rights(b, a, &error), c->allowed ? 0 : -EBADMSG);
		assert_int_equal(document_check_rights(b, b, &error), 0);
		if (c->allowed)
			continue;
		assert_int_equal(error.fault, SCHEMA_FAULT_DENIED);
		assert_non_null(strstr(error.path, c->path[0] == 'c' ? "/ring/key" : "trireme:"));
		assert_null(strstr(error.value, "password"));
	}
}

static void a_guess_that_is_right_is_refused_as_well(void **state)
{
	_cleanup_(document_freep) struct document *a = administrated(), *b = NULL;
	struct document_edit edit = {.operation = DOCUMENT_MERGE,
				     .path = "access/user[name='adam']/role",
				     .value = "administrator"};
	struct schema_error error = {0};

	(void)state;
	assert_int_equal(document_edit(a, &edit, 1, &b, &error), 0);
	document_freep(&b);
	b = NULL;
	document_guard(a, true);
	assert_int_equal(document_edit(a, &edit, 1, &b, &error), -EBADMSG);
	assert_int_equal(error.fault, SCHEMA_FAULT_DENIED);
	assert_string_equal(error.path, "/trireme:access");
	edit = (struct document_edit){.operation = DOCUMENT_DELETE,
				      .path = "access/user[name='nobody']"};
	assert_int_equal(document_edit(a, &edit, 1, &b, &error), -EBADMSG);
	assert_int_equal(error.fault, SCHEMA_FAULT_DENIED);
	edit.path = "virtual-service[name='web']/scheduler";
	assert_int_equal(document_edit(a, &edit, 1, &b, &error), 0);
}

/* Entries in another order are no other entries. */
static void moving_an_entry_is_no_change_of_its_secret(void **state)
{
	_cleanup_(document_freep) struct document *a = administrated(), *b = NULL;
	const struct document_edit edit = {.operation = DOCUMENT_MOVE,
					   .path = "virtual-service[name='web']"};
	struct schema_error error = {0};

	(void)state;
	assert_int_equal(document_edit(a, &edit, 1, &b, &error), 0);
	assert_int_equal(document_check_rights(a, b, &error), 0);
}

static void others_do_not_see_it(void **state)
{
	_cleanup_(document_freep) struct document *a = administrated(), *b = load_document(DEMO);
	_cleanup_free_ char *shown = NULL, *lines = NULL, *patch = NULL, *all = NULL, *part = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(document_print(a, DOCUMENT_PUBLIC, &shown), 0);
	assert_string_equal(shown, document_text(b, NULL));
	assert_int_equal(document_diff(b, a, DOCUMENT_LINES, DOCUMENT_PUBLIC, &lines), 0);
	assert_string_equal(lines, "");
	assert_int_equal(document_diff(b, a, DOCUMENT_PATCH, DOCUMENT_PUBLIC, &patch), 0);
	assert_null(strstr(patch, "adam"));
	assert_int_equal(document_diff(b, a, DOCUMENT_LINES, DOCUMENT_REDACTED, &all), 0);
	assert_non_null(strstr(all, "adam"));
	assert_int_equal(
		document_print_target(a, "/access/user=vera/role", DOCUMENT_PUBLIC, &part, &error),
		-EBADMSG);
	assert_int_equal(error.fault, SCHEMA_FAULT_DENIED);
	assert_int_equal(document_print_at(a, "access", DOCUMENT_PUBLIC, &part, &error), -EBADMSG);
	assert_int_equal(document_print_target(a, "/access/user=vera/role", DOCUMENT_REDACTED,
					       &part, &error),
			 0);
	assert_string_equal(part, "{\"trireme:role\":\"viewer\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_administrators_change_what_is_restricted),
		cmocka_unit_test(a_guess_that_is_right_is_refused_as_well),
		cmocka_unit_test(moving_an_entry_is_no_change_of_its_secret),
		cmocka_unit_test(others_do_not_see_it),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
