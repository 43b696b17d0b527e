// SPDX-License-Identifier: GPL-2.0-or-later
/* What commands say to the API's answers: tests/golden/NAME.txt, from the state in
 * golden/state.json. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "console/command.h"

#define GOLDEN "services/console/tests/golden/"
#define SCREEN_SIZE 65536
#define WORDS_MAX 8

static char *read_golden(const char *name)
{
	char path[128], *data = NULL;

	snprintf(path, sizeof(path), GOLDEN "%s", name);
	if (file_read(path, SCREEN_SIZE, &data, NULL) < 0)
		fail_msg("%s is missing", path);
	return data;
}

static json_t *read_state(void)
{
	_cleanup_free_ char *text = read_golden("state.json");
	json_t *state = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(state);
	return state;
}

/* What the command of that line (words with '|' between) says to the content. */
static int say(const char *line, const json_t *content, char *screen)
{
	char copy[128], *argv[WORDS_MAX], *rest = copy, words[256];
	struct text text = text_on(screen, SCREEN_SIZE), problem = TEXT_ON(words);
	struct command_line parsed;
	int argc = 0, r;

	strcpy(copy, line);
	while (rest && argc < WORDS_MAX)
		argv[argc++] = strsep(&rest, "|");
	assert_int_equal(command_parse(argc, argv, &parsed, &problem), 0);
	r = parsed.command->render(&parsed, content, &text);
	assert_int_equal(text_result(&text), 0);
	return r;
}

static void check(const char *line, const json_t *content, int result, const char *expected)
{
	static char screen[SCREEN_SIZE];

	assert_int_equal(say(line, content, screen), result);
	assert_string_equal(screen, expected);
}

static void check_golden(const char *line, const json_t *content, int result, const char *name)
{
	_cleanup_free_ char *expected = read_golden(name);

	check(line, content, result, expected);
}

static void the_state(void **data)
{
	json_t *state = read_state();

	(void)data;
	check_golden("status", state, 0, "answer-status.txt");
	check_golden("cluster|why", state, 0, "answer-cluster.txt");
	check_golden("service", state, 0, "answer-services.txt");
	check_golden("service|names", state, 0, "answer-service.txt");
	check_golden("service|web", state, 0, "answer-service-counters.txt");
	check_golden("config", state, 0, "answer-config.txt");
	check("service|mail", state, -ENOENT, "there is no virtual service 'mail'\n");
	json_decref(state);
}

static json_t *read_document(const char *method)
{
	static const char document[] =
		"{\"realserver.sh\": \"5a5a\", \"trireme:virtual-service\": ["
		"{\"name\": \"web\", \"address\": \"203.0.113.10\", \"pool\": \"shop\"%s},"
		"{\"name\": \"six\", \"address\": \"2001:db8::10\", \"pool\": \"shop\"%s},"
		"{\"name\": \"none\", \"address\": \"203.0.113.99\", \"pool\": \"shop\"%s},"
		"{\"name\": \"marked\", \"firewall-mark\": 7, \"pool\": \"shop\"%s}],"
		"\"trireme:firewall-mark\": [{\"mark\": 7, \"match\": [{\"name\": \"a\", "
		"\"address\": \"203.0.113.10\"}, {\"name\": \"b\", \"address\": "
		"\"203.0.113.10\"}, {\"name\": \"c\", \"address\": \"203.0.113.1\"}]}],"
		"\"trireme:alias-group\": [{\"alias\": [{\"label\": \"eth0:1\", \"address\": "
		"\"203.0.113.10\"}, {\"label\": \"eth1:1\", \"address\": \"10.77.0.1\"}],"
		"\"ipv6-alias\": [{\"address\": \"2001:db8::10\", \"port\": \"eth0\"},"
		"{\"address\": \"fd00:77::1\", \"port\": \"eth1\"}]},"
		"{\"alias\": [{\"label\": \"eth0:2\", \"address\": \"203.0.113.1\"},"
		"{\"label\": \"eth1:2\", \"address\": \"10.77.0.2\"}]}],"
		"\"trireme:cluster\": {\"node\": [{\"role\": \"witness\", \"port\": "
		"[{\"name\": \"eth1\", \"address\": \"10.77.0.13\"}]}, {\"port\": [{\"name\": "
		"\"eth0\"}, {\"name\": \"eth1\", \"address\": \"10.77.0.11\"}]}]}}";
	char text[sizeof(document) + 256];
	json_t *json;

	snprintf(text, sizeof(text), document, method, method, method, method);
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

#define FETCH                                                                         \
	"As root on each real server of pool shop:\n\n"                               \
	"curl -fsSk -o realserver.sh https://10.77.0.11/realserver.sh && echo '5a5a " \
	" realserver.sh' | sha256sum -c\nsh realserver.sh "

/* The commands for real servers, with the service's own addresses. */
static void real_servers(void **data)
{
	json_t *nat = read_document(""), *tunnel = read_document(", \"method\": \"tunnel\"");
	json_t *direct = read_document(", \"method\": \"direct\"");

	(void)data;
	check("service|realserver|web", nat, 0, FETCH "nat --gateway 10.77.0.1\n");
	check("service|realserver|six", nat, 0, FETCH "nat --gateway fd00:77::1\n");
	check("service|realserver|marked", nat, 0,
	      FETCH "nat --gateway 10.77.0.1 --gateway 10.77.0.2\n");
	check("service|realserver|web", direct, 0, FETCH "direct --vip 203.0.113.10\n");
	check("service|realserver|marked", direct, 0,
	      FETCH "direct --vip 203.0.113.10 --vip 203.0.113.1\n");
	check("service|realserver|none", nat, -ENOENT,
	      "the group of 203.0.113.99 has no floating address on eth1\n");
	check("service|realserver|mail", nat, -ENOENT, "there is no virtual service 'mail'\n");
	check("service|realserver|web", tunnel, 0, FETCH "tunnel --vip 203.0.113.10\n");
	json_object_set_new(nat, "trireme:management",
			    json_pack("{s:{s:b}}", "https", "enabled", 0));
	check("service|realserver|web", nat, -ENOENT,
	      "management/https/enabled is false: no router serves realserver.sh\n");
	json_decref(nat);
	json_decref(direct);
	json_decref(tunnel);
}

/* As the broker has it: a part that has not answered is left out, with the reason. */
static void parts_that_do_not_answer(void **data)
{
	static const char state_text[] =
		"{\"node\": \"r1\", \"quorum\": \"unknown\", \"unavailable\": ["
		"{\"part\": \"agent\", \"reason\": \"the agent is not running\"}, "
		"{\"part\": \"engine\", \"reason\": \"the engine does not answer in time\"}, "
		"{\"part\": \"health checker\", \"reason\": \"something else\"}, "
		"{\"part\": \"config service\", \"reason\": \"the config service is not "
		"running\"}]}";
	json_t *state = json_loads(state_text, 0, NULL);

	(void)data;
	assert_non_null(state);
	check_golden("status", state, -ECONNREFUSED, "answer-status-unavailable.txt");
	check("service", state, -ETIMEDOUT, "the engine does not answer in time\n");
	check("config", state, -ENODATA, "the config service is not running\n");
	json_decref(state);
}

static const char *const lines[] = {"status", "cluster|why", "service", "service|web", "config"};

/* Every screen, of a state that is damaged in one place. */
static void look_at(const json_t *state)
{
	static char screen[SCREEN_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		(void)say(lines[i], state, screen);
}

/* Each value of the object at `at`, and of those in it, once of every other type. */
static size_t damage(const json_t *state, json_t *at)
{
	static const char *const wrong[] = {"null", "[]", "{}", "-1", "\"\\u001b[2J\"", "[7]"};
	const char *key;
	json_t *value;
	void *next;
	size_t n = 0, i;

	if (json_is_array(at)) {
		json_array_foreach(at, i, value)
		{
			n += damage(state, value);
		}
	}
	if (!json_is_object(at))
		return n;
	json_object_foreach_safe(at, next, key, value)
	{
		json_incref(value);
		for (i = 0; i < ARRAY_SIZE(wrong); i++, n++) {
			json_object_set_new(at, key, json_loads(wrong[i], JSON_DECODE_ANY, NULL));
			look_at(state);
		}
		json_object_set_new(at, key, value);
		n += damage(state, value);
	}
	return n;
}

static void a_state_that_is_damaged(void **data)
{
	json_t *state = read_state(), *list = json_array();

	(void)data;
	assert_true(damage(state, state) > 500);
	check("status", list, -EPROTO, "the API answers with no state that is known here\n");
	for (int i = 0; i < 17; i++)
		json_array_append_new(list, json_object());
	json_object_set_new(state, "member", list);
	check("status", state, -EPROTO, "the API answers with no state that is known here\n");
	json_decref(state);
}

static void other_answers(void **data)
{
	static const struct {
		const char *line, *content, *said;
	} cases[] = {
		{"commit", "{\"revision\": 7, \"summary\": \"revision 7 is in use\"}",
		 "revision 7 is in use\n"},
		{"discard", "{}", ""},
		{"set|a|1", "{}",
		 "changed in the candidate; diff shows it, commit takes it into use\n"},
		{"diff", "{\"text\": \"+ /a 1\\n\"}", "+ /a 1\n"},
		{"diff|--patch", "{\"patch\": {\"a\": 1}}", "{\n  \"a\": 1\n}\n"},
		{"user|delete|anna", "{}", "user delete anna: done\n"},
		{"history|1",
		 "{\"revision\": [{\"number\": 7, \"time\": \"2026-11-24T10:00:00Z\", "
		 "\"author\": \"anna\", \"state\": \"in use\", \"comment\": \"why\"}], "
		 "\"replaced\": [{\"number\": 7, \"replaced\": \"later\", \"reason\": \"so\"}, "
		 "{\"number\": 6}]}",
		 "    7  2026-11-24T10:00:00Z  anna          in use  why\n"
		 "    7                  replaced later, so\n"},
		{"history",
		 "{\"revision\": [{\"number\": 8, \"time\": \"2026-11-24T10:00:00Z\", "
		 "\"author\": \"anna\", \"kind\": \"rollback\", \"refers\": 5, \"comment\": "
		 "\"too slow\"}, {\"number\": 7, \"time\": \"2026-11-24T09:00:00Z\", "
		 "\"author\": \"anna\", \"kind\": \"confirm\", \"refers\": 6}]}",
		 "    8  2026-11-24T10:00:00Z  anna          rolls back to 5  too slow\n"
		 "    7  2026-11-24T09:00:00Z  anna          confirms 6\n"},
		{"show", "{\"a\": \"\u00e4\"}", "{\n  \"a\": \"\\u00E4\"\n}\n"},
		{"show|--revision|3", "{\"document\": {\"a\": 1}}", "{\n  \"a\": 1\n}\n"},
		{"describe|x",
		 "{\"node\": {\"name\": \"weight\", \"kind\": \"leaf\", \"help\": \"One\\ntwo.\", "
		 "\"allowed\": \"0 to 65535\", \"default\": \"1\", \"values\": "
		 "[{\"name\": \"a\", \"help\": \"b\"}]}}",
		 "weight (leaf)\n             One two.\n  allowed    0 to 65535\n  default    1\n"
		 "  a                  b\n"},
		{"describe", "{\"node\": {\"children\": [{\"name\": \"pool\"}]}}",
		 "/ (the document)\n  pool               \n"},
		{"import|x",
		 "{\"summary\": \"1 line\", \"mapping\": [{\"line\": 1, \"key\": \"virtual\", "
		 "\"verdict\": \"mapped\", \"text\": \"a service\", \"path\": \"/a\"}]}",
		 "    1  mapped   virtual: a service  -> /a\n1 line\n"},
		{"user|list",
		 "{\"trireme:access\": {\"user\": [{\"name\": \"anna\", \"role\": "
		 "\"operator\"}]}}",
		 "anna                             operator\n"},
		{"user|list", "{}", "(no user; root of this machine is an administrator)\n"},
		{"token|list",
		 "{\"trireme:access\": {\"token\": [{\"name\": \"ci\", \"role\": \"viewer\"}]}}",
		 "ci                               viewer        does not expire\n"},
		{"token|list", "{}", "(no token)\n"},
		{"token|create|ci|--role|viewer", "{\"token\": \"t\", \"summary\": \"x\"}", "t\n"},
		{"audit",
		 "{\"entry\": [{\"time\": \"2026-11-24T10:00:00Z\", \"user\": \"anna\", \"from\": "
		 "\"10.0.0.1\", \"action\": \"commit\", \"target\": \"/a\", \"outcome\": "
		 "\"done\"}]}",
		 "2026-11-24T10:00:00Z  anna         10.0.0.1        commit           /a: done\n"},
		{"cluster|decisions",
		 "{\"entry\": [{\"time\": \"2026-11-24T10:00:00.500Z\", \"text\": \"main: a -> b: "
		 "c\"}]}",
		 "2026-11-24T10:00:00.500Z  main: a -> b: c\n"},
	};

	(void)data;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *content = json_loads(cases[i].content, 0, NULL);

		assert_non_null(content);
		check(cases[i].line, content, 0, cases[i].said);
		json_decref(content);
	}
}

static void help_of_all(void **data)
{
	static char screen[SCREEN_SIZE];
	struct text text = TEXT_ON(screen);
	_cleanup_free_ char *expected = read_golden("help.txt");

	(void)data;
	command_help_all(&text);
	assert_int_equal(text_result(&text), 0);
	assert_string_equal(screen, expected);
	for (const char *line = screen; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_state),
		cmocka_unit_test(real_servers),
		cmocka_unit_test(parts_that_do_not_answer),
		cmocka_unit_test(a_state_that_is_damaged),
		cmocka_unit_test(other_answers),
		cmocka_unit_test(help_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
