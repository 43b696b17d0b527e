// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: whatever is taken is written again as the same bytes. */
#include <assert.h>
#include <string.h>

#include "engine/sync_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t write_again(const struct sync_message *m, uint8_t *bytes)
{
	struct sync_batch batch;

	if (m->kind == SYNC_HELLO)
		return sync_wire_hello(&m->hello, bytes);
	if (m->kind == SYNC_ASK)
		return sync_wire_ask(&m->ask, bytes);
	sync_wire_begin(&batch);
	for (size_t i = 0; i < m->data.n; i++) {
		bool added = sync_wire_add(&batch, &m->data.records[i]);

		assert(added);
	}
	sync_wire_end(&batch, m->data.sequence, m->data.group, m->data.epoch);
	memcpy(bytes, batch.bytes, batch.size);
	return batch.size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sync_message message;
	uint8_t bytes[SYNC_PLAIN_MAX];

	if (sync_wire_parse(data, size, &message) < 0)
		return 0;
	assert(write_again(&message, bytes) == size);
	assert(memcmp(bytes, data, size) == 0);
	return 0;
}
