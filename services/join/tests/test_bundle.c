// SPDX-License-Identifier: GPL-2.0-or-later
/* The bundle: what is written is read, and nothing that is cut off, changed or out of order. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/bundle.h"

static uint8_t buf[4096];
static size_t used;

static int sink(void *user, const void *bytes, size_t size)
{
	(void)user;
	assert_true(size <= sizeof(buf) - used);
	memcpy(buf + used, bytes, size);
	used += size;
	return 0;
}

static struct bundle_record revision(uint64_t number, uint64_t same, const char *document)
{
	struct bundle_record record = {
		.type = BUNDLE_REVISION,
		.data = document,
		.size = strlen(document),
		.same = same,
		.revision = {.number = number,
			     .kind = REVISION_CHANGE,
			     .time = -5,
			     .author = "root",
			     .comment = "why",
			     .model = "2026-11-24"},
	};

	memset(record.revision.id.bytes, (int)number, REVISION_ID_SIZE);
	return record;
}

static void write_all(struct bundle_writer *writer, const struct bundle_record *records, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bundle_write(writer, &records[i]), 0);
}

/* Two keys, a name, three revisions in two parts. */
static size_t sample(void)
{
	const struct bundle_record records[] = {
		{.type = BUNDLE_FILE, .name = "authkey", .data = "0123", .size = 4},
		{.type = BUNDLE_FILE, .name = "secret.key", .data = "", .size = 0},
		{.type = BUNDLE_NODE, .name = "r2"},
		revision(7, 0, "{}"),
		revision(8, 7, ""),
		{.type = BUNDLE_END},
		revision(9, 0, "{\"a\":1}"),
		{.type = BUNDLE_END},
	};
	struct bundle_writer writer;

	used = 0;
	assert_int_equal(bundle_begin(&writer, sink, NULL), 0);
	write_all(&writer, records, sizeof(records) / sizeof(records[0]));
	assert_int_equal(writer.total, used);
	return used;
}

/* Reads all of it; the last answer. */
static int read_all(const uint8_t *bytes, size_t size, struct bundle_record *records, size_t *ret_n)
{
	struct bundle_reader reader;
	struct bundle_record record;
	int r = bundle_open(bytes, size, &reader);

	*ret_n = 0;
	while (r == 0 && (r = bundle_next(&reader, &record)) == 1) {
		if (records)
			records[*ret_n] = record;
		(*ret_n)++;
		r = 0;
		if (reader.ended && reader.at == reader.size)
			break;
	}
	return r == 0 ? bundle_next(&reader, &record) : r;
}

static void what_is_written_is_read(void **state)
{
	struct bundle_record records[16];
	size_t n, size = sample();

	(void)state;
	assert_int_equal(read_all(buf, size, records, &n), 0);
	assert_int_equal(n, 8);
	assert_string_equal(records[0].name, "authkey");
	assert_int_equal(records[0].size, 4);
	assert_memory_equal(records[0].data, "0123", 4);
	assert_string_equal(records[2].name, "r2");
	assert_int_equal(records[3].revision.number, 7);
	assert_int_equal(records[3].revision.time, -5);
	assert_string_equal(records[3].revision.author, "root");
	assert_string_equal(records[3].revision.comment, "why");
	assert_string_equal(records[3].revision.model, "2026-11-24");
	assert_memory_equal(records[3].data, "{}", 2);
	assert_int_equal(records[4].same, 7);
	assert_int_equal(records[6].revision.id.bytes[31], 9);
}

/* Cut off anywhere it is not whole, but behind an END. */
static void cut_off_is_seen(void **state)
{
	size_t n, size = sample(), whole = 0;

	(void)state;
	for (size_t i = 0; i < size; i++) {
		if (read_all(buf, i, NULL, &n) == 0) {
			whole++;
			assert_int_equal(n, 6);
		}
	}
	assert_int_equal(whole, 1);
}

static void every_changed_bit_is_seen(void **state)
{
	size_t n, size = sample();

	(void)state;
	for (size_t bit = 0; bit < 8 * size; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(read_all(buf, size, NULL, &n) < 0);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(read_all(buf, size, NULL, &n), 0);
	buf[8]++;
	assert_int_equal(read_all(buf, size, NULL, &n), -EPROTO);
}

static int check(const struct bundle_record *records, size_t n)
{
	static const struct bundle_record end = {.type = BUNDLE_END};
	struct bundle_writer writer;

	used = 0;
	assert_int_equal(bundle_begin(&writer, sink, NULL), 0);
	write_all(&writer, records, n);
	write_all(&writer, &end, 1);
	return read_all(buf, used, NULL, &n);
}

static void order_counts(void **state)
{
	const struct bundle_record gap[] = {revision(7, 0, "{}"), revision(9, 0, "{}")};
	const struct bundle_record back[] = {revision(7, 0, "{}"), revision(6, 0, "{}")};
	const struct bundle_record twice[] = {revision(7, 0, "{}"), revision(7, 0, "{}")};
	const struct bundle_record zero[] = {revision(0, 0, "{}")};
	const struct bundle_record before[] = {revision(7, 6, "")};
	const struct bundle_record itself[] = {revision(7, 7, "")};
	const struct bundle_record good[] = {revision(7, 0, "{}"), revision(8, 0, "{}"),
					     revision(9, 7, "")};

	(void)state;
	assert_int_equal(check(gap, 2), -EBADMSG);
	assert_int_equal(check(back, 2), -EBADMSG);
	assert_int_equal(check(twice, 2), -EBADMSG);
	assert_int_equal(check(zero, 1), -EBADMSG);
	assert_int_equal(check(before, 1), -EBADMSG);
	assert_int_equal(check(itself, 1), -EBADMSG);
	assert_int_equal(check(good, 3), 0);
}

static void what_is_too_large_is_not_written(void **state)
{
	static char large[BUNDLE_FILE_MAX + 1];
	struct bundle_record file = {
		.type = BUNDLE_FILE, .name = "f", .data = large, .size = sizeof(large)};
	struct bundle_record nothing = revision(1, 0, ""), both = revision(2, 1, "{}");
	struct bundle_record unnamed = {.type = BUNDLE_NODE};
	struct bundle_writer writer;

	(void)state;
	used = 0;
	assert_int_equal(bundle_begin(&writer, sink, NULL), 0);
	assert_int_equal(bundle_write(&writer, &file), -EINVAL);
	assert_int_equal(bundle_write(&writer, &nothing), -EINVAL);
	assert_int_equal(bundle_write(&writer, &both), -EINVAL);
	assert_int_equal(bundle_write(&writer, &unnamed), -EINVAL);
	memset(both.revision.comment, 'c', sizeof(both.revision.comment));
	both.same = 0;
	assert_int_equal(bundle_write(&writer, &both), -EINVAL);
	assert_int_equal(writer.total, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(cut_off_is_seen),
		cmocka_unit_test(every_changed_bit_is_seen),
		cmocka_unit_test(order_counts),
		cmocka_unit_test(what_is_too_large_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
