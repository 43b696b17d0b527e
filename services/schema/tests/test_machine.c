// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/parse.h"
#include "schema/machine_io.h"

static void a_known_time_zone(void **state)
{
	struct config *config = calloc(1, sizeof(*config));
	struct schema_error error;

	(void)state;
	assert_non_null(config);
	copy_text(config->system.time_zone, sizeof(config->system.time_zone), "Europe/Berlin");
	assert_int_equal(machine_can(config, &error), 0);
	free(config);
}

/* Of no place, a folder, a list, and nothing at all. */
static void other_names_are_refused(void **state)
{
	static const char *const names[] = {"Mars/Olympus_Mons", "Europe", "zone.tab", ""};
	struct config *config = calloc(1, sizeof(*config));

	(void)state;
	assert_non_null(config);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct schema_error error;

		copy_text(config->system.time_zone, sizeof(config->system.time_zone), names[i]);
		assert_int_equal(machine_can(config, &error), -EBADMSG);
		assert_string_equal(error.path, "/trireme:system/time-zone");
		assert_string_equal(error.value, names[i]);
		assert_non_null(strstr(error.allowed, "as in Europe/Berlin or UTC"));
	}
	free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_time_zone),
		cmocka_unit_test(other_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
