// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-system: makes the machine itself as the configuration says. */
#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/privilege_io.h"
#include "schema/node_io.h"
#include "schema/schema.h"
#include "system/follow_io.h"
#include "system/reconcile_io.h"

enum { EXIT_OK = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

#define PERIOD_S 30
/* Addresses, routes and settings of the network; sethostname(2) needs the second. */
#define RIGHTS (PRIVILEGE(CAP_NET_ADMIN) | PRIVILEGE(CAP_SYS_ADMIN))

static const char usage[] =
	"Usage: trireme-system apply [SWITCHES]\n"
	"       trireme-system run [SECONDS] [SWITCHES]\n"
	"\n"
	"Sets host name, VLANs, bonds, addresses and routes of this machine, kernel settings, and\n"
	"beside FILE what other programs read of names, time and log, as the configuration says.\n"
	"What is right already is left alone; floating addresses "
	"belong\n"
	"to the failover agent and are never touched. Prints what it changes.\n"
	"\n"
	"run does the same again and again: when the configuration or a link changes, and every\n"
	"SECONDS (30); it logs what it changes, and has switches of its own (run --help).\n"
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

static void on_action(const char *line, const char *failure, void *data)
{
	int *code = data;

	if (failure) {
		fprintf(stderr, "trireme-system: failed: %s: %s\n", line, failure);
		*code = EXIT_PROBLEM;
	} else {
		printf("%s\n", line);
	}
}

static int apply(const struct arguments *arguments)
{
	_cleanup_(config_freep) struct config *config = NULL;
	const struct config_node *node;
	int code = EXIT_OK, r;

	if (read_config(arguments, &config) < 0 || this_node(arguments, config, &node) < 0)
		return EXIT_PROBLEM;
	r = reconcile(config, node, arguments->config, arguments->dry_run, on_action, &code);
	if (r < 0) {
		fprintf(stderr, "trireme-system: the machine's state cannot be read: %s\n",
			strerror(-r));
		return EXIT_PROBLEM;
	}
	return code;
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

static int give_up_rights(void)
{
	int r = privilege_keep(RIGHTS);

	if (r < 0)
		fprintf(stderr, "trireme-system: rights cannot be given up: %s\n", strerror(-r));
	return r;
}

static int run(int argc, char **argv)
{
	uint32_t period = PERIOD_S;

	if (argc > 1 && argv[1][0] != '-') {
		if (parse_u32(argv[1], 1, 86400, &period) < 0) {
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
		argc--;
		argv++;
	}
	return follow(period, RIGHTS, argc, argv);
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.config = SCHEMA_RUNNING, .yang_dir = SCHEMA_YANG_DIR};
	int code;

	if (argc > 1 && strcmp(argv[1], "run") == 0)
		return run(argc - 1, argv + 1);
	code = parse_switches(argc, argv, &arguments);
	if (code >= 0)
		return code;
	if (argc - optind != 1 || strcmp(argv[optind], "apply") != 0) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (give_up_rights() < 0)
		return EXIT_PROBLEM;
	return apply(&arguments);
}
