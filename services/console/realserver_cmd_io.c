// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme service realserver NAME */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <nettle/sha2.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "console/command_parts.h"
#include "console/run_io.h"

#define SCRIPT "/usr/share/trireme/web/realserver.sh"
#define SCRIPT_MAX 65536 /* bytes */
#define FIELDS                                                                 \
	"?fields=trireme:virtual-service;trireme:firewall-mark;trireme:alias-" \
	"group;trireme:cluster;trireme:management"

/* Of the script that this machine serves: by it who fetches it can see that it is this one. */
static int sum_of_script(char ret_sum[2 * SHA256_DIGEST_SIZE + 1])
{
	const char *path = getenv("TRIREME_REALSERVER");
	_cleanup_free_ char *data = NULL;
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	size_t size;
	int r = file_read(path ? path : SCRIPT, SCRIPT_MAX, &data, &size);

	if (r < 0)
		return r;
	sha256_init(&context);
	sha256_update(&context, size, (const uint8_t *)data);
	sha256_digest(&context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(ret_sum + 2 * i, "%02x", digest[i]);
	return 0;
}

enum exit_code run_realserver(const struct client *client, const struct command_line *line)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	char sum[2 * SHA256_DIGEST_SIZE + 1];
	struct api_request request;
	enum exit_code code;
	int r = sum_of_script(sum);

	if (r < 0)
		return run_problem(EXIT_REFUSED, "realserver.sh cannot be read: %s", strerror(-r));
	if (api_get(&request, API_RUNNING, FIELDS) < 0)
		return EXIT_REFUSED;
	code = client_ask_well(client, &request, false, &answer);
	api_request_clear(&request);
	if (code != EXIT_OK)
		return code;
	(void)json_object_set_new((json_t *)api_content(&answer), ANSWER_REALSERVER_SUM,
				  json_string(sum));
	return run_print(line, &answer);
}
