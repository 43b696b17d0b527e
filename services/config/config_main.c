// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-config: reads, checks, publishes and replicates the configuration of this machine. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <linux/capability.h>
#include <qb/qbloop.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log_io.h"
#include "base/privilege_io.h"
#include "base/wipe.h"
#include "config/import_io.h"
#include "config/load_io.h"
#include "config/server.h"
#include "config/summary.h"
#include "config/tree_io.h"
#include "schema/schema.h"

enum { EXIT_OK = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"Usage: trireme-config COMMAND [SWITCHES]\n"
	"\n"
	"  load          puts the newest revision on the data partition in place, at boot\n"
	"  run           keeps the revisions with the other nodes and serves trireme(1)\n"
	"  check FILE    says whether a document is valid, and if not, where and why\n"
	"  show          prints a summary of the configuration in use\n"
	"  import FILE   lays ready what a machine that joins or is restored has got\n"
	"                (trireme-join, trireme-backup): in use from the next load on\n"
	"\n"
	"  --foreground  run: log to standard error too\n"
	"  --debug       run: log more\n"
	"  --seed DIR    load: where the data partition has no configuration, the document\n"
	"                DIR/trireme.json and the key DIR/authkey\n"
	"  --check       import: only says whether it could be used here\n"
	"  --config FILE show: another document than " SCHEMA_RUNNING "\n"
	"  --yang DIR    the model (" SCHEMA_YANG_DIR ")\n"
	"  --root DIR    for tests: all files of the machine are below DIR\n"
	"  --help\n"
	"\n"
	"Exit code: 0 done; 1 the document is not valid or a file is missing; 2 wrong usage.\n";

struct arguments {
	struct load_options load;
	const char *config;
	const char *command;
	const char *file; /* of check and import */
	bool foreground, debug, check;
};

static int show_report(const struct text *report)
{
	fputs(report->buf, stderr);
	return EXIT_PROBLEM;
}

/*
 * A boot that goes on with the previous document ends well, so the boot steps say nothing: what
 * happened is told to the console from here.
 */
static int command_load(const struct arguments *arguments)
{
	char buf[LOAD_REPORT_MAX], *line = buf, *end;
	struct text report = TEXT_ON(buf);
	int r = load(&arguments->load, &report);

	fputs(buf, stderr);
	if (r < 0)
		return EXIT_PROBLEM;
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		tree_tell_console(arguments->load.root, line);
		line = end + 1;
	}
	return EXIT_OK;
}

static int read_config(const struct arguments *arguments, const char *root, const char *path,
		       struct config **ret_config)
{
	char full[PATH_MAX], what[PATH_MAX + 64], buf[LOAD_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	struct schema_error error;
	int r = tree_file(root, path, full);

	if (r == 0)
		r = schema_load(arguments->load.yang_dir, full, ret_config, &error);
	if (r == 0)
		return 0;
	snprintf(what, sizeof(what), "the configuration %s is not valid", full);
	core_report(&report, what, &error);
	show_report(&report);
	return r;
}

static int command_check(const struct arguments *arguments)
{
	_cleanup_(config_freep) struct config *config = NULL;

	if (read_config(arguments, "", arguments->file, &config) != 0)
		return EXIT_PROBLEM;
	printf("%s is valid: nodes %zu, alias groups %zu, virtual services %zu\n", arguments->file,
	       config->n_nodes, config->n_groups, config->n_services);
	return EXIT_OK;
}

/* The document in use, or the one that --config names. */
static int read_running(const struct arguments *arguments, struct config **ret_config)
{
	if (arguments->config)
		return read_config(arguments, "", arguments->config, ret_config);
	return read_config(arguments, arguments->load.root, TREE_RUNNING, ret_config);
}

static int command_show(const struct arguments *arguments)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_free_ char *buf = malloc(SUMMARY_MAX);
	struct text text;

	if (!buf || read_running(arguments, &config) != 0)
		return EXIT_PROBLEM;
	text_init(&text, buf, SUMMARY_MAX);
	summary(config, &text);
	fputs(buf, stdout);
	return EXIT_OK;
}

static int command_import(const struct arguments *arguments)
{
	const struct import_options options = {
		.root = arguments->load.root,
		.yang_dir = arguments->load.yang_dir,
		.file = arguments->file,
		.check = arguments->check,
	};
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);

	return import(&options, &report) < 0 ? show_report(&report) : EXIT_OK;
}

static int32_t on_signal(int32_t number, void *data)
{
	(void)number;
	qb_loop_stop(data);
	return 0;
}

static int serve(qb_loop_t *loop, const struct arguments *arguments)
{
	static const int signals[] = {SIGTERM, SIGINT};
	static struct server server;
	qb_loop_signal_handle handle;
	int r = 0;

	/* A client that is gone while it is answered is no reason to end. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_SIZE(signals) && r == 0; i++)
		r = qb_loop_signal_add(loop, QB_LOOP_HIGH, signals[i], loop, on_signal, &handle);
	if (r == 0)
		r = server_open(&server, loop, arguments->load.root, arguments->load.yang_dir);
	if (r == 0)
		qb_loop_run(loop);
	server_close(&server);
	return r;
}

static int command_run(const struct arguments *arguments)
{
	qb_loop_t *loop;
	int r = -ENOMEM;

	log_open(LOG_SOCKET, "trireme-config", arguments->foreground, arguments->debug);
	loop = qb_loop_create();
	if (loop) {
		r = serve(loop, arguments);
		qb_loop_destroy(loop);
	}
	log_close();
	return r < 0 ? EXIT_PROBLEM : EXIT_OK;
}

static int wrong_usage(const char *problem, const char *value)
{
	fprintf(stderr, "trireme-config: %s%s\n\n%s", problem, value, usage);
	return EXIT_USAGE;
}

static int run(const struct arguments *arguments)
{
	static const struct {
		const char *name;
		int (*run)(const struct arguments *);
	} commands[] = {
		{"load", command_load}, {"check", command_check}, {"import", command_import},
		{"show", command_show}, {"run", command_run},
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, arguments->command) == 0)
			return commands[i].run(arguments);
	}
	return wrong_usage("no such command: ", arguments->command);
}

/* Returns -1 to go on, or an exit code. */
static int parse_switches(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{"root", required_argument, NULL, 'r'},
		{"yang", required_argument, NULL, 'y'},
		{"config", required_argument, NULL, 'c'},
		{"seed", required_argument, NULL, 's'},
		{"foreground", no_argument, NULL, 'f'},
		{"debug", no_argument, NULL, 'd'},
		{"check", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			arguments->load.root = optarg;
			break;
		case 'y':
			arguments->load.yang_dir = optarg;
			break;
		case 'c':
			arguments->config = optarg;
			break;
		case 's':
			arguments->load.seed_dir = optarg;
			break;
		case 'f':
			arguments->foreground = true;
			break;
		case 'd':
			arguments->debug = true;
			break;
		case 'k':
			arguments->check = true;
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
	struct arguments arguments = {.load = {.root = "", .yang_dir = SCHEMA_YANG_DIR}};
	int code = parse_switches(argc, argv, &arguments), left, r;

	if (code >= 0)
		return code;
	/* Requests have passwords: nothing of their JSON stays in memory that is free. */
	json_set_alloc_funcs(malloc, wipe_free);
	/*
	 * Anybody may have written the document: it is parsed without rights but those to files,
	 * which a medium may have given to any user.
	 */
	r = privilege_keep(PRIVILEGE(CAP_DAC_OVERRIDE));
	if (r < 0) {
		fprintf(stderr, "trireme-config: rights cannot be given up: %s\n", strerror(-r));
		return EXIT_PROBLEM;
	}
	left = argc - optind;
	if (left == 0)
		return wrong_usage("a command is missing", "");
	arguments.command = argv[optind];
	if (strcmp(arguments.command, "check") == 0 || strcmp(arguments.command, "import") == 0) {
		if (left != 2)
			return wrong_usage(arguments.command, " needs one FILE");
		arguments.file = argv[optind + 1];
	} else if (left != 1) {
		return wrong_usage("too much on the command line: ", argv[optind + 1]);
	}
	return run(&arguments);
}
