/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that trireme-config reads and writes, below a root folder ("" on the machine itself).
 */
#ifndef TRIREME_CONFIG_TREE_IO_H
#define TRIREME_CONFIG_TREE_IO_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/identity.h"

#define TREE_DATA "/data/trireme"
#define TREE_RUN "/run/trireme"
#define TREE_COROSYNC "/run/corosync"

#define TREE_DOCUMENT TREE_DATA "/config.json"
#define TREE_PREVIOUS TREE_DATA "/config.previous.json"
#define TREE_AUTHKEY TREE_DATA "/authkey"
#define TREE_STORE TREE_DATA "/config.db"
#define TREE_STORE_DAMAGED TREE_DATA "/config.db.damaged"
#define TREE_SECRET_KEY TREE_DATA "/secret.key"
#define TREE_MACHINE TREE_DATA "/node" /* what /trireme:machine says: this machine's node */
#define TREE_CARDS TREE_DATA "/cards"  /* of a machine that was restored (proto/bundle.h) */
#define TREE_RING TREE_DATA "/ring"    /* as this machine runs it */
#define TREE_RING_BEFORE TREE_DATA "/ring.before" /* while it changes: to go back to */
#define TREE_RING_KEYS TREE_DATA "/ring.keys"	  /* sealed */
#define TREE_RING_WANTED TREE_RUN "/ring"	  /* as the document in use has it */
#define TREE_INCOMING TREE_DATA "/incoming"	  /* of import(): in use from the next start on */
#define TREE_INCOMING_NEW TREE_DATA "/incoming.new"
#define TREE_IMAGE TREE_RUN "/config.image"
#define TREE_IMAGE_ACCESS TREE_RUN "/access.image" /* with all; for root alone */
#define TREE_RUNNING TREE_RUN "/config.json"
#define TREE_NODE TREE_RUN "/node"
#define TREE_PORT_RULES TREE_RUN "/ports.rules"
#define TREE_ERROR TREE_RUN "/config.error"
#define TREE_COROSYNC_CONF TREE_COROSYNC "/corosync.conf"
#define TREE_COROSYNC_KEY TREE_COROSYNC "/authkey"

/* Bounds of a corosync key (KNET_MIN_KEY_LEN, KNET_MAX_KEY_LEN of libknet.h). */
#define TREE_KEY_MIN 128
#define TREE_KEY_MAX 4096
#define TREE_KEY_NEW 256 /* bytes of a key made here */

/* root and path together into ret_path (PATH_MAX); -ENAMETOOLONG. */
int tree_file(const char *root, const char *path, char *ret_path);

bool tree_exists(const char *root, const char *path);

/* Makes the folders above with their modes; those that exist stay as they are. */
int tree_make_folders(const char *root);

/* As file_read() and file_write_atomic(), below root. */
int tree_read(const char *root, const char *path, size_t max, char **ret_data, size_t *ret_size);
int tree_write(const char *root, const char *path, const void *data, size_t size, mode_t mode);

/* Writes only what differs, to spare the flash. */
int tree_write_if_changed(const char *root, const char *path, const void *data, size_t size,
			  mode_t mode);

/* No error when there is no such file. */
int tree_remove(const char *root, const char *path);

/* A key of TREE_KEY_NEW random bytes (getrandom(2)), mode 0400. */
int tree_make_key(const char *root, const char *path);

/* The addresses of the Ethernet cards in root/sys/class/net. */
int tree_macs(const char *root, struct identity_macs *ret_macs);

/* One line to every console, by way of the kernel's log, if root has one. */
void tree_tell_console(const char *root, const char *line);

#endif
