// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/daemon_io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/log_io.h"
#include "base/privilege_io.h"
#include "base/watch_io.h"
#include "schema/node_io.h"
#include "schema/schema.h"

enum { EXIT_USAGE = 2 };

#define COMMON_SWITCHES 6

static void usage(FILE *to, const char *name, const struct daemon_special *special)
{
	fprintf(to, "%s [--config FILE] [--yang DIR] [--node NAME] [--foreground] [--debug]", name);
	for (size_t i = 0; i < special->n_switches; i++)
		fprintf(to, " [--%s %s]", special->switches[i].name, special->switches[i].argument);
	fprintf(to,
		"\n"
		"  --config FILE  the accepted configuration (%s)\n"
		"  --yang DIR     the model of a FILE in JSON (" SCHEMA_YANG_DIR ")\n"
		"  --node NAME    which node this machine is (else: file '" NODE_FILE
		"' beside FILE)\n"
		"  --foreground   log to standard error too\n"
		"  --debug        log more\n",
		special->config_path);
	for (size_t i = 0; i < special->n_switches; i++)
		fprintf(to, "  --%s %s  %s\n", special->switches[i].name,
			special->switches[i].argument, special->switches[i].help);
}

enum { FIRST_SPECIAL = 256 }; /* getopt_long(3)'s value of the first of the switches */

/* The switches that all daemons have, and behind them the daemon's own; ends with zeros. */
static void list_options(const struct daemon_special *special, struct option *list)
{
	static const struct option common[] = {
		{"config", required_argument, NULL, 'c'}, {"yang", required_argument, NULL, 'y'},
		{"node", required_argument, NULL, 'n'},	  {"foreground", no_argument, NULL, 'f'},
		{"debug", no_argument, NULL, 'd'},	  {"help", no_argument, NULL, 'h'},
	};

	static_assert(ARRAY_SIZE(common) == COMMON_SWITCHES, "the list has room for them");
	memcpy(list, common, sizeof(common));
	for (size_t i = 0; i < special->n_switches; i++)
		list[COMMON_SWITCHES + i] = (struct option){
			special->switches[i].name, required_argument, NULL, FIRST_SPECIAL + (int)i};
}

/* Returns -1 to go on, or an exit code. */
static int parse_options(struct daemon *d, const char *name, const struct daemon_special *special,
			 int argc, char **argv)
{
	struct option options[COMMON_SWITCHES + DAEMON_SWITCHES_MAX + 1] = {0};
	int option;

	list_options(special, options);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			d->config_path = optarg;
			break;
		case 'y':
			d->yang_dir = optarg;
			break;
		case 'n':
			d->node_name = optarg;
			break;
		case 'f':
			d->foreground = true;
			break;
		case 'd':
			d->debug = true;
			break;
		case 'h':
			usage(stdout, name, special);
			return EXIT_SUCCESS;
		default:
			if (option < FIRST_SPECIAL || !special->switches) {
				usage(stderr, name, special);
				return EXIT_USAGE;
			}
			*special->switches[option - FIRST_SPECIAL].value = optarg;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "%s: '%s' is not a switch\n", name, argv[optind]);
	usage(stderr, name, special);
	return EXIT_USAGE;
}

int daemon_begin(struct daemon *d, const char *name, uint64_t keep, int argc, char **argv)
{
	static const struct daemon_special none = {.config_path = SCHEMA_RUNNING};

	return daemon_begin_special(d, name, keep, &none, argc, argv);
}

int daemon_begin_special(struct daemon *d, const char *name, uint64_t keep,
			 const struct daemon_special *special, int argc, char **argv)
{
	int code, r;

	*d = (struct daemon){
		.config_path = special->config_path, .yang_dir = SCHEMA_YANG_DIR, .watch_fd = -1};
	code = parse_options(d, name, special, argc, argv);
	if (code >= 0)
		return code;
	log_open(LOG_SOCKET, name, d->foreground, d->debug);
	r = privilege_keep(keep);
	if (r == 0) {
		d->loop = qb_loop_create();
		r = d->loop ? 0 : -ENOMEM;
	}
	if (r == 0)
		return -1;
	qb_log(LOG_ERR, "not started: %s", strerror(-r));
	log_close();
	return EXIT_FAILURE;
}

int daemon_load(struct daemon *d, struct config **ret_config)
{
	struct schema_error error = {0};
	int r = schema_load_meta(d->yang_dir, d->config_path, ret_config, &d->meta, &d->digest,
				 &error);

	if (r < 0)
		qb_log(LOG_ERR, "the configuration %s cannot be used: %s %s: %s", d->config_path,
		       error.path, error.value, error.allowed);
	return r;
}

int daemon_node(const struct daemon *d, const struct config *config,
		const struct config_node **ret_node)
{
	char name[CONFIG_NAME_MAX];
	int r = node_find(config, d->config_path, d->node_name, name, ret_node);

	if (r < 0)
		qb_log(LOG_ERR, "%s: which of its nodes this machine is, '%s': %s", d->config_path,
		       name, strerror(-r));
	return r;
}

static int peek(const char *path, struct config_meta *ret_meta, uint64_t *ret_digest)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[CONFIG_IMAGE_HEAD];
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	return n < 0 ? -errno : config_image_head(head, (size_t)n, ret_meta, ret_digest);
}

static bool is_news(struct daemon *d)
{
	struct config_meta meta;
	uint64_t digest = 0;

	if (peek(d->config_path, &meta, &digest) < 0 || digest != d->digest)
		return true;
	d->meta = meta;
	return d->follows_meta;
}

static int32_t on_watch(int32_t fd, int32_t revents, void *data)
{
	enum { CONFIG = 1u, NODE = 2u };
	struct daemon *d = data;
	const char *slash = strrchr(d->config_path, '/');
	const char *const names[] = {slash ? slash + 1 : d->config_path, NODE_FILE};
	unsigned int files = watch_take(fd, names, ARRAY_SIZE(names));

	(void)revents;
	if (files & NODE || (files & CONFIG && is_news(d)))
		d->reload(d->data);
	return 0;
}

static int32_t on_signal(int32_t number, void *data)
{
	struct daemon *d = data;

	if (number == SIGHUP)
		d->reload(d->data);
	else
		qb_loop_stop(d->loop);
	return 0;
}

int daemon_watch(struct daemon *d, int (*reload)(void *data), void *data)
{
	int r = watch_open(d->config_path, &d->watch_fd);

	if (r < 0)
		return r;
	d->reload = reload;
	d->data = data;
	return qb_loop_poll_add(d->loop, QB_LOOP_MED, d->watch_fd, POLLIN, d, on_watch);
}

int daemon_follow(struct daemon *d, int (*reload)(void *data), void *data)
{
	static const int signals[] = {SIGHUP, SIGTERM, SIGINT};
	qb_loop_signal_handle handle;
	int r = daemon_watch(d, reload, data);

	for (size_t i = 0; i < ARRAY_SIZE(signals) && r == 0; i++)
		r = qb_loop_signal_add(d->loop, QB_LOOP_HIGH, signals[i], d, on_signal, &handle);
	return r;
}

void daemon_end(struct daemon *d)
{
	closep(&d->watch_fd);
	qb_loop_destroy(d->loop);
	d->loop = NULL;
	log_close();
}
