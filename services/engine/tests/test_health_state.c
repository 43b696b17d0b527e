// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/health_state.h"

static struct config_real reals[2] = {{.name = "web1", .address = 1, .port = 80, .weight = 1},
				      {.name = "web2", .address = 2, .port = 80, .weight = 1}};
static struct config_service service = {
	.name = "web", .check = CONFIG_CHECK_TCP_CONNECT, .reals = reals, .n_reals = 2};
static struct config config = {.services = &service, .n_services = 1};

static void reports(void **state)
{
	struct health_state *h;
	bool changed = true;

	(void)state;
	assert_int_equal(health_state_make(&config, NULL, 100, &h), 0);
	assert_int_equal(h->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	assert_int_equal(health_state_report(h, "web", "web1", ENGINE_HEALTH_UNKNOWN, "", &changed),
			 0);
	assert_false(changed);
	assert_int_equal(
		health_state_report(h, "web", "web1", ENGINE_HEALTH_DOWN, "refused", &changed), 0);
	assert_true(changed);
	assert_string_equal(h->services[0].reals[0].reason, "refused");
	assert_int_equal(
		health_state_report(h, "web", "web1", ENGINE_HEALTH_DOWN, "late", &changed), 0);
	assert_false(changed);
	assert_string_equal(h->services[0].reals[0].reason, "late");
	/* A checker that starts anew does not make it unknown. */
	assert_int_equal(health_state_report(h, "web", "web1", ENGINE_HEALTH_UNKNOWN, "", &changed),
			 0);
	assert_int_equal(h->services[0].reals[0].state, ENGINE_HEALTH_DOWN);
	assert_int_equal(h->services[0].reals[1].state, ENGINE_HEALTH_UNKNOWN);
	health_state_free(h);
}

static void bad_reports(void **state)
{
	struct health_state *h;
	bool changed = true;

	(void)state;
	assert_int_equal(health_state_make(&config, NULL, 100, &h), 0);
	assert_int_equal(health_state_report(h, "mail", "web1", ENGINE_HEALTH_UP, "", &changed),
			 -ENOENT);
	assert_int_equal(health_state_report(h, "web", "web9", ENGINE_HEALTH_UP, "", &changed),
			 -ENOENT);
	assert_int_equal(health_state_report(h, "web", "web1", 3, "", &changed), -EINVAL);
	assert_true(changed); /* untouched */
	assert_int_equal(h->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	health_state_free(h);
}

/* What one kind of check has seen says nothing of another's. */
static void another_check(void **state)
{
	struct config_service unchecked = service;
	struct config none = {.services = &unchecked, .n_services = 1};
	struct health_state *h, *between, *again;
	bool changed;

	(void)state;
	unchecked.check = CONFIG_CHECK_NONE;
	assert_int_equal(health_state_make(&config, NULL, 100, &h), 0);
	assert_int_equal(health_state_report(h, "web", "web1", ENGINE_HEALTH_DOWN, "", &changed),
			 0);
	assert_int_equal(health_state_make(&none, h, 200, &between), 0);
	assert_int_equal(between->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	assert_int_equal(health_state_make(&config, between, 300, &again), 0);
	assert_int_equal(again->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	assert_true(again->services[0].reals[0].grace_end == 300 + ENGINE_GRACE_NS);
	health_state_free(h);
	health_state_free(between);
	health_state_free(again);
}

static void another_configuration(void **state)
{
	struct config_real moved[2] = {{.name = "web1", .address = 9, .port = 80},
				       {.name = "web2", .address = 2, .port = 80}};
	struct config_service new_service = {
		.name = "web", .check = CONFIG_CHECK_TCP_CONNECT, .reals = moved, .n_reals = 2};
	struct config new_config = {.services = &new_service, .n_services = 1};
	struct health_state *old, *new;
	bool changed;

	(void)state;
	assert_int_equal(health_state_make(&config, NULL, 100, &old), 0);
	assert_int_equal(health_state_report(old, "web", "web1", ENGINE_HEALTH_UP, "", &changed),
			 0);
	assert_int_equal(health_state_report(old, "web", "web2", ENGINE_HEALTH_UP, "", &changed),
			 0);
	assert_int_equal(health_state_make(&new_config, old, 777, &new), 0);
	health_state_free(old);
	/* web1 has moved: what was known of the old place does not count. */
	assert_int_equal(new->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	assert_true(new->services[0].reals[0].grace_end == 777 + ENGINE_GRACE_NS);
	assert_int_equal(new->services[0].reals[1].state, ENGINE_HEALTH_UP);
	health_state_free(new);
}

static void use(void **state)
{
	struct health_real r = {.grace_end = 1000};

	(void)state;
	assert_false(health_in_use(CONFIG_CHECK_TCP_CONNECT, &r, false, 999));
	assert_true(health_in_use(CONFIG_CHECK_TCP_CONNECT, &r, true, 999));
	assert_true(health_in_use(CONFIG_CHECK_TCP_CONNECT, &r, false, 1000));
	assert_true(health_in_use(CONFIG_CHECK_NONE, &r, false, 0));
	r.state = ENGINE_HEALTH_DOWN;
	assert_false(health_in_use(CONFIG_CHECK_TCP_CONNECT, &r, true, 2000));
	assert_true(health_in_use(CONFIG_CHECK_NONE, &r, false, 0));
	r.state = ENGINE_HEALTH_UP;
	assert_true(health_in_use(CONFIG_CHECK_TCP_CONNECT, &r, false, 0));
}

/* What is disabled is not checked: nothing is known of it, then or when it is enabled again. */
static void disabled(void **state)
{
	struct config_real real = {.name = "a", .address = 1};
	struct config_service web = {.name = "web",
				     .check = CONFIG_CHECK_TCP_CONNECT,
				     .check_port = 80,
				     .reals = &real,
				     .n_reals = 1};
	struct config one = {.services = &web, .n_services = 1};
	struct health_state *health[4];
	bool changed;

	(void)state;
	assert_int_equal(health_state_make(&one, NULL, 0, &health[0]), 0);
	assert_int_equal(health_state_report(health[0], "web", "a", ENGINE_HEALTH_UP, "", &changed),
			 0);
	real.admin_state = CONFIG_ADMIN_DISABLED;
	assert_int_equal(health_state_make(&one, health[0], 1, &health[1]), 0);
	assert_int_equal(health[1]->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	real.admin_state = CONFIG_ADMIN_DRAIN;
	assert_int_equal(health_state_make(&one, health[1], 9, &health[2]), 0);
	assert_int_equal(health[2]->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	assert_int_equal(health[2]->services[0].reals[0].grace_end, 9 + ENGINE_GRACE_NS);
	/* Without a port of its own, the service's first one is checked: of another, nothing is
	 * known. */
	health_state_report(health[2], "web", "a", ENGINE_HEALTH_UP, "", &changed);
	web.check_port = 81;
	assert_int_equal(health_state_make(&one, health[2], 9, &health[3]), 0);
	assert_int_equal(health[3]->services[0].reals[0].state, ENGINE_HEALTH_UNKNOWN);
	for (int i = 0; i < 4; i++)
		health_state_free(health[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports),	 cmocka_unit_test(bad_reports),
		cmocka_unit_test(another_check), cmocka_unit_test(another_configuration),
		cmocka_unit_test(use),		 cmocka_unit_test(disabled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
