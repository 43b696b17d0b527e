// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "config/revision.h"

static struct revision example(void)
{
	struct revision revision = {
		.number = 7,
		.term = 3,
		.refers = 5,
		.kind = REVISION_CONFIRM,
		.confirm_s = 600,
		.time = 1795000000,
		.author = "admin",
		.comment = "two more real servers",
		.model = "2026-11-24",
	};

	memset(revision.parent.bytes, 0x11, sizeof(revision.parent.bytes));
	memset(revision.body.bytes, 0x22, sizeof(revision.body.bytes));
	return revision;
}

static void hex(const struct revision_id *id, char ret_text[2 * REVISION_ID_SIZE + 1])
{
	for (size_t i = 0; i < sizeof(id->bytes); i++)
		snprintf(ret_text + 2 * i, 3, "%02x", id->bytes[i]);
}

/* Nodes of every version must agree on it: computed once by Python's hashlib from the encoding. */
static void the_encoding_stands(void **state)
{
	struct revision revision = example();
	struct revision_id id;
	char text[2 * REVISION_ID_SIZE + 1];

	(void)state;
	revision_id(&revision, &id);
	hex(&id, text);
	assert_string_equal(text,
			    "81811999cd5754388ddd6af3b272716eee7badf9d86e33c146e52d5cb533e92d");
}

/* FIPS 180-4's example. */
static void a_digest_is_sha256(void **state)
{
	struct revision_id id;
	char text[2 * REVISION_ID_SIZE + 1];

	(void)state;
	revision_body_digest("abc", 3, &id);
	hex(&id, text);
	assert_string_equal(text,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#define FIELD(name)                                                                   \
	{                                                                             \
		offsetof(struct revision, name), sizeof(((struct revision *)0)->name) \
	}

static void every_byte_counts_but_term_and_id(void **state)
{
	static const struct {
		size_t at, size;
	} fields[] = {
		FIELD(number), FIELD(refers),	 FIELD(parent), FIELD(body),	FIELD(kind),
		FIELD(time),   FIELD(confirm_s), FIELD(author), FIELD(comment), FIELD(model),
	};
	struct revision revision = example();
	struct revision_id first, id;

	(void)state;
	/* Texts without NUL, so that none of their bytes is behind one. */
	memset(revision.author, 'a', sizeof(revision.author));
	memset(revision.comment, 'c', sizeof(revision.comment));
	memset(revision.model, 'm', sizeof(revision.model));
	revision_id(&revision, &first);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		for (size_t j = 0; j < fields[i].size; j++) {
			((uint8_t *)&revision)[fields[i].at + j] ^= 1;
			revision_id(&revision, &id);
			assert_memory_not_equal(&id, &first, sizeof(id));
			((uint8_t *)&revision)[fields[i].at + j] ^= 1;
		}
	}
	revision.term++;
	memset(&revision.id, 0xff, sizeof(revision.id));
	revision_id(&revision, &id);
	assert_memory_equal(&id, &first, sizeof(id));
}

static void what_follows_a_text_does_not_count(void **state)
{
	struct revision revision = example();
	struct revision_id first, id;

	(void)state;
	revision_id(&revision, &first);
	revision.comment[sizeof(revision.comment) - 1] = 'x';
	revision_id(&revision, &id);
	assert_memory_equal(&id, &first, sizeof(id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_encoding_stands),
		cmocka_unit_test(a_digest_is_sha256),
		cmocka_unit_test(every_byte_counts_but_term_and_id),
		cmocka_unit_test(what_follows_a_text_does_not_count),
	};

	return cmocka_run_group_tests_name("revision", tests, NULL, NULL);
}
