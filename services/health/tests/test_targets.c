// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "health/report.h"
#include "health/source.h"
#include "health/targets.h"

#define CHECKED                                                                          \
	.check = CONFIG_CHECK_TCP_CONNECT, .check_interval = 1000, .check_timeout = 800, \
	.check_fall = 2, .check_rise = 1

static struct config_real web_reals[3] = {{.name = "a", .address = 1, .port = 80},
					  {.name = "b", .address = 2, .port = 80},
					  {.name = "c", .address = 1, .port = 81}};
static struct config_real alt_reals[2] = {{.name = "x", .address = 2, .port = 80},
					  {.name = "y", .address = 3, .port = 80}};

static void shared(void **state)
{
	struct config_service services[] = {
		{.name = "web", CHECKED, .reals = web_reals, .n_reals = 3},
		{.name = "alt", CHECKED, .reals = alt_reals, .n_reals = 2},
		{.name = "none", .check = CONFIG_CHECK_NONE, .reals = alt_reals, .n_reals = 2},
		{.name = "slow", CHECKED, .reals = alt_reals, .n_reals = 1},
	};
	struct config config = {.services = services, .n_services = 4};
	struct targets *t;

	(void)state;
	services[3].check_interval = 5000;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	/* 1:80, 1:81, 2:80 and 3:80; 2:80 again with other rules. */
	assert_int_equal(t->n_probes, 5);
	assert_int_equal(t->n_subscribers, 6);
	assert_string_equal(t->subscribers[1].real, "b");
	assert_string_equal(t->subscribers[3].service, "alt");
	assert_string_equal(t->subscribers[3].real, "x");
	assert_int_equal(t->subscribers[1].probe, t->subscribers[3].probe);
	assert_int_not_equal(t->subscribers[5].probe, t->subscribers[3].probe);
	for (size_t i = 0; i < t->n_subscribers; i++)
		assert_true(t->subscribers[i].probe < t->n_probes);
	for (size_t i = 0; i < t->n_probes; i++)
		assert_int_equal(t->probes[i].fd, -1);
	targets_free(t);
}

/* What another configuration has too goes on: verdict, times and running connect. */
static void checks_go_on(void **state)
{
	struct config_service service = {.name = "web", CHECKED, .reals = web_reals, .n_reals = 3};
	struct config_service less = {.name = "new", CHECKED, .reals = web_reals + 1, .n_reals = 1};
	struct config before = {.services = &service, .n_services = 1};
	struct config after = {.services = &less, .n_services = 1};
	struct targets *old, *new;

	(void)state;
	assert_int_equal(targets_make(&before, NULL, 0, &old), 0);
	for (size_t i = 0; i < old->n_probes; i++) {
		old->probes[i].check.verdict = ENGINE_HEALTH_DOWN;
		old->probes[i].check.running = true;
		old->probes[i].check.started = 55;
		old->probes[i].check.row = 1;
		old->probes[i].since = 44;
		old->probes[i].fd = 7 + (int)i;
		memcpy(old->probes[i].reason, "refused", 8);
	}
	assert_int_equal(targets_make(&after, old, 77, &new), 0);
	/* Only what has not moved is left for its owner to close; of 1:80, 1:81 and 2:80 the last.
	 */
	assert_int_equal(old->probes[0].fd, 7);
	assert_int_equal(old->probes[1].fd, 8);
	assert_int_equal(old->probes[2].fd, -1);
	targets_free(old);
	assert_int_equal(new->n_probes, 1);
	assert_int_equal(new->probes[0].check.verdict, ENGINE_HEALTH_DOWN);
	assert_string_equal(new->probes[0].reason, "refused");
	assert_true(new->probes[0].check.running);
	assert_true(new->probes[0].check.started == 55);
	assert_int_equal(new->probes[0].check.row, 1);
	assert_true(new->probes[0].since == 44);
	assert_int_equal(new->probes[0].fd, 9);
	/* Under new names the engine has not heard of it. */
	assert_true(report_due(new, &new->subscribers[0]));
	targets_free(new);
}

static void other_rules_begin_anew(void **state)
{
	struct config_service service = {.name = "web", CHECKED, .reals = web_reals, .n_reals = 1};
	struct config config = {.services = &service, .n_services = 1};
	struct targets *old, *new;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &old), 0);
	old->probes[0].check.verdict = ENGINE_HEALTH_UP;
	service.check_fall = 5;
	assert_int_equal(targets_make(&config, old, 77, &new), 0);
	targets_free(old);
	assert_int_equal(new->probes[0].check.verdict, ENGINE_HEALTH_UNKNOWN);
	assert_true(new->probes[0].check.next == 77);
	targets_free(new);
}

/* The first bytes of one may be the whole address of another. */
static void families_are_told_apart(void **state)
{
	struct config_real reals[] = {
		{.name = "four", .address = htonl(0x20010db8), .port = 80},
		{.name = "six", .port = 80},
		{.name = "more", .port = 80},
	};
	struct config_service service = {
		.name = "web", CHECKED, .reals = reals, .n_reals = 3, .check_port = 80};
	struct config config = {.services = &service, .n_services = 1};
	struct targets *t;

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::", &reals[1].ipv6_address), 1);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &reals[2].ipv6_address), 1);
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	assert_int_equal(t->n_probes, 3);
	for (size_t i = 0; i < 3; i++) {
		struct config_inet inet = config_real_inet(&reals[i]);

		assert_true(config_inet_equal(&t->probes[t->subscribers[i].probe].address, &inet));
	}
	targets_free(t);
}

static void admin_states_and_open_ports(void **state)
{
	struct config_real reals[] = {
		{.name = "on", .address = 1},
		{.name = "drain", .address = 2, .admin_state = CONFIG_ADMIN_DRAIN},
		{.name = "off", .address = 3, .admin_state = CONFIG_ADMIN_DISABLED},
		{.name = "own", .address = 4, .port = 8080},
	};
	struct config_service service = {.name = "marked",
					 CHECKED,
					 .mark = 7,
					 .check_port = 5000,
					 .sorry_address = 9,
					 .reals = reals,
					 .n_reals = 4};
	struct config config = {.services = &service, .n_services = 1};
	struct targets *t;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	/* Neither the disabled one nor the sorry server. */
	assert_int_equal(t->n_probes, 3);
	assert_int_equal(t->n_subscribers, 3);
	assert_string_equal(t->subscribers[1].real, "drain");
	assert_string_equal(t->subscribers[2].real, "own");
	assert_int_equal(t->probes[0].port, 5000);
	assert_int_equal(t->probes[1].port, 5000);
	assert_int_equal(t->probes[2].port, 8080);
	targets_free(t);
}

#define PACE .check_interval = 2000, .check_timeout = 1000, .check_fall = 3, .check_rise = 1

static struct config_pool pools[] = {{.name = "web"}, {.name = "mail"}};

static struct config_source some_sources[] = {
	{.name = "files",
	 .type = CONFIG_SOURCE_NFS,
	 .address = 1,
	 .port = 80,
	 PACE,
	 .consumers = {1, 0},
	 .n_consumers = 2},
	{.name = "db", .type = CONFIG_SOURCE_MYSQL, .address = 1, .port = 80, PACE},
	{.name = "same",
	 .type = CONFIG_SOURCE_MYSQL,
	 .address = 1,
	 .port = 80,
	 PACE,
	 .consumers = {0},
	 .n_consumers = 1},
	{.name = "any", .type = CONFIG_SOURCE_TCP, .address = 2, .port = 80, PACE},
};

static void sources(void **state)
{
	struct config_service service = {.name = "web",
					 PACE,
					 .check = CONFIG_CHECK_TCP_CONNECT,
					 .reals = web_reals,
					 .n_reals = 2};
	struct config config = {.services = &service,
				.n_services = 1,
				.pools = pools,
				.n_pools = 2,
				.sources = some_sources,
				.n_sources = 4};
	struct health_source_status status = {0};
	struct targets *t;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	/* Two real servers and three sources: none shares a check with one of the other kind. */
	assert_int_equal(t->n_probes, 5);
	assert_int_equal(t->n_subscribers, 2);
	assert_int_equal(t->n_sources, 4);
	assert_int_equal(t->sources[1].probe, t->sources[2].probe);
	assert_int_not_equal(t->sources[3].probe, t->subscribers[1].probe);
	assert_int_equal(t->probes[t->sources[0].probe].type, PROBE_NFS);
	source_status(t, 0, 99, &status);
	assert_int_equal(status.state, HEALTH_SOURCE_UNKNOWN);
	assert_true(status.for_ms == 0);
	t->probes[t->sources[0].probe].check.verdict = ENGINE_HEALTH_DOWN;
	t->probes[t->sources[0].probe].since = 5000000;
	memcpy(t->probes[t->sources[0].probe].reason, "refused", 8);
	source_status(t, 0, 9000000, &status);
	assert_int_equal(status.state, HEALTH_SOURCE_DOWN);
	assert_true(status.for_ms == 4);
	assert_string_equal(status.name, "files");
	assert_string_equal(status.type, "nfs");
	assert_string_equal(status.reason, "refused");
	assert_int_equal(status.port, 80);
	assert_int_equal(status.n_consumers, 2);
	assert_string_equal(status.consumers[0], "mail");
	assert_string_equal(status.consumers[1], "web");
	targets_free(t);
}

static void words(const struct targets *t, size_t source, const char *expected)
{
	char buf[512];
	struct text text = TEXT_ON(buf);

	source_words(t, &t->sources[source], &text);
	assert_int_equal(text_result(&text), 0);
	assert_string_equal(buf, expected);
}

static void words_of_sources(void **state)
{
	struct config config = {
		.pools = pools, .n_pools = 2, .sources = some_sources, .n_sources = 2};
	struct targets *t;
	struct probe *probe;
	struct text text;
	char buf[512];

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	probe = &t->probes[t->sources[0].probe];
	probe->check.verdict = ENGINE_HEALTH_DOWN;
	memcpy(probe->reason, "refused", 8);
	words(t, 0,
	      "data source files (nfs, 1.0.0.0:80) is down: refused; "
	      "pools that depend on it: mail, web");
	t->probes[t->sources[1].probe].check.verdict = ENGINE_HEALTH_UP;
	words(t, 1, "data source db (mysql, 1.0.0.0:80) is up; no pool depends on it");
	/* The longest there is fits: names are counted where they are many. */
	memset(probe->reason, 'r', sizeof(probe->reason) - 1);
	memset(t->sources[0].name, 's', CONFIG_NAME_MAX - 1);
	t->sources[0].n_consumers = CONFIG_CONSUMERS_MAX;
	for (size_t i = 0; i < CONFIG_CONSUMERS_MAX; i++)
		memset(t->sources[0].consumers[i], 'p', CONFIG_NAME_MAX - 1);
	text_init(&text, buf, sizeof(buf));
	source_words(t, &t->sources[0], &text);
	assert_int_equal(text_result(&text), 0);
	assert_non_null(strstr(buf, " and 56 more"));
	targets_free(t);
}

static void nothing_to_check(void **state)
{
	struct config config = {0};
	struct targets *t;
	size_t cursor = 0;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	assert_int_equal(t->n_probes, 0);
	report_refresh(t, &cursor);
	report_forget(t);
	targets_free(t);
	targets_free(NULL);
}

static size_t due(const struct targets *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_subscribers; i++)
		n += report_due(t, &t->subscribers[i]);
	return n;
}

static void reports(void **state)
{
	struct config_service service = {.name = "web", CHECKED, .reals = web_reals, .n_reals = 3};
	struct config config = {.services = &service, .n_services = 1};
	struct targets *t;
	size_t cursor = 0, told = 0;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	assert_int_equal(due(t), 0); /* nothing is known, nothing is told */
	t->probes[0].check.verdict = ENGINE_HEALTH_UP;
	t->probes[1].check.verdict = ENGINE_HEALTH_DOWN;
	assert_int_equal(due(t), 2);
	for (size_t i = 0; i < 3; i++)
		t->subscribers[i].reported = t->probes[t->subscribers[i].probe].check.verdict;
	assert_int_equal(due(t), 0);
	t->probes[1].check.verdict = ENGINE_HEALTH_UP;
	assert_int_equal(due(t), 1);
	t->probes[1].check.verdict = ENGINE_HEALTH_DOWN;
	for (int round = 0; round < REPORT_ROUND; round++) {
		report_refresh(t, &cursor);
		told += due(t);
		for (size_t i = 0; i < 3; i++)
			t->subscribers[i].reported =
				t->probes[t->subscribers[i].probe].check.verdict;
	}
	/* All three come round at least once; the unknown one is not told. */
	assert_true(told >= 2);
	report_forget(t);
	assert_int_equal(due(t), 2);
	targets_free(t);
}

static void backoff(void **state)
{
	uint64_t wait = 0, last = 0;

	(void)state;
	assert_true(report_backoff(&wait) == RECONNECT_FIRST_NS);
	for (int i = 0; i < 50; i++) {
		last = report_backoff(&wait);
		assert_true(last <= RECONNECT_MAX_NS);
	}
	assert_true(last == RECONNECT_MAX_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared),
		cmocka_unit_test(checks_go_on),
		cmocka_unit_test(other_rules_begin_anew),
		cmocka_unit_test(families_are_told_apart),
		cmocka_unit_test(admin_states_and_open_ports),
		cmocka_unit_test(sources),
		cmocka_unit_test(words_of_sources),
		cmocka_unit_test(nothing_to_check),
		cmocka_unit_test(reports),
		cmocka_unit_test(backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
