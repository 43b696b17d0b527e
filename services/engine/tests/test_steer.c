// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden cases: golden/steer/NAME.in (steer_case.h) and NAME.out, a line for each service. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file_io.h"
#include "base/text.h"
#include "engine/bpf/forward.h"
#include "engine/tests/steer_case.h"

#define FOLDER "services/engine/tests/golden/steer/"

static struct steer_case the_case;
static struct steer_verdict verdicts[CONFIG_SERVICES_MAX];

static void judge(const char *path, char *buf, size_t size)
{
	struct text text = text_on(buf, size);
	const struct config *config = &the_case.config;

	steer_case_read(path, &the_case);
	memset(verdicts, 0xff, sizeof(verdicts));
	assert_int_equal(steer_make(config, &config->nodes[0], &the_case.facts, verdicts), 0);
	for (size_t i = 0; i < config->n_services; i++) {
		assert_true(verdicts[i].reason[0]);
		text_add(&text, "%s %s: %s\n", config->services[i].name,
			 verdicts[i].xdp ? "xdp" : "ipvs", verdicts[i].reason);
	}
	assert_int_equal(text_result(&text), 0);
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
		judge(found.gl_pathv[i], text, sizeof(text));
		assert_int_equal(file_read(path, sizeof(text), &expected, NULL), 0);
		assert_string_equal(text, expected);
		free(expected);
	}
	globfree(&found);
}

/* The largest configuration, all in one chain: what its last service is reaches the first. */
static void largest(void **state)
{
	static struct config_service services[CONFIG_SERVICES_MAX];
	static struct config_real reals[CONFIG_SERVICES_MAX][CONFIG_REALS_MAX];
	static struct config config;

	(void)state;
	steer_case_read(FOLDER "native.in", &the_case);
	config = the_case.config;
	config.services = services;
	config.n_services = CONFIG_SERVICES_MAX;
	for (size_t i = 0; i < CONFIG_SERVICES_MAX; i++) {
		struct config_service *s = &services[i];

		*s = the_case.services[0];
		s->reals = reals[i];
		s->n_reals = 8;
		s->port = 0;
		s->n_ranges = CONFIG_RANGES_MAX;
		for (size_t k = 0; k < CONFIG_RANGES_MAX; k++)
			s->ranges[k] =
				(struct config_port_range){(uint16_t)(64 * i + 2 * k + 1000),
							   (uint16_t)(64 * i + 2 * k + 1000)};
		/* Each has its last real server's machine and port in common with the next one. */
		for (size_t j = 0; j < s->n_reals; j++)
			reals[i][j].address = htonl((uint32_t)(0x0a4d0100 + 7 * i + j));
	}
	for (size_t i = 1; i < CONFIG_SERVICES_MAX; i++)
		services[i].ranges[0] = services[i - 1].ranges[1];
	services[CONFIG_SERVICES_MAX - 1].datapath = CONFIG_DATAPATH_IPVS;
	assert_int_equal(steer_make(&config, &config.nodes[0], &the_case.facts, verdicts), 0);
	for (size_t i = 0; i < CONFIG_SERVICES_MAX; i++)
		assert_false(verdicts[i].xdp);
	services[CONFIG_SERVICES_MAX - 1].datapath = CONFIG_DATAPATH_AUTO;
	assert_int_equal(steer_make(&config, &config.nodes[0], &the_case.facts, verdicts), 0);
	for (size_t i = 0; i < CONFIG_SERVICES_MAX; i++)
		assert_true(verdicts[i].xdp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
