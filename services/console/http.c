// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/http.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"

#define LENGTH_DIGITS 20

/* size bytes of a line, without its end. */
struct line {
	const char *text;
	size_t size;
};

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	}
	return false;
}

int http_request_head(const struct http_request *request, struct text *text)
{
	if (has_control(request->target) || strchr(request->target, ' '))
		return -EINVAL;
	text_add(text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
		 request->method, request->target);
	for (size_t i = 0; i < HTTP_FIELDS_MAX && request->fields[i].name; i++) {
		if (has_control(request->fields[i].value))
			return -EINVAL;
		text_add(text, "%s: %s\r\n", request->fields[i].name, request->fields[i].value);
	}
	if (request->body)
		text_add(text, "Content-Length: %zu\r\n", request->size);
	text_add(text, "\r\n");
	return text_result(text);
}

/* The line at *at, which ends with CR LF; false: there is no whole one. *at moves behind it. */
static bool next_line(const char **at, const char *end, struct line *ret_line)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));

	if (!newline)
		return false;
	*ret_line = (struct line){*at, (size_t)(newline - *at)};
	*at = newline + 1;
	return true;
}

/* Takes the CR off. -EPROTO: there is none, or a character that has no place in a line. */
static int check_line(struct line *line)
{
	if (line->size == 0 || line->text[line->size - 1] != '\r')
		return -EPROTO;
	line->size--;
	for (size_t i = 0; i < line->size; i++) {
		unsigned char c = (unsigned char)line->text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return -EPROTO;
	}
	return 0;
}

/* "HTTP/1.1 200 OK" */
static int parse_status(struct line line, struct http_head *head)
{
	static const char begin[] = "HTTP/1.";
	const char *digits = line.text + sizeof(begin) + 1;

	if (line.size < sizeof(begin) + 4 || strncmp(line.text, begin, sizeof(begin) - 1) != 0)
		return -EPROTO;
	if (!isdigit((unsigned char)digits[-2]) || digits[-1] != ' ')
		return -EPROTO;
	for (size_t i = 0; i < 3; i++) {
		if (!isdigit((unsigned char)digits[i]))
			return -EPROTO;
		head->status = head->status * 10 + (unsigned int)(digits[i] - '0');
	}
	if (line.size > sizeof(begin) + 4 && digits[3] != ' ')
		return -EPROTO;
	/* Interim answers come to those who ask for them (RFC 9110, 15.2). */
	return head->status >= 200 && head->status <= 599 ? 0 : -EPROTO;
}

static int parse_length(struct line value, struct http_head *head)
{
	char digits[LENGTH_DIGITS + 1];
	int r;

	if (head->has_length || value.size >= sizeof(digits))
		return -EPROTO;
	memcpy(digits, value.text, value.size);
	digits[value.size] = '\0';
	r = parse_u64(digits, 0, HTTP_BODY_MAX, &head->length);
	head->has_length = r == 0;
	return r == -ERANGE ? -EMSGSIZE : r < 0 ? -EPROTO : 0;
}

static bool name_is(struct line line, size_t size, const char *name)
{
	return size == strlen(name) && strncasecmp(line.text, name, size) == 0;
}

static int parse_field(struct line line, struct http_head *head)
{
	const char *colon = memchr(line.text, ':', line.size);
	size_t name = colon ? (size_t)(colon - line.text) : 0;
	struct line value;

	/* Also what begins with a blank: a line that continues the one before (RFC 9112, 5.2). */
	if (name == 0 || memchr(line.text, ' ', name) || memchr(line.text, '\t', name))
		return -EPROTO;
	value = (struct line){colon + 1, line.size - name - 1};
	while (value.size && strchr(" \t", value.text[0]))
		value = (struct line){value.text + 1, value.size - 1};
	while (value.size && strchr(" \t", value.text[value.size - 1]))
		value.size--;
	if (name_is(line, name, "Transfer-Encoding"))
		return -EPROTO;
	return name_is(line, name, "Content-Length") ? parse_length(value, head) : 0;
}

/* Answers that never have a body (RFC 9112, 6.3). */
static void settle_body(struct http_head *head)
{
	if (head->status != 204 && head->status != 304)
		return;
	head->has_length = true;
	head->length = 0;
}

int http_head_parse(const char *bytes, size_t size, struct http_head *ret_head)
{
	const char *at = bytes, *end = bytes + (size < HTTP_HEAD_MAX ? size : HTTP_HEAD_MAX);
	struct http_head head = {0};
	struct line line;
	int r;

	for (size_t n = 0; next_line(&at, end, &line); n++) {
		r = check_line(&line);
		if (r == 0 && n > 0 && line.size == 0) {
			head.size = (size_t)(at - bytes);
			settle_body(&head);
			*ret_head = head;
			return 0;
		}
		if (r == 0)
			r = n == 0 ? parse_status(line, &head) : parse_field(line, &head);
		if (r < 0)
			return r;
	}
	return size < HTTP_HEAD_MAX ? -EAGAIN : -EMSGSIZE;
}
