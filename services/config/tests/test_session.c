// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/session.h"

#define DOCUMENT "{\"trireme:pool\":[]}"

static int set(struct sessions *sessions, const char *name, uint64_t now)
{
	return session_set(sessions, name, 7, DOCUMENT, strlen(DOCUMENT), now);
}

static void each_name_has_its_own(void **state)
{
	struct sessions sessions = {0};

	(void)state;
	assert_null(session_find(&sessions, "a", 1));
	assert_int_equal(set(&sessions, "a", 1), 0);
	assert_int_equal(session_set(&sessions, "b", 8, "{}", 2, 1), 0);
	assert_string_equal(session_find(&sessions, "a", 2)->text, DOCUMENT);
	assert_int_equal(session_find(&sessions, "a", 2)->base, 7);
	assert_string_equal(session_find(&sessions, "b", 2)->text, "{}");
	session_clear(session_find(&sessions, "a", 3));
	assert_null(session_find(&sessions, "a", 3));
	assert_non_null(session_find(&sessions, "b", 3));
	session_clear(NULL);
	sessions_clear(&sessions);
}

static void a_later_document_replaces_the_earlier(void **state)
{
	struct sessions sessions = {0};

	(void)state;
	assert_int_equal(set(&sessions, "a", 1), 0);
	assert_int_equal(session_set(&sessions, "a", 7, "{}", 2, 2), 0);
	assert_string_equal(session_find(&sessions, "a", 2)->text, "{}");
	assert_int_equal(session_find(&sessions, "a", 2)->size, 2);
	sessions_clear(&sessions);
}

static void names_are_bounded(void **state)
{
	struct sessions sessions = {0};
	char longest[SESSION_NAME_MAX + 1];

	(void)state;
	memset(longest, 'n', sizeof(longest));
	longest[SESSION_NAME_MAX] = '\0';
	assert_int_equal(set(&sessions, "", 1), -ENAMETOOLONG);
	assert_int_equal(set(&sessions, longest, 1), -ENAMETOOLONG);
	assert_int_equal(set(&sessions, longest + 1, 1), 0);
	assert_null(session_find(&sessions, "", 1));
	sessions_clear(&sessions);
}

/* Only what nobody has touched for an hour gives up its place. */
static void places_are_bounded(void **state)
{
	struct sessions sessions = {0};
	char name[8];

	(void)state;
	for (int i = 0; i < SESSIONS_MAX; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		assert_int_equal(set(&sessions, name, 100 + (uint64_t)i), 0);
	}
	assert_int_equal(set(&sessions, "late", 100 + SESSION_IDLE_NS - 1), -EBUSY);
	assert_non_null(session_find(&sessions, "s0", 200));
	assert_int_equal(set(&sessions, "late", 101 + SESSION_IDLE_NS), 0);
	assert_null(session_find(&sessions, "s1", 101 + SESSION_IDLE_NS));
	assert_non_null(session_find(&sessions, "s0", 101 + SESSION_IDLE_NS));
	sessions_clear(&sessions);
}

/* Nobody takes all of them; what is only similar is another user's. */
static void each_user_has_a_few(void **state)
{
	struct sessions sessions = {0};

	(void)state;
	assert_int_equal(set(&sessions, "anna", 1), 0);
	assert_int_equal(set(&sessions, "anna#1", 1), 0);
	assert_int_equal(set(&sessions, "anna#2", 1), 0);
	assert_int_equal(set(&sessions, "anna#3", 1), 0);
	assert_int_equal(set(&sessions, "anna#4", 1), -EBUSY);
	assert_int_equal(set(&sessions, "anna#3", 2), 0);
	assert_int_equal(set(&sessions, "annas", 1), 0);
	assert_int_equal(set(&sessions, "ann#1", 1), 0);
	session_clear(session_find(&sessions, "anna", 1));
	assert_int_equal(set(&sessions, "anna#4", 1), 0);
	sessions_clear(&sessions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_has_its_own),
		cmocka_unit_test(a_later_document_replaces_the_earlier),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(places_are_bounded),
		cmocka_unit_test(each_user_has_a_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
