// SPDX-License-Identifier: GPL-2.0-or-later
/* What the failover agent has decided: read from its flight record, whether it runs or not. */
#include <errno.h>
#include <string.h>

#include "api/decisions.h"
#include "api/operation_io.h"
#include "base/cleanup.h"
#include "base/file_io.h"
#include "proto/agent_record.h"
#include "proto/api_ipc.h"

#define DEFAULT_COUNT 100

void rpc_decisions(struct exchange *x)
{
	const json_t *count = json_object_get(x->request.input, "count");
	_cleanup_free_ char *file = NULL;
	json_t *list = NULL;
	size_t size = 0;
	int r = file_read(AGENT_RECORD_FILE, AGENT_RECORD_SIZE, &file, &size);

	if (r == 0)
		list = decisions_list(
			file, size, count ? (size_t)json_integer_value(count) : DEFAULT_COUNT, &r);
	if (r == -ENOENT)
		answer_output(&x->answer, json_pack("{s:[]}", "entry"));
	else if (r < 0)
		answer_error(&x->answer, API_TAG_FAILED, NULL,
			     "the agent's record cannot be read: %s",
			     r == -EPROTO    ? "it is of another version"
			     : r == -EBADMSG ? "it is damaged"
					     : strerror(-r));
	else
		answer_output(&x->answer, list);
}
