/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands of `trireme` that look at the configuration and change it. */
#ifndef TRIREME_CONSOLE_CONFIG_CMD_H
#define TRIREME_CONSOLE_CONFIG_CMD_H

#include <jansson.h>

#include "base/text.h"

/* Longest summary or error of one answer. */
#define CONFIG_CMD_TEXT_MAX 65536

/* What a command line asks for. */
struct config_cmd {
	json_t *request;
	bool json;     /* the answer as it is */
	bool document; /* the answer is a document: printed whole */
	int wait_ms;
};

/*
 * Makes the request that a command line asks for: argv[0] is the subcommand, session the name of
 * the candidate it works on. *ret_cmd is the caller's (config_cmd_clear()). -ENOENT: no such
 * subcommand; -EINVAL: wrong usage, which problem says in words.
 */
int config_cmd_parse(int argc, char *const *argv, const char *session, struct config_cmd *ret_cmd,
		     struct text *problem);
void config_cmd_clear(struct config_cmd *cmd);

/* Puts an answer into words. 0, or -EBADMSG: the answer is an error, whose words these are. */
int config_cmd_render(const struct config_cmd *cmd, const json_t *answer, struct text *text);

extern const char config_cmd_usage[];

#endif
