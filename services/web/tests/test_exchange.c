// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases of requests and their answers: golden/NAME.txt. Requests are separated by an empty
 * line:
 *
 *   GET /restconf/data/trireme:cluster      method and URI
 *   Accept: text/html                       header fields
 *   local 0                                 by the local socket, of that user
 *   body TEXT
 *   broker {…}                              its answers, in turn; `broker` alone: it is not there
 *   > …                                     what the exchange asks and answers
 *
 * With the argument `bless` the files are written anew with what it does; read the difference
 * before believing it.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/buffer.h"
#include "base/parse.h"
#include "base/tests/golden.h"
#include "web/exchange.h"
#include "web/tests/fixture.h"

#define TEXT_MAX (256u << 10)
#define ANSWERS_MAX 4

static struct model model;
static struct files files;
static struct counters counters;

struct script {
	char method[16], uri[MESSAGE_URI_MAX + 64];
	struct request request;
	const char *broker[ANSWERS_MAX]; /* "": not there */
	size_t n_broker, n_asked;
};

static const char *const fields[HEADERS] = {
	[HEADER_ACCEPT] = "Accept: ",
	[HEADER_ACCEPT_ENCODING] = "Accept-Encoding: ",
	[HEADER_AUTHORIZATION] = "Authorization: ",
	[HEADER_CONTENT_TYPE] = "Content-Type: ",
	[HEADER_COOKIE] = "Cookie: ",
	[HEADER_IF_MATCH] = "If-Match: ",
	[HEADER_IF_NONE_MATCH] = "If-None-Match: ",
	[HEADER_TRIREME] = "X-Trireme: ",
	[HEADER_USER] = "X-Trireme-User: ",
	[HEADER_SESSION] = "X-Trireme-Session: ",
	[HEADER_COMMENT] = "X-Trireme-Comment: ",
	[HEADER_CONFIRM] = "X-Trireme-Confirm: ",
};

static const char *after(const char *line, const char *begin)
{
	return strncmp(line, begin, strlen(begin)) == 0 ? line + strlen(begin) : NULL;
}

/* A line of a request but its first. */
static void take_line(struct script *script, const char *line)
{
	const char *value;

	for (size_t i = 0; i < HEADERS; i++) {
		value = after(line, fields[i]);
		if (value)
			script->request.header[i] = value;
		if (value)
			return;
	}
	value = after(line, "broker");
	if (value) {
		assert_true(script->n_broker < ANSWERS_MAX);
		script->broker[script->n_broker++] = value;
		return;
	}
	value = after(line, "body ");
	if (value) {
		script->request.body = value;
		script->request.size = strlen(value);
		return;
	}
	value = after(line, "local ");
	if (!value)
		fail_msg("a line that is not known: %s", line);
	script->request.local = true;
	assert_int_equal(parse_u32(value, 0, UINT32_MAX, &script->request.uid), 0);
}

static void show(struct buffer *out, const char *name, const char *value)
{
	if (value && value[0])
		buffer_format(out, "> %s", name);
	if (value && value[0])
		buffer_text(out, value);
	if (value && value[0])
		buffer_text(out, "\n");
}

static void show_answer(struct buffer *out, const struct answer *answer)
{
	const char *body = answer->fixed ? answer->fixed : answer->body;
	char allow[64];

	buffer_format(out, "> %u %s\n", answer->status, answer->type ? answer->type : "no body");
	show(out, "ETag ", answer->etag);
	show(out, "Location ", answer->location);
	show(out, "Set-Cookie ", answer->cookie);
	show(out, "Allow ", methods_text(answer->allow, allow, sizeof(allow)));
	show(out, "encoding ", answer->encoding);
	if (answer->retry_s)
		buffer_format(out, "> Retry-After %u\n", answer->retry_s);
	if (answer->challenge)
		buffer_text(out, "> WWW-Authenticate\n");
	if (answer->patchable)
		buffer_text(out, "> Accept-Patch\n");
	if (answer->cache != CACHE_NEVER)
		buffer_format(out, "> may be kept: %d\n", (int)answer->cache);
	while (answer->type && body && *body) {
		size_t size = strcspn(body, "\n");

		buffer_text(out, "> | ");
		buffer_add(out, body, size);
		buffer_text(out, "\n");
		body += size + (body[size] == '\n');
	}
}

static json_t *next_reply(struct script *script)
{
	const char *text;

	if (script->n_asked >= script->n_broker)
		fail_msg("%s %s: asks more often than the broker answers", script->method,
			 script->uri);
	text = script->broker[script->n_asked++];
	return text[0] ? json_loads(text, 0, NULL) : NULL;
}

static void run(struct script *script, struct buffer *out)
{
	const struct site site = {
		.model = &model, .files = &files, .counters = &counters, .metrics = true};
	struct exchange x;
	const json_t *ask;

	script->request.method = method_parse(script->method);
	script->request.verb = script->method;
	script->request.uri = script->uri;
	strcpy(script->request.from, "192.0.2.1");
	exchange_begin(&x, &script->request, &site);
	while ((ask = exchange_ask(&x))) {
		char *text = json_dumps(ask, JSON_COMPACT);
		json_t *reply = next_reply(script);

		show(out, "asks ", text);
		free(text);
		exchange_tell(&x, reply);
		json_decref(reply);
	}
	assert_int_equal(script->n_asked, script->n_broker);
	assert_true(script->n_asked <= EXCHANGE_ASKS_MAX);
	show_answer(out, &x.answer);
	exchange_end(&x);
}

/* The script again, with what happens now. */
static char *play(char *text)
{
	_cleanup_buffer_ struct buffer out = buffer_of(TEXT_MAX);
	struct script script = {0};
	char *rest = text, *line, *result;

	while ((line = strsep(&rest, "\n"))) {
		if (line[0] == '>')
			continue;
		if (line[0] == '\0' && script.method[0]) {
			run(&script, &out);
			script = (struct script){0};
		}
		if (!rest && !line[0])
			break;
		buffer_text(&out, line);
		buffer_text(&out, "\n");
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (script.method[0])
			take_line(&script, line);
		else
			assert_int_equal(sscanf(line, "%15s %8200s", script.method, script.uri), 2);
	}
	assert_int_equal(buffer_take(&out, &result, NULL), 0);
	return result;
}

static void answers_as_written(void **state)
{
	const char *path = *state;
	_cleanup_free_ char *script = golden_read(path), *actual = play(script);

	golden_compare(path, actual);
}

static int set_up(void **state)
{
	(void)state;
	fixture_model(&model);
	assert_int_equal(files_add(&files, "/index.html", strdup("<p>page"), 7), 0);
	assert_int_equal(files_add(&files, "/index.html.gz", strdup("packed"), 6), 0);
	assert_int_equal(files_add(&files, "/assets/a-1.js", strdup("1;"), 2), 0);
	assert_int_equal(files_add(&files, "/realserver.sh", strdup("#!/bin/sh"), 9), 0);
	files_finish(&files);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	files_clear(&files);
	model_clear(&model);
	return 0;
}

int main(int argc, char **argv)
{
	const struct golden golden = {.name = "golden",
				      .pattern = "services/web/tests/golden/*.txt",
				      .least = 8,
				      .test = answers_as_written,
				      .set_up = set_up,
				      .tear_down = tear_down};

	return golden_main(&golden, argc, argv);
}
