// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden cases: golden/plan/NAME.in says what should be and what is, NAME.out which changes follow.
 */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file_io.h"
#include "engine/plan.h"
#include "engine/tests/plan_case.h"
#include "engine/wanted.h"

#define FOLDER "services/engine/tests/golden/plan/"

static void drop_dest(struct ipvs_service *s, const struct ipvs_dest *dest)
{
	struct ipvs_dest *found = ipvs_service_find(s, dest);

	assert_non_null(found);
	*found = s->dests[--s->n_dests];
}

static void drop_service(struct ipvs_table *table, const struct ipvs_key *key)
{
	struct ipvs_service *found = ipvs_table_find(table, key);

	assert_non_null(found);
	free(found->dests);
	*found = table->services[--table->n_services];
}

/* What the kernel does with a change, and refuses to do (ip_vs_ctl.c). */
static void perform(struct ipvs_table *table, const struct change *change)
{
	struct ipvs_service *s = ipvs_table_find(table, &change->service->key), *added;
	struct ipvs_dest *dests, *dest;
	size_t n;

	if (change->kind == CHANGE_SERVICE_ADD) {
		assert_null(s);
		assert_int_equal(ipvs_table_add(table, change->service, &added), 0);
		return;
	}
	assert_non_null(s);
	switch (change->kind) {
	case CHANGE_SERVICE_EDIT:
		dests = s->dests;
		n = s->n_dests;
		*s = *change->service;
		s->dests = dests;
		s->n_dests = n;
		break;
	case CHANGE_SERVICE_DELETE:
		drop_service(table, &change->service->key);
		break;
	case CHANGE_DEST_ADD:
		assert_null(ipvs_service_find(s, change->dest));
		assert_int_equal(ipvs_service_add(s, change->dest), 0);
		break;
	case CHANGE_DEST_EDIT:
		dest = ipvs_service_find(s, change->dest);
		assert_non_null(dest);
		*dest = *change->dest;
		break;
	default:
		drop_dest(s, change->dest);
	}
}

/* A copy, so that what the plan points into stays. */
static struct ipvs_table copy(const struct ipvs_table *from)
{
	struct ipvs_table to = {0};
	struct ipvs_service *added;

	for (size_t i = 0; i < from->n_services; i++) {
		const struct ipvs_service *s = &from->services[i];

		assert_int_equal(ipvs_table_add(&to, s, &added), 0);
		for (size_t j = 0; j < s->n_dests; j++)
			assert_int_equal(ipvs_service_add(added, &s->dests[j]), 0);
	}
	return to;
}

/* It takes new connections. */
static bool serves(const struct ipvs_service *s)
{
	for (size_t i = 0; s && i < s->n_dests; i++) {
		if (s->dests[i].weight > 0)
			return true;
	}
	return false;
}

/* Whatever is wanted, a service that serves before and after does so all the time. */
static void never_empty(const struct ipvs_table *now, const struct ipvs_table *before,
			const struct ipvs_table *wanted)
{
	for (size_t i = 0; i < wanted->n_services; i++) {
		const struct ipvs_service *w = &wanted->services[i];

		if (serves(w) && serves(ipvs_table_find(before, &w->key)))
			assert_true(serves(ipvs_table_find(now, &w->key)));
	}
}

static void check_plan(const char *path, char *text, size_t size)
{
	struct plan_case c;
	struct ipvs_table wanted, table;
	struct plan plan, again;
	char line[CHANGE_TEXT_MAX];
	size_t used = 0;

	plan_case_read(path, &c);
	assert_int_equal(wanted_make(c.config, c.marks, c.health, &c.present, c.now, &wanted), 0);
	assert_int_equal(plan_make(&wanted, &c.present, &plan), 0);
	table = copy(&c.present);
	text[0] = '\0';
	for (size_t i = 0; i < plan.n_changes; i++) {
		perform(&table, &plan.changes[i]);
		never_empty(&table, &c.present, &wanted);
		used += (size_t)snprintf(text + used, size - used, "%s\n",
					 change_text(&plan.changes[i], line, sizeof(line)));
		assert_true(used < size);
	}
	assert_int_equal(plan_make(&wanted, &table, &again), 0);
	assert_int_equal(again.n_changes, 0);
	plan_clear(&again);
	plan_clear(&plan);
	ipvs_table_clear(&table);
	ipvs_table_clear(&wanted);
	plan_case_free(&c);
}

static void golden(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(FOLDER "*.in", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 10);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char path[256], text[8192], *expected;
		int stem = (int)strlen(found.gl_pathv[i]) - 3;

		snprintf(path, sizeof(path), "%.*s.out", stem, found.gl_pathv[i]);
		print_message("%s\n", found.gl_pathv[i]);
		check_plan(found.gl_pathv[i], text, sizeof(text));
		assert_int_equal(file_read(path, sizeof(text), &expected, NULL), 0);
		assert_string_equal(text, expected);
		free(expected);
	}
	globfree(&found);
}

/* What the engine itself wants otherwise than before tells its own changes from foreign ones. */
static void own_changes(void **state)
{
	struct plan_case c;
	struct ipvs_table before, now;
	struct plan own, needed;
	char line[CHANGE_TEXT_MAX];
	size_t foreign = 0;

	(void)state;
	plan_case_read(FOLDER "weight.in", &c);
	assert_int_equal(wanted_make(c.config, c.marks, c.health, &c.present, c.now, &before), 0);
	c.config->services[0].reals[0].weight = 9;
	assert_int_equal(wanted_make(c.config, c.marks, c.health, &c.present, c.now, &now), 0);
	assert_int_equal(plan_make(&now, &before, &own), 0);
	assert_int_equal(own.n_changes, 1);
	/* The kernel has another weight of web2 by hand, as well. */
	assert_int_equal(plan_make(&now, &c.present, &needed), 0);
	assert_int_equal(needed.n_changes, 2);
	for (size_t i = 0; i < needed.n_changes; i++) {
		if (plan_has(&own, &needed.changes[i]))
			continue;
		foreign++;
		change_text(&needed.changes[i], line, sizeof(line));
		assert_non_null(strstr(line, "10.77.0.102:80"));
	}
	assert_int_equal(foreign, 1);
	plan_clear(&own);
	plan_clear(&needed);
	ipvs_table_clear(&before);
	ipvs_table_clear(&now);
	plan_case_free(&c);
}

/* A kernel table that is larger than anything of ours is not taken in. */
static void bounds(void **state)
{
	struct ipvs_table table = {0};
	struct ipvs_service service = {0}, *added = NULL;
	struct ipvs_dest dest = {0};

	(void)state;
	for (int i = 0; i < IPVS_SERVICES_MAX; i++)
		assert_int_equal(ipvs_table_add(&table, &service, &added), 0);
	for (int i = 0; i < IPVS_DESTS_MAX; i++)
		assert_int_equal(ipvs_service_add(added, &dest), 0);
	assert_int_equal(ipvs_service_add(added, &dest), -E2BIG);
	assert_int_equal(ipvs_table_add(&table, &service, &added), -E2BIG);
	ipvs_table_clear(&table);
	assert_int_equal(table.n_services, 0);
	ipvs_table_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(own_changes),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
