/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All case files of this folder on one data path, as tests of cmocka. */
#ifndef TRIREME_ENGINE_TESTS_SUITE_H
#define TRIREME_ENGINE_TESTS_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/tests/conform/run.h"

/* first: a test before the files; test NULL: none. What cmocka's own returns. */
int suite_run(const char *name, const struct run_path *path, struct CMUnitTest first,
	      CMFixtureFunction set_up, CMFixtureFunction tear_down);

#endif
