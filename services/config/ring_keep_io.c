// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/ring_keep_io.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/corosync_conf.h"
#include "config/tree_io.h"

/* What the keys are sealed for. */
#define KEY_PATH "/trireme:cluster/ring/key"
#define KEYS_TEXT_MAX (RING_KEYS_MAX * (size_t)(2 * TREE_KEY_MAX + 64))

void ring_keys_clear(struct ring_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		explicit_bzero(keys->list[i].bytes, keys->list[i].size);
		free(keys->list[i].bytes);
	}
	*keys = (struct ring_keys){0};
}

const struct ring_key *ring_keys_find(const struct ring_keys *keys, const uint8_t *digest)
{
	for (size_t i = 0; i < keys->n; i++) {
		if (memcmp(keys->list[i].digest, digest, RING_KEY_SIZE) == 0)
			return &keys->list[i];
	}
	return NULL;
}

int ring_keys_add(struct ring_keys *keys, const void *bytes, size_t size)
{
	struct ring_key key = {.size = size};

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, size, key.digest) < 0)
		return -EINVAL;
	if (ring_keys_find(keys, key.digest))
		return 0;
	if (keys->n == RING_KEYS_MAX)
		return -ENOSPC;
	key.bytes = malloc(size);
	if (!key.bytes)
		return -ENOMEM;
	memcpy(key.bytes, bytes, size);
	keys->list[keys->n++] = key;
	return 0;
}

static int read_line(struct core *core, const char *line, struct ring_keys *keys)
{
	_cleanup_(secret_freep) char *plain = NULL;
	gnutls_datum_t text, key;
	int r = secret_open(&core->key, KEY_PATH, line, &plain);

	if (r < 0)
		return r;
	text = (gnutls_datum_t){(unsigned char *)plain, (unsigned int)strlen(plain)};
	if (gnutls_base64_decode2(&text, &key) < 0)
		return -EBADMSG;
	r = ring_keys_add(keys, key.data, key.size);
	explicit_bzero(key.data, key.size);
	gnutls_free(key.data);
	return r;
}

int ring_keys_read(struct core *core, struct ring_keys *ret_keys)
{
	_cleanup_(ring_keys_clear) struct ring_keys keys = {0};
	_cleanup_free_ char *lines = NULL;
	char *rest = NULL;
	size_t size;
	int r = tree_read(core->root, TREE_RING_KEYS, KEYS_TEXT_MAX, &lines, &size);

	if (r == -ENOENT) {
		*ret_keys = (struct ring_keys){0};
		return 0;
	}
	if (r < 0)
		return r;
	for (char *line = strtok_r(lines, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		r = read_line(core, line, &keys);
	if (r < 0)
		return r;
	*ret_keys = keys;
	keys = (struct ring_keys){0};
	return 0;
}

static int add_line(struct core *core, const struct ring_key *key, struct text *lines)
{
	gnutls_datum_t bytes = {key->bytes, (unsigned int)key->size}, text;
	_cleanup_free_ char *sealed = NULL;
	int r;

	if (gnutls_base64_encode2(&bytes, &text) < 0)
		return -ENOMEM;
	r = secret_seal(&core->key, KEY_PATH, (const char *)text.data, &sealed);
	explicit_bzero(text.data, text.size);
	gnutls_free(text.data);
	if (r == 0)
		text_add(lines, "%s\n", sealed);
	return r;
}

static bool needs(const struct ring *ring, const uint8_t *digest)
{
	return ring && (memcmp(ring->crypto.key, digest, RING_KEY_SIZE) == 0 ||
			(ring->has_other && memcmp(ring->other.key, digest, RING_KEY_SIZE) == 0));
}

int ring_keys_write(struct core *core, const struct ring_keys *keys, const struct ring *ring,
		    const struct ring *other)
{
	_cleanup_free_ char *buf = malloc(KEYS_TEXT_MAX);
	struct text lines;
	int r = 0;

	if (!buf)
		return -ENOMEM;
	text_init(&lines, buf, KEYS_TEXT_MAX);
	for (size_t i = 0; i < keys->n && r == 0; i++) {
		const struct ring_key *key = &keys->list[i];

		if (needs(ring, key->digest) || needs(other, key->digest))
			r = add_line(core, key, &lines);
	}
	if (r == 0)
		r = text_result(&lines);
	return r < 0 ? r : tree_write_if_changed(core->root, TREE_RING_KEYS, buf, lines.used, 0400);
}

int ring_kept_read(struct core *core, const char *path, struct ring *ret_ring)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = tree_read(core->root, path, RING_TEXT_MAX, &text, &size);

	return r < 0 ? r : ring_parse(text, ret_ring);
}

int ring_kept_write(struct core *core, const char *path, const struct ring *ring)
{
	char buf[RING_TEXT_MAX];
	struct text text = TEXT_ON(buf);
	int r = ring_text(ring, &text);

	return r < 0 ? r : tree_write_if_changed(core->root, path, buf, text.used, 0644);
}

int ring_publish(struct core *core, const struct ring_keys *keys, const struct ring *ring)
{
	const struct ring_key *key = ring_keys_find(keys, ring->crypto.key);
	char conf[COROSYNC_CONF_MAX];
	struct text text = TEXT_ON(conf);
	int r = key ? corosync_conf(ring, &text) : -ENOKEY;

	if (r == 0)
		r = tree_write(core->root, TREE_COROSYNC_KEY, key->bytes, key->size, 0400);
	return r < 0 ? r : tree_write(core->root, TREE_COROSYNC_CONF, conf, text.used, 0644);
}

/* The kept ring, if it is one that this machine can run. */
static bool can_resume(struct core *core, const struct publication *publication,
		       const struct ring_keys *keys, struct ring *ret_ring, struct text *report)
{
	int r = ring_kept_read(core, TREE_RING, ret_ring);

	if (r == -ENOENT)
		return false;
	if (r == 0 && !ring_node_by_id(ret_ring, publication->node->id))
		return false;
	if (r == 0 && ring_keys_find(keys, ret_ring->crypto.key))
		return true;
	text_add(report, "%s%s is of no use (%s): the ring begins as the configuration has it\n",
		 core->root, TREE_RING, r < 0 ? strerror(-r) : "its key is missing");
	return false;
}

int ring_resume(struct core *core, struct publication *publication, struct text *report)
{
	_cleanup_(ring_keys_clear) struct ring_keys keys = {0};
	struct ring wanted, ring;
	int r = ring_keys_read(core, &keys);

	if (r < 0)
		text_add(report, "the kept keys of the ring cannot be read: %s\n", strerror(-r));
	publication_ring(publication, &wanted);
	r = ring_keys_add(&keys, publication->key, publication->key_size);
	if (!can_resume(core, publication, &keys, &ring, report))
		ring = wanted;
	if (r == 0)
		r = ring_keep(&ring, publication->config);
	if (r == 0)
		r = ring_keys_write(core, &keys, &ring, &wanted);
	if (r == 0)
		r = ring_kept_write(core, TREE_RING, &ring);
	if (r == 0)
		r = ring_kept_write(core, TREE_RING_WANTED, &wanted);
	if (r == 0)
		r = ring_publish(core, &keys, &ring);
	if (r < 0)
		text_add(report, "corosync's files cannot be written: %s\n", strerror(-r));
	return r;
}
