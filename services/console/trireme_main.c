// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme: the cluster's state, its configuration and switch-over, from a shell. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "console/config_cmd.h"
#include "console/config_cmd_io.h"
#include "console/json.h"
#include "console/machine_io.h"
#include "console/render.h"
#include "console/switchover_io.h"
#include "schema/schema.h"

#define WAIT_MAX 3600

enum { EXIT_OK = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

static const char usage_begin[] =
	"Usage: trireme status [SWITCHES]           state of this machine and of the cluster\n"
	"       trireme cluster switchover [GROUP]  gives the floating addresses to the other "
	"router\n"
	"       trireme service                     virtual services and their real servers\n"
	"       trireme --help\n";

static const char usage_end[] =
	"\n"
	"  --json          the answer as JSON\n"
	"  --ready         whether this machine does its work: quorum, a settled role, and on a\n"
	"                  router every virtual service in the kernel; says what is missing\n"
	"  --wait SECONDS  waits until it does, that long at most (1 to 3600)\n"
	"\n"
	"Exit code: 0 done (with --ready: ready); 1 not done, not ready, or a daemon does not\n"
	"answer; 2 wrong usage.\n";

static const struct machine machine = {.root = "", .yang_dir = SCHEMA_YANG_DIR};

static void print_usage(FILE *to)
{
	fputs(usage_begin, to);
	fputs(config_cmd_usage, to);
	fputs(usage_end, to);
}

static int wrong_usage(void)
{
	print_usage(stderr);
	return EXIT_USAGE;
}

static int print(void (*render)(const struct view *, struct text *), const struct view *view,
		 size_t size)
{
	_cleanup_free_ char *buf = malloc(size);
	struct text text;

	if (!buf)
		return EXIT_PROBLEM;
	text_init(&text, buf, size);
	render(view, &text);
	fputs(buf, stdout);
	return text_result(&text) < 0 ? EXIT_PROBLEM : EXIT_OK;
}

static void render_all(const struct view *view, struct text *text)
{
	render_status(view, 0, text);
}

static int print_ready(const struct view *view)
{
	char words[256];
	struct text why = TEXT_ON(words);

	if (view_ready(view, &why)) {
		puts("ready");
		return EXIT_OK;
	}
	printf("not ready: %s\n", words);
	return EXIT_PROBLEM;
}

struct status_switches {
	bool json, ready;
	uint32_t wait; /* seconds */
};

static int parse_status(int argc, char **argv, struct status_switches *ret_switches)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"ready", no_argument, NULL, 'r'},
		{"wait", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	struct status_switches s = {0};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		s.json |= c == 'j';
		s.ready |= c == 'r';
		if (c == 'w' && parse_u32(optarg, 1, WAIT_MAX, &s.wait) < 0) {
			fprintf(stderr, "trireme: --wait %s: allowed are 1 to %d seconds\n", optarg,
				WAIT_MAX);
			return -EINVAL;
		}
		if (c == '?')
			return -EINVAL;
	}
	if (optind != argc)
		return -EINVAL;
	*ret_switches = s;
	return 0;
}

/* Looks until the machine is ready or the time is over. */
static void wait_ready(uint32_t seconds, struct view *view)
{
	static const struct timespec pause = {.tv_nsec = 200 * NSEC_PER_MSEC};
	uint64_t end = clock_boot_ns() + seconds * NSEC_PER_SEC;

	for (;;) {
		char words[256];
		struct text why = TEXT_ON(words);

		machine_look(&machine, NULL, view);
		if (view_ready(view, &why) || clock_boot_ns() >= end)
			return;
		view_clear(view);
		nanosleep(&pause, NULL);
	}
}

static int command_status(int argc, char **argv)
{
	_cleanup_(view_clear) struct view view = {0};
	struct status_switches s;
	char words[256];
	struct text why = TEXT_ON(words);
	int code = EXIT_OK;

	if (parse_status(argc, argv, &s) < 0)
		return wrong_usage();
	wait_ready(s.wait, &view);
	if (s.json)
		code = print(json_status, &view, JSON_MAX);
	else if (s.ready)
		return print_ready(&view);
	else
		code = print(render_all, &view, RENDER_MAX);
	if (s.ready)
		return view_ready(&view, &why) ? code : EXIT_PROBLEM;
	return view.agent_error ? EXIT_PROBLEM : code;
}

static int command_cluster(int argc, char **argv)
{
	char words[512];
	struct text said = TEXT_ON(words);
	int r;

	if (argc < 2 || argc > 3 || strcmp(argv[1], "switchover") != 0)
		return wrong_usage();
	r = switchover(argc == 3 ? argv[2] : "", &said);
	fprintf(r < 0 ? stderr : stdout, "%s\n", words);
	return r < 0 ? EXIT_PROBLEM : EXIT_OK;
}

static int command_service(int argc, char **argv)
{
	_cleanup_(view_clear) struct view view = {0};
	int code;

	(void)argv;
	if (argc != 1)
		return wrong_usage();
	machine_look(&machine, NULL, &view);
	code = print(render_services, &view, RENDER_MAX);
	return view.engine_error ? EXIT_PROBLEM : code;
}

static int command_config(int argc, char **argv)
{
	int r = config_cmd_run(argc, argv);

	if (r == -ENOENT || r == -EINVAL)
		return wrong_usage();
	return r < 0 ? EXIT_PROBLEM : EXIT_OK;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{"status", command_status},
		{"cluster", command_cluster},
		{"service", command_service},
	};

	/* A daemon that dies while it is asked is an error, not the end of this program. */
	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, argv[1]) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	return argc > 1 ? command_config(argc - 1, argv + 1) : wrong_usage();
}
