// SPDX-License-Identifier: GPL-2.0-or-later
/* Heads of HTTP, paths of documents, words of a line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "console/http.h"
#include "console/path.h"
#include "console/words.h"

static void good_heads(void **state)
{
	static const struct {
		const char *bytes;
		unsigned int status;
		size_t body; /* bytes behind the head */
		bool has_length;
		uint64_t length;
	} cases[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, 2, true, 2},
		{"HTTP/1.1 200 \r\n\r\n", 200, 0, false, 0},
		{"HTTP/1.1 503\r\ncontent-length:0\r\n\r\n", 503, 0, true, 0},
		{"HTTP/1.0 404 Not Found\r\nX:\r\nContent-Length: \t 10 \r\n\r\n", 404, 0, true,
		 10},
		{"HTTP/1.1 204 No Content\r\n\r\n", 204, 0, true, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n", 200, 0, true, 4194304},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t size = strlen(cases[i].bytes);
		struct http_head head;

		assert_int_equal(http_head_parse(cases[i].bytes, size, &head), 0);
		assert_int_equal(head.status, cases[i].status);
		assert_int_equal(size - head.size, cases[i].body);
		assert_int_equal(head.has_length, cases[i].has_length);
		assert_int_equal(head.length, cases[i].length);
		for (size_t n = 0; n < head.size; n++)
			assert_int_equal(http_head_parse(cases[i].bytes, n, &head), -EAGAIN);
	}
}

static void bad_heads(void **state)
{
	static const struct {
		const char *bytes;
		int error;
	} cases[] = {
		{"HTTP/2 200\r\n\r\n", -EPROTO},
		{"HTTP/1.1 20\r\n\r\n", -EPROTO},
		{"HTTP/1.1 2000\r\n\r\n", -EPROTO},
		{"HTTP/1.1 100 Continue\r\n\r\n", -EPROTO},
		{"HTTP/1.1 600 x\r\n\r\n", -EPROTO},
		{"HTTP/1.1  200 OK\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\n\n", -EPROTO},
		{"\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nno field\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\n: x\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nA : x\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nA: x\r\n continued\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nA: x\x01y\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1 1\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", -EPROTO},
		{"HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n", -EMSGSIZE},
		{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", -EMSGSIZE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_head head;

		assert_int_equal(http_head_parse(cases[i].bytes, strlen(cases[i].bytes), &head),
				 cases[i].error);
	}
}

static void a_head_without_end(void **state)
{
	static char bytes[HTTP_HEAD_MAX + 1] = "HTTP/1.1 200 OK\r\nA: ";
	struct http_head head;
	size_t used = strlen(bytes);

	(void)state;
	memset(bytes + used, 'x', sizeof(bytes) - used);
	assert_int_equal(http_head_parse(bytes, HTTP_HEAD_MAX - 1, &head), -EAGAIN);
	assert_int_equal(http_head_parse(bytes, HTTP_HEAD_MAX, &head), -EMSGSIZE);
	/* The end would be in the first byte too much. */
	memcpy(bytes + HTTP_HEAD_MAX - 3, "\r\n\r\n", 4);
	assert_int_equal(http_head_parse(bytes, sizeof(bytes), &head), -EMSGSIZE);
	memcpy(bytes + HTTP_HEAD_MAX - 4, "\r\n\r\n", 4);
	assert_int_equal(http_head_parse(bytes, sizeof(bytes), &head), 0);
	assert_int_equal(head.size, HTTP_HEAD_MAX);
}

static void requests(void **state)
{
	struct http_request request = {.method = "POST",
				       .target = "/restconf/data/a=b%20c?x=1",
				       .fields = {{"A", "1"}, {"B", "two words"}},
				       .body = "{}",
				       .size = 2};
	char buf[256];
	struct text text = TEXT_ON(buf);

	(void)state;
	assert_int_equal(http_request_head(&request, &text), 0);
	assert_string_equal(buf, "POST /restconf/data/a=b%20c?x=1 HTTP/1.1\r\nHost: localhost\r\n"
				 "Connection: close\r\nA: 1\r\nB: two words\r\n"
				 "Content-Length: 2\r\n\r\n");
	text = text_on(buf, 64);
	assert_int_equal(http_request_head(&request, &text), -ENOSPC);
	text = TEXT_ON(buf);
	request.fields[1].value = "two\r\nC: 3";
	assert_int_equal(http_request_head(&request, &text), -EINVAL);
	request.fields[1].value = "";
	request.target = "/a b";
	assert_int_equal(http_request_head(&request, &text), -EINVAL);
	request.target = "/a\tb";
	assert_int_equal(http_request_head(&request, &text), -EINVAL);
}

static void paths(void **state)
{
	static const struct {
		const char *path, *target, *schema;
	} cases[] = {
		{"", "", ""},
		{"/", "", ""},
		{"pool", "/trireme:pool", "/trireme:pool"},
		{"/pool=web/real-server=web1/weight", "/trireme:pool=web/real-server=web1/weight",
		 "/trireme:pool/real-server/weight"},
		{"/trireme:pool[name='web']/real-server[name=\"web1\"]/weight",
		 "/trireme:pool=web/real-server=web1/weight", "/trireme:pool/real-server/weight"},
		{"a[x='1'][y='2']/b", "/trireme:a=1,2/b", "/trireme:a/b"},
		{"a=1,2", "/trireme:a=1,2", "/trireme:a"},
		{"a[x='a/b]c ,\"']", "/trireme:a=a%2Fb%5Dc%20%2C%22", "/trireme:a"},
		{"network[.='10.0.0.0/8']", "/trireme:network=10.0.0.0%2F8", "/trireme:network"},
		{"network=10.0.0.0%2F8", "/trireme:network=10.0.0.0%2F8", "/trireme:network"},
		{"a==b c\xc3\xa4", "/trireme:a=%3Db%20c%C3%A4", "/trireme:a"},
	};
	static const char *const wrong[] = {"//",     "a//b",	"a/",	  "a b",       "a[",
					    "a[x]",   "a[x=1]", "a[x='1", "a[x='1'",   "a[='1']",
					    "a='%2'", "a=%zz",	"=",	  "a[x='1']b", "?a"};
	char target[PATH_TEXT_MAX], schema[PATH_TEXT_MAX], words[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text t = TEXT_ON(target), s = TEXT_ON(schema), problem = TEXT_ON(words);

		assert_int_equal(path_target(cases[i].path, &t, &problem), 0);
		assert_int_equal(path_schema(cases[i].path, &s, &problem), 0);
		assert_string_equal(target, cases[i].target);
		assert_string_equal(schema, cases[i].schema);
		assert_string_equal(words, "");
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct text t = TEXT_ON(target), problem = TEXT_ON(words);

		if (path_target(wrong[i], &t, &problem) != -EINVAL)
			fail_msg("%s is taken: %s", wrong[i], target);
		assert_non_null(strstr(words, wrong[i]));
	}
}

static void a_path_that_is_too_long(void **state)
{
	char path[2 * PATH_TEXT_MAX], target[PATH_TEXT_MAX], words[512];
	struct text t = TEXT_ON(target), problem = TEXT_ON(words);

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(path_target(path, &t, &problem), -ENOSPC);
	assert_string_equal(words, "the path is too long: allowed are 1023 characters");
}

static void last_steps(void **state)
{
	static const struct {
		const char *path, *last, *name;
	} cases[] = {
		{"", "", ""},
		{"/", "", ""},
		{"po", "po", "po"},
		{"/trireme:pool=web/", "", ""},
		{"/trireme:pool=web", "trireme:pool=web", "pool"},
		{"a[x='b/c']/d", "d", "d"},
		{"a[x='b/c", "a[x='b/c", "a"},
		{"a='b/c", "c", "c"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *path = cases[i].path;
		size_t size;
		const char *name = path_name(path, &size);

		assert_string_equal(path + path_last_step(path), cases[i].last);
		assert_int_equal(size, strlen(cases[i].name));
		assert_memory_equal(name, cases[i].name, size);
	}
}

static void lines(void **state)
{
	static const struct {
		const char *line, *words; /* with '|' between them */
		bool open, begun;
		size_t start;
	} cases[] = {
		{"", "", false, false, 0},
		{" \t\n", "", false, false, 3},
		{"show", "show", false, true, 0},
		{"show ", "show", false, false, 5},
		{" set  a/b 7", "set|a/b|7", false, true, 10},
		{"set a 'two words'x", "set|a|two wordsx", false, true, 6},
		{"set a \"it's\" ", "set|a|it's", false, false, 13},
		{"set a it\\'s\\ me", "set|a|it's me", false, true, 6},
		{"set a '", "set|a|", true, true, 6},
		{"set a \"x\\\"y", "set|a|x\"y", true, true, 6},
		{"set a 'x\\' b", "set|a|x\\|b", false, true, 11},
		{"set a b\\", "set|a|b\\", true, true, 6},
		{"set \"\" ''", "set||", false, true, 7},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct words words;
		char joined[256];
		struct text text = TEXT_ON(joined);

		assert_int_equal(words_split(cases[i].line, &words), 0);
		for (int n = 0; n < words.n; n++)
			text_add(&text, "%s%s", n ? "|" : "", words.list[n]);
		assert_string_equal(joined, cases[i].words);
		assert_null(words.list[words.n]);
		assert_int_equal(words.open, cases[i].open);
		assert_int_equal(words.begun, cases[i].begun);
		assert_int_equal(words.start, cases[i].start);
	}
}

static void lines_that_are_too_long(void **state)
{
	static char line[WORDS_LINE_MAX + 1];
	struct words words;

	(void)state;
	memset(line, 'x', WORDS_LINE_MAX);
	assert_int_equal(words_split(line, &words), -E2BIG);
	line[WORDS_LINE_MAX - 1] = '\0';
	assert_int_equal(words_split(line, &words), 0);
	for (size_t i = 0; i < 2 * (COMMAND_WORDS_MAX + 1); i++)
		line[i] = i % 2 ? ' ' : 'a';
	line[2 * COMMAND_WORDS_MAX + 2] = '\0';
	assert_int_equal(words_split(line, &words), -E2BIG);
	line[2 * COMMAND_WORDS_MAX] = '\0';
	assert_int_equal(words_split(line, &words), 0);
	assert_int_equal(words.n, COMMAND_WORDS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_heads),
		cmocka_unit_test(bad_heads),
		cmocka_unit_test(a_head_without_end),
		cmocka_unit_test(requests),
		cmocka_unit_test(paths),
		cmocka_unit_test(a_path_that_is_too_long),
		cmocka_unit_test(last_steps),
		cmocka_unit_test(lines),
		cmocka_unit_test(lines_that_are_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
