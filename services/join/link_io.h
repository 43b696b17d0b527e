/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages over TLS. Deadlines and errors as in tls_io.h; -EBADMSG: what came is no message. */
#ifndef TRIREME_JOIN_LINK_IO_H
#define TRIREME_JOIN_LINK_IO_H

#include "join/protocol.h"
#include "join/tls_io.h"

#define LINK_SEND_NS 60000000000ULL /* for one message to be taken by the other side */

struct link {
	struct tls *tls;
	uint8_t buf[JOIN_MESSAGE_MAX];
	struct join_message out; /* DATA that is being gathered */
};

/* Wipes what passed through it, and ends the connection. */
void link_clear(struct link *link);

/* Waits LINK_SEND_NS at most. */
int link_send(struct link *link, const struct join_message *message);
int link_receive(struct link *link, struct join_message *ret_message, uint64_t deadline);

/* A message that is its type alone. */
int link_send_type(struct link *link, enum join_type type);

/* No, and why; whether it arrives does not matter. */
void link_refuse(struct link *link, const char *words);

/* Sink of a bundle (proto/bundle.h): DATA, whenever one is full. link_flush() sends the rest. */
int link_sink(void *user, const void *bytes, size_t size);
int link_flush(struct link *link);

/* In words, for the errors above. */
const char *link_error(int error);

#endif
