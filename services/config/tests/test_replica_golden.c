// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases of the replication: golden/replica/NN-name.txt, language in replica_script.h. Each
 * file is a test. With the argument `bless` the files are written anew with what the replication
 * does; read the difference before believing it.
 */
#include "base/cleanup.h"
#include "base/tests/golden.h"
#include "config/tests/replica_script.h"

static void does_as_written(void **state)
{
	const char *path = *state;
	_cleanup_free_ char *expected = golden_read(path), *actual = NULL;
	char error[200] = "";

	actual = replica_script_run(expected, error, sizeof(error));
	if (!actual)
		fail_msg("%s: %s", path, error);
	golden_compare(path, actual);
}

int main(int argc, char **argv)
{
	const struct golden golden = {.name = "replica golden",
				      .pattern = "services/config/tests/golden/replica/*.txt",
				      .least = 25,
				      .test = does_as_written};

	return golden_main(&golden, argc, argv);
}
