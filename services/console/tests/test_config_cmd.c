// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines to requests, answers to words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "console/config_cmd.h"

#define WORDS_MAX 12

/* Splits at '|'; 0 and the request as JSON, or the error and its words. */
static int parse(const char *line, char *said, size_t size)
{
	_cleanup_(config_cmd_clear) struct config_cmd cmd = {0};
	char copy[256], *argv[WORDS_MAX], *rest = NULL;
	struct text text = text_on(said, size);
	int argc = 0, r;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	for (char *word = strtok_r(copy, "|", &rest); word && argc < WORDS_MAX;
	     word = strtok_r(NULL, "|", &rest))
		argv[argc++] = word;
	r = config_cmd_parse(argc, argv, "me", &cmd, &text);
	if (r == 0) {
		_cleanup_free_ char *dump = json_dumps(cmd.request, JSON_COMPACT | JSON_SORT_KEYS);

		text_add(&text, "%s", dump);
	}
	return r;
}

static void requests(void **state)
{
	static const struct {
		const char *line;
		int result;
		const char *said;
	} cases[] = {
		{"show", 0, "{\"op\":\"get\",\"session\":\"me\",\"what\":\"running\"}"},
		{"show|/pool|--revision|4", 0,
		 "{\"op\":\"get\",\"path\":\"/pool\",\"session\":\"me\",\"what\":4}"},
		{"show|--candidate", 0,
		 "{\"op\":\"get\",\"session\":\"me\",\"what\":\"candidate\"}"},
		{"set|/a/b|7", 0,
		 "{\"edits\":[{\"operation\":\"merge\",\"path\":\"/a/b\",\"value\":\"7\"}],"
		 "\"op\":\"edit\",\"session\":\"me\"}"},
		{"set|/a|{\"b\": [1]}", 0,
		 "{\"edits\":[{\"operation\":\"merge\",\"path\":\"/a\",\"value\":{\"b\":[1]}}],"
		 "\"op\":\"edit\",\"session\":\"me\"}"},
		{"set|/a|{\"b\": ", 0,
		 "{\"edits\":[{\"operation\":\"merge\",\"path\":\"/a\",\"value\":\"{\\\"b\\\": "
		 "\"}],"
		 "\"op\":\"edit\",\"session\":\"me\"}"},
		{"set|/a", -EINVAL, "set needs a path and a value"},
		{"delete|/a", 0,
		 "{\"edits\":[{\"operation\":\"delete\",\"path\":\"/a\"}],\"op\":\"edit\","
		 "\"session\":\"me\"}"},
		{"commit|-m|why", 0, "{\"comment\":\"why\",\"op\":\"commit\",\"session\":\"me\"}"},
		{"commit|--confirm", 0, "{\"confirm\":600,\"op\":\"commit\",\"session\":\"me\"}"},
		{"commit|--confirm|5", 0, "{\"confirm\":300,\"op\":\"commit\",\"session\":\"me\"}"},
		{"commit|--confirm|5m", 0,
		 "{\"confirm\":300,\"op\":\"commit\",\"session\":\"me\"}"},
		{"commit|--confirm|90s", 0,
		 "{\"confirm\":90,\"op\":\"commit\",\"session\":\"me\"}"},
		{"commit|--confirm|--emergency", 0,
		 "{\"confirm\":600,\"emergency\":true,\"op\":\"commit\",\"session\":\"me\"}"},
		{"commit|--confirm|0", -EINVAL,
		 "0: allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|--confirm|1441", -EINVAL,
		 "1441: allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|--confirm|99999999999s", -EINVAL,
		 "99999999999s: allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|--confirm|5x", -EINVAL,
		 "5x: allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|-m", -EINVAL, "-m needs a text"},
		{"rollback|3|-m|back", 0,
		 "{\"comment\":\"back\",\"op\":\"rollback\",\"revision\":3,\"session\":\"me\"}"},
		{"rollback|x", -EINVAL, "x: allowed is a revision's number"},
		{"diff|3|running|--patch", 0,
		 "{\"format\":\"patch\",\"from\":3,\"op\":\"diff\",\"session\":\"me\","
		 "\"to\":\"running\"}"},
		{"diff|1|2|3", -EINVAL, "diff compares two: 3"},
		{"diff|0", -EINVAL, "0: allowed are a revision's number, running, candidate"},
		{"history|5", 0, "{\"count\":5,\"op\":\"history\",\"session\":\"me\"}"},
		{"history|1001", -EINVAL, "1001: allowed are 1 to 1000 revisions"},
		{"confirm", 0, "{\"op\":\"confirm\",\"session\":\"me\"}"},
		{"override|override", 0,
		 "{\"op\":\"override\",\"session\":\"me\",\"word\":\"override\"}"},
		{"override", 0, "{\"op\":\"override\",\"session\":\"me\"}"},
		{"discard|now", -EINVAL, "no such switch or too many words: now"},
		{"nothing", -ENOENT, ""},
	};
	char said[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(cases[i].line, said, sizeof(said)), cases[i].result);
		assert_string_equal(said, cases[i].said);
	}
}

/* What the command `op` says to an answer. */
static int render(const char *op, const char *answer, char *said, size_t size)
{
	_cleanup_(config_cmd_clear) struct config_cmd cmd = {0};
	json_t *json = json_loads(answer, 0, NULL);
	struct text text = text_on(said, size);
	int r;

	cmd.request = json_pack("{s:s}", "op", op);
	r = config_cmd_render(&cmd, json, &text);
	json_decref(json);
	return r;
}

static void answers(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(render("commit", "{\"revision\":4,\"summary\":\"revision 4 is in use\"}",
				said, sizeof(said)),
			 0);
	assert_string_equal(said, "revision 4 is in use\n");
	assert_int_equal(render("edit",
				"{\"error\":{\"message\":\"not valid\",\"path\":\"/a\","
				"\"value\":\"9\",\"allowed\":\"1..8\"}}",
				said, sizeof(said)),
			 -EBADMSG);
	assert_string_equal(said, "not valid\n  path     /a\n  value    9\n  allowed  1..8\n");
	assert_int_equal(render("history",
				"{\"revisions\":[{\"revision\":2,\"time\":\"T\",\"author\":\"ann\","
				"\"state\":\"in use\",\"comment\":\"c\"}],\"superseded\":["
				"{\"revision\":2,\"time\":\"S\",\"author\":\"bob\",\"replaced\":"
				"\"R\",\"reason\":\"why\",\"comment\":\"d\"},{\"revision\":1}]}",
				said, sizeof(said)),
			 0);
	assert_string_equal(said, "    2  T  ann           in use  c\n"
				  "    2  S  bob           replaced R, why  d\n");
	assert_int_equal(render("diff", "{\"text\":\"~ a\\n\"}", said, sizeof(said)), 0);
	assert_string_equal(said, "~ a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
