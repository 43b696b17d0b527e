// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trireme-attach: at boot, before corosync, puts the data path on this node's ports: some drivers
 * take the link down for it. The engine keeps it there from then on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/attach_io.h"
#include "engine/forward_io.h"
#include "engine/links_io.h"
#include "schema/daemon_io.h"
#include "schema/schema.h"

struct arguments {
	const char *folder, *drivers, *ports;
};

static int complain(const char *what, int error)
{
	fprintf(stderr, "trireme-attach: %s: %s\n", what, strerror(-error));
	return error;
}

/* *ret_node NULL: --ports none takes the program away. */
static int find_node(struct daemon *d, const char *ports, struct config **ret_config,
		     const struct config_node **ret_node)
{
	int r;

	*ret_node = NULL;
	if (strcmp(ports, "none") == 0)
		return 0;
	if (strcmp(ports, "all") != 0) {
		fprintf(stderr, "trireme-attach: --ports %s: allowed are \"all\" and \"none\"\n",
			ports);
		return -EINVAL;
	}
	r = daemon_load(d, ret_config);
	if (r < 0)
		return complain("the configuration cannot be used", r);
	r = daemon_node(d, *ret_config, ret_node);
	return r < 0 ? complain("which node this machine is", r) : 0;
}

static int apply(struct attach_io *io, const struct config_node *node)
{
	static struct links links;
	int r = links_io_read(&links);

	if (r < 0)
		return complain("the interfaces cannot be read", r);
	r = attach_io_apply(io, &links, node);
	for (size_t i = 0; i < io->n_ports; i++)
		printf("%s: %s\n", io->ports[i].name, io->ports[i].reason);
	return r < 0 ? complain("not on all ports", r) : 0;
}

static int run(struct daemon *d, const struct arguments *arguments)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(forward_io_close) struct forward_io forward = {0};
	_cleanup_(attach_io_close) struct attach_io io = {0};
	const struct config_node *node;
	char why[FORWARD_WHY_MAX] = "";
	int r = find_node(d, arguments->ports, &config, &node);

	if (r < 0)
		return r;
	if (node && node->role != CONFIG_ROLE_ROUTER) {
		puts("a witness forwards nothing");
		return 0;
	}
	r = forward_io_open(&forward, arguments->folder, why);
	if (r < 0) {
		fprintf(stderr, "trireme-attach: %s\n", why);
		return r;
	}
	r = attach_io_open(&io, forward.program, forward.ports, forward.folder,
			   forward.tables.links, arguments->drivers);
	return r < 0 ? complain("the programs cannot be used", r) : apply(&io, node);
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.folder = FORWARD_FOLDER, .drivers = ATTACH_TABLE, .ports = "all"};
	const struct daemon_switch switches[] = {
		{"bpf", "DIR", FORWARD_SWITCH_HELP, &arguments.folder},
		{"drivers", "FILE", "the table of drivers (" ATTACH_TABLE ")", &arguments.drivers},
		{"ports", "all|none", "none: take the data path off the ports", &arguments.ports},
	};
	const struct daemon_special special = {.config_path = SCHEMA_RUNNING,
					       .switches = switches,
					       .n_switches = ARRAY_SIZE(switches)};
	struct daemon d;
	int r = daemon_begin_special(&d, "trireme-attach", FORWARD_RIGHTS, &special, argc, argv);

	if (r >= 0)
		return r;
	r = run(&d, &arguments);
	daemon_end(&d);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
