// SPDX-License-Identifier: GPL-2.0-or-later
/* Cards of a node: bound to another machine's, taken out, put back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "join/cards.h"

/* eth0 by address, eth1 a bond of cards by place, eth2 a VLAN, eth10 by order. */
static const char document_text[] =
	"{\"trireme:cluster\":{\"node\":["
	"{\"name\":\"r1\",\"id\":1,\"port\":[{\"name\":\"eth0\",\"mac\":\"52:54:00:00:00:01\"}]},"
	"{\"name\":\"r2\",\"id\":2,\"port\":["
	"{\"name\":\"eth10\",\"address\":\"10.0.0.2\"},"
	"{\"name\":\"eth0\",\"mac\":\"52:54:00:00:00:02\"},"
	"{\"name\":\"eth1\",\"bond\":{\"member\":["
	"{\"name\":\"eth1b\",\"pci-path\":\"0000:04:00.0\"},"
	"{\"name\":\"eth1a\",\"pci-path\":\"0000:03:00.0\"}]}},"
	"{\"name\":\"eth2\",\"vlan\":{\"parent\":\"eth1\",\"id\":7}}]}]}}";

/* In no order; eth3 is one more than there are places. */
static const struct join_cards cards = {
	.list = {{"eth3", {2, 0, 0, 0, 0, 4}},
		 {"eth1", {2, 0, 0, 0, 0, 2}},
		 {"eth10", {2, 0, 0, 0, 0, 5}},
		 {"eth0", {2, 0, 0, 0, 0, 1}},
		 {"eth2", {2, 0, 0, 0, 0, 0xab}}},
	.n = 5,
};

static json_t *document(void)
{
	json_t *json = json_loads(document_text, 0, NULL);

	assert_non_null(json);
	return json;
}

static void assert_json(const json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_COMPACT);

	assert_string_equal(text, expected);
	free(text);
}

#define NODE "/trireme:cluster/node[name='r2']/port[name='"

static void bound_places_get_the_machines_cards(void **state)
{
	char problem[CARDS_PROBLEM_MAX];
	json_t *json = document(), *edits;

	(void)state;
	assert_int_equal(cards_edits(json, "r2", &cards, &edits, problem), 0);
	assert_json(edits,
		    "[{\"operation\":\"replace\",\"path\":\"" NODE "eth0']/mac\","
		    "\"value\":\"02:00:00:00:00:01\"},"
		    "{\"operation\":\"remove\",\"path\":\"" NODE
		    "eth1']/bond/member[name='eth1a']/pci-path\"},"
		    "{\"operation\":\"replace\",\"path\":\"" NODE
		    "eth1']/bond/member[name='eth1a']/mac\",\"value\":\"02:00:00:00:00:02\"},"
		    "{\"operation\":\"remove\",\"path\":\"" NODE
		    "eth1']/bond/member[name='eth1b']/pci-path\"},"
		    "{\"operation\":\"replace\",\"path\":\"" NODE
		    "eth1']/bond/member[name='eth1b']/mac\",\"value\":\"02:00:00:00:00:ab\"}]");
	json_decref(edits);
	json_decref(json);
}

static void what_is_there_already_is_not_changed(void **state)
{
	static const struct join_cards same = {.list = {{"eth0", {0x52, 0x54, 0, 0, 0, 1}}},
					       .n = 1};
	char problem[CARDS_PROBLEM_MAX];
	json_t *json = document(), *edits;

	(void)state;
	assert_int_equal(cards_edits(json, "r1", &same, &edits, problem), 0);
	assert_json(edits, "[]");
	json_decref(edits);
	json_decref(json);
}

static void what_does_not_fit_is_said(void **state)
{
	static const struct join_cards few = {.list = {{"eth0", {2}}, {"eth1", {4}}}, .n = 2};
	char problem[CARDS_PROBLEM_MAX];
	json_t *json = document(), *edits = NULL;

	(void)state;
	assert_int_equal(cards_edits(json, "r2", &few, &edits, problem), -ENODEV);
	assert_string_equal(problem,
			    "r2 has 4 network cards in the configuration, the machine has 2");
	assert_int_equal(cards_edits(json, "r9", &few, &edits, problem), -ENOENT);
	assert_string_equal(problem, "the configuration has no node r9");
	assert_null(edits);
	json_decref(json);
}

static const char stripped[] = "{\"trireme:cluster\":{\"node\":["
			       "{\"name\":\"r1\",\"id\":1,\"port\":[{\"name\":\"eth0\"}]},"
			       "{\"name\":\"r2\",\"id\":2,\"port\":["
			       "{\"name\":\"eth10\",\"address\":\"10.0.0.2\"},"
			       "{\"name\":\"eth0\"},"
			       "{\"name\":\"eth1\",\"bond\":{\"member\":["
			       "{\"name\":\"eth1b\",\"mac\":\"02:74:72:02:00:02\"},"
			       "{\"name\":\"eth1a\",\"mac\":\"02:74:72:02:00:01\"}]}},"
			       "{\"name\":\"eth2\",\"vlan\":{\"parent\":\"eth1\",\"id\":7}}]}]}}";

static void bindings_are_taken_out(void **state)
{
	json_t *json = document();

	(void)state;
	assert_int_equal(cards_strip(json), 0);
	assert_json(json, stripped);
	assert_int_equal(cards_strip(json), 0);
	assert_json(json, stripped);
	json_decref(json);
}

static void marks_are_named_with_this_machines_cards(void **state)
{
	static const char expected[] = "02:74:72:02:00:01 02:00:00:00:00:02\n"
				       "02:74:72:02:00:02 02:00:00:00:00:ab\n";
	char problem[CARDS_PROBLEM_MAX], buf[256] = "", small[40] = "";
	json_t *json = json_loads(stripped, 0, NULL);
	struct text lines = TEXT_ON(buf), little = TEXT_ON(small);
	struct join_cards few = cards;

	(void)state;
	assert_int_equal(cards_name_marked(json, "r2", &cards, &lines, problem), 0);
	assert_string_equal(buf, expected);
	/* Another revision with the same places says nothing new. */
	assert_int_equal(cards_name_marked(json, "r2", &cards, &lines, problem), 0);
	assert_string_equal(buf, expected);
	assert_int_equal(cards_name_marked(json, "r2", &cards, &little, problem), -ENOSPC);
	/* Without marks it does not matter how many cards there are. */
	few.n = 0;
	assert_int_equal(cards_name_marked(json, "r1", &few, &lines, problem), 0);
	assert_int_equal(cards_name_marked(json, "r2", &few, &lines, problem), -ENODEV);
	assert_int_equal(cards_name_marked(json, "r9", &few, &lines, problem), -ENOENT);
	assert_string_equal(buf, expected);
	json_decref(json);
}

static void other_json_does_no_harm(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"trireme:cluster\":7}",
		"{\"trireme:cluster\":{\"node\":{}}}",
		"{\"trireme:cluster\":{\"node\":[1,{\"name\":\"r2\"},{\"port\":5}]}}",
		"{\"trireme:cluster\":{\"node\":[{\"name\":\"r2\",\"port\":[{\"bond\":{}},7,"
		"{\"bond\":{\"member\":[{}]}}]}]}}",
	};
	char problem[CARDS_PROBLEM_MAX], buf[256];
	struct text lines;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = json_loads(texts[i], 0, NULL), *edits = NULL;

		assert_int_equal(cards_strip(json), 0);
		(void)cards_edits(json, "r2", &cards, &edits, problem);
		json_decref(edits);
		text_init(&lines, buf, sizeof(buf));
		(void)cards_name_marked(json, "r2", &cards, &lines, problem);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bound_places_get_the_machines_cards),
		cmocka_unit_test(what_is_there_already_is_not_changed),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(bindings_are_taken_out),
		cmocka_unit_test(marks_are_named_with_this_machines_cards),
		cmocka_unit_test(other_json_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
