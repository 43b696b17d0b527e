// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/revision.h"

#include <string.h>
#include <nettle/sha2.h>

_Static_assert(REVISION_ID_SIZE == SHA256_DIGEST_SIZE, "ids are SHA-256");

static void add_number(struct sha256_ctx *hash, uint64_t value, size_t size)
{
	uint8_t bytes[sizeof(value)];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	sha256_update(hash, size, bytes);
}

/* The text, then NULs up to the size of its field. */
static void add_text(struct sha256_ctx *hash, const char *text, size_t size)
{
	static const uint8_t zero[REVISION_COMMENT_MAX];
	size_t length = strnlen(text, size);

	sha256_update(hash, length, (const uint8_t *)text);
	sha256_update(hash, size - length, zero);
}

/*
 * Every field has a fixed size and place, so that two revisions never have the same encoding:
 * the tag of this encoding, number, refers, parent, body, kind, confirm_s, time, author, comment,
 * model; numbers little-endian in the size of their type. Ids are stored and compared between
 * nodes of different versions: another encoding needs another tag.
 */
void revision_id(const struct revision *revision, struct revision_id *ret_id)
{
	static const char tag[16] = "trireme revision";
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, sizeof(tag), (const uint8_t *)tag);
	add_number(&hash, revision->number, 8);
	add_number(&hash, revision->refers, 8);
	sha256_update(&hash, REVISION_ID_SIZE, revision->parent.bytes);
	sha256_update(&hash, REVISION_ID_SIZE, revision->body.bytes);
	add_number(&hash, revision->kind, 4);
	add_number(&hash, revision->confirm_s, 4);
	add_number(&hash, (uint64_t)revision->time, 8);
	add_text(&hash, revision->author, sizeof(revision->author));
	add_text(&hash, revision->comment, sizeof(revision->comment));
	add_text(&hash, revision->model, sizeof(revision->model));
	sha256_digest(&hash, sizeof(ret_id->bytes), ret_id->bytes);
}

void revision_body_digest(const void *data, size_t size, struct revision_id *ret_digest)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, size, data);
	sha256_digest(&hash, sizeof(ret_digest->bytes), ret_digest->bytes);
}
