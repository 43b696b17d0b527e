/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring as this machine last ran it, kept on /data: the document says what it is to become, and
 * a machine that starts in the middle of a change must find the others (config/ring_change.h). The
 * keys are kept sealed, as the documents' are.
 */
#ifndef TRIREME_CONFIG_RING_KEEP_IO_H
#define TRIREME_CONFIG_RING_KEEP_IO_H

#include "config/publish_io.h"

#define RING_KEYS_MAX 4

struct ring_key {
	uint8_t digest[RING_KEY_SIZE];
	void *bytes;
	size_t size;
};

/* Those that may be needed: in use, to come, to go back to. */
struct ring_keys {
	struct ring_key list[RING_KEYS_MAX];
	size_t n;
};

/* Wipes them; for scopes, too. */
void ring_keys_clear(struct ring_keys *keys);

/* Adds a copy, unless it is there. -ENOSPC, -ENOMEM. */
int ring_keys_add(struct ring_keys *keys, const void *bytes, size_t size);

/* NULL: there is none with that digest. */
const struct ring_key *ring_keys_find(const struct ring_keys *keys, const uint8_t *digest);

/* No file: no keys. -EBADMSG: they cannot be opened with this machine's secrets' key. */
int ring_keys_read(struct core *core, struct ring_keys *ret_keys);

/* Those of the ring, of the other ring (or NULL), and no more. */
int ring_keys_write(struct core *core, const struct ring_keys *keys, const struct ring *ring,
		    const struct ring *other);

/* path: TREE_RING, TREE_RING_BEFORE or TREE_RING_WANTED. -ENOENT; -EINVAL: it is no ring. */
int ring_kept_read(struct core *core, const char *path, struct ring *ret_ring);
int ring_kept_write(struct core *core, const char *path, const struct ring *ring);

/*
 * At boot: corosync's files as the ring is that was kept, else as the document has it; what must
 * stay in use besides the document's is added to publication->config. What is odd is told in
 * report.
 */
int ring_resume(struct core *core, struct publication *publication, struct text *report);

/* corosync.conf and its key, which must be among the keys: -ENOKEY. */
int ring_publish(struct core *core, const struct ring_keys *keys, const struct ring *ring);

#endif
