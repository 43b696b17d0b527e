// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-system: makes the machine itself as the configuration says. */
#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/privilege_io.h"
#include "schema/node_io.h"
#include "schema/schema.h"
#include "system/netlink_io.h"
#include "system/plan.h"
#include "system/sysctl_io.h"

enum { EXIT_OK = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"Usage: trireme-system apply [SWITCHES]\n"
	"\n"
	"Sets host name, addresses of the ports, default route and kernel settings of this "
	"machine\n"
	"as the configuration says. What is right already is left alone; floating addresses "
	"belong\n"
	"to the failover agent and are never touched. Prints what it changes.\n"
	"\n"
	"  --dry-run      prints what would be changed, and changes nothing\n"
	"  --config FILE  the configuration (" SCHEMA_RUNNING ")\n"
	"  --yang DIR     the model (" SCHEMA_YANG_DIR ")\n"
	"  --node NAME    which node this machine is (else: file '" NODE_FILE "' beside FILE)\n"
	"  --help\n"
	"\n"
	"Exit code: 0 done; 1 something could not be done, the rest was; 2 wrong usage.\n";

struct arguments {
	const char *config, *yang_dir, *node;
	bool dry_run;
};

static int read_config(const struct arguments *arguments, struct config **ret_config)
{
	struct schema_error error;
	int r = schema_load(arguments->yang_dir, arguments->config, ret_config, &error);

	if (r < 0)
		fprintf(stderr, "trireme-system: %s is not valid: path %s, value %s, allowed: %s\n",
			arguments->config, error.path, error.value, error.allowed);
	return r;
}

static int this_node(const struct arguments *arguments, const struct config *config,
		     const struct config_node **ret_node)
{
	char name[CONFIG_NAME_MAX];
	int r = node_find(config, arguments->config, arguments->node, name, ret_node);

	if (r == -ENOENT && name[0])
		fprintf(stderr, "trireme-system: the configuration has no node %s\n", name);
	else if (r < 0)
		fprintf(stderr, "trireme-system: which node this machine is: %s\n", strerror(-r));
	return r;
}

static int read_state(struct mnl_socket *socket, const struct config_node *node,
		      struct plan_state *ret_state)
{
	struct utsname names;
	int r = sysctl_settings(node, &ret_state->sysctls);

	if (r < 0)
		return r;
	sysctl_read(&ret_state->sysctls);
	if (uname(&names) < 0)
		return -errno;
	snprintf(ret_state->host_name, sizeof(ret_state->host_name), "%s", names.nodename);
	return netlink_read(socket, ret_state);
}

static int apply_action(struct mnl_socket *socket, const struct plan_action *action)
{
	switch (action->kind) {
	case PLAN_HOST_NAME:
		return sethostname(action->host_name, strlen(action->host_name)) < 0 ? -errno : 0;
	case PLAN_SYSCTL:
		return sysctl_write(action->sysctl);
	case PLAN_PROBLEM:
		return -ENODEV;
	default:
		return netlink_apply(socket, action);
	}
}

/* One action that fails does not keep the others from being done. */
static int apply_plan(struct mnl_socket *socket, const struct plan *plan, bool dry_run)
{
	int code = EXIT_OK;

	for (size_t i = 0; i < plan->n_actions; i++) {
		char line[256];
		struct text text = TEXT_ON(line);
		int r = 0;

		plan_describe(&plan->actions[i], &text);
		if (!dry_run)
			r = apply_action(socket, &plan->actions[i]);
		if (r < 0) {
			fprintf(stderr, "trireme-system: failed: %s: %s\n", line, strerror(-r));
			code = EXIT_PROBLEM;
		} else {
			printf("%s\n", line);
		}
	}
	return code;
}

/* Reads what is, plans, and does it; returns an exit code. */
static int reconcile(const struct arguments *arguments, const struct config *config,
		     const struct config_node *node)
{
	_cleanup_(netlink_closep) struct mnl_socket *socket = NULL;
	_cleanup_free_ struct plan_state *state = NULL;
	_cleanup_free_ struct plan *plan = NULL;
	int r = netlink_open(&socket);

	state = calloc(1, sizeof(*state));
	plan = calloc(1, sizeof(*plan));
	if (r == 0)
		r = state && plan ? read_state(socket, node, state) : -ENOMEM;
	if (r == 0)
		r = plan_make(config, node, state, plan);
	if (r < 0) {
		fprintf(stderr, "trireme-system: the machine's state cannot be read: %s\n",
			strerror(-r));
		return EXIT_PROBLEM;
	}
	return apply_plan(socket, plan, arguments->dry_run);
}

static int apply(const struct arguments *arguments)
{
	_cleanup_(config_freep) struct config *config = NULL;
	const struct config_node *node;

	if (read_config(arguments, &config) < 0 || this_node(arguments, config, &node) < 0)
		return EXIT_PROBLEM;
	return reconcile(arguments, config, node);
}

/* Returns -1 to go on, or an exit code. */
static int parse_switches(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{"dry-run", no_argument, NULL, 'n'},	{"config", required_argument, NULL, 'c'},
		{"yang", required_argument, NULL, 'y'}, {"node", required_argument, NULL, 'm'},
		{"help", no_argument, NULL, 'h'},	{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			arguments->dry_run = true;
			break;
		case 'c':
			arguments->config = optarg;
			break;
		case 'y':
			arguments->yang_dir = optarg;
			break;
		case 'm':
			arguments->node = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_OK;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.config = SCHEMA_RUNNING, .yang_dir = SCHEMA_YANG_DIR};
	int code = parse_switches(argc, argv, &arguments), r;

	if (code >= 0)
		return code;
	if (argc - optind != 1 || strcmp(argv[optind], "apply") != 0) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	/* Addresses, routes and settings of the network; sethostname(2) needs the second. */
	r = privilege_keep(PRIVILEGE(CAP_NET_ADMIN) | PRIVILEGE(CAP_SYS_ADMIN));
	if (r < 0) {
		fprintf(stderr, "trireme-system: rights cannot be given up: %s\n", strerror(-r));
		return EXIT_PROBLEM;
	}
	return apply(&arguments);
}
