// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/marks.h"

/* Two names with the same hash. */
#define TWIN_A "s1092020"
#define TWIN_B "s281881"

static struct config_service services[CONFIG_SERVICES_MAX];
static struct config config = {.services = services};

/* A service of several ports. */
static void add(const char *name)
{
	struct config_service *s = &services[config.n_services++];

	*s = (struct config_service){.n_ranges = 2};
	snprintf(s->name, sizeof(s->name), "%s", name);
}

/* The marks of services of these names, in this order. */
static uint32_t *marks_of(const char *const *names)
{
	uint32_t *marks;

	config.n_services = 0;
	for (; *names; names++)
		add(*names);
	assert_int_equal(marks_make(&config, &marks), 0);
	return marks;
}

static void kinds(void **state)
{
	uint32_t *marks;

	(void)state;
	config.n_services = 0;
	add("single");
	services[0].port = 80;
	add("by-mark");
	services[1].mark = 7;
	add("several");
	assert_int_equal(marks_make(&config, &marks), 0);
	assert_int_equal(marks[0], 0);
	assert_int_equal(marks[1], 7);
	assert_true(marks[2] & MARKS_OWN);
	free(marks);
}

/* Connections go on when other services come, go and change places. */
static void stable(void **state)
{
	const char *const alone[] = {"ftp", NULL}, *const among[] = {"a", "b", "ftp", "c", NULL};
	uint32_t *one = marks_of(alone), *other = marks_of(among);

	(void)state;
	assert_int_equal(one[0], other[2]);
	assert_true(other[0] != other[1] && other[1] != other[2] && other[2] != other[3]);
	free(one);
	free(other);
}

static void same_hash(void **state)
{
	const char *const alone[] = {TWIN_B, NULL}, *const both[] = {TWIN_B, TWIN_A, NULL};
	uint32_t *one = marks_of(alone), *two = marks_of(both);

	(void)state;
	/* The first in the alphabet has what the other one would have alone. */
	assert_int_equal(two[1], one[0]);
	assert_int_equal(two[0], one[0] + 1);
	free(one);
	free(two);
}

static void all_different(void **state)
{
	uint32_t *marks;
	char name[32];

	(void)state;
	config.n_services = 0;
	for (int i = 0; i < CONFIG_SERVICES_MAX; i++) {
		snprintf(name, sizeof(name), "service-%d", i);
		add(name);
	}
	assert_int_equal(marks_make(&config, &marks), 0);
	for (size_t i = 0; i < CONFIG_SERVICES_MAX; i++) {
		assert_true(marks[i] & MARKS_OWN);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(marks[i], marks[j]);
	}
	free(marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(stable),
		cmocka_unit_test(same_hash),
		cmocka_unit_test(all_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
