// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines to requests of the API. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "console/command.h"

#define WORDS_MAX 12
#define RPC "POST /restconf/operations/trireme-api:"
#define CANDIDATE "/restconf/ds/ietf-datastores:candidate"
#define RUNNING "/restconf/ds/ietf-datastores:running"
#define PATCH(edit)                                                                             \
	" application/yang-patch+json {\"ietf-yang-patch:yang-patch\":{\"edit\":[{\"edit-id\":" \
	"\"1\"," edit "}],\"patch-id\":\"trireme\"}}"
#define INPUT(members) " application/yang-data+json {\"trireme-api:input\":{" members "}}"

/* Splits at '|'. */
static int split(char *line, char **argv)
{
	char *rest = NULL;
	int argc = 0;

	for (char *word = strtok_r(line, "|", &rest); word && argc < WORDS_MAX;
	     word = strtok_r(NULL, "|", &rest))
		argv[argc++] = word;
	return argc;
}

/* 0 and the request as text, or the error and its words. */
static int ask(const char *line, char *said, size_t size)
{
	struct api_request request = {0};
	struct command_line parsed;
	char copy[256], *argv[WORDS_MAX];
	struct text text = text_on(said, size);
	int r;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	r = command_parse(split(copy, argv), argv, &parsed, &text);
	if (r == 0)
		r = command_request(&parsed, &request, &text);
	if (r == 0) {
		_cleanup_free_ char *dump =
			json_dumps(request.body, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

		text_add(&text, "%s %s", request.method, request.target);
		if (request.body)
			text_add(&text, " %s %s", request.type, dump);
	}
	api_request_clear(&request);
	return r;
}

static void requests(void **state)
{
	static const struct {
		const char *line, *request;
	} cases[] = {
		{"show", "GET " RUNNING},
		{"show|pool=web/real-server", "GET " RUNNING "/trireme:pool=web/real-server"},
		{"show|--candidate|/", "GET " CANDIDATE},
		{"show|--revision|4|pool",
		 RPC "get-revision" INPUT("\"revision\":4,\"target\":\"/trireme:pool\"")},
		{"history", RPC "history" INPUT("")},
		{"history|7", RPC "history" INPUT("\"count\":7")},
		{"set|/a/b|7",
		 "PATCH " CANDIDATE PATCH("\"operation\":\"merge\",\"target\":\"/trireme:a/b\","
					  "\"value\":{\"trireme:b\":\"7\"}")},
		{"set|pool[name='web']|{\"check\": {\"type\": \"tcp\"}}",
		 "PATCH " CANDIDATE PATCH(
			 "\"operation\":\"merge\",\"target\":\"/trireme:pool=web\","
			 "\"value\":{\"trireme:pool\":[{\"check\":{\"type\":"
			 "\"tcp\"}}]}")},
		{"set|a|[\"x\"]",
		 "PATCH " CANDIDATE PATCH("\"operation\":\"merge\",\"target\":\"/trireme:a\","
					  "\"value\":{\"trireme:a\":[\"x\"]}")},
		{"set|a|{\"b\": ",
		 "PATCH " CANDIDATE PATCH("\"operation\":\"merge\",\"target\":\"/trireme:a\","
					  "\"value\":{\"trireme:a\":\"{\\\"b\\\": \"}")},
		{"set|a|--|-1",
		 "PATCH " CANDIDATE PATCH("\"operation\":\"merge\",\"target\":\"/trireme:a\","
					  "\"value\":{\"trireme:a\":\"-1\"}")},
		{"delete|a",
		 "PATCH " CANDIDATE PATCH("\"operation\":\"delete\",\"target\":\"/trireme:a\"")},
		{"describe", RPC "describe" INPUT("\"path\":\"\"")},
		{"describe|pool=web/real-server",
		 RPC "describe" INPUT("\"path\":\"/trireme:pool/real-server\"")},
		{"diff", RPC "diff" INPUT("")},
		{"diff|3|running|--patch",
		 RPC "diff" INPUT("\"format\":\"patch\",\"from\":3,\"to\":\"running\"")},
		{"discard", RPC "discard" INPUT("")},
		{"commit|-m|why", RPC "commit" INPUT("\"comment\":\"why\"")},
		{"commit|--confirm", RPC "commit" INPUT("\"confirm\":600")},
		{"commit|--confirm|5", RPC "commit" INPUT("\"confirm\":300")},
		{"commit|--confirm|5m", RPC "commit" INPUT("\"confirm\":300")},
		{"commit|--confirm|90s", RPC "commit" INPUT("\"confirm\":90")},
		{"commit|--confirm|1440", RPC "commit" INPUT("\"confirm\":86400")},
		{"commit|--confirm|--emergency",
		 RPC "commit" INPUT("\"confirm\":600,\"emergency\":true")},
		{"confirm", RPC "confirm" INPUT("")},
		{"rollback|3|--message|back",
		 RPC "rollback" INPUT("\"comment\":\"back\",\"revision\":3")},
		{"cluster|force-quorum|others-are-off",
		 RPC "force-quorum" INPUT("\"word\":\"others-are-off\"")},
		{"override|override", RPC "override" INPUT("\"word\":\"override\"")},
		{"cluster|switchover", RPC "switch-over" INPUT("")},
		{"cluster|switchover|main", RPC "switch-over" INPUT("\"group\":\"main\"")},
		{"cluster|standby|r1|-m|disk",
		 RPC "standby" INPUT("\"comment\":\"disk\",\"node\":\"r1\"")},
		{"cluster|online|r1", RPC "online" INPUT("\"node\":\"r1\"")},
		{"service|drain|web|web1",
		 RPC "set-admin-state" INPUT("\"admin-state\":\"drain\",\"pool\":\"web\","
					     "\"real-server\":\"web1\"")},
		{"service|drain|web|web1|--wait|90s",
		 RPC "set-admin-state" INPUT("\"admin-state\":\"drain\",\"pool\":\"web\","
					     "\"real-server\":\"web1\"")},
		{"service|enable|web|web1",
		 RPC "set-admin-state" INPUT("\"admin-state\":\"enabled\",\"pool\":\"web\","
					     "\"real-server\":\"web1\"")},
		{"service|disable|web|web1",
		 RPC "set-admin-state" INPUT("\"admin-state\":\"disabled\",\"pool\":\"web\","
					     "\"real-server\":\"web1\"")},
		{"service", "GET /restconf/data/trireme-api:state"},
		{"service|web", "GET /restconf/data/trireme-api:state"},
		{"service|we b|--json", "GET /restconf/data/trireme-api:state/service=we%20b"},
		{"service|show", "GET /restconf/data/trireme-api:state"},
		{"service|show|we b", "GET /restconf/data/trireme-api:state"},
		{"service|show|web|--json", "GET /restconf/data/trireme-api:state/service=web"},
		{"service|show|drain|--json", "GET /restconf/data/trireme-api:state/service=drain"},
		{"service|show|show|--json", "GET /restconf/data/trireme-api:state/service=show"},
		{"service|--json|top", "GET /restconf/data/trireme-api:state/service=top"},
		{"user|list", "GET " RUNNING "?fields=trireme:access"},
		{"user|delete|a b", "PATCH " RUNNING PATCH("\"operation\":\"delete\",\"target\":"
							   "\"/trireme:access/user=a%20b\"")},
		{"token|create|ci|--role|viewer|--expires|2027-01-01T00:00:00Z",
		 RPC "create-token" INPUT("\"expires\":\"2027-01-01T00:00:00Z\",\"name\":\"ci\","
					  "\"role\":\"viewer\"")},
		{"token|delete|ci", "PATCH " RUNNING PATCH("\"operation\":\"delete\",\"target\":"
							   "\"/trireme:access/token=ci\"")},
		{"audit", RPC "audit" INPUT("")},
		{"audit|7", RPC "audit" INPUT("\"count\":7")},
		{"cluster|decisions|1000", RPC "decisions" INPUT("\"count\":1000")},
	};
	char said[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (ask(cases[i].line, said, sizeof(said)) < 0)
			fail_msg("%s: %s", cases[i].line, said);
		assert_string_equal(said, cases[i].request);
	}
}

static void wrong_lines(void **state)
{
	static const struct {
		const char *line;
		int error;
		const char *words;
	} cases[] = {
		{"", -ENOENT, "there is no command '': see help"},
		{"nothing", -ENOENT, "there is no command 'nothing': see help"},
		{"cluster", -ENOENT,
		 "cluster needs one more word: allowed is one of why, decisions, switchover, "
		 "standby, online, "
		 "force-quorum, open-join, replace"},
		{"backup|creat", -ENOENT,
		 "there is no command 'backup creat': allowed behind 'backup' is one of create, "
		 "restore"},
		{"service|drian|web|web1", -EINVAL,
		 "one word too many: 'web'; behind 'service' can also stand show, top, drain, "
		 "enable, disable, realserver"},
		{"service|show|web|mail", -EINVAL, "one word too many: 'mail': see --help"},
		{"set|/a", -EINVAL, "set needs VALUE"},
		{"show|--revision|0", -EINVAL, "--revision '0': allowed are 1 to 4294967295"},
		{"show|--revision|1|--candidate", -EINVAL,
		 "--candidate and --revision: allowed is one of them"},
		{"set|/|7", -EINVAL, "the path: allowed is one below '/'"},
		{"set|a b|7", -EINVAL,
		 "the path 'a b': allowed are names with '/' between them, and for an entry of a "
		 "list =KEY or [NAME='KEY'], as in pool=web/real-server=web1/weight"},
		{"set|a|\xff", -EINVAL, "the value: allowed is text in UTF-8, or JSON"},
		{"commit|--confirm|0", -EINVAL,
		 "--confirm '0': allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|--confirm|1441", -EINVAL,
		 "--confirm '1441': allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|--confirm|99999999999s", -EINVAL,
		 "--confirm '99999999999s': allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|--confirm|5x", -EINVAL,
		 "--confirm '5x': allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"commit|-m", -EINVAL, "-m needs TEXT"},
		{"commit|-m|\xff", -EINVAL, "comment '\xff': allowed is text in UTF-8"},
		{"commit|-m|a|-m|b", -EINVAL, "the switch '-m': it is given twice"},
		{"commit|--patch", -EINVAL, "the switch '--patch': this command does not take it"},
		{"commit|--what", -EINVAL, "the switch '--what': this command does not take it"},
		{"rollback", -EINVAL, "rollback needs N"},
		{"cluster|force-quorum", -EINVAL, "cluster force-quorum needs WORD"},
		{"rollback|x", -EINVAL, "N 'x': allowed is a revision's number: see history"},
		{"rollback|0", -EINVAL, "N '0': allowed is a revision's number: see history"},
		{"diff|1|2|3", -EINVAL, "one word too many: '3': see --help"},
		{"diff|0", -EINVAL,
		 "FROM '0': allowed are a revision's number, running, candidate"},
		{"history|1001", -EINVAL, "COUNT '1001': allowed are 1 to 1000"},
		{"discard|now", -EINVAL, "one word too many: 'now': see --help"},
		{"user|add|a", -EINVAL, "user add needs --role ROLE"},
		{"user|add|a|--role|root", -EINVAL,
		 "--role 'root': allowed is one of viewer|operator|administrator"},
		{"token|create|a|--role|viewer|--expires|tomorrow", -EINVAL,
		 "--expires 'tomorrow': allowed is a time as in 2027-01-31T12:00:00Z (RFC 3339)"},
		{"status|--wait|3601", -EINVAL, "--wait '3601': allowed are 1 to 3600"},
		{"service|drain|web|web1|--wait|1441", -EINVAL,
		 "--wait '1441': allowed are 1 to 1440 minutes, or seconds as in 90s"},
		{"service|drain|web|--wait|5", -EINVAL, "service drain needs REAL"},
		{"service|enable|web|web1|--wait", -EINVAL,
		 "the switch '--wait': this command does not take it"},
		{"service|top|--interval|61", -EINVAL, "--interval '61': allowed are 1 to 60"},
	};
	char said[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(ask(cases[i].line, said, sizeof(said)), cases[i].error);
		assert_string_equal(said, cases[i].words);
	}
}

/* What the table says of each command is enough to run it. */
static void the_table_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *command = &commands[i];
		char words[64], usage[512], *argv[WORDS_MAX], *rest = NULL;
		struct text text = TEXT_ON(usage);
		int argc = 0, used;

		strcpy(words, command->words);
		for (char *word = strtok_r(words, " ", &rest); word;
		     word = strtok_r(NULL, " ", &rest))
			argv[argc++] = word;
		assert_ptr_equal(command_find(argc, argv, &used), command);
		assert_int_equal(used, argc);
		assert_true(command->help[0]);
		assert_true(command->kind != COMMAND_ASK ||
			    !command->operation != !command->request);
		assert_true(command->render || command->kind == COMMAND_EXPORT ||
			    command->kind == COMMAND_TOP || command->kind >= COMMAND_HELP);
		assert_int_equal(!command->program, command->kind != COMMAND_PROGRAM);
		assert_int_equal(command->needed & ~command->switches, 0);
		command_usage(command, &text);
		assert_int_equal(text_result(&text), 0);
	}
	for (size_t id = 0; id < SWITCHES; id++) {
		assert_int_equal(strncmp(command_switches[id].name, "--", 2), 0);
		assert_int_equal(!command_switches[id].value_name,
				 command_switches[id].takes == SWITCH_ALONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(wrong_lines),
		cmocka_unit_test(the_table_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
