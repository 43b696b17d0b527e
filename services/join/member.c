// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/member.h"
#include "join/words.h"

#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

void member_init(struct member *member, const struct join_hello *hello,
		 const uint8_t secret[CODE_SECRET_SIZE], uint64_t now)
{
	*member = (struct member){
		.hello = *hello, .opened_at = now, .deadline = UINT64_MAX, .words = "nobody came"};
	memcpy(member->secret, secret, sizeof(member->secret));
}

static void say(struct member *member, const char *words)
{
	words_set(member->words, sizeof(member->words), "%s", words);
}

void member_connected(struct member *member, uint64_t now)
{
	member->state = MEMBER_GREETED;
	member->deadline = now + MEMBER_SECRET_NS;
	member->words[0] = '\0';
}

static enum member_act refuse(struct member *member, const char *words)
{
	say(member, words);
	return MEMBER_SEND_WORDS;
}

static enum member_act take_hello(struct member *member, const struct join_hello *hello)
{
	if (!join_fits(&member->hello, hello, member->words))
		return MEMBER_SEND_WORDS;
	member->state = MEMBER_ASKED;
	return MEMBER_SEND_HELLO;
}

static enum member_act take_secret(struct member *member, const uint8_t *secret, uint64_t now)
{
	if (!memeql_sec(secret, member->secret, sizeof(member->secret)))
		return refuse(member, "the code is wrong");
	/* It counts once, whatever comes of it. */
	explicit_bzero(member->secret, sizeof(member->secret));
	member->state = MEMBER_OFFERED;
	member->deadline = now + MEMBER_READY_NS;
	return MEMBER_SEND_ALL;
}

static enum member_act take_ready(struct member *member, const struct join_cards *cards,
				  uint64_t now)
{
	member->cards = *cards;
	member->state = MEMBER_GIVEN;
	member->deadline = now + MEMBER_DONE_NS;
	return MEMBER_COMMIT;
}

static enum member_act take_done(struct member *member)
{
	member->joined = true;
	member->state = MEMBER_OVER;
	member->deadline = UINT64_MAX;
	return MEMBER_DROP;
}

enum member_act member_message(struct member *member, const struct join_message *message,
			       uint64_t now)
{
	static const enum join_type expected[] = {
		[MEMBER_GREETED] = JOIN_HELLO,
		[MEMBER_ASKED] = JOIN_SECRET,
		[MEMBER_OFFERED] = JOIN_READY,
		[MEMBER_GIVEN] = JOIN_DONE,
	};

	if (message->type == JOIN_REFUSE) {
		words_set(member->words, sizeof(member->words), "the new machine says: %s",
			  message->words);
		return MEMBER_DROP;
	}
	if (member->state == MEMBER_WAITING || member->state == MEMBER_OVER ||
	    message->type != expected[member->state])
		return refuse(member, "a message that does not belong there");
	switch (message->type) {
	case JOIN_HELLO:
		return take_hello(member, &message->hello);
	case JOIN_SECRET:
		return take_secret(member, message->secret, now);
	case JOIN_READY:
		return take_ready(member, &message->cards, now);
	default:
		return take_done(member);
	}
}

void member_sent(struct member *member, uint64_t now)
{
	if (member->state == MEMBER_OFFERED)
		member->deadline = now + MEMBER_READY_NS;
	else if (member->state == MEMBER_GIVEN)
		member->deadline = now + MEMBER_DONE_NS;
}

void member_lost(struct member *member, bool heard, const char *reason)
{
	member->deadline = UINT64_MAX;
	if (member->joined)
		return;
	if (!member->words[0])
		say(member, reason);
	/* The secret was right, and counts no more. */
	if (member->state >= MEMBER_OFFERED) {
		member->state = MEMBER_OVER;
		return;
	}
	member->state = MEMBER_WAITING;
	member->tries += heard;
}

bool member_late(struct member *member, uint64_t now)
{
	if (now < member->deadline)
		return false;
	if (!member->words[0])
		say(member, "the new machine did not answer in time");
	return true;
}

bool member_closed(struct member *member, uint64_t now)
{
	/* Whoever has given the right secret may finish. */
	if (member->state == MEMBER_OFFERED || member->state == MEMBER_GIVEN)
		return false;
	if (member->state == MEMBER_OVER)
		return true;
	if (member->tries >= MEMBER_TRIES) {
		say(member, "five tries went wrong");
		return true;
	}
	if (now - member->opened_at < MEMBER_OPEN_NS)
		return false;
	say(member, "nobody came with the code within ten minutes");
	return true;
}
