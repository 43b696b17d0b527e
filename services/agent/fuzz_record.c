// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A flight record of whatever bytes: refused, or read without a step beyond it; what is read is
 * text, and can be written and read again. The input lies at the file's head and at its last slot.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "proto/agent_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Slots with a check that holds, or nothing behind it would be seen. */
static void fill(uint8_t *file, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 1 < size; i += AGENT_RECORD_SLOT - 8) {
		size_t n = size - i < AGENT_RECORD_SLOT - 8 ? size - i : AGENT_RECORD_SLOT - 8;
		uint64_t check, number = 0;
		uint8_t *slot;

		memcpy(&number, data + i, n < sizeof(number) ? n : sizeof(number));
		slot = file + AGENT_RECORD_HEAD + number % AGENT_RECORD_SLOTS * AGENT_RECORD_SLOT;
		memcpy(slot + 8, data + i, n);
		check = hash_add(HASH_START, slot + 8, AGENT_RECORD_SLOT - 8);
		if (data[i + 1] & 1)
			memcpy(slot, &check, sizeof(check));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[AGENT_RECORD_SIZE];
	struct agent_record record, again;
	uint64_t newest;

	(void)agent_record_check(data, size);
	agent_record_clear(file);
	fill(file, data, size);
	newest = agent_record_newest(file);
	for (uint64_t n = newest; n && newest - n < AGENT_RECORD_SLOTS; n--) {
		if (agent_record_get(file, n, &record) < 0)
			continue;
		agent_record_put(file, &record);
		if (agent_record_get(file, n, &again) < 0 || again.epoch != record.epoch ||
		    strcmp(record.text, again.text) != 0 || strcmp(record.group, again.group) != 0)
			abort();
	}
	return 0;
}
