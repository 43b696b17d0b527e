// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames, requests, answers and the audit's lines. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "api/answer.h"
#include "base/audit.h"
#include "api/request.h"
#include "base/cleanup.h"
#include "proto/api_frame.h"
#include "proto/api_ipc.h"

/* -- frames */

/* Puts the bytes into the frame, `step` at a time; what api_frame_took() has said last. */
static int put(struct api_frame *frame, const uint8_t *bytes, size_t size, size_t step)
{
	int r = 0;

	while (size > 0 && r == 0) {
		size_t room;
		void *where;

		assert_int_equal(api_frame_next(frame, &where, &room), 0);
		assert_true(room >= 1);
		room = room > step ? step : room;
		room = room > size ? size : room;
		memcpy(where, bytes, room);
		r = api_frame_took(frame, room);
		bytes += room;
		size -= room;
	}
	return r;
}

static void frames_come_in_bits(void **state)
{
	const size_t size = 100000;
	_cleanup_free_ uint8_t *bytes = malloc(API_FRAME_HEAD + size);

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(api_frame_head(size, bytes), 0);
	for (size_t i = 0; i < size; i++)
		bytes[API_FRAME_HEAD + i] = (uint8_t)('a' + i % 26);
	for (size_t step = 1; step < 200000; step = step * 7 + 1) {
		struct api_frame frame = {0};

		assert_int_equal(put(&frame, bytes, API_FRAME_HEAD + size, step), 1);
		assert_int_equal(frame.size, size);
		assert_memory_equal(frame.text, bytes + API_FRAME_HEAD, size);
		assert_int_equal(frame.text[size], '\0');
		api_frame_clear(&frame);
		assert_int_equal(frame.have, 0);
	}
}

static void lengths_are_bounded(void **state)
{
	static const uint8_t heads[][API_FRAME_HEAD] = {
		{0, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff}, {0, 0x30, 0, 1}};
	uint8_t head[API_FRAME_HEAD];
	struct api_frame frame = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		assert_int_equal(put(&frame, heads[i], API_FRAME_HEAD, 4), -EMSGSIZE);
		api_frame_clear(&frame);
	}
	assert_int_equal(api_frame_head(0, head), -EMSGSIZE);
	assert_int_equal(api_frame_head(API_IPC_MAX + 1, head), -EMSGSIZE);
	assert_int_equal(api_frame_head(API_IPC_MAX, head), 0);
	/* What is announced takes no memory before it comes. */
	assert_int_equal(put(&frame, head, API_FRAME_HEAD, 1), 0);
	assert_int_equal(put(&frame, (const uint8_t *)"{", 1, 1), 0);
	assert_true(frame.room <= 4096);
	api_frame_clear(&frame);
}

/* -- requests */

struct refused_case {
	const char *text, *tag, *words;
};

static const struct refused_case refused[] = {
	{"", "malformed-message", "no JSON object"},
	{"[]", "malformed-message", "no JSON object"},
	{"{\"op\":\"hello\"} x", "malformed-message", "no JSON object"},
	{"{\"op\":\"hello\",\"op\":\"hello\"}", "malformed-message", "no JSON object"},
	{"{}", "operation-not-supported", "no operation ''"},
	{"{\"op\":7}", "operation-not-supported", "no operation ''"},
	{"{\"op\":\"drop\"}", "operation-not-supported", "'drop'"},
	{"{\"op\":\"rpc\",\"name\":\"reboot\"}", "operation-not-supported", "'reboot'"},
	{"{\"op\":\"hello\",\"what\":\"running\"}", "malformed-message", "'what'"},
	{"{\"op\":\"hello\",\"restricted\":false}", "malformed-message", "'restricted'"},
	{"{\"op\":\"get\",\"what\":{}}", "malformed-message", "member what"},
	{"{\"op\":\"get\",\"target\":5}", "malformed-message", "member target: allowed is a text"},
	{"{\"op\":\"get\",\"session\":\"0123456789012345678901234567890\"}", "too-big",
	 "member session: allowed are at most 30"},
	{"{\"op\":\"write\",\"confirm\":-1}", "malformed-message", "member confirm"},
	{"{\"op\":\"rpc\",\"name\":\"commit\",\"input\":[]}", "malformed-message", "member input"},
	{"{\"op\":\"get\",\"credential\":{}}", "malformed-message", "credential"},
	{"{\"op\":\"get\",\"credential\":{\"user\":\"anna\"}}", "malformed-message", "credential"},
	{"{\"op\":\"get\",\"credential\":{\"token\":\"x\",\"uid\":0}}", "malformed-message",
	 "credential"},
	{"{\"op\":\"get\",\"credential\":{\"token\":\"x\",\"user\":\"a\",\"password\":\"b\"}}",
	 "malformed-message", "credential"},
	{"{\"op\":\"get\",\"credential\":{\"role\":\"administrator\"}}", "malformed-message",
	 "'role'"},
	/* Who is no front of this machine says nothing about its users. */
	{"{\"op\":\"get\",\"credential\":{\"uid\":0,\"name\":\"root\"}}", "malformed-message",
	 "credential"},
};

static void what_is_refused_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused_case *c = &refused[i];
		struct answer answer = {0};
		struct request request;
		const json_t *error;

		assert_int_equal(request_read(c->text, strlen(c->text), false, &request, &answer),
				 -EBADMSG);
		error = answer_error_of(&answer);
		assert_string_equal(json_string_value(json_object_get(error, "tag")), c->tag);
		if (!strstr(json_string_value(json_object_get(error, "message")), c->words))
			fail_msg("%s: %s", c->text,
				 json_string_value(json_object_get(error, "message")));
		answer_clear(&answer);
	}
}

static struct request read_well(const char *text, bool is_local)
{
	struct answer answer = {0};
	struct request request = {0};

	if (request_read(text, strlen(text), is_local, &request, &answer) < 0)
		fail_msg("%s: %s", text, json_dumps(answer.json, 0));
	return request;
}

static void members_are_read(void **state)
{
	struct request q =
		read_well("{\"op\":\"write\",\"credential\":{\"user\":\"anna\",\"password\":\"p\"},"
			  "\"from\":\"10.0.0.9\",\"what\":\"candidate\",\"method\":\"PUT\","
			  "\"target\":\"/"
			  "trireme:system\",\"value\":null,\"if-match\":\"3-ab\",\"confirm\":60,"
			  "\"session\":\"two\",\"insert\":null}",
			  false);

	(void)state;
	assert_int_equal(q.op, ACCESS_WRITE);
	assert_int_equal(q.credential, REQUEST_PASSWORD);
	assert_string_equal(q.user, "anna");
	assert_string_equal(q.password, "p");
	assert_string_equal(q.from, "10.0.0.9");
	assert_string_equal(json_string_value(q.what), "candidate");
	assert_string_equal(q.method, "PUT");
	assert_string_equal(q.if_match, "3-ab");
	assert_string_equal(q.insert, "");
	assert_string_equal(q.session, "two");
	assert_int_equal(json_integer_value(q.confirm), 60);
	assert_true(json_is_null(q.value));
	request_clear(&q);

	q = read_well(
		"{\"op\":\"rpc\",\"name\":\"audit\",\"credential\":{\"uid\":0,\"name\":\"root\"}}",
		true);
	assert_int_equal(q.credential, REQUEST_PEER);
	assert_int_equal(q.uid, 0);
	assert_int_equal(q.rpc, ACCESS_AUDIT);
	assert_null(q.input);
	request_clear(&q);

	q = read_well("{\"op\":\"state\",\"credential\":null,\"metrics\":true,\"target\":\"\"}",
		      false);
	assert_int_equal(q.credential, REQUEST_NOBODY);
	assert_true(q.metrics);
	request_clear(&q);

	q = read_well("{\"op\":\"get\",\"credential\":{\"token\":\"s1.x\"},\"what\":7}", false);
	assert_int_equal(q.credential, REQUEST_TOKEN);
	assert_string_equal(q.token, "s1.x");
	assert_int_equal(json_integer_value(q.what), 7);
	request_clear(&q);
}

/* -- answers */

static void check_answer(struct answer *answer, const char *renew, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	assert_int_equal(answer_text(answer, renew, &text, &size), 0);
	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(expected));
	answer_clear(answer);
}

static void answers_become_texts(void **state)
{
	struct answer answer = {0};

	(void)state;
	answer_output(&answer, json_pack("{s:i}", "revision", 7));
	check_answer(&answer, "", "{\"output\":{\"revision\":7}}");
	answer_output(&answer, json_object());
	check_answer(&answer, "s1.a", "{\"renew\":\"s1.a\",\"output\":{}}");
	answer_json(&answer, json_object());
	check_answer(&answer, "s1.a", "{\"renew\":\"s1.a\"}");
	answer = (struct answer){.text = strdup("{\"document\":{}}"), .size = 15};
	check_answer(&answer, "", "{\"document\":{}}");
	answer = (struct answer){.text = strdup("{\"document\":{}}"), .size = 15};
	check_answer(&answer, "x", "{\"renew\":\"x\",\"document\":{}}");
	answer_error(&answer, "access-denied", NULL, "no: %d", 5);
	check_answer(&answer, "", "{\"error\":{\"tag\":\"access-denied\",\"message\":\"no: 5\"}}");
	answer_error(&answer, "access-denied", "locked-out", "wait");
	answer_error_add(&answer, "retry-after", json_integer(3));
	check_answer(&answer, "",
		     "{\"error\":{\"tag\":\"access-denied\",\"app-tag\":\"locked-out\","
		     "\"message\":\"wait\",\"retry-after\":3}}");
	/* No memory for it: still an answer. */
	answer_json(&answer, NULL);
	assert_non_null(answer_error_of(&answer));
	answer_clear(&answer);
}

/* -- the audit */

static void lines_are_one_line_each(void **state)
{
	char line[AUDIT_LINE_MAX];
	struct audit_entry entry = {.time = 1800000000,
				    .user = "anna",
				    .from = "10.0.0.9",
				    .action = "PUT",
				    .target = "/trireme:pool=a\nb\"\x1b[2J",
				    .outcome = "revision 3"};

	(void)state;
	audit_line(&entry, line);
	assert_string_equal(line, "{\"time\":\"2027-01-15T08:00:00Z\",\"user\":\"anna\","
				  "\"from\":\"10.0.0.9\",\"action\":\"PUT\","
				  "\"target\":\"/trireme:pool=a?b\\\"?[2J\",\"outcome\":\"revision "
				  "3\"}\n");
}

/* Whatever a client sends as a target, who has sent it is noted. */
static void nothing_pushes_an_entry_out(void **state)
{
	char line[AUDIT_LINE_MAX], target[4096];
	struct audit_entry entry = {
		.user = "anna", .from = "", .action = "PUT", .target = target, .outcome = "ok"};
	static const char *const fillers[] = {"\"", "\xc3\xa4", "\xf0\x9f\x8d\x8b", "\xff", "\x01"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++) {
		size_t length;
		json_t *read;

		target[0] = '\0';
		while (strlen(target) + 5 < sizeof(target))
			strcat(target, fillers[i]);
		length = audit_line(&entry, line);
		assert_int_equal(length, strlen(line));
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		read = json_loads(line, 0, NULL);
		assert_string_equal(json_string_value(json_object_get(read, "user")), "anna");
		json_decref(read);
	}
}

static void the_last_entries_are_found(void **state)
{
	static const char lines[] = "{\"n\":1}\n{\"n\":2}\nbroken\n{}\n{\"n\":3}\n{\"n\":4}\n";
	static const struct {
		size_t n, entries;
		int first;
	} cases[] = {{0, 0, 0}, {1, 1, 4}, {2, 2, 3}, {5, 3, 2}, {100, 4, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *list = audit_last(lines, strlen(lines), cases[i].n);

		assert_int_equal(json_array_size(list), cases[i].entries);
		assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "n")),
				 cases[i].first);
		json_decref(list);
	}
	json_decref(audit_last("", 0, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_in_bits),
		cmocka_unit_test(lengths_are_bounded),
		cmocka_unit_test(what_is_refused_says_why),
		cmocka_unit_test(members_are_read),
		cmocka_unit_test(answers_become_texts),
		cmocka_unit_test(lines_are_one_line_each),
		cmocka_unit_test(nothing_pushes_an_entry_out),
		cmocka_unit_test(the_last_entries_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
