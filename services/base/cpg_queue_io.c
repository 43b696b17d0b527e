// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cpg_queue_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void drop_first(struct cpg_queue *queue)
{
	free(queue->list[queue->first].bytes);
	queue->first = (queue->first + 1) % CPG_QUEUE_MAX;
	queue->n--;
}

size_t cpg_queue_flush(struct cpg_queue *queue, struct cpg_io *cpg)
{
	while (queue->n > 0) {
		const struct cpg_queue_entry *entry = &queue->list[queue->first];

		if (cpg_io_send(cpg, entry->bytes, entry->size) < 0)
			break;
		drop_first(queue);
	}
	if (queue->n > 0)
		cpg_io_retry(cpg);
	return CPG_QUEUE_MAX - queue->n;
}

int cpg_queue_send(struct cpg_queue *queue, struct cpg_io *cpg, const void *bytes, size_t size)
{
	struct cpg_queue_entry *entry;
	void *copy;
	int r;

	if (size > CPG_MESSAGE_MAX)
		return -EMSGSIZE;
	/* Nothing overtakes what waits. */
	r = queue->n > 0 && cpg->attached ? -EAGAIN : cpg_io_send(cpg, bytes, size);
	if (r != -EAGAIN)
		return r;
	if (queue->n == CPG_QUEUE_MAX)
		return -EAGAIN;
	copy = malloc(size ? size : 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, size);
	entry = &queue->list[(queue->first + queue->n++) % CPG_QUEUE_MAX];
	*entry = (struct cpg_queue_entry){.bytes = copy, .size = size};
	cpg_io_retry(cpg);
	return 0;
}

void cpg_queue_clear(struct cpg_queue *queue)
{
	while (queue->n > 0)
		drop_first(queue);
}
