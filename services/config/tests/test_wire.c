// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/config_wire.h"

static void make_revision(struct revision *r)
{
	r->number = UINT64_MAX;
	r->term = 1ull << 32;
	r->refers = 7;
	memset(&r->parent, 1, sizeof(r->parent));
	memset(&r->body, 2, sizeof(r->body));
	memset(&r->id, 3, sizeof(r->id));
	r->kind = REVISION_ROLLBACK;
	r->confirm_s = REVISION_CONFIRM_MAX;
	r->time = -5;
	memset(r->author, 'a', sizeof(r->author) - 1);
	memset(r->comment, 'c', sizeof(r->comment) - 1);
	memset(r->model, 'm', sizeof(r->model) - 1);
}

/* As large as it can be. */
static void make(struct config_message *m, enum config_wire_type type, uint8_t level)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	m->level = level;
	m->view = 0x1122334455667788;
	m->term = 9;
	switch (type) {
	case CONFIG_WIRE_STATE:
		m->state = (struct config_wire_state){1,     2, 3,   UINT64_MAX,	 5,
						      {{6}}, 7, 200, CONFIG_STATE_ABSENT};
		break;
	case CONFIG_WIRE_PROMISE:
	case CONFIG_WIRE_READY:
		m->vote.quorum = 3;
		m->vote.number = 12;
		m->vote.id.bytes[31] = 4;
		break;
	case CONFIG_WIRE_FETCH:
		m->fetch.to = 3;
		m->fetch.offset = 4096;
		m->fetch.number = 12;
		break;
	case CONFIG_WIRE_PART:
		make_revision(&m->part.revision);
		m->part.to = 2;
		m->part.total = 1u << 21;
		m->part.size = CONFIG_WIRE_CHUNK;
		memset(m->part.data, 'd', sizeof(m->part.data));
		break;
	case CONFIG_WIRE_PROPOSE:
		make_revision(&m->propose.revision);
		m->propose.size = 99;
		m->propose.format = CONFIG_FORMAT_DELTA;
		m->propose.prefix = 1000;
		m->propose.suffix = 2000;
		break;
	case CONFIG_WIRE_BODY:
		m->body.offset = 8192;
		m->body.size = CONFIG_WIRE_CHUNK;
		memset(m->body.data, 'd', sizeof(m->body.data));
		break;
	case CONFIG_WIRE_BAD:
		memset(m->answer.reason, 'r', sizeof(m->answer.reason) - 1);
		/* fall through */
	default:
		if (type != CONFIG_WIRE_OVERRIDE)
			m->answer.id.bytes[0] = 8;
	}
}

static void each(void (*test)(const struct config_message *m))
{
	static struct config_message m;

	make(&m, CONFIG_WIRE_STATE, CONFIG_WIRE_LEVEL_STATE);
	test(&m);
	for (uint8_t level = CONFIG_WIRE_LEVEL_MIN; level <= CONFIG_WIRE_LEVEL; level++)
		for (int type = CONFIG_WIRE_STATE + 1; type <= CONFIG_WIRE_TYPE_LAST; type++) {
			make(&m, (enum config_wire_type)type, level);
			test(&m);
		}
}

static void goes_and_comes(const struct config_message *m)
{
	static struct config_message out;
	uint8_t buf[CONFIG_WIRE_MAX];
	size_t length = 0;

	assert_int_equal(config_wire_encode(m, buf, sizeof(buf), &length), 0);
	assert_int_equal(config_wire_decode(buf, length, &out), 0);
	assert_memory_equal(m, &out, sizeof(out));
	assert_int_equal(config_wire_encode(m, buf, length - 1, &length), -ENOSPC);
}

static void every_kind_survives_the_way(void **state)
{
	(void)state;
	each(goes_and_comes);
}

static void is_exact(const struct config_message *m)
{
	static struct config_message out;
	uint8_t buf[CONFIG_WIRE_MAX + 1] = {0};
	size_t length = 0;

	assert_int_equal(config_wire_encode(m, buf, CONFIG_WIRE_MAX, &length), 0);
	for (size_t i = 0; i < length; i++)
		assert_true(config_wire_decode(buf, i, &out) < 0);
	assert_int_equal(config_wire_decode(buf, length + 1, &out), -EBADMSG);
	buf[2] = CONFIG_WIRE_LEVEL + 1;
	assert_int_equal(config_wire_decode(buf, length, &out), -EPROTO);
	buf[2] = 0;
	assert_int_equal(config_wire_decode(buf, length, &out), -EPROTO);
}

static void other_lengths_and_levels_are_refused(void **state)
{
	(void)state;
	each(is_exact);
}

/* Two releases at once are the most. What says so itself is understood by all. */
static void a_member_that_knows_neither_level_is_refused(void **state)
{
	static struct config_message m, out;
	uint8_t buf[CONFIG_WIRE_MAX];
	size_t length;

	(void)state;
	for (int level = 1; level <= CONFIG_WIRE_LEVEL + 1; level++) {
		make(&m, CONFIG_WIRE_STATE, 1);
		m.state.level = (uint8_t)level;
		assert_int_equal(config_wire_encode(&m, buf, sizeof(buf), &length), 0);
		assert_int_equal(config_wire_decode(buf, length, &out),
				 level < CONFIG_WIRE_LEVEL_MIN ? -EPROTONOSUPPORT : 0);
	}
}

/* The byte at `at` of a message is set to value: it must be refused. */
static void refused(enum config_wire_type type, size_t at, uint8_t value)
{
	static struct config_message m, out;
	uint8_t buf[CONFIG_WIRE_MAX];
	size_t length;

	make(&m, type, type == CONFIG_WIRE_STATE ? CONFIG_WIRE_LEVEL_STATE : CONFIG_WIRE_LEVEL);
	assert_int_equal(config_wire_encode(&m, buf, sizeof(buf), &length), 0);
	buf[at] = value;
	assert_int_equal(config_wire_decode(buf, length, &out), -EBADMSG);
}

static void values_out_of_range_are_refused(void **state)
{
	enum { HEAD = 20, IDS = HEAD + 24, KIND = IDS + 96, AUTHOR = KIND + 1 + 4 + 8 };

	(void)state;
	refused(CONFIG_WIRE_STATE, 0, 0);			    /* magic */
	refused(CONFIG_WIRE_PROMISE, 3, 0);			    /* type */
	refused(CONFIG_WIRE_PROMISE, 3, CONFIG_WIRE_TYPE_LAST + 1); /* type */
	refused(CONFIG_WIRE_STATE, HEAD + 77, 2);		    /* flags */
	refused(CONFIG_WIRE_STATE, HEAD + 76, 0);		    /* level */
	refused(CONFIG_WIRE_PROPOSE, KIND, 0);
	refused(CONFIG_WIRE_PROPOSE, KIND, REVISION_ROLLBACK + 1);
	refused(CONFIG_WIRE_PROPOSE, KIND + 4, 1);     /* confirm_s */
	refused(CONFIG_WIRE_PROPOSE, AUTHOR, 65);      /* length */
	refused(CONFIG_WIRE_PROPOSE, AUTHOR + 2, 0);   /* a NUL in a text */
	refused(CONFIG_WIRE_BODY, HEAD + 5, 0x10 + 1); /* more than a chunk */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_survives_the_way),
		cmocka_unit_test(other_lengths_and_levels_are_refused),
		cmocka_unit_test(a_member_that_knows_neither_level_is_refused),
		cmocka_unit_test(values_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
