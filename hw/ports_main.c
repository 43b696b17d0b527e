// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-ports: names the network cards by rule at boot, and lists them. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "ports_cmd_io.h"

#define RULES_FILE "/run/trireme/ports.rules"
#define TABLE_FILE "/usr/share/trireme/nics.tsv"
#define RULES_SIZE_MAX 16384
#define TABLE_SIZE_MAX 262144

struct options {
	const char *rules, *table;
};

static void usage(FILE *to)
{
	fprintf(to,
		"usage: trireme-ports list | apply [--rules FILE] [--table FILE]\n"
		"  list          print port, MAC, place, driver, XDP, carrier and firmware of each "
		"card\n"
		"  apply         name the cards: by the rules, the others by their place (first is "
		"eth0)\n"
		"  --rules FILE  lines \"eth0 mac 52:54:00:12:34:56\", \"eth0 pci "
		"0000:03:00.0\"\n"
		"                or \"eth2 virtual\"\n"
		"                (default " RULES_FILE "; a file that is not there has no rules)\n"
		"  --table FILE  what is known of the drivers (default " TABLE_FILE ")\n");
}

/* The table only adds words to the output: without it the ports are named all the same. */
static bool read_table(const char *path, char **ret_text, struct nic_table *ret_table)
{
	unsigned int line = 0;
	size_t size;
	int r = file_read(path, TABLE_SIZE_MAX, ret_text, &size);

	if (r == 0)
		r = nic_table_parse(*ret_text, ret_table, &line);
	if (r < 0)
		fprintf(stderr, "trireme-ports: table of drivers %s, line %u: %s\n", path, line,
			strerror(-r));
	return r == 0;
}

static int apply(struct ports_io *io, const char *rules, const struct nic_table *table)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = file_read(rules, RULES_SIZE_MAX, &text, &size);

	if (r < 0 && r != -ENOENT) {
		fprintf(stderr, "trireme-ports: cannot read the rules %s: %s\n", rules,
			strerror(-r));
		return r;
	}
	return ports_cmd_apply(io, text ? text : "", table, stdout, stderr);
}

static int run(const char *command, const struct options *options)
{
	_cleanup_(ports_io_closep) struct ports_io *io = NULL;
	_cleanup_free_ char *text = NULL;
	struct nic_table rows;
	const struct nic_table *table = read_table(options->table, &text, &rows) ? &rows : NULL;
	int r = ports_io_open(&io);

	if (r < 0) {
		fprintf(stderr, "trireme-ports: cannot open rtnetlink: %s\n", strerror(-r));
		return r;
	}
	if (strcmp(command, "list") == 0)
		return ports_cmd_list(io, table, stdout, stderr);
	return apply(io, options->rules, table);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {{"rules", required_argument, NULL, 'r'},
						     {"table", required_argument, NULL, 't'},
						     {"help", no_argument, NULL, 'h'},
						     {}};
	struct options options = {RULES_FILE, TABLE_FILE};
	int c;

	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (c == 'r') {
			options.rules = optarg;
		} else if (c == 't') {
			options.table = optarg;
		} else {
			usage(c == 'h' ? stdout : stderr);
			return c == 'h' ? EXIT_SUCCESS : 2;
		}
	}
	if (optind + 1 != argc ||
	    (strcmp(argv[optind], "list") != 0 && strcmp(argv[optind], "apply") != 0)) {
		usage(stderr);
		return 2;
	}
	return run(argv[optind], &options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
