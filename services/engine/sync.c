// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync.h"

#include <string.h>

static bool is_there(const struct sync_peer *p, uint64_t now)
{
	return p->heard_at && now - p->heard_at < SYNC_SILENT_NS;
}

/* To every router that listens. */
static bool broadcast(void *data, const uint8_t *bytes, size_t size)
{
	struct sync *s = data;
	bool sent = true;

	for (size_t i = 0; i < s->n_peers; i++) {
		if (s->peers[i].listens)
			sent &= s->calls.send(s->calls.data, i, bytes, size);
	}
	return sent;
}

int sync_make(struct sync *sync, const struct forward_tables *tables,
	      const struct forward_place *place, const struct gate_lease *leases, uint64_t stream,
	      const struct sync_io_calls *calls, uint64_t now)
{
	*sync = (struct sync){
		.calls = *calls,
		.stream = stream,
		.tables = {.tables = tables, .place = place, .leases = leases},
	};
	sync_usable_see(&sync->usable, tables, leases);
	return sync_send_make(&sync->send, tables, leases, broadcast, sync, now);
}

void sync_clear(struct sync *sync)
{
	sync_send_clear(&sync->send);
	sync->n_peers = 0;
}

void sync_set_peers(struct sync *sync, const uint8_t *nodes, size_t n_nodes)
{
	/* Static for its size; there is one thread. */
	static struct sync_peer former[SYNC_PEERS_MAX];
	size_t n_former = sync->n_peers;

	memcpy(former, sync->peers, sizeof(former));
	memset(sync->peers, 0, sizeof(sync->peers));
	sync->n_peers = n_nodes < SYNC_PEERS_MAX ? n_nodes : SYNC_PEERS_MAX;
	for (size_t i = 0; i < sync->n_peers; i++) {
		struct sync_peer *p = &sync->peers[i];

		p->node = nodes[i];
		p->challenge = sync->calls.random(sync->calls.data);
		for (size_t k = 0; k < n_former; k++) {
			if (former[k].node == nodes[i])
				*p = former[k];
		}
	}
}

void sync_restart(struct sync *sync, uint64_t stream)
{
	sync->stream = stream;
	for (size_t i = 0; i < sync->n_peers; i++) {
		struct sync_peer *p = &sync->peers[i];
		struct sync_peer next = {
			.node = p->node,
			.challenge = sync->calls.random(sync->calls.data),
			.receive.figures = p->receive.figures,
		};

		*p = next;
	}
}

void sync_look(struct sync *sync)
{
	if (!sync_usable_see(&sync->usable, sync->tables.tables, sync->tables.leases))
		return;
	for (size_t i = 0; i < sync->n_peers; i++) {
		sync_receive_renew(&sync->peers[i].receive);
		sync->peers[i].hello_now = true;
	}
}

void sync_set_backup(struct sync *sync, bool backup)
{
	if (backup == sync->backup)
		return;
	sync->backup = backup;
	for (size_t i = 0; i < sync->n_peers; i++)
		sync->peers[i].hello_now = true;
}

static size_t count_listeners(const struct sync *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_peers; i++)
		n += s->peers[i].listens;
	return n;
}

/* What it says of our own messages. */
static void take_listener(struct sync *s, struct sync_peer *p, const struct sync_hello *hello,
			  uint64_t now)
{
	bool first = count_listeners(s) == 0;

	p->listens = hello->heard == s->stream && hello->ack <= s->send.next;
	if (!p->listens)
		return;
	if (first)
		sync_send_begin(&s->send, now);
	p->from = hello->from;
	p->ack = hello->ack;
	p->lacks = hello->lacks;
	sync_send_wanted(&s->send, p->from);
	if (!sync_send_is_whole(&s->send) && s->busy_until < now)
		s->busy_until = now + SYNC_LINGER_NS;
}

static void take_hello(struct sync *s, struct sync_peer *p, const struct sync_hello *hello,
		       uint64_t now)
{
	p->echo = hello->challenge;
	if (!hello->backup)
		p->backup_since = 0;
	else if (!p->backup_since)
		p->backup_since = now;
	sync_receive_hello(&p->receive, hello, now);
	take_listener(s, p, hello, now);
}

/* Whether the message is of a stream that is listened to, or from now on is. */
static bool take_stream(struct sync *s, struct sync_peer *p, uint64_t stream, uint64_t counter,
			const struct sync_message *message)
{
	if (stream == p->stream) {
		if (counter <= p->counter) {
			s->late++;
			return false;
		}
		p->counter = counter;
		return true;
	}
	s->strange++;
	if (message->kind != SYNC_HELLO)
		return false;
	p->hello_now = true;
	if (message->hello.echo != p->challenge) {
		p->echo = message->hello.challenge;
		return false;
	}
	p->stream = stream;
	p->counter = counter;
	p->challenge = s->calls.random(s->calls.data);
	p->listens = false;
	p->backup_since = 0;
	sync_receive_begin(&p->receive);
	return true;
}

void sync_heard(struct sync *sync, size_t peer, uint64_t stream, uint64_t counter,
		const void *bytes, size_t size, uint64_t now)
{
	/* Static for its size; one is heard at a time. */
	static struct sync_message message;
	struct sync_peer *p = &sync->peers[peer];

	if (sync_wire_parse(bytes, size, &message) < 0) {
		sync->malformed++;
		return;
	}
	if (!take_stream(sync, p, stream, counter, &message))
		return;
	/* What IPVS has told it meanwhile may be lost, too. */
	if (!is_there(p, now))
		p->backup_since = 0;
	p->heard_at = now;
	switch (message.kind) {
	case SYNC_HELLO:
		take_hello(sync, p, &message.hello, now);
		break;
	case SYNC_DATA:
		sync_receive_data(&p->receive, &sync->tables, &message.data, now);
		/* Of this no event tells, and a third router may not have heard it. */
		sync->send.full.wanted |= p->receive.news;
		p->receive.news = false;
		break;
	case SYNC_ASK:
		for (size_t i = 0; p->listens && i < message.ask.n; i++)
			sync_send_again(&sync->send, message.ask.sequences[i], now);
		break;
	}
}

static void say(struct sync *s, size_t peer, const uint8_t *bytes, size_t size)
{
	sync_send_spend(&s->send, size);
	s->calls.send(s->calls.data, peer, bytes, size);
}

static void say_hello(struct sync *s, size_t peer, uint64_t now)
{
	struct sync_peer *p = &s->peers[peer];
	const struct sync_hello hello = {
		.challenge = p->challenge,
		.echo = p->echo,
		.heard = p->stream,
		.next = s->send.next,
		.full_first = s->send.full.first,
		.full_end = s->send.full.end,
		.from = p->receive.from,
		.ack = p->receive.ack,
		.lacks = sync_receive_lacks(&p->receive),
		.backup = s->backup,
	};
	uint8_t bytes[SYNC_PLAIN_MAX];

	p->hello_at = now;
	p->hello_now = false;
	p->told_ack = hello.ack;
	p->told_next = hello.next;
	say(s, peer, bytes, sync_wire_hello(&hello, bytes));
}

static uint64_t hello_due(const struct sync *s, const struct sync_peer *p)
{
	if (!p->hello_at)
		return 0;
	if (p->hello_now)
		return p->hello_at + SYNC_TURN_NS;
	/* Also what a lost hello would have told: the last messages may have been lost with it. */
	if (p->stream && (p->told_ack != p->receive.ack || p->told_next != s->send.next ||
			  (p->listens && p->ack < s->send.next)))
		return p->hello_at + SYNC_TOLD_NS;
	return p->hello_at + SYNC_HELLO_NS;
}

static void turn_peer(struct sync *s, size_t peer, uint64_t now)
{
	struct sync_peer *p = &s->peers[peer];
	struct sync_ask ask;
	uint8_t bytes[SYNC_PLAIN_MAX];

	if (sync_receive_ask(&p->receive, now, &ask))
		say(s, peer, bytes, sync_wire_ask(&ask, bytes));
	if (hello_due(s, p) <= now)
		say_hello(s, peer, now);
}

/* When events are to be looked for. */
static uint64_t send_due(const struct sync *s)
{
	bool often = s->send.listeners > 0 && s->turned < s->busy_until;

	return s->turned + (often ? SYNC_TURN_NS : SYNC_HELLO_NS);
}

void sync_turn(struct sync *sync, uint64_t now)
{
	for (size_t i = 0; i < sync->n_peers; i++)
		sync->peers[i].listens &= is_there(&sync->peers[i], now);
	sync->send.listeners = count_listeners(sync);
	if (send_due(sync) <= now) {
		if (sync->send.listeners > 0 && sync_send_turn(&sync->send, now))
			sync->busy_until = now + SYNC_LINGER_NS;
		sync->turned = now;
	}
	for (size_t i = 0; i < sync->n_peers; i++)
		turn_peer(sync, i, now);
}

uint64_t sync_due(const struct sync *sync)
{
	uint64_t due = send_due(sync);

	for (size_t i = 0; i < sync->n_peers; i++) {
		uint64_t hello = hello_due(sync, &sync->peers[i]);
		uint64_t ask = sync_receive_due(&sync->peers[i].receive);

		due = hello < due ? hello : due;
		due = ask < due ? ask : due;
	}
	return due;
}

void sync_hurry(struct sync *sync, uint64_t now)
{
	sync->turned = 0;
	sync_turn(sync, now);
}

static bool is_complete(const struct sync *s, const struct sync_peer *p, uint64_t now)
{
	const struct sync_send *send = &s->send;

	return p->listens && is_there(p, now) && !p->lacks && sync_send_is_whole(send) &&
	       send->full.end > 0 && p->from <= send->full.first && send->full.end <= p->ack &&
	       sync_send_lag(send, p->ack, now) < SYNC_SYNCHRONISED_NS;
}

bool sync_is_synchronised(const struct sync *sync, uint64_t now)
{
	for (size_t i = 0; i < sync->n_peers; i++) {
		if (!is_complete(sync, &sync->peers[i], now))
			return false;
	}
	return sync->n_peers > 0;
}

bool sync_backups_ran(const struct sync *sync, uint64_t duration, uint64_t now)
{
	for (size_t i = 0; i < sync->n_peers; i++) {
		const struct sync_peer *p = &sync->peers[i];

		if (!is_there(p, now) || !p->backup_since || now - p->backup_since < duration)
			return false;
	}
	return sync->n_peers > 0;
}

void sync_read(const struct sync *sync, size_t peer, uint64_t now,
	       struct sync_peer_state *ret_state)
{
	const struct sync_peer *p = &sync->peers[peer];

	*ret_state = (struct sync_peer_state){
		.node = p->node,
		.present = p->listens && is_there(p, now),
		.complete = is_complete(sync, p, now),
		.whole = is_there(p, now) && sync_receive_is_complete(&p->receive),
		.lag_ns = p->listens ? sync_send_lag(&sync->send, p->ack, now) : 0,
		.receive = p->receive.figures,
	};
}

struct sync_figures sync_figures(const struct sync *sync)
{
	return (struct sync_figures){
		.send = sync->send.figures,
		.malformed = sync->malformed,
		.late = sync->late,
		.strange = sync->strange,
	};
}
