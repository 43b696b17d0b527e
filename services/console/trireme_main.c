// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme: the cluster's state and configuration from a shell, as a client of this machine's API.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/wipe.h"
#include "console/interactive_io.h"
#include "console/run_io.h"

#define USAGE_MAX 16384

static enum exit_code usage(FILE *to, enum exit_code code)
{
	static char buf[USAGE_MAX];
	struct text text = TEXT_ON(buf);

	command_help_all(&text);
	fputs(buf, to);
	return code;
}

int main(int argc, char **argv)
{
	struct client client;

	/* The password of a user may be on its way: nothing of it stays in free memory. */
	json_set_alloc_funcs(malloc, wipe_free);
	client_init(&client);
	if (argc > 1)
		return run_words(&client, argc - 1, argv + 1);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return usage(stderr, EXIT_USAGE);
	return interactive(&client);
}
