// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever bytes are taken for a bundle: refused, or records that are written the same again. */
#include <stdlib.h>
#include <string.h>

#include "proto/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct compared {
	const uint8_t *bytes;
	size_t size, at;
};

static int compare(void *user, const void *bytes, size_t size)
{
	struct compared *c = user;

	if (size > c->size - c->at || memcmp(c->bytes + c->at, bytes, size) != 0)
		abort();
	c->at += size;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct compared compared = {data, size, 0};
	struct bundle_reader reader;
	struct bundle_writer writer;
	struct bundle_record record;

	if (bundle_open(data, size, &reader) < 0)
		return 0;
	if (bundle_begin(&writer, compare, &compared) < 0)
		abort();
	while (bundle_next(&reader, &record) == 1) {
		if (bundle_write(&writer, &record) < 0)
			abort();
	}
	return 0;
}
