/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting this machine's configuration in place at boot, before any service runs. */
#ifndef TRIREME_CONFIG_LOAD_IO_H
#define TRIREME_CONFIG_LOAD_IO_H

#include "base/text.h"
#include "config/core_io.h"

struct load_options {
	const char *root; /* "" on the machine */
	const char *yang_dir;
	const char *seed_dir; /* mounted medium for the first boot, or NULL; not below root */
};

#define LOAD_REPORT_MAX CORE_REPORT_MAX

/*
 * Takes over what a machine that joined or was restored has got (import_io.h). Then takes the
 * newest revision of the datastore, or makes the first one (first_io.h), and writes corosync's
 * files and what the services follow (publish_io.h). On an error nothing of these changes. A
 * damaged datastore is moved aside, and the last document that was in use begins a new one; the
 * other nodes' revisions replace it.
 *
 * report: what a person should know, in lines; empty when there is nothing to say. It is also
 * kept in /run/trireme/config.error for the console's banner. 0 or -errno (-EBADMSG: no valid
 * document).
 */
int load(const struct load_options *options, struct text *report);

#endif
