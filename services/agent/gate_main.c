// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-gate: at boot, before anything can be owned, puts the gate on this node's ports. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/gate_io.h"
#include "agent/vote_io.h"
#include "base/cleanup.h"
#include "schema/daemon_io.h"
#include "schema/node_io.h"
#include "schema/schema.h"

static int complain(const char *what, int error)
{
	fprintf(stderr, "trireme-gate: %s: %s\n", what, strerror(-error));
	return error;
}

/* A port that is not there yet gets its gate from the agent. */
static int attach(struct gate_io *gate, const struct config *config, const struct config_node *node)
{
	int result = 0;

	for (size_t i = 0; i < node->n_ports; i++) {
		struct port_state port = {.index = (int)if_nametoindex(node->ports[i].name)};
		char what[CONFIG_PORT_NAME_MAX + 16];

		memcpy(port.name, node->ports[i].name, sizeof(port.name));
		gate_io_attach(gate, config, &port, 1);
		if (ports_gated(&port, 1))
			continue;
		snprintf(what, sizeof(what), "%s has no gate", port.name);
		result = complain(what, port.gate_error);
	}
	return result;
}

static int run(struct daemon *d, const char *folder)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(vote_io_close) struct vote_io lock = {.fd = -1};
	_cleanup_(gate_io_close) struct gate_io gate = {0};
	const struct config_node *node;
	int r = daemon_load(d, &config);

	if (r < 0)
		return complain("the configuration cannot be used", r);
	r = daemon_node(d, config, &node);
	if (r < 0)
		return complain("which node this machine is", r);
	r = vote_io_open(&lock, VOTE_FILE);
	if (r < 0)
		return complain(r == -EBUSY ? "the agent runs, which keeps the gate" : VOTE_FILE,
				r);
	r = gate_io_open(&gate, folder);
	if (r == 0)
		r = gate_io_configure(&gate, config, node);
	return r < 0 ? complain(folder, r) : attach(&gate, config, node);
}

int main(int argc, char **argv)
{
	const char *folder = GATE_FOLDER;
	const struct daemon_switch bpf = {"bpf", "DIR", GATE_SWITCH_HELP, &folder};
	const struct daemon_special special = {
		.config_path = SCHEMA_RUNNING, .switches = &bpf, .n_switches = 1};
	struct daemon d;
	int r = daemon_begin_special(&d, "trireme-gate", GATE_RIGHTS, &special, argc, argv);

	if (r >= 0)
		return r;
	r = run(&d, folder);
	daemon_end(&d);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
