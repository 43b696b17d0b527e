// SPDX-License-Identifier: GPL-2.0-or-later
/* A client of this node and the revision it proposes: one at a time. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/delta.h"
#include "config/replica_internal.h"

void replica_client_end(struct replica *s, int error, const char *format, ...)
{
	struct replica_action *action = replica_emit(s, REPLICA_CLIENT);
	va_list args;

	action->ticket = s->client.ticket;
	action->number = s->client.revision.number;
	action->revision = s->client.revision;
	action->error = error;
	va_start(args, format);
	vsnprintf(action->text, sizeof(action->text), format, args);
	va_end(args);
	replica_body_free(&s->client.body);
	memset(&s->client, 0, sizeof(s->client));
}

/* Why nothing can be proposed now, 0: nothing speaks against it. */
static int refusal(const struct replica *s, const struct revision *r, uint64_t now, char *text,
		   size_t size)
{
	if (s->open && replica_view_quorate(s))
		return replica_propose_refusal(s, r, text, size);
	replica_explain(s, now, text, size);
	return -EAGAIN;
}

/* The members are about to agree on what they go on with: a moment later it may be possible. */
static bool is_forming(const struct replica *s)
{
	if (!s->n_peers)
		return false;
	if (!replica_view_verdict(s))
		return true;
	if (!s->verdict.quorate || (s->decided && !replica_view_sure(s)))
		return false;
	return !replica_open(s) || s->proposal.committed;
}

/* Says what will follow in parts: as little as can be. */
static void announce(struct replica *s)
{
	struct replica_client *c = &s->client;
	struct config_message m = {.type = CONFIG_WIRE_PROPOSE};

	c->waits = false;
	c->deadline = c->since + REPLICA_CLIENT_NS;
	c->start = 0;
	c->size = (uint32_t)c->body.size;
	m.propose.revision = c->revision;
	if (s->document.data && c->size) {
		struct delta d =
			delta_make(s->document.data, s->document.size, c->body.data, c->body.size);

		m.propose.format = CONFIG_FORMAT_DELTA;
		m.propose.prefix = c->start = d.prefix;
		m.propose.suffix = d.suffix;
		c->size = d.middle;
	}
	m.propose.size = c->size;
	replica_send(s, &m);
}

int replica_propose(struct replica *s, const struct revision *revision, const char *body,
		    size_t size, uint64_t ticket, uint64_t now, char *text, size_t text_size)
{
	bool confirm = revision->kind == REVISION_CONFIRM;
	int r;

	if (s->client.active) {
		snprintf(text, text_size, "another change is being made");
		return -EBUSY;
	}
	if (size > REPLICA_BODY_MAX || confirm != !size) {
		snprintf(text, text_size, "a document of %zu bytes, allowed are 1 to %u", size,
			 REPLICA_BODY_MAX);
		return -EBADMSG;
	}
	r = refusal(s, revision, now, text, text_size);
	if (r < 0 && !is_forming(s))
		return r;
	if (replica_body_copy(&s->client.body, body, size) < 0) {
		snprintf(text, text_size, "no memory");
		return -ENOMEM;
	}
	s->client.active = true;
	s->client.ticket = ticket;
	s->client.revision = *revision;
	s->client.since = now;
	s->client.waits = true;
	replica_client_step(s, now);
	return 0;
}

static void announce_or_wait(struct replica *s, uint64_t now)
{
	char text[REPLICA_TEXT_MAX] = "";
	int r = refusal(s, &s->client.revision, now, text, sizeof(text));

	if (r == 0)
		announce(s);
	else if (!is_forming(s) || now >= s->client.since + REPLICA_WAIT_NS)
		replica_client_end(s, r, "%s", text);
}

void replica_client_accepted(struct replica *s)
{
	s->client.sending = true;
	s->client.offset = 0;
}

void replica_client_delivered(struct replica *s)
{
	s->client.under_way = false;
}

static void send_part(struct replica *s, uint64_t now)
{
	struct replica_client *c = &s->client;
	struct config_message m = {.type = CONFIG_WIRE_BODY};
	uint32_t left = c->size - c->offset;

	m.body.offset = c->offset;
	m.body.size = left < CONFIG_WIRE_CHUNK ? left : CONFIG_WIRE_CHUNK;
	memcpy(m.body.data, c->body.data + c->start + c->offset, m.body.size);
	c->offset += m.body.size;
	c->under_way = true;
	s->next_part = now + s->settings.chunk_interval;
	replica_send(s, &m);
}

/* What became of a proposal that a new view has cut off; that view's log says it. */
static void settle(struct replica *s)
{
	struct replica_client *c = &s->client;
	const struct revision_id *there = replica_id_of(s, c->revision.number);

	if (there && replica_same(there, &c->revision.id)) {
		replica_client_end(s, 0, "done");
	} else if (!s->head.number) {
		/* An empty log has no term: who stored it may still win in a later view. */
		replica_client_end(s, -EINPROGRESS, "unknown: look at the history");
	} else {
		/* Not made: it is proposed again. */
		c->cut_off = false;
		c->waits = true;
	}
}

void replica_client_step(struct replica *s, uint64_t now)
{
	struct replica_client *c = &s->client;

	if (c->active && c->cut_off && s->open && s->sent_ready)
		settle(s);
	if (!c->active)
		return;
	if (c->waits)
		announce_or_wait(s, now);
	else if (now >= c->deadline)
		replica_client_end(s, -EINPROGRESS, "unknown: look at the history");
	else if (c->sending && !c->under_way && c->offset < c->size && now >= s->next_part)
		send_part(s, now);
}

uint64_t replica_client_deadline(const struct replica *s)
{
	const struct replica_client *c = &s->client;

	if (!c->active)
		return UINT64_MAX;
	if (c->waits)
		return c->since + REPLICA_WAIT_NS;
	if (c->sending && !c->under_way && c->offset < c->size && s->next_part < c->deadline)
		return s->next_part;
	return c->deadline;
}
