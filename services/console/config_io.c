// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/machine_io.h"
#include "schema/schema.h"

struct config *machine_config(const struct machine *machine)
{
	struct config *config = NULL;
	struct schema_error error;
	char path[PATH_MAX];

	if (machine_path(machine, SCHEMA_RUNNING, path) < 0 ||
	    schema_load(machine->yang_dir, path, &config, &error) < 0)
		return NULL;
	return config;
}
