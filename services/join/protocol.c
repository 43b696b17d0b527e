// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/protocol.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire_cursor.h"

static void put_text(struct wire_cursor *c, const char *text, size_t max)
{
	size_t length = strnlen(text, max);

	if (length == max)
		c->failed = true;
	wire_put(c, length, 1);
	wire_put_bytes(c, text, length);
}

/* Only what a terminal shows as it is: the other side may be anybody. */
static void get_text(struct wire_cursor *c, char *text, size_t max)
{
	size_t length = wire_get(c, 1);

	if (length >= max) {
		c->failed = true;
		return;
	}
	wire_get_bytes(c, text, length);
	for (size_t i = 0; i < length && !c->failed; i++)
		c->failed = text[i] < ' ' || text[i] > '~';
}

static void put_cards(struct wire_cursor *c, const struct join_cards *cards)
{
	if (cards->n > JOIN_CARDS_MAX) {
		c->failed = true;
		return;
	}
	wire_put(c, cards->n, 1);
	for (size_t i = 0; i < cards->n; i++) {
		put_text(c, cards->list[i].name, sizeof(cards->list[i].name));
		wire_put_bytes(c, cards->list[i].mac, sizeof(cards->list[i].mac));
	}
}

static void get_cards(struct wire_cursor *c, struct join_cards *cards)
{
	cards->n = wire_get(c, 1);
	if (cards->n > JOIN_CARDS_MAX) {
		c->failed = true;
		return;
	}
	for (size_t i = 0; i < cards->n && !c->failed; i++) {
		get_text(c, cards->list[i].name, sizeof(cards->list[i].name));
		wire_get_bytes(c, cards->list[i].mac, sizeof(cards->list[i].mac));
	}
}

static void put_payload(struct wire_cursor *c, const struct join_message *message)
{
	switch (message->type) {
	case JOIN_HELLO:
		wire_put(c, message->hello.protocol, 1);
		wire_put(c, message->hello.level, 1);
		wire_put(c, message->hello.level_min, 1);
		put_text(c, message->hello.software, sizeof(message->hello.software));
		break;
	case JOIN_SECRET:
		wire_put_bytes(c, message->secret, sizeof(message->secret));
		break;
	case JOIN_OFFER:
		put_text(c, message->offer.cluster, sizeof(message->offer.cluster));
		put_text(c, message->offer.node, sizeof(message->offer.node));
		wire_put(c, message->offer.revision, 8);
		break;
	case JOIN_DATA:
		c->failed =
			c->failed || message->data.size == 0 || message->data.size > JOIN_DATA_MAX;
		if (!c->failed)
			wire_put_bytes(c, message->data.bytes, message->data.size);
		break;
	case JOIN_READY:
		put_cards(c, &message->cards);
		break;
	case JOIN_REFUSE:
		put_text(c, message->words, sizeof(message->words));
		break;
	case JOIN_SENT:
	case JOIN_DONE:
		break;
	}
}

int join_encode(const struct join_message *message, uint8_t *buf, size_t *ret_size)
{
	struct wire_cursor c = {.out = buf, .size = JOIN_MESSAGE_MAX, .at = JOIN_HEAD_SIZE};
	struct wire_cursor head = {.out = buf, .size = JOIN_HEAD_SIZE};

	put_payload(&c, message);
	if (c.failed)
		return -EINVAL;
	wire_put(&head, message->type, 1);
	wire_put(&head, c.at - JOIN_HEAD_SIZE, 3);
	*ret_size = c.at;
	return 0;
}

/*
 * The longest payload of a type; 0 for one that does not exist, SENT and DONE. A program that knows
 * neither code nor certificate must not make the other side wait for much.
 */
static size_t payload_max(unsigned int type)
{
	static const size_t max[] = {
		[JOIN_HELLO] = 3 + JOIN_SOFTWARE_MAX,
		[JOIN_SECRET] = CODE_SECRET_SIZE,
		[JOIN_OFFER] = 2 * JOIN_NAME_MAX + 8,
		[JOIN_DATA] = JOIN_DATA_MAX,
		[JOIN_READY] = 1 + JOIN_CARDS_MAX * (JOIN_CARD_NAME_MAX + 6),
		[JOIN_REFUSE] = JOIN_WORDS_MAX,
	};

	return type <= JOIN_REFUSE ? max[type] : 0;
}

int join_head(const uint8_t head[JOIN_HEAD_SIZE], size_t *ret_size)
{
	size_t size = head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16;

	if (head[0] < JOIN_HELLO || head[0] > JOIN_REFUSE || size > payload_max(head[0]))
		return -EBADMSG;
	*ret_size = size;
	return 0;
}

static void get_data(struct wire_cursor *c, struct join_message *message)
{
	message->data.size = c->size - c->at;
	if (message->data.size == 0)
		c->failed = true;
	wire_get_bytes(c, message->data.bytes, message->data.size);
}

static void get_payload(struct wire_cursor *c, struct join_message *message)
{
	switch (message->type) {
	case JOIN_HELLO:
		message->hello.protocol = (uint8_t)wire_get(c, 1);
		message->hello.level = (uint8_t)wire_get(c, 1);
		message->hello.level_min = (uint8_t)wire_get(c, 1);
		get_text(c, message->hello.software, sizeof(message->hello.software));
		break;
	case JOIN_SECRET:
		wire_get_bytes(c, message->secret, sizeof(message->secret));
		break;
	case JOIN_OFFER:
		get_text(c, message->offer.cluster, sizeof(message->offer.cluster));
		get_text(c, message->offer.node, sizeof(message->offer.node));
		message->offer.revision = wire_get(c, 8);
		break;
	case JOIN_DATA:
		get_data(c, message);
		break;
	case JOIN_READY:
		get_cards(c, &message->cards);
		break;
	case JOIN_REFUSE:
		get_text(c, message->words, sizeof(message->words));
		break;
	case JOIN_SENT:
	case JOIN_DONE:
		break;
	}
}

int join_decode(const uint8_t *bytes, size_t size, struct join_message *ret_message)
{
	struct wire_cursor c = {.in = bytes, .size = size, .at = JOIN_HEAD_SIZE};
	size_t payload;

	if (size < JOIN_HEAD_SIZE || join_head(bytes, &payload) < 0 ||
	    payload != size - JOIN_HEAD_SIZE)
		return -EBADMSG;
	memset(ret_message, 0, sizeof(*ret_message));
	ret_message->type = (enum join_type)bytes[0];
	get_payload(&c, ret_message);
	return c.failed || c.at != size ? -EBADMSG : 0;
}

bool join_fits(const struct join_hello *member, const struct join_hello *machine, char *words)
{
	const char *older = member->level < machine->level ? "the member's" : "the new machine's";

	if (member->protocol != machine->protocol)
		snprintf(words, JOIN_WORDS_MAX,
			 "the member (%s) and the new machine (%s) do not join in the same way: "
			 "give both the same software",
			 member->software, machine->software);
	else if (member->level < machine->level_min || machine->level < member->level_min)
		snprintf(words, JOIN_WORDS_MAX,
			 "%s software is too old for the other's: the member has %s (feature level "
			 "%u), the new machine %s (%u)",
			 older, member->software, member->level, machine->software, machine->level);
	else
		return true;
	return false;
}
