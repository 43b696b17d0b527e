/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running one command line. */
#ifndef TRIREME_CONSOLE_RUN_IO_H
#define TRIREME_CONSOLE_RUN_IO_H

#include "console/client_io.h"
#include "console/command.h"

/* Runs the words (without the program's name), and prints what comes of them. */
enum exit_code run_words(const struct client *client, int argc, char *const *argv);

/* For the parts of it (*_cmd_io.c): what the answer of the line's command says, or as JSON. */
enum exit_code run_print(const struct command_line *line, const struct api_answer *answer);

/* Asks and prints. Takes the request. */
enum exit_code run_request(const struct client *client, const struct command_line *line,
			   struct api_request *request);

#define RUN_COMMENT_MAX 256 /* of a revision, with NUL */

/* For the history, what a command does that has no comment of its own. */
void run_comment(const struct command_line *line, char comment[RUN_COMMENT_MAX]);

/* A problem of this program's own, on standard error. */
enum exit_code run_problem(enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Commands of more than one question, or with files and passwords. */
typedef enum exit_code run_fn(const struct client *client, const struct command_line *line);

/* A program of its own, with the words behind the command's; its exit code. */
enum exit_code run_program(const struct client *client, const struct command *command, int argc,
			   char *const *argv);

run_fn run_ask, run_status, run_drain, run_top, run_export, run_import, run_realserver,
	run_user_add, run_user_password;

#endif
