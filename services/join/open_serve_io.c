// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock_io.h"
#include "join/opening.h"
#include "join/words.h"

/* The history that a bundle takes, with room for what a commit adds. */
#define HISTORY_MAX (BUNDLE_REVISIONS_MAX - 8)

static int send_end(struct opening *o)
{
	static const struct bundle_record end = {.type = BUNDLE_END};
	int r = bundle_write(&o->writer, &end);

	if (r == 0)
		r = link_flush(&o->link);
	return r < 0 ? r : link_send_type(&o->link, JOIN_SENT);
}

static int send_offer(struct opening *o)
{
	struct join_message message = {.type = JOIN_OFFER, .offer = {.revision = o->revision}};

	snprintf(message.offer.cluster, sizeof(message.offer.cluster), "%s",
		 o->config->cluster_name);
	snprintf(message.offer.node, sizeof(message.offer.node), "%s", o->target->name);
	return link_send(&o->link, &message);
}

static int send_history(struct opening *o)
{
	struct bundle_record node = {.type = BUNDLE_NODE};
	uint64_t first = 0, last;
	int r = cluster_range(&first, &last, o->words);

	if (o->revision >= HISTORY_MAX && first < o->revision - HISTORY_MAX + 1)
		first = o->revision - HISTORY_MAX + 1;
	snprintf(node.name, sizeof(node.name), "%s", o->target->name);
	if (r == 0)
		r = source_files(&o->source, &o->writer, o->words);
	if (r == 0)
		r = bundle_write(&o->writer, &node);
	return r < 0 ? r : source_revisions(&o->source, &o->writer, first, o->revision, o->words);
}

static int send_all(struct opening *o)
{
	int r = opening_look(o);

	if (r == 0)
		r = send_offer(o);
	if (r == 0)
		r = bundle_begin(&o->writer, link_sink, &o->link);
	if (r == 0)
		r = send_history(o);
	return r < 0 ? r : send_end(o);
}

static int commit(struct opening *o)
{
	const struct cluster_change change = {
		.node = o->target->name,
		.cards = &o->member.cards,
		.id = o->new_id,
		.base = o->revision,
		.author = o->options->author,
	};
	uint64_t number;
	/* The machine that is replaced may have come back meanwhile. */
	int r = opening_check_members(o);

	if (r == 0)
		r = cluster_commit(&change, &number, o->words);
	if (r < 0)
		return r;
	if (number > o->revision)
		o->committed = number;
	r = source_revisions(&o->source, &o->writer, o->revision + 1, number, o->words);
	return r < 0 ? r : send_end(o);
}

static int send_hello(struct opening *o)
{
	const struct join_message message = {.type = JOIN_HELLO, .hello = o->member.hello};

	return link_send(&o->link, &message);
}

/* 0: the conversation goes on; else it ends, for a reason that the member knows. */
static int act(struct opening *o, enum member_act what)
{
	int r = 0;

	o->words[0] = '\0';
	switch (what) {
	case MEMBER_SEND_HELLO:
		r = send_hello(o);
		break;
	case MEMBER_SEND_ALL:
		r = send_all(o);
		break;
	case MEMBER_COMMIT:
		r = commit(o);
		break;
	case MEMBER_SEND_WORDS:
		link_refuse(&o->link, o->member.words);
		return -ECANCELED;
	case MEMBER_DROP:
		return -ECANCELED;
	case MEMBER_NOTHING:
		break;
	}
	if (r == 0) {
		member_sent(&o->member, clock_boot_ns());
		return 0;
	}
	if (o->words[0])
		link_refuse(&o->link, o->words);
	words_set(o->member.words, sizeof(o->member.words), "%s",
		  o->words[0] ? o->words : link_error(r));
	return r;
}

static void converse(struct opening *o)
{
	static struct join_message message;
	enum member_act what;
	int r = 0;

	while (r == 0) {
		r = link_receive(&o->link, &message, o->member.deadline);
		if (r < 0)
			break;
		what = member_message(&o->member, &message, clock_boot_ns());
		r = act(o, what);
	}
	explicit_bzero(&message, sizeof(message));
	(void)member_late(&o->member, clock_boot_ns());
	member_lost(&o->member, true, link_error(r));
}

/* Whether anything comes: a connection that says nothing is no try. */
static bool says_something(struct opening *o, int fd)
{
	char byte;

	return tls_wait(fd, POLLIN, o->member.deadline) == 0 &&
	       recv(fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) > 0;
}

void opening_serve(struct opening *o, int fd)
{
	int r;

	member_connected(&o->member, clock_boot_ns());
	if (!says_something(o, fd)) {
		close(fd);
		member_lost(&o->member, false, "it said nothing");
		return;
	}
	r = tls_accept(o->identity, fd, o->member.deadline, &o->link.tls);
	if (r == 0)
		converse(o);
	else
		member_lost(&o->member, true,
			    r == -ECONNRESET ? "it found another certificate than the code's, or "
					       "the connection broke"
					     : link_error(r));
	link_clear(&o->link);
}
