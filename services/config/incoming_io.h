/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder in which a new configuration lies ready, and how it takes the place of the old one. */
#ifndef TRIREME_CONFIG_INCOMING_IO_H
#define TRIREME_CONFIG_INCOMING_IO_H

#include <stdbool.h>
#include <stddef.h>

/* Names of files in a bundle, and of what import() adds. */
#define INCOMING_AUTHKEY "authkey"
#define INCOMING_SECRET_KEY "secret.key"
#define INCOMING_STORE "config.db"
#define INCOMING_NODE "node"

/* Whether a bundle may have a file of that name and size (bytes). */
bool incoming_fits(const char *name, size_t size);

/* An empty folder TREE_INCOMING_NEW. */
int incoming_begin(const char *root);

/* A file in it, on the disk. */
int incoming_write(const char *root, const char *name, const void *data, size_t size);
int incoming_write_node(const char *root, const char *node);

/* It becomes TREE_INCOMING, in one step, on the disk. */
int incoming_finish(const char *root);

/* Removes TREE_INCOMING_NEW. */
int incoming_clean(const char *root);

/*
 * TREE_INCOMING's files go to their places, what the machine had goes away, and last the folder.
 * Can be done again after it was cut off anywhere. 0 as well when there is none.
 */
int incoming_take(const char *root);

#endif
