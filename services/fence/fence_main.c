// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-fence: runs fence agents for the failover agent, as a user that may do nothing else. */
#include <errno.h>
#include <getopt.h>
#include <qb/qblog.h>
#include <qb/qbloop.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/log_io.h"
#include "base/privilege_io.h"
#include "base/sandbox_io.h"
#include "base/seqpacket_io.h"
#include "fence/server_io.h"

enum { EXIT_USAGE = 2 };

#define NAME "trireme-fence"
#define USER NAME
#define RUNNER "/usr/sbin/trireme-fence-run"
#define FOLDERS_MAX 4
/* Bytes of data of an agent: an interpreter with a library for TLS; of a file. */
#define MEMORY (512ul << 20)
#define OUTPUT (1u << 20)
#define FILES 256
#define PROCESSES 64

struct arguments {
	const char *socket;
	char *command[FOLDERS_MAX + 2]; /* the runner, and folders of fence agents */
	size_t n_folders;
	bool foreground, debug;
};

static const char help[] =
	NAME " [--socket PATH] [--runner FILE] [--agents DIR]... [--foreground] [--debug]\n"
	     "  --socket PATH  where the failover agent asks (" FENCE_SOCKET ")\n"
	     "  --runner FILE  what runs one fence agent (" RUNNER ")\n"
	     "  --agents DIR   where fence agents are, up to 4 times (/data/fence, /usr/sbin)\n"
	     "  --foreground   log to standard error too\n"
	     "  --debug        log more\n";

/* Returns -1 to go on, or an exit code. */
static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{"socket", required_argument, NULL, 's'},
		{"runner", required_argument, NULL, 'r'},
		{"agents", required_argument, NULL, 'a'},
		{"foreground", no_argument, NULL, 'f'},
		{"debug", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's') {
			a->socket = optarg;
		} else if (option == 'r') {
			a->command[0] = optarg;
		} else if (option == 'a' && a->n_folders < FOLDERS_MAX) {
			a->command[++a->n_folders] = optarg;
		} else if (option == 'f') {
			a->foreground = true;
		} else if (option == 'd') {
			a->debug = true;
		} else {
			fputs(help, option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	return -1;
}

static int set_limits(void)
{
	static const struct sandbox_limit limits[] = {
		{RLIMIT_CORE, 0},	   {RLIMIT_FSIZE, OUTPUT}, {RLIMIT_NOFILE, FILES},
		{RLIMIT_NPROC, PROCESSES}, {RLIMIT_DATA, MEMORY},  {RLIMIT_MSGQUEUE, 0},
	};

	return sandbox_limits(limits, ARRAY_SIZE(limits));
}

static int32_t on_end(int32_t number, void *data)
{
	(void)number;
	qb_loop_stop(data);
	return 0;
}

static int run(const struct arguments *a, qb_loop_t *loop)
{
	static struct server server;
	_cleanup_close_ int fd = seqpacket_listen(a->socket, SERVER_CLIENTS_MAX);
	int r;

	if (fd < 0) {
		qb_log(LOG_ERR, "%s cannot be listened on: %s", a->socket, strerror(-fd));
		return fd;
	}
	r = geteuid() == 0 ? privilege_become(USER) : privilege_keep(0);
	if (r == 0)
		r = set_limits();
	if (r < 0) {
		qb_log(LOG_ERR, "the user " USER " with its limits: %s", strerror(-r));
		return r;
	}
	r = server_open(&server, loop, fd, a->command);
	if (r == 0)
		r = qb_loop_signal_add(loop, QB_LOOP_HIGH, SIGTERM, loop, on_end, NULL);
	if (r == 0)
		r = qb_loop_signal_add(loop, QB_LOOP_HIGH, SIGINT, loop, on_end, NULL);
	if (r < 0)
		return r;
	qb_log(LOG_INFO, "started");
	qb_loop_run(loop);
	server_close(&server);
	return 0;
}

int main(int argc, char **argv)
{
	static char runner[] = RUNNER, own[] = "/data/fence", packaged[] = "/usr/sbin";
	struct arguments a = {.socket = FENCE_SOCKET, .command = {runner}};
	qb_loop_t *loop;
	int r = parse(argc, argv, &a);

	if (r >= 0)
		return r;
	if (a.n_folders == 0) {
		a.command[1] = own;
		a.command[2] = packaged;
	}
	log_open(LOG_SOCKET, NAME, a.foreground, a.debug);
	loop = qb_loop_create();
	r = loop ? run(&a, loop) : -ENOMEM;
	if (loop)
		qb_loop_destroy(loop);
	log_close();
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
