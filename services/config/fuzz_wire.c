// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever bytes a peer sends: refused, or a message that encodes to the same bytes again. */
#include <stdlib.h>
#include <string.h>

#include "proto/config_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config_message message;
	uint8_t buf[CONFIG_WIRE_MAX];
	size_t length;

	if (config_wire_decode(data, size, &message) < 0)
		return 0;
	if (config_wire_encode(&message, buf, sizeof(buf), &length) < 0 || length != size ||
	    memcmp(buf, data, size) != 0)
		abort();
	return 0;
}
