// SPDX-License-Identifier: GPL-2.0-or-later
/* The flight record as the API tells it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "api/decisions.h"
#include "proto/agent_ipc.h"
#include "proto/agent_record.h"
#include "proto/agent_wire.h"

static uint8_t file[AGENT_RECORD_SIZE];

static void fill(uint64_t n)
{
	agent_record_clear(file);
	for (uint64_t i = 1; i <= n; i++) {
		struct agent_record record = {.number = i,
					      .real = 1800000000500000000,
					      .boot = UINT64_MAX,
					      .owner = i % 2 ? 3 : 0,
					      .subject = AGENT_SUBJECT_TRANSITION,
					      .cause = AGENT_CAUSE_LAPSED,
					      .text = "main: owner -> standby: \"\\\x01"};

		if (i % 2)
			snprintf(record.group, sizeof(record.group), "main");
		agent_record_put(file, &record);
	}
}

static const char *text_at(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static void an_entry_tells_all(void **state)
{
	const json_t *entry;
	json_t *list;
	int r;

	(void)state;
	fill(2);
	list = decisions_list(file, sizeof(file), 100, &r);
	assert_int_equal(r, 0);
	assert_int_equal(json_array_size(json_object_get(list, "entry")), 2);
	entry = json_array_get(json_object_get(list, "entry"), 0);
	assert_string_equal(text_at(entry, "number"), "1");
	assert_string_equal(text_at(entry, "time"), "2027-01-15T08:00:00.500Z");
	assert_string_equal(text_at(entry, "boot-time"), "18446744073709551615");
	assert_string_equal(text_at(entry, "subject"), "transition");
	assert_string_equal(text_at(entry, "cause"), "lapsed");
	assert_string_equal(text_at(entry, "group"), "main");
	assert_string_equal(text_at(entry, "epoch"), "0");
	assert_int_equal(json_integer_value(json_object_get(entry, "owner")), 3);
	assert_string_equal(text_at(entry, "text"), "main: owner -> standby: \"\\?");
	entry = json_array_get(json_object_get(list, "entry"), 1);
	assert_null(json_object_get(entry, "group"));
	assert_null(json_object_get(entry, "epoch"));
	assert_null(json_object_get(entry, "owner"));
	json_decref(list);
}

static void the_newest_are_told_oldest_first(void **state)
{
	json_t *list;
	int r;

	(void)state;
	fill(2500);
	list = decisions_list(file, sizeof(file), AGENT_RECORD_KEPT, &r);
	assert_int_equal(json_array_size(json_object_get(list, "entry")), AGENT_RECORD_KEPT);
	assert_string_equal(text_at(json_array_get(json_object_get(list, "entry"), 0), "number"),
			    "1501");
	json_decref(list);
	list = decisions_list(file, sizeof(file), 1, &r);
	assert_string_equal(text_at(json_array_get(json_object_get(list, "entry"), 0), "number"),
			    "2500");
	json_decref(list);
}

static void what_is_none_is_refused(void **state)
{
	int r;

	(void)state;
	fill(1);
	assert_null(decisions_list(file, 10, 100, &r));
	assert_int_equal(r, -EBADMSG);
	file[8]++;
	assert_null(decisions_list(file, sizeof(file), 100, &r));
	assert_int_equal(r, -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_tells_all),
		cmocka_unit_test(the_newest_are_told_oldest_first),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
