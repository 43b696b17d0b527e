// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/machine.h"
#include "join/words.h"

#include <stdio.h>
#include <string.h>

#include "proto/bundle.h"

void machine_init(struct machine *machine, const struct join_hello *hello, const char *node,
		  uint64_t now)
{
	*machine = (struct machine){.hello = *hello, .deadline = now + MACHINE_ANSWER_NS};
	snprintf(machine->node, sizeof(machine->node), "%s", node);
}

static enum machine_act fail(struct machine *machine, enum machine_act act, const char *words)
{
	words_set(machine->words, sizeof(machine->words), "%s", words);
	machine->state = MACHINE_OVER;
	return act;
}

static enum machine_act take_hello(struct machine *machine, const struct join_hello *hello,
				   uint64_t now)
{
	char words[JOIN_WORDS_MAX];

	if (!join_fits(hello, &machine->hello, words))
		return fail(machine, MACHINE_SEND_WORDS, words);
	machine->state = MACHINE_ASKING;
	machine->deadline = now + MACHINE_ANSWER_NS;
	return MACHINE_SEND_SECRET;
}

static enum machine_act take_offer(struct machine *machine, const struct join_offer *offer,
				   uint64_t now)
{
	char words[JOIN_WORDS_MAX];

	if (machine->node[0] && strcmp(machine->node, offer->node) != 0) {
		words_set(words, sizeof(words),
			  "the code is for the node %s, this machine is to be %s", offer->node,
			  machine->node);
		return fail(machine, MACHINE_SEND_WORDS, words);
	}
	machine->offer = *offer;
	machine->state = MACHINE_TAKING;
	machine->deadline = now + MACHINE_DATA_NS;
	return MACHINE_BEGIN;
}

static enum machine_act take_data(struct machine *machine, const struct join_message *message,
				  uint64_t now)
{
	machine->received += message->data.size;
	if (machine->received > BUNDLE_MAX)
		return fail(machine, MACHINE_SEND_WORDS, "that is more than a cluster can have");
	machine->deadline = now + MACHINE_DATA_NS;
	return MACHINE_STORE;
}

static enum machine_act take_sent(struct machine *machine)
{
	machine->deadline = UINT64_MAX;
	if (machine->state == MACHINE_TAKING)
		return MACHINE_CHECK;
	machine->state = MACHINE_OVER;
	return MACHINE_TAKE;
}

static bool is_taking(const struct machine *machine)
{
	return machine->state == MACHINE_TAKING || machine->state == MACHINE_READY;
}

enum machine_act machine_message(struct machine *machine, const struct join_message *message,
				 uint64_t now)
{
	char words[JOIN_WORDS_MAX];

	if (message->type == JOIN_REFUSE) {
		words_set(words, sizeof(words), "the member says: %s", message->words);
		return fail(machine, MACHINE_FAIL, words);
	}
	if (message->type == JOIN_HELLO && machine->state == MACHINE_GREETING)
		return take_hello(machine, &message->hello, now);
	if (message->type == JOIN_OFFER && machine->state == MACHINE_ASKING)
		return take_offer(machine, &message->offer, now);
	if (message->type == JOIN_DATA && is_taking(machine))
		return take_data(machine, message, now);
	if (message->type == JOIN_SENT && is_taking(machine))
		return take_sent(machine);
	return fail(machine, MACHINE_SEND_WORDS, "a message that does not belong there");
}

void machine_checked(struct machine *machine, uint64_t now)
{
	machine->state = MACHINE_READY;
	machine->deadline = now + MACHINE_DATA_NS;
}

bool machine_late(struct machine *machine, uint64_t now)
{
	if (machine->state == MACHINE_OVER || now < machine->deadline)
		return false;
	fail(machine, MACHINE_FAIL, "the member did not answer in time");
	return true;
}
