// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages come back as they were, and nothing else is one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "join/protocol.h"

static void sample(enum join_type type, struct join_message *message)
{
	memset(message, 0, sizeof(*message));
	message->type = type;
	switch (type) {
	case JOIN_HELLO:
		message->hello = (struct join_hello){JOIN_PROTOCOL, 3, 2, "0.1.0 (abc)"};
		break;
	case JOIN_SECRET:
		memcpy(message->secret, "\x01secre", CODE_SECRET_SIZE);
		break;
	case JOIN_OFFER:
		message->offer = (struct join_offer){"demo", "r2", 0x0102030405060708ULL};
		break;
	case JOIN_DATA:
		message->data.size = 5;
		memcpy(message->data.bytes, "bytes", 5);
		break;
	case JOIN_READY:
		message->cards.n = 2;
		message->cards.list[0] = (struct join_card){"eth0", {2, 0, 0, 0, 0, 1}};
		message->cards.list[1] = (struct join_card){"eth1", {2, 0, 0, 0, 0, 2}};
		break;
	case JOIN_REFUSE:
		snprintf(message->words, sizeof(message->words), "no: why");
		break;
	case JOIN_SENT:
	case JOIN_DONE:
		break;
	}
}

static size_t encoded(enum join_type type, uint8_t *buf)
{
	static struct join_message message;
	size_t size = 0;

	sample(type, &message);
	assert_int_equal(join_encode(&message, buf, &size), 0);
	return size;
}

static void every_message_comes_back(void **state)
{
	static struct join_message message, again;
	static uint8_t buf[JOIN_MESSAGE_MAX];
	size_t size, payload;

	(void)state;
	for (enum join_type type = JOIN_HELLO; type <= JOIN_REFUSE; type++) {
		sample(type, &message);
		size = encoded(type, buf);
		assert_int_equal(join_head(buf, &payload), 0);
		assert_int_equal(payload, size - JOIN_HEAD_SIZE);
		assert_int_equal(join_decode(buf, size, &again), 0);
		assert_memory_equal(&again, &message, sizeof(message));
	}
}

/* The first bytes on the wire of each, so that two releases understand each other. */
static void the_form_stands(void **state)
{
	static uint8_t buf[JOIN_MESSAGE_MAX];

	(void)state;
	assert_int_equal(encoded(JOIN_HELLO, buf), 4 + 4 + 11);
	assert_memory_equal(buf,
			    "\x01\x0f\0\0\x01\x03\x02\x0b"
			    "0.1.0 (abc)",
			    19);
	assert_int_equal(encoded(JOIN_OFFER, buf), 4 + 5 + 3 + 8);
	assert_memory_equal(buf,
			    "\x03\x10\0\0\x04"
			    "demo\x02r2\x08\x07\x06\x05\x04\x03\x02\x01",
			    20);
	assert_int_equal(encoded(JOIN_READY, buf), 4 + 1 + 2 * (5 + 6));
	assert_memory_equal(buf,
			    "\x06\x17\0\0\x02\x04"
			    "eth0\x02\0\0\0\0\x01",
			    16);
	assert_int_equal(encoded(JOIN_DONE, buf), 4);
	assert_memory_equal(buf, "\x07\0\0\0", 4);
}

static void a_byte_more_or_less_is_no_message(void **state)
{
	static struct join_message message;
	static uint8_t buf[JOIN_MESSAGE_MAX];

	(void)state;
	for (enum join_type type = JOIN_HELLO; type <= JOIN_REFUSE; type++) {
		size_t size = encoded(type, buf);

		for (size_t n = 0; n < size; n++)
			assert_int_equal(join_decode(buf, n, &message), -EBADMSG);
		assert_int_equal(join_decode(buf, size + 1, &message), -EBADMSG);
		/* The head agrees, what is in it does not; DATA may be of any length. */
		buf[1]++;
		if (type != JOIN_DATA)
			assert_int_equal(join_decode(buf, size + 1, &message), -EBADMSG);
	}
}

static void what_nobody_sends_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} cases[] = {
		{"\0\0\0\0", 4},				  /* no type */
		{"\x09\0\0\0", 4},				  /* no type */
		{"\x04\0\0\0", 4},				  /* no data */
		{"\x08\x02\0\0\x01\x1b", 6},			  /* an escape character */
		{"\x08\x02\0\0\x01\x80", 6},			  /* not ASCII */
		{"\x08\x03\0\0\x02\0x", 7},			  /* NUL within a text */
		{"\x06\x01\0\0\x21", 5},			  /* 33 cards */
		{"\x02\x07\0\0\x01\x02\x03\x04\x05\x06\x07", 11}, /* a long secret */
	};
	static struct join_message message;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			join_decode((const uint8_t *)cases[i].bytes, cases[i].size, &message),
			-EBADMSG);
	/* Before the secret nobody makes the other side wait for more than is needed. */
	assert_int_equal(join_head((const uint8_t *)"\x01\xff\0\0", &size), -EBADMSG);
	assert_int_equal(join_head((const uint8_t *)"\x04\x01\x40\0", &size), -EBADMSG);
	assert_int_equal(join_head((const uint8_t *)"\x04\0\x40\0", &size), 0);
	assert_int_equal(size, JOIN_DATA_MAX);
}

static void what_is_too_long_is_not_written(void **state)
{
	static struct join_message message;
	static uint8_t buf[JOIN_MESSAGE_MAX];
	size_t size;

	(void)state;
	sample(JOIN_HELLO, &message);
	memset(message.hello.software, 'x', JOIN_SOFTWARE_MAX);
	assert_int_equal(join_encode(&message, buf, &size), -EINVAL);
	sample(JOIN_DATA, &message);
	message.data.size = JOIN_DATA_MAX + 1;
	assert_int_equal(join_encode(&message, buf, &size), -EINVAL);
	message.data.size = JOIN_DATA_MAX;
	assert_int_equal(join_encode(&message, buf, &size), 0);
	sample(JOIN_READY, &message);
	message.cards.n = JOIN_CARDS_MAX + 1;
	assert_int_equal(join_encode(&message, buf, &size), -EINVAL);
	message.cards.n = JOIN_CARDS_MAX;
	for (size_t i = 0; i < JOIN_CARDS_MAX; i++)
		memset(message.cards.list[i].name, 'e', JOIN_CARD_NAME_MAX - 1);
	assert_int_equal(join_encode(&message, buf, &size), 0);
	assert_int_equal(join_decode(buf, size, &message), 0);
}

static void releases_that_follow_each_other_fit(void **state)
{
	static const struct {
		uint8_t member[2], machine[2]; /* level and the least */
		bool fits;
		const char *words;
	} cases[] = {
		{{3, 2}, {3, 2}, true, ""},
		{{3, 2}, {2, 1}, true, ""},
		{{2, 1}, {3, 2}, true, ""},
		{{4, 3}, {2, 1}, false, "the new machine's software is too old"},
		{{2, 1}, {4, 3}, false, "the member's software is too old"},
	};
	char words[JOIN_WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct join_hello member = {1, cases[i].member[0], cases[i].member[1], "1.0"};
		struct join_hello machine = {1, cases[i].machine[0], cases[i].machine[1], "2.0"};

		words[0] = '\0';
		assert_int_equal(join_fits(&member, &machine, words), cases[i].fits);
		assert_non_null(strstr(words, cases[i].words));
		machine.protocol = 2;
		assert_false(join_fits(&member, &machine, words));
		assert_non_null(strstr(words, "do not join in the same way"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back),
		cmocka_unit_test(the_form_stands),
		cmocka_unit_test(a_byte_more_or_less_is_no_message),
		cmocka_unit_test(what_nobody_sends_is_refused),
		cmocka_unit_test(what_is_too_long_is_not_written),
		cmocka_unit_test(releases_that_follow_each_other_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
