// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever a server says: judged at last, with words, and the same however it is cut. */
#include <stdlib.h>
#include <string.h>

#include "health/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From a block of its own size, so that every byte too much is seen. */
static enum probe_verdict judge(enum probe_type type, const uint8_t *data, size_t size, bool ended)
{
	uint8_t *copy = malloc(size ? size : 1);
	const char *why = NULL;
	enum probe_verdict verdict;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	verdict = probe_judge(type, copy, size, ended, &why);
	free(copy);
	if (verdict == PROBE_BAD && (!why || strlen(why) == 0))
		abort();
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum probe_verdict last = PROBE_MORE;
	enum probe_type type;

	if (size < 1)
		return 0;
	type = data[0] % (PROBE_MYSQL + 1);
	data++;
	size = size - 1 < PROBE_ANSWER_MAX ? size - 1 : PROBE_ANSWER_MAX;
	for (size_t n = 0; n <= size; n++) {
		enum probe_verdict verdict = judge(type, data, n, false);

		if (last != PROBE_MORE && verdict != last)
			abort();
		last = verdict;
		if (judge(type, data, n, true) == PROBE_MORE)
			abort();
	}
	if (size == PROBE_ANSWER_MAX && last == PROBE_MORE)
		abort();
	return 0;
}
