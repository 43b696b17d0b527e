// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-backup: the cluster's configuration and keys in one file, and a machine made from it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/privilege_io.h"
#include "join/create_io.h"
#include "join/restore_io.h"
#include "schema/schema.h"

enum { EXIT_OK = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"Usage: trireme-backup create FILE [--force]\n"
	"       trireme-backup restore FILE [--node NODE] [--force]\n"
	"\n"
	"  create         on a member: keys and all revisions into FILE (- for standard output),\n"
	"                 under a passphrase; without what belongs to one machine alone\n"
	"  restore        on a new machine: it becomes NODE of that cluster when it is started\n"
	"                 again. Where the cluster lives, trireme-join is the better way\n"
	"\n"
	"The passphrase is asked for, or is the first line of standard input.\n"
	"\n"
	"  --node NODE    restore: which node this machine is to be; else it is asked for\n"
	"  --force        create: replaces a file that is there; restore: replaces the\n"
	"                 configuration that this machine has, and its history\n"
	"  --yang DIR     restore: the model (" SCHEMA_YANG_DIR ")\n"
	"  --root DIR     for tests: all files of the machine are below DIR\n"
	"  --help\n"
	"\n"
	"Exit code: 0 done; 1 it came to nothing, and the words say why; 2 wrong usage.\n";

static int wrong_usage(const char *problem)
{
	fprintf(stderr, "trireme-backup: %s\n\n%s", problem, usage);
	return EXIT_USAGE;
}

/* Returns -1 to go on, or an exit code. */
static int parse_switches(int argc, char **argv, struct restore_options *options)
{
	static const struct option known[] = {
		{"root", required_argument, NULL, 'r'}, {"yang", required_argument, NULL, 'y'},
		{"node", required_argument, NULL, 'n'}, {"force", no_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},	{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'r':
			options->target.root = optarg;
			break;
		case 'y':
			options->target.yang_dir = optarg;
			break;
		case 'n':
			options->node = optarg;
			break;
		case 'f':
			options->target.force = true;
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
	struct restore_options options = {.target = {.root = "", .yang_dir = SCHEMA_YANG_DIR},
					  .node = ""};
	int code = parse_switches(argc, argv, &options), r;

	if (code >= 0)
		return code;
	r = privilege_keep(0);
	if (r < 0) {
		fprintf(stderr, "trireme-backup: rights cannot be given up: %s\n", strerror(-r));
		return EXIT_PROBLEM;
	}
	if (argc - optind != 2)
		return wrong_usage("create and restore need one FILE");
	options.file = argv[optind + 1];
	if (strcmp(argv[optind], "create") == 0)
		r = create_run(&(struct create_options){.root = options.target.root,
							.file = options.file,
							.force = options.target.force});
	else if (strcmp(argv[optind], "restore") == 0)
		r = restore_run(&options);
	else
		return wrong_usage("allowed commands are create and restore");
	return r < 0 ? EXIT_PROBLEM : EXIT_OK;
}
