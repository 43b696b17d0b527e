// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/outbox_io.h"

#include <qb/qblog.h>
#include <string.h>

void outbox_flush(struct outbox *outbox, struct cpg_io *cpg)
{
	size_t sent = 0;

	while (sent < outbox->n &&
	       cpg_io_send(cpg, outbox->list[sent].bytes, outbox->list[sent].length) == 0)
		sent++;
	outbox->n -= sent;
	memmove(outbox->list, outbox->list + sent, outbox->n * sizeof(outbox->list[0]));
	if (outbox->n)
		cpg_io_retry(cpg);
}

static uint64_t key_of(const struct agent_message *m)
{
	return m->type == AGENT_WIRE_STATE || m->type == AGENT_WIRE_HEALTH ? 0 : m->group.key;
}

void outbox_send(struct outbox *outbox, struct cpg_io *cpg, const struct agent_message *message)
{
	struct outbox_entry *entry = NULL;

	if (!cpg->attached)
		return;
	for (size_t i = 0; i < outbox->n && !entry; i++)
		if (outbox->list[i].type == message->type && outbox->list[i].key == key_of(message))
			entry = &outbox->list[i];
	if (!entry && outbox->n < OUTBOX_MAX)
		entry = &outbox->list[outbox->n++];
	if (!entry ||
	    agent_wire_encode(message, entry->bytes, sizeof(entry->bytes), &entry->length) < 0) {
		qb_log(LOG_CRIT, "a message of kind %s could not be queued",
		       agent_wire_type_name(message->type));
		return;
	}
	entry->type = message->type;
	entry->key = key_of(message);
	outbox_flush(outbox, cpg);
}

void outbox_clear(struct outbox *outbox)
{
	outbox->n = 0;
}

bool outbox_idle(const struct outbox *outbox)
{
	return outbox->n == 0;
}
