// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/machine_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "console/ipc_io.h"
#include "console/password_io.h"
#include "proto/daemon_client_io.h"
#include "schema/schema.h"

#define RELEASE_FILE "/etc/trireme-release"
#define RELEASE_MAX 4096
#define PROBLEM_FILE "/run/trireme/config.error"
#define PROBLEM_MAX 65536

int machine_path(const struct machine *machine, const char *path, char *ret_path)
{
	int n = snprintf(ret_path, PATH_MAX, "%s%s", machine->root, path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* As much of a file as fits, without what could steer a terminal; "" when there is none. */
static void read_words(const struct machine *machine, const char *path, size_t max, char *buf,
		       size_t size)
{
	_cleanup_free_ char *data = NULL;
	char full[PATH_MAX];

	buf[0] = '\0';
	if (machine_path(machine, path, full) < 0 || file_read(full, max, &data, NULL) < 0)
		return;
	snprintf(buf, size, "%s", data);
	for (char *c = buf; *c; c++) {
		if (*c != '\n' && (*c < ' ' || *c > '~'))
			*c = '?';
	}
}

static bool has(const struct machine *machine, const char *path)
{
	char full[PATH_MAX];

	return machine_path(machine, path, full) == 0 && access(full, F_OK) == 0;
}

void machine_look(const struct machine *machine, const struct config *config, struct view *ret_view)
{
	struct utsname names;

	if (uname(&names) == 0)
		snprintf(ret_view->host_name, sizeof(ret_view->host_name), "%s", names.nodename);
	read_words(machine, RELEASE_FILE, RELEASE_MAX, ret_view->version,
		   sizeof(ret_view->version));
	ret_view->version[strcspn(ret_view->version, "\n")] = '\0';
	read_words(machine, PROBLEM_FILE, PROBLEM_MAX, ret_view->problem,
		   sizeof(ret_view->problem));
	if (!ret_view->problem[0] && !has(machine, SCHEMA_RUNNING))
		snprintf(ret_view->problem, sizeof(ret_view->problem),
			 "there is no configuration: start this machine with a medium labelled "
			 "TRIREME that has one\n");
	ret_view->password_set = password_is_set(machine);
	ret_view->config = config;
	ret_view->agent_error = daemon_agent_status(&ret_view->agent);
	ret_view->engine_error = ipc_services(ret_view);
	ret_view->health_error = ipc_sources(ret_view);
}
