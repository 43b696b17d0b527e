/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemons that follow the configuration do alike: command line, log and loop, reading
 * the document, and hearing that it was replaced.
 */
#ifndef TRIREME_SCHEMA_DAEMON_IO_H
#define TRIREME_SCHEMA_DAEMON_IO_H

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/config.h"
#include "schema/image.h"

struct daemon {
	const char *config_path, *yang_dir, *node_name; /* node_name NULL: from file or document */
	bool foreground, debug;
	qb_loop_t *loop;
	int watch_fd;
	struct config_meta meta;   /* of what daemon_load() has read last, or newer */
	uint64_t digest;	   /* of that configuration; 0: not known */
	bool follows_meta;	   /* reload() is due when only the meta is another one, too */
	int (*reload)(void *data); /* of daemon_watch() */
	void *data;
};

/* A switch that a daemon has besides those of all, with an argument. */
struct daemon_switch {
	const char *name, *argument, *help; /* "data", "DIR", "where …" */
	const char **value;		    /* set when it is given; else left as it is */
};

#define DAEMON_SWITCHES_MAX 4

/* What is not as with most daemons. */
struct daemon_special {
	const char *config_path; /* read where no switch says another */
	const struct daemon_switch *switches;
	size_t n_switches; /* at most DAEMON_SWITCHES_MAX */
};

/*
 * Reads the command line, opens the log, gives up all capabilities but the set `keep`
 * (base/privilege_io.h) and makes the loop. Returns -1 to go on, else the exit code: the command
 * line was wrong or asked for help, or what it needs is not to be had. name is the program's and
 * must stay valid.
 */
int daemon_begin(struct daemon *d, const char *name, uint64_t keep, int argc, char **argv);

/* The same; special must stay valid during the call. */
int daemon_begin_special(struct daemon *d, const char *name, uint64_t keep,
			 const struct daemon_special *special, int argc, char **argv);

/*
 * The configuration, from an image or a document, and d->meta; what is wrong with it is logged.
 * *ret_config is the caller's.
 */
int daemon_load(struct daemon *d, struct config **ret_config);

/* Which node of it this machine is (node_find()); that nobody knows is logged. */
int daemon_node(const struct daemon *d, const struct config *config,
		const struct config_node **ret_node);

/*
 * Calls reload(data) when the configuration or the node's name is replaced, its result is not
 * used. An image of the configuration that daemon_load() has read last only brings d->meta up to
 * date, unless d->follows_meta.
 */
int daemon_watch(struct daemon *d, int (*reload)(void *data), void *data);

/* The same, and calls it on SIGHUP in any case. SIGTERM and SIGINT end the loop. */
int daemon_follow(struct daemon *d, int (*reload)(void *data), void *data);

/* Frees what the others made; logging is over. */
void daemon_end(struct daemon *d);

#endif
