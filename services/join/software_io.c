// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/software_io.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "proto/config_wire.h"

#define RELEASE "/etc/trireme-release" /* its first line is the version */
#define RELEASE_MAX 4096

struct join_hello software_hello(const char *root)
{
	struct join_hello hello = {.protocol = JOIN_PROTOCOL,
				   .level = CONFIG_WIRE_LEVEL,
				   .level_min = CONFIG_WIRE_LEVEL_MIN,
				   .software = "unnamed software"};
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s" RELEASE, root) >= (int)sizeof(path) ||
	    file_read(path, RELEASE_MAX, &text, NULL) < 0)
		return hello;
	text[strcspn(text, "\n")] = '\0';
	if (text[0])
		snprintf(hello.software, sizeof(hello.software), "%s", text);
	return hello;
}
