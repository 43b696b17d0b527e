// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/trireme-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/f", folder);
	unlink(path);
	return rmdir(folder);
}

static void written_is_read_back(void **state)
{
	_cleanup_free_ char *data = NULL;
	char path[128];
	struct stat st;
	size_t size = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/f", folder);
	assert_int_equal(file_write_atomic(path, "first", 5, 0644), 0);
	assert_int_equal(file_write_atomic(path, "second", 6, 0600), 0);
	assert_int_equal(file_read(path, 6, &data, &size), 0);
	assert_int_equal(size, 6);
	assert_string_equal(data, "second");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void bounds_hold(void **state)
{
	char *data = NULL;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/f", folder);
	assert_int_equal(file_write_atomic(path, "1234567", 7, 0644), 0);
	assert_int_equal(file_read(path, 6, &data, NULL), -EFBIG);
	assert_null(data);
	snprintf(path, sizeof(path), "%s/none", folder);
	assert_int_equal(file_read(path, 6, &data, NULL), -ENOENT);
}

static void failed_write_keeps_the_old(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/missing/f", folder);
	assert_int_equal(file_write_atomic(path, "x", 1, 0644), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_is_read_back),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(failed_write_keeps_the_old),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
