// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-resource: runs OCF resource agents where the failover agent owns the group they follow.
 */
#include <errno.h>
#include <linux/capability.h>
#include <qb/qblog.h>
#include <qb/qbloop.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/privilege_io.h"
#include "base/sandbox_io.h"
#include "base/seqpacket_io.h"
#include "resource/helper_io.h"
#include "schema/daemon_io.h"
#include "schema/schema.h"

#define NAME "trireme-resource"
#define USER NAME
#define RUNNER "/usr/sbin/trireme-resource-run"
#define STATE "/run/trireme-resource"
#define AGENTS "/data/ocf:/usr/lib/ocf/resource.d"
#define FOLDERS_MAX 4
#define MEMORY (512ul << 20) /* bytes of data of an agent, or of what it starts */
#define FILES 1024
#define PROCESSES 256

static struct {
	struct daemon daemon;
	struct helper helper;
	const char *socket, *runner, *agents, *state;
	char folders[1024];
	char *command[FOLDERS_MAX + 3]; /* the runner, its folder, folders of agents */
} self;

static int reload(void *data)
{
	_cleanup_(config_freep) struct config *config = NULL;
	const struct config_node *node = NULL;
	int r;

	(void)data;
	r = daemon_load(&self.daemon, &config);
	if (r == 0)
		r = daemon_node(&self.daemon, config, &node);
	if (r < 0 || !node)
		return r; /* what runs goes on */
	helper_configure(&self.helper, node->role == CONFIG_ROLE_ROUTER ? config : NULL);
	return 0;
}

static int32_t on_signal(int32_t number, void *data)
{
	(void)data;
	if (number == SIGHUP)
		reload(NULL);
	else
		helper_leave(&self.helper);
	return 0;
}

static int make_command(void)
{
	int r = copy_text(self.folders, sizeof(self.folders), self.agents);
	size_t n = 0;

	if (r < 0)
		return r;
	self.command[n++] = (char *)self.runner;
	self.command[n++] = (char *)self.state;
	for (char *folder = strtok(self.folders, ":"); folder; folder = strtok(NULL, ":")) {
		if (n == ARRAY_SIZE(self.command) - 1)
			return -E2BIG;
		self.command[n++] = folder;
	}
	return 0;
}

static int set_limits(void)
{
	static const struct sandbox_limit limits[] = {
		{RLIMIT_CORE, 0},
		{RLIMIT_NOFILE, FILES},
		{RLIMIT_NPROC, PROCESSES},
		{RLIMIT_DATA, MEMORY},
	};

	return sandbox_limits(limits, ARRAY_SIZE(limits));
}

static int start(void)
{
	static const int signals[] = {SIGHUP, SIGTERM, SIGINT};
	_cleanup_close_ int fd = seqpacket_listen(self.socket, HELPER_CLIENTS_MAX);
	int r = make_command();

	if (fd < 0)
		return fd;
	if (r == 0)
		r = geteuid() == 0 ? privilege_become(USER) : 0;
	if (r == 0)
		r = set_limits();
	if (r == 0)
		r = helper_open(&self.helper, self.daemon.loop, fd, self.command);
	if (r == 0)
		r = daemon_watch(&self.daemon, reload, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(signals) && r == 0; i++)
		r = qb_loop_signal_add(self.daemon.loop, QB_LOOP_HIGH, signals[i], NULL, on_signal,
				       NULL);
	if (r == 0)
		(void)take_fd(&fd);
	return r;
}

int main(int argc, char **argv)
{
	/* To become the user, who has none. */
	const uint64_t keep =
		PRIVILEGE(CAP_SETPCAP) | PRIVILEGE(CAP_SETUID) | PRIVILEGE(CAP_SETGID);
	const struct daemon_switch switches[] = {
		{"socket", "PATH", "where the agent says what it owns (" RESOURCE_SOCKET ")",
		 &self.socket},
		{"runner", "FILE", "what runs one agent (" RUNNER ")", &self.runner},
		{"agents", "DIR:DIR", "where the agents are (" AGENTS ")", &self.agents},
		{"state", "DIR", "where agents may write (" STATE ")", &self.state},
	};
	const struct daemon_special special = {.config_path = SCHEMA_RUNNING,
					       .switches = switches,
					       .n_switches = ARRAY_SIZE(switches)};
	int r;

	self.socket = RESOURCE_SOCKET;
	self.runner = RUNNER;
	self.agents = AGENTS;
	self.state = STATE;
	r = daemon_begin_special(&self.daemon, NAME, keep, &special, argc, argv);
	if (r >= 0)
		return r;
	r = start();
	if (r == 0)
		r = reload(NULL);
	if (r == 0)
		qb_loop_run(self.daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	if (self.helper.loop)
		helper_close(&self.helper);
	daemon_end(&self.daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
