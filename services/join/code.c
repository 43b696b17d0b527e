// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/code.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define GROUP (CODE_CHARACTERS / CODE_GROUPS)
#define GROUP_DATA (GROUP - 1)
#define BITS 5 /* of a character */
#define GROUP_BITS (GROUP_DATA * BITS)
#define DATA_BITS (CODE_GROUPS * GROUP_BITS)
#define PIN_BITS (8 * CODE_PIN_SIZE)
#define SECRET_BITS (DATA_BITS - PIN_BITS)

_Static_assert(SECRET_BITS == 41 && CODE_SECRET_SIZE == (SECRET_BITS + 7) / 8, "41 bits are left");

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* In GF(32), which x^5 + x^2 + 1 makes: the value times x, a generator. */
static uint8_t times_a(uint8_t value)
{
	value = (uint8_t)(value << 1);
	return value & 0x20 ? value ^ 0x25 : value;
}

/* The sum of the header; 0 for a group that is right. */
static uint8_t syndrome(const uint8_t *group, unsigned int number)
{
	uint8_t sum = 0;

	for (size_t i = GROUP; i > 0; i--)
		sum = times_a(sum) ^ group[i - 1];
	return sum ^ (uint8_t)number;
}

/* Of the 32 characters one fits: a^7 is not 0. */
static void add_check(uint8_t *group, unsigned int number)
{
	for (group[GROUP_DATA] = 0; syndrome(group, number) != 0;)
		group[GROUP_DATA]++;
}

void code_trim_secret(uint8_t secret[CODE_SECRET_SIZE])
{
	secret[0] &= (uint8_t)(0xff >> (8 * CODE_SECRET_SIZE - SECRET_BITS));
}

/* Bit `at` of the data, which begin with the pin; the secret's first bits are not in it. */
static uint8_t *place(struct code *code, size_t at, uint8_t *ret_mask)
{
	uint8_t *bytes = code->pin;

	if (at >= PIN_BITS) {
		bytes = code->secret;
		at += 8 * CODE_SECRET_SIZE - SECRET_BITS - PIN_BITS;
	}
	*ret_mask = (uint8_t)(0x80 >> at % 8);
	return &bytes[at / 8];
}

/* The character and the bit in it that hold a bit of the data. */
static size_t character_of(size_t bit, uint8_t *ret_mask)
{
	*ret_mask = (uint8_t)(0x10 >> bit % BITS);
	return bit / GROUP_BITS * GROUP + bit % GROUP_BITS / BITS;
}

void code_format(const struct code *code, char *ret_text)
{
	uint8_t values[CODE_CHARACTERS] = {0}, from, to;
	struct code copy = *code;

	for (size_t bit = 0; bit < DATA_BITS; bit++) {
		size_t at = character_of(bit, &to);

		if (*place(&copy, bit, &from) & from)
			values[at] |= to;
	}
	for (unsigned int i = 0; i < CODE_GROUPS; i++)
		add_check(values + (size_t)i * GROUP, i + 1);
	for (size_t i = 0; i < CODE_CHARACTERS; i++) {
		if (i > 0 && i % GROUP == 0)
			*ret_text++ = '-';
		*ret_text++ = alphabet[values[i]];
	}
	*ret_text = '\0';
	explicit_bzero(&copy, sizeof(copy));
	explicit_bzero(values, sizeof(values));
}

/* What a character counts, or -1. */
static int value_of(char c)
{
	const char *found;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'I' || c == 'L')
		c = '1';
	if (c == 'O')
		c = '0';
	found = c ? strchr(alphabet, c) : NULL;
	return found ? (int)(found - alphabet) : -1;
}

static int read_characters(const char *text, uint8_t *values, char *problem)
{
	size_t n = 0;

	for (; *text; text++) {
		int value = value_of(*text);

		if (*text == ' ' || *text == '-' || *text == '\t')
			continue;
		if (value < 0) {
			snprintf(problem, CODE_PROBLEM_MAX,
				 "%s%c%s cannot be in a code: allowed are digits and letters "
				 "without U",
				 *text > ' ' && *text <= '~' ? "'" : "a character ",
				 *text > ' ' && *text <= '~' ? *text : '?',
				 *text > ' ' && *text <= '~' ? "'" : "");
			return -EINVAL;
		}
		if (n < CODE_CHARACTERS)
			values[n] = (uint8_t)value;
		n++;
	}
	if (n == CODE_CHARACTERS)
		return 0;
	snprintf(problem, CODE_PROBLEM_MAX, "a code has %d characters, this one has %zu",
		 CODE_CHARACTERS, n);
	return -EINVAL;
}

/* Names the groups in which a character is wrong. */
static int check_groups(const uint8_t *values, char *problem)
{
	struct text text = text_on(problem, CODE_PROBLEM_MAX);
	bool good = true;

	for (unsigned int i = 0; i < CODE_GROUPS; i++) {
		const uint8_t *group = values + (size_t)i * GROUP;

		if (syndrome(group, i + 1) == 0)
			continue;
		text_add(&text, "%sgroup %u (", good ? "mistyped: " : ", ", i + 1);
		for (size_t k = 0; k < GROUP; k++)
			text_add(&text, "%c", alphabet[group[k]]);
		text_add(&text, ")");
		good = false;
	}
	return good ? 0 : -EINVAL;
}

int code_parse(const char *text, struct code *ret_code, char *problem)
{
	uint8_t values[CODE_CHARACTERS], from, to;
	struct code code = {0};
	int r = read_characters(text, values, problem);

	if (r == 0)
		r = check_groups(values, problem);
	for (size_t bit = 0; r == 0 && bit < DATA_BITS; bit++) {
		size_t at = character_of(bit, &from);
		uint8_t *byte = place(&code, bit, &to);

		if (values[at] & from)
			*byte |= to;
	}
	if (r == 0)
		*ret_code = code;
	explicit_bzero(values, sizeof(values));
	explicit_bzero(&code, sizeof(code));
	return r;
}
