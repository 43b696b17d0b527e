/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing, checking and publishing the configuration document of this machine. */
#ifndef TRIREME_CONFIG_LOAD_IO_H
#define TRIREME_CONFIG_LOAD_IO_H

#include "base/text.h"
#include "schema/schema.h"

struct load_options {
	const char *root; /* "" on the machine */
	const char *yang_dir;
	const char *seed_dir; /* mounted medium for the first boot, or NULL; not below root */
};

#define LOAD_REPORT_MAX 4096

/*
 * Takes /data/trireme/config.json; if that is invalid, config.previous.json; if there is neither,
 * the seed's trireme.json and authkey, which are copied to the data partition. Then writes
 * corosync.conf and its key, the rules by which the ports are named, the node's name, the image
 * that the daemons read, and, last, /run/trireme/config.json, whose presence starts the services.
 * On an error nothing of these changes.
 *
 * report: what a person should know, in lines; empty when there is nothing to say. It is also
 * kept in /run/trireme/config.error for the console's banner. 0 or -errno (-EBADMSG: no valid
 * document).
 */
int load(const struct load_options *options, struct text *report);

/* Appends "what", then path, value and what is allowed, a line each; leaves out empty parts. */
void load_report_error(struct text *report, const char *what, const struct schema_error *error);

#endif
