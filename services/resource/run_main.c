// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trireme-resource-run STATE FOLDER...: takes one request from standard input, which is a socket,
 * runs its OCF resource agent from the first of the folders that has it, and answers. One process
 * runs the agent by libcrmservice; its parent ends it with all that it has started when its time is
 * over, or when nobody is at the other end any more: what an agent leaves behind after its end,
 * a resource, is not its parent's.
 */
#include <crm/common/results.h>
#include <crm/services.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/program_io.h"
#include "base/text.h"
#include "resource/operation.h"

#define ROUNDS_MAX 500		   /* of ending what an agent has started, 2 ms each */
#define STATE_VARIABLE "HA_RSCTMP" /* of resource-agents: where agents keep what they know */

static void add_parameter(GHashTable *table, const struct config_parameter *parameter)
{
	g_hash_table_insert(table, g_strdup(parameter->name), g_strdup(parameter->value));
}

static svc_action_t *new_action(const struct operation_request *request, const char *path)
{
	const struct config_resource *resource = &request->resource;
	const char *name = operation_name(request->type);
	const char *script[] = {path, name, NULL};
	char instance[sizeof(resource->group) + sizeof(resource->name)];
	bool is_script = program_is_script(path);
	svc_action_t *op = services_action_create_generic(is_script ? "/bin/sh" : path,
							  is_script ? script : script + 1);

	if (!op)
		return NULL;
	/* A resource's name has no dot: no two have the same. */
	snprintf(instance, sizeof(instance), "%s.%s", resource->group, resource->name);
	/* The library looks for agents in one folder only; all else it does as for its own. */
	op->standard = strdup(PCMK_RESOURCE_CLASS_OCF);
	op->provider = strdup(resource->provider);
	op->agent = strdup(resource->type);
	op->rsc = strdup(instance);
	op->action = strdup(name);
	op->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (size_t i = 0; i < resource->n_parameters; i++)
		add_parameter(op->params, &resource->parameters[i]);
	/* Its parent has the time. */
	op->timeout = (resource->timeout_s + 60) * 1000;
	return op;
}

static void perform(const struct operation_request *request, const char *path,
		    struct operation_verdict *ret_verdict)
{
	svc_action_t *op = new_action(request, path);
	size_t prefix = strlen(PCMK_OCF_REASON_PREFIX);
	char said[OPERATION_TEXT_MAX], *words = said;

	if (op)
		services_action_sync(op);
	ret_verdict->code = op && op->status == PCMK_EXEC_DONE ? op->rc : -EIO;
	text_last_line(op && op->stderr_data ? op->stderr_data : "", said, sizeof(said));
	if (strncmp(words, PCMK_OCF_REASON_PREFIX, prefix) == 0)
		words += prefix;
	if (ret_verdict->code != 0)
		operation_words(request->type, ret_verdict->code, words, ret_verdict->text);
	services_action_free(op);
}

static void find_and_perform(const struct operation_request *request, char **folders,
			     struct operation_verdict *ret_verdict)
{
	char name[sizeof(request->resource.provider) + sizeof(request->resource.type)], path[256];
	int r;

	snprintf(name, sizeof(name), "%s/%s", request->resource.provider, request->resource.type);
	r = program_find(folders, name, path, sizeof(path));
	if (r == 0) {
		perform(request, path, ret_verdict);
		return;
	}
	ret_verdict->code = r;
	snprintf(ret_verdict->text, sizeof(ret_verdict->text), "%s",
		 r == -EPERM ? "the resource agent is not root's, or others may change it"
			     : "there is no such resource agent on this machine");
	/* Then nothing of it runs here either. */
	if (r == -ENOENT && request->type == OPERATION_STOP)
		ret_verdict->code = 0;
}

/* The parent of a process, of its stat (proc(5)); 0: there is no such process. */
static pid_t parent_of(const char *name)
{
	char path[64], line[512];
	_cleanup_close_ int fd = -1;
	const char *end;
	int parent = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (n < 0)
		return 0;
	line[n] = '\0';
	end = strrchr(line, ')'); /* a name may have any */
	return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static void kill_children(void)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    parent_of(entry->d_name) == getpid())
			(void)kill(atoi(entry->d_name), SIGKILL);
	if (folder)
		closedir(folder);
}

/* As one of them ends, its children become this process's (PR_SET_CHILD_SUBREAPER). */
static void end_all(void)
{
	pid_t pid = 0;

	for (int i = 0; i < ROUNDS_MAX && pid >= 0; i++) {
		kill_children();
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid == 0)
			usleep(2000);
	}
}

/* 0: *ret_verdict is the child's; else -errno: there is none, and all of it is ended. */
static int supervise(int fd, uint64_t due, struct operation_verdict *ret_verdict)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
			       {.fd = STDIN_FILENO, .events = POLLRDHUP}};
	uint64_t now = clock_boot_ns();
	int r;

	do {
		uint64_t left = now < due ? (due - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC : 0;

		r = poll(fds, ARRAY_SIZE(fds), (int)left);
		now = clock_boot_ns();
	} while (r < 0 && errno == EINTR);
	if (r > 0 && !fds[1].revents &&
	    read(fd, ret_verdict, sizeof(*ret_verdict)) == (ssize_t)sizeof(*ret_verdict))
		return 0;
	end_all();
	return r == 0 ? -ETIMEDOUT : fds[1].revents ? -ECANCELED : -EIO;
}

static int run(const struct operation_request *request, char **folders,
	       struct operation_verdict *ret_verdict)
{
	uint64_t due = clock_boot_ns() + request->resource.timeout_s * NSEC_PER_SEC;
	int fds[2];
	pid_t pid;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		find_and_perform(request, folders, ret_verdict);
		/* It fits: nothing else is in the pipe. */
		_exit(write(fds[1], ret_verdict, sizeof(*ret_verdict)) < 0);
	}
	close(fds[1]);
	return supervise(fds[0], due, ret_verdict);
}

int main(int argc, char **argv)
{
	struct operation_verdict verdict = {.version = OPERATION_VERSION};
	struct operation_request request;
	ssize_t n = recv(STDIN_FILENO, &request, sizeof(request), 0);
	int r;

	if (argc < 3 || n != (ssize_t)sizeof(request) || !operation_is_valid(&request)) {
		fprintf(stderr, "trireme-resource-run: no valid request on standard input\n");
		return EXIT_FAILURE;
	}
	if (setenv(STATE_VARIABLE, argv[1], 1) < 0)
		return EXIT_FAILURE;
	r = run(&request, argv + 2, &verdict);
	if (r < 0) {
		verdict.code = r;
		operation_words(request.type, r, "", verdict.text);
	}
	n = send(STDIN_FILENO, &verdict, sizeof(verdict), MSG_NOSIGNAL);
	return n == (ssize_t)sizeof(verdict) ? EXIT_SUCCESS : EXIT_FAILURE;
}
