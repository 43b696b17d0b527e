// SPDX-License-Identifier: GPL-2.0-or-later
/* What the member and the new machine do with every message in every state, and with time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "join/machine.h"
#include "join/member.h"
#include "proto/bundle.h"

#define START 5000000000ULL

static const struct join_hello hello = {JOIN_PROTOCOL, 3, 2, "0.1.0"};
static const uint8_t secret[CODE_SECRET_SIZE] = {1, 2, 3, 4, 5, 6};
static struct join_message message;

static const struct join_message *of(enum join_type type)
{
	memset(&message, 0, sizeof(message));
	message.type = type;
	if (type == JOIN_HELLO)
		message.hello = hello;
	if (type == JOIN_SECRET)
		memcpy(message.secret, secret, sizeof(secret));
	if (type == JOIN_OFFER)
		message.offer = (struct join_offer){"demo", "r2", 7};
	if (type == JOIN_DATA)
		message.data.size = JOIN_DATA_MAX;
	if (type == JOIN_READY) {
		message.cards.n = 1;
		memcpy(message.cards.list[0].name, "eth0", 5);
	}
	if (type == JOIN_REFUSE)
		snprintf(message.words, sizeof(message.words), "no");
	return &message;
}

static struct member member_in(enum member_state wanted)
{
	static const enum join_type steps[] = {JOIN_HELLO, JOIN_SECRET, JOIN_READY, JOIN_DONE};
	struct member m;

	member_init(&m, &hello, secret, START);
	if (wanted != MEMBER_WAITING)
		member_connected(&m, START);
	for (size_t i = 0; m.state != wanted; i++)
		member_message(&m, of(steps[i]), START);
	return m;
}

static void the_member_gives_all_to_who_has_the_code(void **state)
{
	struct member m = member_in(MEMBER_WAITING);
	uint64_t now = START + 1;

	(void)state;
	member_connected(&m, now);
	assert_int_equal(member_message(&m, of(JOIN_HELLO), now), MEMBER_SEND_HELLO);
	assert_int_equal(member_message(&m, of(JOIN_SECRET), now), MEMBER_SEND_ALL);
	assert_int_equal(member_message(&m, of(JOIN_READY), now), MEMBER_COMMIT);
	assert_int_equal(m.cards.n, 1);
	assert_string_equal(m.cards.list[0].name, "eth0");
	assert_false(m.joined);
	assert_int_equal(member_message(&m, of(JOIN_DONE), now), MEMBER_DROP);
	assert_true(m.joined);
	member_lost(&m, true, "closed");
	assert_true(m.joined && member_closed(&m, now));
	assert_int_equal(m.tries, 0);
}

/* Every type in every state: only the one that is due does something. */
static void the_member_takes_each_message_at_its_place_only(void **state)
{
	static const enum join_type due[] = {
		[MEMBER_GREETED] = JOIN_HELLO,
		[MEMBER_ASKED] = JOIN_SECRET,
		[MEMBER_OFFERED] = JOIN_READY,
		[MEMBER_GIVEN] = JOIN_DONE,
	};

	(void)state;
	for (enum member_state s = MEMBER_GREETED; s <= MEMBER_GIVEN; s++) {
		for (enum join_type type = JOIN_HELLO; type < JOIN_REFUSE; type++) {
			struct member m = member_in(s);

			if (type == due[s])
				continue;
			assert_int_equal(member_message(&m, of(type), START), MEMBER_SEND_WORDS);
			assert_int_equal(m.state, s);
			assert_string_equal(m.words, "a message that does not belong there");
		}
	}
}

static void a_wrong_secret_is_a_try(void **state)
{
	struct member m = member_in(MEMBER_WAITING);

	(void)state;
	for (unsigned int i = 0; i < MEMBER_TRIES; i++) {
		assert_false(member_closed(&m, START));
		member_connected(&m, START);
		member_message(&m, of(JOIN_HELLO), START);
		of(JOIN_SECRET);
		message.secret[i % CODE_SECRET_SIZE] ^= 1;
		assert_int_equal(member_message(&m, &message, START), MEMBER_SEND_WORDS);
		assert_string_equal(m.words, "the code is wrong");
		member_lost(&m, true, "closed");
		assert_int_equal(m.tries, i + 1);
	}
	assert_true(member_closed(&m, START));
	assert_string_equal(m.words, "five tries went wrong");
}

/* Each single bit of it counts. */
static void every_bit_of_the_secret_counts(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(secret); bit++) {
		struct member m = member_in(MEMBER_ASKED);

		of(JOIN_SECRET);
		message.secret[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(member_message(&m, &message, START), MEMBER_SEND_WORDS);
	}
}

static void a_right_secret_counts_once(void **state)
{
	static const uint8_t none[CODE_SECRET_SIZE];

	(void)state;
	for (enum member_state s = MEMBER_OFFERED; s <= MEMBER_GIVEN; s++) {
		struct member m = member_in(s);

		assert_memory_equal(m.secret, none, sizeof(none));
		assert_false(member_closed(&m, START + MEMBER_OPEN_NS));
		member_lost(&m, true, "the connection broke");
		assert_true(member_closed(&m, START));
		assert_false(m.joined);
		assert_string_equal(m.words, "the connection broke");
	}
}

static void what_says_nothing_is_no_try(void **state)
{
	struct member m = member_in(MEMBER_WAITING);

	(void)state;
	for (unsigned int i = 0; i < 2 * MEMBER_TRIES; i++) {
		member_connected(&m, START);
		member_lost(&m, false, "closed");
	}
	assert_int_equal(m.tries, 0);
	assert_false(member_closed(&m, START));
	member_connected(&m, START);
	member_lost(&m, true, "no TLS");
	assert_int_equal(m.tries, 1);
}

static void time_ends_it(void **state)
{
	struct member m = member_in(MEMBER_WAITING);
	uint64_t now = START + MEMBER_OPEN_NS - 1;

	(void)state;
	assert_false(member_late(&m, now));
	assert_false(member_closed(&m, now));
	assert_true(member_closed(&m, now + 1));
	assert_non_null(strstr(m.words, "ten minutes"));
	/* Who comes at the last moment has his time for the secret, and no more. */
	m = member_in(MEMBER_WAITING);
	member_connected(&m, now);
	assert_false(member_late(&m, now + MEMBER_SECRET_NS - 1));
	assert_true(member_late(&m, now + MEMBER_SECRET_NS));
	member_lost(&m, true, "closed");
	assert_int_equal(m.tries, 1);
	assert_true(member_closed(&m, now + MEMBER_SECRET_NS));
	/* HELLO gives no further time. */
	m = member_in(MEMBER_ASKED);
	assert_true(member_late(&m, START + MEMBER_SECRET_NS));
	m = member_in(MEMBER_OFFERED);
	member_sent(&m, START + 1000);
	assert_false(member_late(&m, START + 1000 + MEMBER_READY_NS - 1));
	assert_true(member_late(&m, START + 1000 + MEMBER_READY_NS));
}

static void other_software_is_told_by_the_member(void **state)
{
	struct member m = member_in(MEMBER_GREETED);

	(void)state;
	of(JOIN_HELLO);
	message.hello.level = 1;
	message.hello.level_min = 1;
	assert_int_equal(member_message(&m, &message, START), MEMBER_SEND_WORDS);
	assert_non_null(strstr(m.words, "the new machine's software is too old"));
}

static void words_of_the_other_side_are_passed_on(void **state)
{
	struct member m = member_in(MEMBER_OFFERED);
	struct machine n;

	(void)state;
	assert_int_equal(member_message(&m, of(JOIN_REFUSE), START), MEMBER_DROP);
	assert_string_equal(m.words, "the new machine says: no");
	machine_init(&n, &hello, "", START);
	assert_int_equal(machine_message(&n, of(JOIN_REFUSE), START), MACHINE_FAIL);
	assert_string_equal(n.words, "the member says: no");
	memset(message.words, 'w', JOIN_WORDS_MAX - 1);
	machine_init(&n, &hello, "", START);
	assert_int_equal(machine_message(&n, &message, START), MACHINE_FAIL);
}

static void the_machine_takes_what_it_gets(void **state)
{
	struct machine n;

	(void)state;
	machine_init(&n, &hello, "r2", START);
	assert_int_equal(machine_message(&n, of(JOIN_HELLO), START), MACHINE_SEND_SECRET);
	assert_int_equal(machine_message(&n, of(JOIN_OFFER), START), MACHINE_BEGIN);
	assert_string_equal(n.offer.node, "r2");
	assert_int_equal(machine_message(&n, of(JOIN_DATA), START), MACHINE_STORE);
	assert_int_equal(machine_message(&n, of(JOIN_SENT), START), MACHINE_CHECK);
	assert_false(machine_late(&n, START + 1000 * MACHINE_DATA_NS));
	machine_checked(&n, START);
	assert_int_equal(machine_message(&n, of(JOIN_DATA), START), MACHINE_STORE);
	assert_int_equal(machine_message(&n, of(JOIN_SENT), START), MACHINE_TAKE);
	assert_int_equal(n.state, MACHINE_OVER);
}

static struct machine machine_in(enum machine_state wanted)
{
	static const enum join_type steps[] = {JOIN_HELLO, JOIN_OFFER, JOIN_SENT, JOIN_SENT};
	struct machine n;

	machine_init(&n, &hello, "", START);
	for (size_t i = 0; n.state != wanted; i++) {
		if (machine_message(&n, of(steps[i]), START) == MACHINE_CHECK)
			machine_checked(&n, START);
	}
	return n;
}

static void the_machine_takes_each_message_at_its_place_only(void **state)
{
	static const unsigned int due[] = {
		[MACHINE_GREETING] = 1 << JOIN_HELLO,
		[MACHINE_ASKING] = 1 << JOIN_OFFER,
		[MACHINE_TAKING] = 1 << JOIN_DATA | 1 << JOIN_SENT,
		[MACHINE_READY] = 1 << JOIN_DATA | 1 << JOIN_SENT,
		[MACHINE_OVER] = 0,
	};

	(void)state;
	for (enum machine_state s = MACHINE_GREETING; s <= MACHINE_OVER; s++) {
		for (enum join_type type = JOIN_HELLO; type < JOIN_REFUSE; type++) {
			struct machine n = machine_in(s);

			if (due[s] & 1u << type)
				continue;
			assert_int_equal(machine_message(&n, of(type), START), MACHINE_SEND_WORDS);
			assert_int_equal(n.state, MACHINE_OVER);
		}
	}
}

/* The secret stays here when the software does not fit. */
static void the_machine_keeps_its_secret_from_other_software(void **state)
{
	struct machine n = machine_in(MACHINE_GREETING);

	(void)state;
	of(JOIN_HELLO);
	message.hello.level = message.hello.level_min = 9;
	assert_int_equal(machine_message(&n, &message, START), MACHINE_SEND_WORDS);
	assert_non_null(strstr(n.words, "the new machine's software is too old"));
}

static void another_node_is_refused(void **state)
{
	struct machine n;

	(void)state;
	machine_init(&n, &hello, "w", START);
	machine_message(&n, of(JOIN_HELLO), START);
	assert_int_equal(machine_message(&n, of(JOIN_OFFER), START), MACHINE_SEND_WORDS);
	assert_string_equal(n.words, "the code is for the node r2, this machine is to be w");
}

static void too_much_is_refused(void **state)
{
	struct machine n = machine_in(MACHINE_TAKING);
	uint64_t taken = 0;

	(void)state;
	while (machine_message(&n, of(JOIN_DATA), START) == MACHINE_STORE)
		taken += JOIN_DATA_MAX;
	assert_int_equal(taken, BUNDLE_MAX);
	assert_int_equal(n.state, MACHINE_OVER);
}

static void a_silent_member_is_not_waited_for(void **state)
{
	(void)state;
	for (enum machine_state s = MACHINE_GREETING; s <= MACHINE_READY; s++) {
		struct machine n = machine_in(s);
		uint64_t most = s < MACHINE_TAKING ? MACHINE_ANSWER_NS : MACHINE_DATA_NS;

		assert_false(machine_late(&n, START + most - 1));
		assert_true(machine_late(&n, START + most));
		assert_non_null(strstr(n.words, "in time"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_member_gives_all_to_who_has_the_code),
		cmocka_unit_test(the_member_takes_each_message_at_its_place_only),
		cmocka_unit_test(a_wrong_secret_is_a_try),
		cmocka_unit_test(every_bit_of_the_secret_counts),
		cmocka_unit_test(a_right_secret_counts_once),
		cmocka_unit_test(what_says_nothing_is_no_try),
		cmocka_unit_test(time_ends_it),
		cmocka_unit_test(other_software_is_told_by_the_member),
		cmocka_unit_test(words_of_the_other_side_are_passed_on),
		cmocka_unit_test(the_machine_takes_what_it_gets),
		cmocka_unit_test(the_machine_takes_each_message_at_its_place_only),
		cmocka_unit_test(the_machine_keeps_its_secret_from_other_software),
		cmocka_unit_test(another_node_is_refused),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(a_silent_member_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
