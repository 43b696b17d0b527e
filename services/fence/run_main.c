// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trireme-fence-run FOLDER...: takes one request from standard input, which is a socket, runs its
 * fence agent from the first of the folders that has it, and answers. Parameters go to the agent's
 * standard input, as pacemaker hands them over.
 */
#include <crm/common/results.h>
#include <crm/services.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/program_io.h"
#include "fence/request.h"

#define STANDARD "stonith" /* to libcrmservice: parameters on standard input */

struct run {
	struct fence_request request;
	char path[256];
	uint64_t due; /* CLOCK_BOOTTIME, ns */
	struct fence_verdict verdict;
};

static void run_wipe(struct run *run)
{
	request_wipe(&run->request);
}

static void refuse(struct run *run, int error, const char *text)
{
	run->verdict.result = error;
	snprintf(run->verdict.text, sizeof(run->verdict.text), "%s", text);
}

static bool find_agent(struct run *run, char **folders)
{
	int r = program_find(folders, run->request.agent, run->path, sizeof(run->path));

	if (r == -EPERM)
		/* It would get the device's password. */
		refuse(run, r, "the fence agent is not root's, or others may change it");
	else if (r < 0)
		refuse(run, r, "there is no such fence agent on this machine");
	return r == 0;
}

static void add(GHashTable *table, const char *name, const char *value)
{
	g_hash_table_insert(table, g_strdup(name), g_strdup(value));
}

static void free_value(gpointer value)
{
	explicit_bzero(value, strlen(value));
	g_free(value);
}

static GHashTable *parameters(const struct fence_request *request, const char *action)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_value);

	for (size_t i = 0; i < request->n_parameters; i++)
		add(table, request->parameters[i].name, request->parameters[i].value);
	/* Who has the last word of them is not the configuration. */
	add(table, "nodename", request->node);
	add(table, "action", action);
	return table;
}

static svc_action_t *new_action(const char *path)
{
	const char *arguments[] = {path, NULL};

	if (program_is_script(path))
		return services_action_create_generic("/bin/sh", arguments);
	return services_action_create_generic(path, NULL);
}

/* The exit code of the agent, or -errno: the verdict has why. */
static int perform(struct run *run, const char *action)
{
	char words[80];
	uint64_t now = clock_boot_ns();
	svc_action_t *op = new_action(run->path);
	int code;

	if (!op || now >= run->due) {
		refuse(run, op ? -ETIMEDOUT : -ENOMEM, op ? "it took too long" : "no memory");
		services_action_free(op);
		return run->verdict.result;
	}
	/* Without a name it would be an alert agent, which has its parameters in the environment.
	 */
	op->agent = strdup(run->request.agent);
	op->standard = strdup(STANDARD);
	op->params = parameters(&run->request, action);
	/* The library counts in whole seconds and may take one that has just begun for over. */
	op->timeout = (int)((run->due - now) / NSEC_PER_MSEC) + 1000;
	services_action_sync(op);
	code = op->status == PCMK_EXEC_DONE ? op->rc : -EIO;
	if (op->status == PCMK_EXEC_TIMEOUT)
		code = -ETIMEDOUT;
	request_last_words(&run->request, op->stderr_data, words, sizeof(words));
	if (code < 0)
		snprintf(run->verdict.text, sizeof(run->verdict.text), "'%s' %s", action,
			 code == -ETIMEDOUT ? "took too long" : "could not be run");
	else
		snprintf(run->verdict.text, sizeof(run->verdict.text), "'%s' ended with %d%s%s",
			 action, code, words[0] ? ": " : "", words);
	run->verdict.result = code < 0 ? code : -EIO;
	services_action_free(op);
	return code;
}

static void fence(struct run *run)
{
	const struct fence_request *request = &run->request;

	if (perform(run, request->reboot ? "reboot" : "off") != 0)
		return;
	if (request->verify && !request->reboot && !status_is_off(perform(run, "status")))
		return;
	run->verdict.result = 0;
	memset(run->verdict.text, 0, sizeof(run->verdict.text));
}

int main(int argc, char **argv)
{
	_cleanup_(run_wipe) struct run run = {.verdict = {.version = FENCE_WIRE_VERSION}};
	ssize_t n = recv(STDIN_FILENO, &run.request, sizeof(run.request), 0);

	if (argc < 2 || n != (ssize_t)sizeof(run.request) || !request_is_valid(&run.request)) {
		fprintf(stderr, "trireme-fence-run: no valid request on standard input\n");
		return EXIT_FAILURE;
	}
	run.verdict.number = run.request.number;
	run.due = clock_boot_ns() + run.request.timeout_ms * NSEC_PER_MSEC;
	if (find_agent(&run, argv + 1))
		fence(&run);
	n = send(STDIN_FILENO, &run.verdict, sizeof(run.verdict), MSG_NOSIGNAL);
	return n == (ssize_t)sizeof(run.verdict) ? EXIT_SUCCESS : EXIT_FAILURE;
}
