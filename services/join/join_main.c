// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-join: lets a machine into the cluster, and is let in. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/privilege_io.h"
#include "join/code.h"
#include "join/open_io.h"
#include "join/to_io.h"
#include "schema/schema.h"

enum { EXIT_OK = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"Usage: trireme-join open [--replace] NODE\n"
	"       trireme-join to ADDRESS [CODE] [--node NODE] [--force]\n"
	"\n"
	"  open NODE      on a member: shows a code, which lets one machine in as NODE, within\n"
	"                 ten minutes; NODE is in the configuration before\n"
	"  to ADDRESS     on the new machine: ADDRESS is the member's on its private port; the\n"
	"                 CODE is read from standard input when it is not given\n"
	"\n"
	"  --replace      open: another machine was NODE until now. It is shut out: the node gets\n"
	"                 another id, the ring another key\n"
	"  --node NODE    to: which node this machine is to be, if the code is for no other one\n"
	"  --force        to: even if this machine has a configuration: it and its history are\n"
	"                 replaced\n"
	"  --author NAME  open: who is written down in the history (root)\n"
	"  --yang DIR     to: the model (" SCHEMA_YANG_DIR ")\n"
	"  --root DIR     for tests: all files of the machine are below DIR\n"
	"  --help\n"
	"\n"
	"Exit code: 0 done; 1 it came to nothing, and the words say why; 2 wrong usage.\n";

struct arguments {
	struct open_options open;
	struct to_options to;
};

static int wrong_usage(const char *problem)
{
	fprintf(stderr, "trireme-join: %s\n\n%s", problem, usage);
	return EXIT_USAGE;
}

/* Groups that were typed with blanks between them come as several words. */
static int gather_code(char **words, int n, char *code)
{
	size_t used = 0;

	for (int i = 0; i < n; i++) {
		int length = snprintf(code + used, CODE_TYPED_MAX - used, "%s ", words[i]);

		if (length >= (int)(CODE_TYPED_MAX - used))
			return EXIT_USAGE;
		used += (size_t)length;
	}
	return EXIT_OK;
}

static int read_code(char *code)
{
	fputs("code: ", stdout);
	fflush(stdout);
	if (!fgets(code, CODE_TYPED_MAX, stdin))
		return EXIT_USAGE;
	code[strcspn(code, "\r\n")] = '\0';
	return EXIT_OK;
}

static int command_to(struct arguments *arguments, char **words, int n)
{
	char code[CODE_TYPED_MAX] = "";
	int r;

	if (n == 0)
		return wrong_usage("to needs the ADDRESS of a member");
	arguments->to.address = words[0];
	r = n > 1 ? gather_code(words + 1, n - 1, code) : read_code(code);
	if (r != EXIT_OK)
		return wrong_usage("that is no code: allowed are 24 characters");
	arguments->to.code = code;
	r = to_run(&arguments->to) < 0 ? EXIT_PROBLEM : EXIT_OK;
	arguments->to.code = NULL;
	explicit_bzero(code, sizeof(code));
	return r;
}

static int command_open(struct arguments *arguments, char **words, int n)
{
	if (n != 1)
		return wrong_usage("open needs one NODE");
	arguments->open.node = words[0];
	return open_run(&arguments->open) < 0 ? EXIT_PROBLEM : EXIT_OK;
}

/* Returns -1 to go on, or an exit code. */
static int parse_switches(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{"root", required_argument, NULL, 'r'}, {"yang", required_argument, NULL, 'y'},
		{"node", required_argument, NULL, 'n'}, {"author", required_argument, NULL, 'a'},
		{"replace", no_argument, NULL, 'p'},	{"force", no_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},	{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			arguments->open.root = arguments->to.target.root = optarg;
			break;
		case 'y':
			arguments->to.target.yang_dir = optarg;
			break;
		case 'n':
			arguments->to.node = optarg;
			break;
		case 'a':
			arguments->open.author = optarg;
			break;
		case 'p':
			arguments->open.replace = true;
			break;
		case 'f':
			arguments->to.target.force = true;
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
	struct arguments arguments = {
		.open = {.root = "", .author = "root"},
		.to = {.target = {.root = "", .yang_dir = SCHEMA_YANG_DIR}, .node = ""},
	};
	int code = parse_switches(argc, argv, &arguments), left, r;

	if (code >= 0)
		return code;
	/* Root's files and a port above 1023: it needs no capability for either. */
	r = privilege_keep(0);
	if (r < 0) {
		fprintf(stderr, "trireme-join: rights cannot be given up: %s\n", strerror(-r));
		return EXIT_PROBLEM;
	}
	signal(SIGPIPE, SIG_IGN);
	left = argc - optind;
	if (left == 0)
		return wrong_usage("a command is missing: open or to");
	if (strcmp(argv[optind], "open") == 0)
		return command_open(&arguments, argv + optind + 1, left - 1);
	if (strcmp(argv[optind], "to") == 0)
		return command_to(&arguments, argv + optind + 1, left - 1);
	return wrong_usage("allowed commands are open and to");
}
