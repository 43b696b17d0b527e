// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands that are programs of their own: joining and backup, which no API does. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "console/run_io.h"

#define PROGRAM_WORDS_MAX 4
#define PROGRAM_TEXT_MAX 64

struct arguments {
	char text[PROGRAM_TEXT_MAX]; /* the program's own words */
	char *list[PROGRAM_WORDS_MAX + 2 + COMMAND_WORDS_MAX + 1];
	size_t n;
};

/* The program with its first words, who asks, and what was typed behind the command's words. */
static int gather(const struct client *client, const struct command *command, int argc,
		  char *const *argv, struct arguments *arguments)
{
	char *rest = NULL;

	if (argc > COMMAND_WORDS_MAX || strlen(command->program) >= sizeof(arguments->text))
		return -E2BIG;
	memcpy(arguments->text, command->program, strlen(command->program) + 1);
	for (char *word = strtok_r(arguments->text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (arguments->n == PROGRAM_WORDS_MAX)
			return -E2BIG;
		arguments->list[arguments->n++] = word;
	}
	if (command->member) {
		arguments->list[arguments->n++] = (char *)command->member;
		arguments->list[arguments->n++] = (char *)client->user;
	}
	for (int i = 0; i < argc; i++)
		arguments->list[arguments->n++] = argv[i];
	arguments->list[arguments->n] = NULL;
	return 0;
}

/* With the signals as a program finds them: the shell of commands keeps Ctrl-C for itself. */
static int start(char *const *list, pid_t *ret_child)
{
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int r;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGINT);
	sigaddset(&usual, SIGPIPE);
	r = posix_spawnattr_init(&attributes);
	if (r != 0)
		return -r;
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	r = posix_spawnp(ret_child, list[0], NULL, &attributes, list, environ);
	posix_spawnattr_destroy(&attributes);
	return -r;
}

enum exit_code run_program(const struct client *client, const struct command *command, int argc,
			   char *const *argv)
{
	struct arguments arguments = {0};
	pid_t child = 0;
	int status, r = gather(client, command, argc, argv, &arguments);

	fflush(stdout);
	if (r == 0)
		r = start(arguments.list, &child);
	if (r < 0)
		return run_problem(EXIT_REFUSED, "%s cannot be run: %s", command->program,
				   strerror(-r));
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_REFUSED;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) > EXIT_FORBIDDEN)
		return EXIT_REFUSED;
	return (enum exit_code)WEXITSTATUS(status);
}
