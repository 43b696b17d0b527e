// SPDX-License-Identifier: GPL-2.0-or-later
/* What words can become, with a model, a candidate and a state of a few names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "console/complete.h"

#define WORDS_MAX 12

static const struct {
	enum complete_source source;
	const char *path, *answer;
} answers[] = {
	{COMPLETE_MODEL, "",
	 "{\"children\":[{\"name\":\"pool\",\"kind\":\"list\",\"help\":\"Servers\\nof tier 2.\"},"
	 "{\"name\":\"system\",\"kind\":\"container\"},"
	 "{\"name\":\"port\",\"kind\":\"leaf\"}]}"},
	{COMPLETE_MODEL, "/trireme:pool",
	 "{\"keys\":[\"name\"],\"children\":[{\"name\":\"name\",\"kind\":\"leaf\"},"
	 "{\"name\":\"real-server\",\"kind\":\"list\"}]}"},
	{COMPLETE_MODEL, "/trireme:system",
	 "{\"children\":[{\"name\":\"contact\",\"kind\":\"leaf\"}]}"},
	{COMPLETE_MODEL, "/trireme:mark", "{\"keys\":[\"mark\"]}"},
	{COMPLETE_MODEL, "/trireme:scheduler",
	 "{\"type\":\"enumeration\",\"values\":[{\"name\":\"rr\",\"help\":\"In turn.\"},"
	 "{\"name\":\"wrr\"},{\"name\":\"wlc\"}]}"},
	{COMPLETE_MODEL, "/trireme:on", "{\"type\":\"boolean\"}"},
	{COMPLETE_MODEL, "/trireme:weight", "{\"type\":\"number\",\"allowed\":\"0 to 65535\"}"},
	{COMPLETE_MODEL, "/trireme:uses", "{\"reference\":\"/pool/name\"}"},
	{COMPLETE_MODEL, "/trireme:at", "{\"reference\":\"/alias-group/alias/address\"}"},
	{COMPLETE_MODEL, "/trireme:either",
	 "{\"reference\":\"/alias-group/alias/address | /pool/name\"}"},
	{COMPLETE_MODEL, "/trireme:above", "{\"reference\":\"../../port/name\"}"},
	{COMPLETE_CANDIDATE, "/trireme:pool",
	 "{\"trireme:pool\":[{\"name\":\"web\"},{\"name\":\"we b\"},{\"name\":\"mail\"}]}"},
	{COMPLETE_CANDIDATE, "/trireme:pool=web/real-server",
	 "{\"trireme:real-server\":[{\"name\":\"web1\"},{\"name\":\"web2\"}]}"},
	{COMPLETE_CANDIDATE, "/trireme:mark", "{\"trireme:mark\":[{\"mark\":7}]}"},
	{COMPLETE_CANDIDATE, "/trireme:alias-group",
	 "{\"trireme:alias-group\":[{\"alias\":[{\"address\":\"203.0.113.10\"},"
	 "{\"address\":\"10.77.0.1\"}]}]}"},
	{COMPLETE_CANDIDATE, "/trireme:access/user", "{\"trireme:user\":[{\"name\":\"anna\"}]}"},
	{COMPLETE_FILES, "", "[\"lvs.cf\", \"a b\", \".x\", \"seed/\"]"},
	{COMPLETE_FILES, "/seed/", "[\"x.conf\", \".\", \"y/\"]"},
	{COMPLETE_STATE, "",
	 "{\"member\":[{\"name\":\"r1\",\"reason\":\"owner\"},{\"name\":\"r2\"}],"
	 "\"group\":[{\"name\":\"main\"}],\"service\":[{\"name\":\"web\"}],"
	 "\"revision\":[{\"number\":12},{\"number\":11,\"comment\":\"why\"}]}"},
};

static json_t *answer(void *user, enum complete_source source, const char *path)
{
	(void)user;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		if (answers[i].source == source && strcmp(answers[i].path, path) == 0)
			return json_loads(answers[i].answer, 0, NULL);
	}
	return NULL;
}

static json_t *nothing(void *user, enum complete_source source, const char *path)
{
	(void)user;
	(void)source;
	(void)path;
	return NULL;
}

/* Words with '|' between them; what they become with '|' between, '+' where more is to follow. */
static void check(const char *line, complete_ask_fn *ask, const char *expected)
{
	_cleanup_(completions_clear) struct completions found = {0};
	char copy[256], said[1024], *words[WORDS_MAX], *rest = copy;
	struct text text = TEXT_ON(said);
	int n = 0;

	strcpy(copy, line);
	while (rest && n < WORDS_MAX)
		words[n++] = strsep(&rest, "|");
	assert_int_equal(complete(n, words, ask, NULL, &found), 0);
	for (size_t i = 0; i < found.n; i++)
		text_add(&text, "%s%s%s", i ? "|" : "", found.list[i].text,
			 found.list[i].open ? "+" : "");
	if (strcmp(said, expected) != 0)
		fail_msg("%s becomes %s, not %s", line, said, expected);
}

static void words_of_the_table(void **state)
{
	static const struct {
		const char *line, *found;
	} cases[] = {
		{"st", "status"},
		{"co", "commit|config|confirm"},
		{"cluster|",
		 "decisions|force-quorum|online|open-join|replace|standby|switchover|why"},
		{"cluster|s", "standby|switchover"},
		{"help|cluster|o", "online|open-join"},
		{"commit|-", "--confirm|--emergency|--json|--message"},
		{"commit|-m|", ""},
		{"commit|-m|x|--e", "--emergency"},
		{"user|add|a|--role|", "administrator|operator|viewer"},
		{"import|--format|k", "keepalived"},
		{"overr", "override"},
		{"comple", ""},
		{"nothing|", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		check(cases[i].line, answer, cases[i].found);
		check(cases[i].line, nothing, cases[i].found);
	}
}

static void names_that_are_there(void **state)
{
	static const struct {
		const char *line, *found;
	} cases[] = {
		{"show|", "pool=+|port|system/+"},
		{"show|po", "pool=+|port"},
		{"show|/po", "/pool=+|/port"},
		{"show|/trireme:po", "/trireme:pool=+|/trireme:port"},
		{"show|pool=", "pool=mail/+|pool=we%20b/+|pool=web/+"},
		{"show|/trireme:pool=w", "/trireme:pool=we%20b/+|/trireme:pool=web/+"},
		{"show|pool=web/", "pool=web/name|pool=web/real-server=+"},
		{"show|pool[name='we/b']/r", "pool[name='we/b']/real-server=+"},
		{"show|system/", "system/contact"},
		{"show|system/nothing/", ""},
		{"show|mark=", "mark=7/+"},
		{"show|pool[", ""},
		{"show|--candidate|sys", "system/+"},
		{"set|scheduler|", "rr|wlc|wrr"},
		{"set|scheduler|w", "wlc|wrr"},
		{"set|on|", "false|true"},
		{"set|weight|", "+"},
		{"set|weight|7", ""},
		{"set|uses|", "mail|we b|web"},
		{"set|at|2", "203.0.113.10"},
		{"set|either|", "10.77.0.1|203.0.113.10|mail|we b|web"},
		{"set|above|", ""},
		{"diff|", "11|12|candidate|running"},
		{"diff|11|r", "running"},
		{"rollback|", "11|12"},
		{"cluster|standby|", "r1|r2"},
		{"cluster|switchover|", "main"},
		{"service|", "disable|drain|enable|realserver|show|top|web"},
		{"service|show|", "web"},
		{"service|show|-", "--json"},
		{"service|top|--", "--interval|--once"},
		{"service|drain|web|web1|--wait|--", "--json|--wait"},
		{"service|drain|--wait|m", "mail"},
		{"service|drain|", "mail|we b|web"},
		{"service|drain|web|", "web1|web2"},
		{"service|drain|web|web1|", ""},
		{"import|", "lvs.cf|seed/+"},
		{"import|.", ".x"},
		{"import|/seed/", "/seed/x.conf|/seed/y/+"},
		{"export|/seed/x", "/seed/x.conf"},
		{"user|password|", "anna"},
		{"user|add|", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(cases[i].line, answer, cases[i].found);
	check("show|po", nothing, "");
	check("cluster|standby|", nothing, "");
}

static void help_goes_with_it(void **state)
{
	_cleanup_(completions_clear) struct completions found = {0};
	char set[] = "set", path[] = "weight", empty[] = "", show[] = "show";
	char *words[] = {set, path, empty}, *place[] = {show, empty};

	(void)state;
	assert_int_equal(complete(3, words, answer, NULL, &found), 0);
	assert_string_equal(found.list[0].help, "0 to 65535");
	completions_clear(&found);
	assert_int_equal(complete(2, place, answer, NULL, &found), 0);
	assert_string_equal(found.list[0].help, "Servers of tier 2.");
}

/* A list that is longer than what is shown. */
static json_t *many(void *user, enum complete_source source, const char *path)
{
	json_t *list = json_array();

	(void)user;
	(void)path;
	for (int i = 0; i < 2 * COMPLETIONS_MAX; i++)
		json_array_append_new(list, json_pack("{s:o}", "name", json_sprintf("n%d", i)));
	return source == COMPLETE_STATE ? json_pack("{s:o}", "member", list) : list;
}

static void too_many_names(void **state)
{
	_cleanup_(completions_clear) struct completions found = {0};
	char cluster[] = "cluster", standby[] = "standby", empty[] = "";
	char *words[] = {cluster, standby, empty};

	(void)state;
	assert_int_equal(complete(3, words, many, NULL, &found), 0);
	assert_int_equal(found.n, COMPLETIONS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_table),
		cmocka_unit_test(names_that_are_there),
		cmocka_unit_test(help_goes_with_it),
		cmocka_unit_test(too_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
