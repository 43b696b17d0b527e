// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/sync_wire.h"

static struct sync_message message;

static struct sync_record record_of(uint8_t family, uint8_t state)
{
	struct sync_record r = {
		.family = family,
		.state = state,
		.protocol = state == FWD_UDP ? IPPROTO_UDP : IPPROTO_TCP,
		.age_ms = 77000,
		.client = {htonl(0xc6336401)},
		.real = {htonl(0x0a4d0065)},
		.client_port = htons(40000),
		.virtual = {htonl(0xcb00710a)},
		.virtual_port = htons(80),
	};

	if (family == 6)
		r.client[3] = r.real[2] = r.virtual[1] = htonl(7);
	if (state == FWD_PERSISTENT) {
		r.protocol = 0;
		r.client_port = r.virtual_port = 0;
		memset(r.virtual, 0, sizeof(r.virtual));
		r.service = 0x123456789abcdef0ULL;
	}
	return r;
}

static struct sync_record inside_of(int family, enum fwd_state state)
{
	struct sync_record r = record_of(family, state);

	r.full_nat = true;
	r.inside[0] = htonl(0x0a4d0066);
	r.inside_port = htons(1000);
	return r;
}

static void assert_same(const struct sync_record *a, const struct sync_record *b)
{
	assert_int_equal(a->family, b->family);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->age_ms, b->age_ms);
	assert_memory_equal(a->client, b->client, sizeof(a->client));
	assert_memory_equal(a->real, b->real, sizeof(a->real));
	assert_memory_equal(a->virtual, b->virtual, sizeof(a->virtual));
	assert_int_equal(a->client_port, b->client_port);
	assert_int_equal(a->real_port, b->real_port);
	assert_int_equal(a->virtual_port, b->virtual_port);
	assert_true(a->service == b->service);
	assert_int_equal(a->full_nat, b->full_nat);
	assert_int_equal(a->inside_port, b->inside_port);
	assert_memory_equal(a->inside, b->inside, sizeof(a->inside));
}

static void a_record_comes_back(void **state)
{
	struct sync_batch batch;
	const struct sync_record records[] = {
		record_of(4, FWD_ESTABLISHED), record_of(6, FWD_UDP),
		inside_of(4, FWD_ESTABLISHED), inside_of(6, FWD_UDP),
		record_of(4, FWD_PERSISTENT),  record_of(6, FWD_PERSISTENT),
		record_of(4, FWD_CLOSE),
	};
	const size_t n = sizeof(records) / sizeof(records[0]);

	(void)state;
	sync_wire_begin(&batch);
	for (size_t i = 0; i < n; i++)
		assert_true(sync_wire_add(&batch, &records[i]));
	sync_wire_end(&batch, 5, 6, 7);
	assert_int_equal(sync_wire_parse(batch.bytes, batch.size, &message), 0);
	assert_int_equal(message.kind, SYNC_DATA);
	assert_true(message.data.sequence == 5 && message.data.group == 6 &&
		    message.data.epoch == 7);
	assert_int_equal(message.data.n, n);
	for (size_t i = 0; i < n; i++)
		assert_same(&message.data.records[i], &records[i]);
}

static void a_message_fits_a_datagram(void **state)
{
	const struct sync_record record = record_of(4, FWD_ESTABLISHED);
	struct sync_batch batch;
	size_t n = 0;

	(void)state;
	sync_wire_begin(&batch);
	while (sync_wire_add(&batch, &record))
		n++;
	sync_wire_end(&batch, 1, 1, 1);
	assert_int_equal(n, SYNC_RECORDS_MAX);
	assert_int_equal(batch.n, n);
	assert_true(batch.size + SYNC_SEAL_SIZE <= SYNC_DATAGRAM_MAX);
	assert_int_equal(sync_wire_parse(batch.bytes, batch.size, &message), 0);
	assert_int_equal(message.data.n, n);
}

static void hello_and_ask_come_back(void **state)
{
	struct sync_hello hello = {1, 2, 3, 40, 5, 6, 7, 8, true, false};
	struct sync_ask ask = {.n = SYNC_ASK_MAX};
	uint8_t bytes[SYNC_PLAIN_MAX], again[SYNC_PLAIN_MAX];
	size_t size = 0;

	(void)state;
	for (int flags = 0; flags < 4; flags++) {
		hello.lacks = flags & 1;
		hello.backup = flags & 2;
		size = sync_wire_hello(&hello, bytes);
		assert_int_equal(sync_wire_parse(bytes, size, &message), 0);
		assert_int_equal(message.kind, SYNC_HELLO);
		assert_int_equal(sync_wire_hello(&message.hello, again), size);
		assert_memory_equal(again, bytes, size);
	}
	for (size_t i = 0; i < ask.n; i++)
		ask.sequences[i] = i * i;
	size = sync_wire_ask(&ask, bytes);
	assert_int_equal(sync_wire_parse(bytes, size, &message), 0);
	assert_int_equal(message.kind, SYNC_ASK);
	assert_memory_equal(&message.ask, &ask, sizeof(ask));
}

static int parse_one(const struct sync_record *record, size_t cut)
{
	struct sync_batch batch;

	sync_wire_begin(&batch);
	assert_true(sync_wire_add(&batch, record));
	sync_wire_end(&batch, 1, 1, 1);
	return sync_wire_parse(batch.bytes, batch.size - cut, &message);
}

/* One field at a time is what it must not be. */
static void every_field_is_checked(void **state)
{
	struct sync_record r;

#define REFUSED(family, of, change)                           \
	do {                                                  \
		r = record_of(family, of);                    \
		assert_int_equal(parse_one(&r, 0), 0);        \
		change;                                       \
		assert_int_equal(parse_one(&r, 0), -EBADMSG); \
	} while (0)

	(void)state;
	REFUSED(4, FWD_ESTABLISHED, r.state = FWD_SYN);
	REFUSED(4, FWD_ESTABLISHED, r.state = FWD_CLAIMED);
	REFUSED(4, FWD_ESTABLISHED, r.state = FWD_STATES);
	REFUSED(4, FWD_ESTABLISHED, r.state = FWD_UDP);
	REFUSED(4, FWD_UDP, r.state = FWD_ESTABLISHED);
	REFUSED(4, FWD_UDP, r.protocol = IPPROTO_SCTP);
	REFUSED(4, FWD_UDP, r.protocol = 0);
	REFUSED(4, FWD_UDP, r.age_ms = SYNC_AGE_MAX_MS + 1);
	REFUSED(4, FWD_UDP, r.client_port = 0);
	REFUSED(4, FWD_UDP, r.virtual_port = 0);
	REFUSED(4, FWD_UDP, r.client[0] = 0);
	REFUSED(4, FWD_UDP, r.virtual[0] = 0);
	REFUSED(4, FWD_UDP, r.real[0] = 0);
	REFUSED(6, FWD_PERSISTENT, r.protocol = IPPROTO_TCP);
	REFUSED(6, FWD_PERSISTENT, r.virtual_port = htons(80));
	REFUSED(6, FWD_PERSISTENT, r.service = 0);
	REFUSED(6, FWD_PERSISTENT, memset(r.real, 0, sizeof(r.real)));
	REFUSED(4, FWD_UDP, r = inside_of(4, FWD_UDP); r.inside[0] = 0);
	REFUSED(4, FWD_UDP, r = inside_of(4, FWD_UDP); r.inside_port = 0);
	REFUSED(4, FWD_PERSISTENT, r = inside_of(4, FWD_PERSISTENT));
	/* Of a template's client the mask may leave nothing. */
	r = record_of(4, FWD_PERSISTENT);
	r.client[0] = 0;
	assert_int_equal(parse_one(&r, 0), 0);
	assert_int_equal(parse_one(&r, 1), -EBADMSG);
}

static void heads_and_sizes_are_checked(void **state)
{
	const struct sync_hello sound = {1, 2, 3, 40, 5, 6, 7, 8, false, false};
	struct sync_hello hello = sound;
	uint8_t bytes[SYNC_PLAIN_MAX + 1] = {0};
	struct sync_batch batch;
	size_t size = sync_wire_hello(&hello, bytes);

	(void)state;
	for (size_t n = 0; n <= size + 1; n++)
		assert_int_equal(sync_wire_parse(bytes, n, &message), n == size ? 0 : -EBADMSG);
	bytes[0]++;
	assert_int_equal(sync_wire_parse(bytes, size, &message), -EPROTO);
	bytes[0]--;
	bytes[1] = 0;
	assert_int_equal(sync_wire_parse(bytes, size, &message), -EBADMSG);
	bytes[size - 1] = 4;
	bytes[1] = SYNC_HELLO;
	assert_int_equal(sync_wire_parse(bytes, size, &message), -EBADMSG);
	hello.from = hello.ack + 1;
	assert_int_equal(sync_wire_parse(bytes, sync_wire_hello(&hello, bytes), &message),
			 -EBADMSG);
	hello = sound;
	hello.full_end = hello.next + 1;
	assert_int_equal(sync_wire_parse(bytes, sync_wire_hello(&hello, bytes), &message),
			 -EBADMSG);
	for (uint64_t i = 0; i < 3; i++) {
		sync_wire_begin(&batch);
		sync_wire_end(&batch, i != 0, i != 1, i != 2);
		assert_int_equal(sync_wire_parse(batch.bytes, batch.size, &message), -EBADMSG);
	}
	/* A flag and a byte that mean nothing yet. */
	sync_wire_begin(&batch);
	sync_wire_add(&batch, &(struct sync_record){.family = 4});
	batch.bytes[SYNC_DATA_SIZE] |= 4;
	sync_wire_end(&batch, 1, 1, 1);
	assert_int_equal(sync_wire_parse(batch.bytes, batch.size, &message), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_comes_back),
		cmocka_unit_test(a_message_fits_a_datagram),
		cmocka_unit_test(hello_and_ask_come_back),
		cmocka_unit_test(every_field_is_checked),
		cmocka_unit_test(heads_and_sizes_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
