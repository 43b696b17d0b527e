// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/agent_wire.h"

static void make_state(struct agent_message *m, uint32_t n_groups)
{
	memset(m, 0, sizeof(*m));
	m->type = AGENT_WIRE_STATE;
	m->view = 0x1122334455667788;
	m->state.incarnation = 42;
	m->state.revision = 7;
	m->state.n_groups = n_groups;
	for (uint32_t i = 0; i < n_groups; i++) {
		struct agent_wire_group *g = &m->state.groups[i];

		g->key = agent_wire_key("main") + i;
		g->epoch = UINT64_MAX - i;
		g->highest = UINT64_MAX;
		g->guard_left = 1330000000;
		g->owner = 3;
		g->flags = AGENT_STATE_HOLDING | AGENT_STATE_RELEASED;
		g->health = AGENT_HEALTH_NO_CARRIER;
		strcpy(g->object, "eth10:1234");
		g->health_age = 5;
	}
}

static void make_group(struct agent_message *m, enum agent_wire_type type)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	m->view = 9;
	m->group.key = agent_wire_key("main");
	m->group.epoch = 4;
	m->group.seq = 5;
	m->group.lease = 1330000000;
	m->group.node = 2;
}

static void every_kind_survives_the_way(void **state)
{
	uint8_t buf[AGENT_WIRE_MAX];

	(void)state;
	for (int type = AGENT_WIRE_STATE; type <= AGENT_WIRE_TYPE_LAST; type++) {
		struct agent_message in, out;
		size_t length = 0;

		if (type <= AGENT_WIRE_HEALTH)
			make_state(&in, AGENT_WIRE_GROUPS_MAX);
		else
			make_group(&in, (enum agent_wire_type)type);
		in.type = (enum agent_wire_type)type;
		assert_int_equal(agent_wire_encode(&in, buf, sizeof(buf), &length), 0);
		assert_int_equal(agent_wire_decode(buf, length, &out), 0);
		assert_memory_equal(&in, &out, sizeof(in));
		assert_string_not_equal(agent_wire_type_name(in.type), "?");
	}
}

static void bytes_are_as_they_always_were(void **state)
{
	/* Little-endian, written down: a node with the next firmware must read this one's. */
	static const uint8_t expected[] = {
		0x52, 0x41, 1,	  4,	9,    0,    0,	  0,	0, 0, 0, 0, /* magic, version, ECHO,
									       view */
		0xba, 0xfb, 0xc0, 0x6c, 0xcf, 0x47, 0xf0, 0x0c,		    /* key */
		4,    0,    0,	  0,	0,    0,    0,	  0,	5, 0, 0, 0, 0,
		0,    0,    0,						    /* epoch, seq */
		0x80, 0x30, 0x46, 0x4f, 0,    0,    0,	  0,	2, 0, 0, 0, /* lease, node */
	};
	struct agent_message m;
	uint8_t buf[AGENT_WIRE_MAX];
	size_t length = 0;

	(void)state;
	make_group(&m, AGENT_WIRE_ECHO);
	m.group.key = 0x0cf047cf6cc0fbba;
	assert_int_equal(agent_wire_encode(&m, buf, sizeof(buf), &length), 0);
	assert_int_equal(length, sizeof(expected));
	assert_memory_equal(buf, expected, length);
}

static void a_byte_too_few_or_too_many_is_refused(void **state)
{
	struct agent_message m, out = {.view = 77};
	uint8_t buf[AGENT_WIRE_MAX + 1] = {0};
	size_t length = 0;

	(void)state;
	make_state(&m, 2);
	assert_int_equal(agent_wire_encode(&m, buf, sizeof(buf), &length), 0);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(agent_wire_decode(buf, i, &out), -EBADMSG);
	assert_int_equal(agent_wire_decode(buf, length + 1, &out), -EBADMSG);
	assert_int_equal(out.view, 77);
	assert_int_equal(agent_wire_encode(&m, buf, length - 1, &length), -ENOSPC);
}

static void nonsense_is_refused(void **state)
{
	struct agent_message m, out;
	uint8_t buf[AGENT_WIRE_MAX];
	size_t length = 0;

	(void)state;
	make_state(&m, 1);
	assert_int_equal(agent_wire_encode(&m, buf, sizeof(buf), &length), 0);
	buf[2] = AGENT_WIRE_VERSION + 1;
	assert_int_equal(agent_wire_decode(buf, length, &out), -EPROTO);
	buf[2] = AGENT_WIRE_VERSION;
	buf[3] = 0;
	assert_int_equal(agent_wire_decode(buf, length, &out), -EBADMSG);
	buf[3] = AGENT_WIRE_TYPE_LAST + 1;
	assert_int_equal(agent_wire_decode(buf, length, &out), -EBADMSG);
	buf[3] = AGENT_WIRE_STATE;
	buf[28] = AGENT_WIRE_GROUPS_MAX + 1;
	assert_int_equal(agent_wire_decode(buf, length, &out), -EBADMSG);
	buf[28] = 1;
	assert_int_equal(agent_wire_decode(buf, length, &out), 0);
	memset(m.state.groups[0].object, 'x', AGENT_WIRE_OBJECT_MAX); /* no end */
	assert_int_equal(agent_wire_encode(&m, buf, sizeof(buf), &length), 0);
	assert_int_equal(agent_wire_decode(buf, length, &out), -EBADMSG);
	m.type = 0;
	assert_int_equal(agent_wire_encode(&m, buf, sizeof(buf), &length), -EINVAL);
}

/* Else no view would form with a member of a later release. */
static void what_a_later_release_adds_is_taken(void **state)
{
	struct agent_message m, out;
	uint8_t buf[AGENT_WIRE_MAX];
	size_t length;

	(void)state;
	make_state(&m, 1);
	m.state.groups[0].flags = 0x80 | AGENT_STATE_HOLDING;
	m.state.groups[0].health = AGENT_HEALTH_LAST + 1;
	assert_int_equal(agent_wire_encode(&m, buf, sizeof(buf), &length), 0);
	assert_int_equal(agent_wire_decode(buf, length, &out), 0);
	assert_true(out.state.groups[0].flags & AGENT_STATE_HOLDING);
	assert_int_not_equal(out.state.groups[0].health, AGENT_HEALTH_FIT);
}

static void keys_differ(void **state)
{
	(void)state;
	/* Test vectors of FNV-1a, 64 bits (draft-eastlake-fnv, appendix C). */
	assert_true(agent_wire_key("") == 0xcbf29ce484222325);
	assert_true(agent_wire_key("a") == 0xaf63dc4c8601ec8c);
	assert_true(agent_wire_key("foobar") == 0x85944171f73967e8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_survives_the_way),
		cmocka_unit_test(bytes_are_as_they_always_were),
		cmocka_unit_test(a_byte_too_few_or_too_many_is_refused),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(what_a_later_release_adds_is_taken),
		cmocka_unit_test(keys_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
