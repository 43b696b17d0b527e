// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/agent_record.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#define MAGIC 0x5d0c0ade72747269ULL
#define NUMBER_END (1ULL << 62) /* nobody gets that far: such a number is no record's */

struct head {
	uint64_t magic;
	uint32_t version, slot, slots;
	uint8_t pad[AGENT_RECORD_HEAD - 20];
};

struct slot {
	uint64_t check; /* of all that follows */
	uint64_t number;
	int64_t real;
	uint64_t boot, epoch, view;
	uint32_t owner;
	uint8_t subject, cause;
	char group[AGENT_RECORD_NAME_MAX];
	char text[AGENT_RECORD_TEXT_MAX];
	uint8_t pad[AGENT_RECORD_SLOT - 343];
};

static_assert(sizeof(struct head) == AGENT_RECORD_HEAD, "no hidden padding");
static_assert(sizeof(struct slot) == AGENT_RECORD_SLOT, "no hidden padding");

static const struct head head = {
	.magic = MAGIC,
	.version = AGENT_RECORD_VERSION,
	.slot = AGENT_RECORD_SLOT,
	.slots = AGENT_RECORD_SLOTS,
};

static size_t place(uint64_t number)
{
	return AGENT_RECORD_HEAD + (size_t)(number % AGENT_RECORD_SLOTS) * AGENT_RECORD_SLOT;
}

static uint64_t check_of(const struct slot *slot)
{
	return hash_add(HASH_START, &slot->number, sizeof(*slot) - sizeof(slot->check));
}

/* The mapped file may change under a reader: it judges a copy. */
static bool read_slot(const void *file, uint64_t number, struct slot *ret_slot)
{
	memcpy(ret_slot, (const uint8_t *)file + place(number), sizeof(*ret_slot));
	return ret_slot->number && ret_slot->number < NUMBER_END &&
	       ret_slot->check == check_of(ret_slot) &&
	       ret_slot->number % AGENT_RECORD_SLOTS == number % AGENT_RECORD_SLOTS;
}

void agent_record_clear(void *file)
{
	memset(file, 0, AGENT_RECORD_SIZE);
	memcpy(file, &head, sizeof(head));
}

int agent_record_check(const void *file, size_t size)
{
	struct head h;

	if (size < sizeof(h))
		return -EBADMSG;
	memcpy(&h, file, sizeof(h));
	if (h.magic != MAGIC)
		return -EBADMSG;
	if (memcmp(&h, &head, sizeof(h)) != 0)
		return -EPROTO;
	return size == AGENT_RECORD_SIZE ? 0 : -EBADMSG;
}

uint64_t agent_record_newest(const void *file)
{
	uint64_t newest = 0;
	struct slot slot;

	for (uint64_t i = 0; i < AGENT_RECORD_SLOTS; i++)
		if (read_slot(file, i, &slot) && slot.number > newest)
			newest = slot.number;
	return newest;
}

void agent_record_put(void *file, const struct agent_record *record)
{
	uint8_t *to = (uint8_t *)file + place(record->number);
	struct slot slot = {.number = record->number,
			    .real = record->real,
			    .boot = record->boot,
			    .epoch = record->epoch,
			    .view = record->view,
			    .owner = record->owner,
			    .subject = record->subject,
			    .cause = record->cause};

	snprintf(slot.group, sizeof(slot.group), "%s", record->group);
	snprintf(slot.text, sizeof(slot.text), "%s", record->text);
	slot.check = check_of(&slot);
	memcpy(to, &slot, sizeof(slot));
}

/* As much of it as ends, without what could steer a terminal. */
static void take_text(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size - 1);

	for (size_t i = 0; i < length; i++)
		to[i] = (char)(from[i] < ' ' || from[i] > '~' ? '?' : from[i]);
	to[length] = '\0';
}

int agent_record_get(const void *file, uint64_t number, struct agent_record *ret_record)
{
	struct slot slot;

	if (!read_slot(file, number, &slot) || slot.number != number)
		return -ENOENT;
	*ret_record = (struct agent_record){.number = number,
					    .real = slot.real,
					    .boot = slot.boot,
					    .epoch = slot.epoch,
					    .view = slot.view,
					    .owner = slot.owner,
					    .subject = slot.subject,
					    .cause = slot.cause};
	take_text(ret_record->group, slot.group, sizeof(ret_record->group));
	take_text(ret_record->text, slot.text, sizeof(ret_record->text));
	return 0;
}
