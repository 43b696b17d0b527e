/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first revision of a machine that has none, and the keys that it needs. */
#ifndef TRIREME_CONFIG_FIRST_IO_H
#define TRIREME_CONFIG_FIRST_IO_H

#include "config/core_io.h"

/* Author of a first revision: it must be the same on every node that has the same document. */
#define FIRST_AUTHOR "first boot"

/*
 * Takes, in this order, the document that a medium or an older release has left on the data
 * partition, the last one that was in use, or seed_dir's trireme.json with its authkey (NULL: no
 * medium), and makes the keys that are missing. The core's datastore is opened by it and holds the
 * document as revision 1 afterwards. On an error the machine has no configuration, as before.
 */
int first_revision(struct core *core, const char *seed_dir, struct text *report);

/* A data partition may have been filled by hand: makes the keys that are missing. */
int first_keys(struct core *core, struct text *report);

#endif
