// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/link_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock_io.h"

void link_clear(struct link *link)
{
	tls_closep(&link->tls);
	explicit_bzero(link, sizeof(*link));
}

int link_send(struct link *link, const struct join_message *message)
{
	size_t size = 0;
	int r = join_encode(message, link->buf, &size);

	return r < 0 ? r : tls_send(link->tls, link->buf, size, clock_boot_ns() + LINK_SEND_NS);
}

int link_receive(struct link *link, struct join_message *ret_message, uint64_t deadline)
{
	size_t size = 0;
	int r = tls_receive(link->tls, link->buf, JOIN_HEAD_SIZE, deadline);

	if (r == 0)
		r = join_head(link->buf, &size);
	if (r == 0)
		r = tls_receive(link->tls, link->buf + JOIN_HEAD_SIZE, size, deadline);
	return r < 0 ? r : join_decode(link->buf, JOIN_HEAD_SIZE + size, ret_message);
}

int link_send_type(struct link *link, enum join_type type)
{
	const struct join_message message = {.type = type};

	return link_send(link, &message);
}

void link_refuse(struct link *link, const char *words)
{
	struct join_message message = {.type = JOIN_REFUSE};

	snprintf(message.words, sizeof(message.words), "%s", words);
	for (char *c = message.words; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = ' ';
	}
	(void)link_send(link, &message);
}

int link_flush(struct link *link)
{
	int r;

	if (link->out.data.size == 0)
		return 0;
	link->out.type = JOIN_DATA;
	r = link_send(link, &link->out);
	link->out.data.size = 0;
	return r;
}

int link_sink(void *user, const void *bytes, size_t size)
{
	struct link *link = user;
	const uint8_t *at = bytes;
	int r = 0;

	while (size > 0 && r == 0) {
		size_t room = JOIN_DATA_MAX - link->out.data.size;
		size_t part = size < room ? size : room;

		memcpy(link->out.data.bytes + link->out.data.size, at, part);
		link->out.data.size += part;
		at += part;
		size -= part;
		if (link->out.data.size == JOIN_DATA_MAX)
			r = link_flush(link);
	}
	return r;
}

const char *link_error(int error)
{
	switch (error) {
	case -ETIMEDOUT:
		return "no answer in time";
	case -ECONNRESET:
	case -EPIPE:
		return "the connection was ended by the other side";
	case -EPROTO:
	case -EBADMSG:
		return "what came is not of trireme-join";
	default:
		return strerror(-error);
	}
}
