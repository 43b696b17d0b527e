// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever a server says: its head is judged at last, and the same however it is cut. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "console/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From a block of its own size, so that every byte too much is seen. */
static int parse(const uint8_t *data, size_t size, struct http_head *ret_head)
{
	char *copy = malloc(size ? size : 1);
	int r;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	r = http_head_parse(copy, size, ret_head);
	free(copy);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_head whole = {0};
	int verdict = parse(data, size, &whole), last = -EAGAIN;

	if (verdict == 0 && (whole.size > size || whole.size < 4 || whole.status < 200 ||
			     whole.status > 599 || whole.length > HTTP_BODY_MAX))
		abort();
	if (verdict == -EAGAIN && size >= HTTP_HEAD_MAX)
		abort();
	for (size_t n = 0; n <= size && last == -EAGAIN; n++) {
		struct http_head part = {0};

		last = parse(data, n, &part);
		if (last == 0 && (part.size != whole.size || part.length != whole.length ||
				  part.status != whole.status))
			abort();
	}
	if (last != verdict)
		abort();
	return 0;
}
