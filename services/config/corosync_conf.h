/* SPDX-License-Identifier: GPL-2.0-or-later */
/* corosync.conf(5), derived from the ring. Holds no secret: keys are random files. */
#ifndef TRIREME_CONFIG_COROSYNC_CONF_H
#define TRIREME_CONFIG_COROSYNC_CONF_H

#include "base/text.h"
#include "config/ring.h"

#define COROSYNC_CONF_MAX 16384

/* In cmap: ring_digest() and ring_crypto_digest() of what corosync runs, as 16 hex digits. */
#define COROSYNC_CONF_RING "trireme.ring"
#define COROSYNC_CONF_CRYPTO "trireme.crypto"

/*
 * Appends the file to text. The same ring gives the same bytes on every node: corosync finds
 * itself in the node list by the host's name, else by its addresses. -ENOSPC: text is full.
 */
int corosync_conf(const struct ring *ring, struct text *text);

#endif
