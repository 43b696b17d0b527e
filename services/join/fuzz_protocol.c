// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever bytes the other machine sends: no message, or one that encodes to the same bytes again;
 * and both sides go through their states with it.
 */
#include <stdlib.h>
#include <string.h>

#include "join/machine.h"
#include "join/member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t take(const uint8_t *data, size_t size, struct join_message *message)
{
	static uint8_t again[JOIN_MESSAGE_MAX];
	size_t payload, length;

	if (size < JOIN_HEAD_SIZE || join_head(data, &payload) < 0 ||
	    payload > size - JOIN_HEAD_SIZE ||
	    join_decode(data, JOIN_HEAD_SIZE + payload, message) < 0)
		return 0;
	if (join_encode(message, again, &length) < 0 || length != JOIN_HEAD_SIZE + payload ||
	    memcmp(again, data, length) != 0)
		abort();
	return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct join_hello hello = {JOIN_PROTOCOL, 2, 1, "1"};
	static const uint8_t secret[CODE_SECRET_SIZE];
	static struct join_message message;
	struct member member;
	struct machine machine;
	uint64_t now = 0;
	size_t n;

	member_init(&member, &hello, secret, now);
	member_connected(&member, now);
	machine_init(&machine, &hello, "", now);
	for (; (n = take(data, size, &message)) > 0; data += n, size -= n) {
		enum member_act act = member_message(&member, &message, ++now);

		if (machine_message(&machine, &message, now) == MACHINE_CHECK)
			machine_checked(&machine, now);
		if (act == MEMBER_SEND_WORDS || act == MEMBER_DROP) {
			member_lost(&member, true, "");
			if (member_closed(&member, now))
				break;
			member_connected(&member, now);
		}
	}
	if (member.tries > MEMBER_TRIES)
		abort();
	return 0;
}
