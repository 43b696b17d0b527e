// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ring_wire.h"

#include <errno.h>
#include <string.h>

#include "proto/wire_cursor.h"

#define MAGIC 0x5252 /* "RR" */

int ring_wire_encode(const struct ring_report *report, uint8_t *buf, size_t size,
		     size_t *ret_length)
{
	size_t length = strnlen(report->reason, sizeof(report->reason) - 1);
	struct wire_cursor c = {.out = buf, .size = size};

	wire_put(&c, MAGIC, 2);
	wire_put(&c, RING_WIRE_VERSION, 1);
	wire_put(&c, report->target, 8);
	wire_put(&c, report->left, 1);
	wire_put(&c, report->flags, 1);
	wire_put(&c, length, 1);
	wire_put_bytes(&c, report->reason, length);
	if (c.failed)
		return -ENOSPC;
	*ret_length = c.at;
	return 0;
}

int ring_wire_decode(const uint8_t *data, size_t size, struct ring_report *ret_report)
{
	struct wire_cursor c = {.in = data, .size = size};
	struct ring_report report = {0};
	size_t length;

	if (wire_get(&c, 2) != MAGIC)
		return -EBADMSG;
	if (wire_get(&c, 1) != RING_WIRE_VERSION)
		return c.failed ? -EBADMSG : -EPROTO;
	report.target = wire_get(&c, 8);
	report.left = (uint8_t)wire_get(&c, 1);
	report.flags = (uint8_t)wire_get(&c, 1);
	length = wire_get(&c, 1);
	if (report.flags & ~RING_REPORT_FLAGS || length >= sizeof(report.reason))
		return -EBADMSG;
	wire_get_bytes(&c, report.reason, length);
	if (c.failed || c.at != size || memchr(report.reason, 0, length))
		return -EBADMSG;
	*ret_report = report;
	return 0;
}
