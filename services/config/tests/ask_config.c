// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks the config service (proto/config_ipc.h): one request of JSON on standard input, its answer
 * on standard output. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "proto/config_client_io.h"
#include "proto/config_ipc.h"

#define WAIT_MS 40000

int main(void)
{
	_cleanup_free_ char *request = NULL, *answer = NULL;
	size_t size;
	int r = file_read("/dev/stdin", CONFIG_IPC_JSON_MAX, &request, &size);

	if (r == 0)
		r = config_ask_text(request, size, WAIT_MS, &answer, &size);
	if (r == 0)
		return fwrite(answer, 1, size, stdout) == size ? EXIT_SUCCESS : EXIT_FAILURE;
	fprintf(stderr, "ask_config: %s\n", strerror(-r));
	return EXIT_FAILURE;
}
