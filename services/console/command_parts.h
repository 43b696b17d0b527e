/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table of commands is made of, beside data. Private to services/console; pure. */
#ifndef TRIREME_CONSOLE_COMMAND_PARTS_H
#define TRIREME_CONSOLE_COMMAND_PARTS_H

#include "console/command.h"

/* Requests of commands that are no operation of the API. As command_request(). */
typedef int request_fn(const struct command_line *line, struct api_request *ret_request,
		       struct text *problem);

request_fn request_show, request_set, request_delete, request_describe, request_state,
	request_service, request_access, request_user_delete, request_token_delete;

/* Answers in words. content is as api_content() has it. 0; -errno: the words say what is missing.
 */
typedef int answer_fn(const struct command_line *line, const json_t *content, struct text *text);

answer_fn answer_document, answer_status, answer_services, answer_cluster, answer_config,
	answer_history, answer_description, answer_diff, answer_summary, answer_changed,
	answer_done, answer_import, answer_users, answer_tokens, answer_token, answer_audit,
	answer_decisions, answer_realserver;

/* Beside the document's members in the content for answer_realserver(): the script's SHA-256. */
#define ANSWER_REALSERVER_SUM "realserver.sh"

#endif
