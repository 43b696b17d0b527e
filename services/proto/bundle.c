// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/bundle.h"

#include <errno.h>
#include <string.h>

#include "proto/wire_cursor.h"

#define HEAD_SIZE 5 /* type and size of a record */
/* Of a REVISION all but the document; of a FILE the name. */
#define FIELDS_MAX                                                                \
	(3 * 8 + 2 * REVISION_ID_SIZE + 2 * 4 + 8 + 3 * 2 + REVISION_AUTHOR_MAX + \
	 REVISION_COMMENT_MAX + REVISION_MODEL_MAX)

static const uint8_t magic[8] = {'T', 'R', 'I', 'R', 'E', 'M', 'E', 'B'};

static int put(struct bundle_writer *writer, const void *bytes, size_t size)
{
	if (size > BUNDLE_MAX - writer->total)
		return -EFBIG;
	writer->total += size;
	sha256_update(&writer->hash, size, bytes);
	return size ? writer->sink(writer->user, bytes, size) : 0;
}

int bundle_begin(struct bundle_writer *writer, bundle_sink_fn *sink, void *user)
{
	static const uint8_t version = BUNDLE_VERSION;
	int r;

	*writer = (struct bundle_writer){.sink = sink, .user = user};
	sha256_init(&writer->hash);
	r = put(writer, magic, sizeof(magic));
	return r < 0 ? r : put(writer, &version, sizeof(version));
}

static void put_text(struct wire_cursor *c, const char *text, size_t max)
{
	size_t length = strnlen(text, max);

	if (length == max)
		c->failed = true;
	wire_put(c, length, 2);
	wire_put_bytes(c, text, length);
}

static void put_revision(struct wire_cursor *c, const struct bundle_record *record)
{
	const struct revision *revision = &record->revision;

	wire_put(c, revision->number, 8);
	wire_put(c, revision->refers, 8);
	wire_put(c, record->same, 8);
	wire_put_bytes(c, revision->parent.bytes, REVISION_ID_SIZE);
	wire_put_bytes(c, revision->id.bytes, REVISION_ID_SIZE);
	wire_put(c, revision->kind, 4);
	wire_put(c, revision->confirm_s, 4);
	wire_put(c, (uint64_t)revision->time, 8);
	put_text(c, revision->author, sizeof(revision->author));
	put_text(c, revision->comment, sizeof(revision->comment));
	put_text(c, revision->model, sizeof(revision->model));
}

static void put_name(struct wire_cursor *c, const struct bundle_record *record)
{
	size_t length = strnlen(record->name, sizeof(record->name));

	if (length == 0 || length == sizeof(record->name))
		c->failed = true;
	if (record->type == BUNDLE_FILE)
		wire_put(c, length, 1);
	wire_put_bytes(c, record->name, length);
}

static size_t data_max(enum bundle_type type)
{
	switch (type) {
	case BUNDLE_FILE:
		return BUNDLE_FILE_MAX;
	case BUNDLE_REVISION:
		return BUNDLE_DOCUMENT_MAX;
	default:
		return 0;
	}
}

/* The fields of a record, without its data; buf is of FIELDS_MAX bytes. -EINVAL. */
static int fields(const struct bundle_writer *writer, const struct bundle_record *record,
		  uint8_t *buf, size_t *ret_size)
{
	struct wire_cursor c = {.out = buf, .size = FIELDS_MAX};
	struct sha256_ctx hash = writer->hash;

	switch (record->type) {
	case BUNDLE_FILE:
	case BUNDLE_NODE:
		put_name(&c, record);
		break;
	case BUNDLE_REVISION:
		put_revision(&c, record);
		break;
	case BUNDLE_END:
		sha256_digest(&hash, SHA256_DIGEST_SIZE, buf);
		c.at = SHA256_DIGEST_SIZE;
		break;
	}
	if (c.failed || record->size > data_max(record->type) ||
	    (record->type == BUNDLE_REVISION && !record->same != (record->size > 0)))
		return -EINVAL;
	*ret_size = c.at;
	return 0;
}

int bundle_write(struct bundle_writer *writer, const struct bundle_record *record)
{
	uint8_t head[HEAD_SIZE], buf[FIELDS_MAX];
	struct wire_cursor c = {.out = head, .size = sizeof(head)};
	size_t size = 0;
	int r = fields(writer, record, buf, &size);

	if (r < 0)
		return r;
	wire_put(&c, record->type, 1);
	wire_put(&c, size + record->size, 4);
	r = put(writer, head, sizeof(head));
	if (r == 0)
		r = put(writer, buf, size);
	return r < 0 ? r : put(writer, record->data, record->size);
}

int bundle_open(const void *bytes, size_t size, struct bundle_reader *ret_reader)
{
	struct bundle_reader reader = {.bytes = bytes, .size = size, .at = sizeof(magic) + 1};

	if (size < reader.at || size > BUNDLE_MAX || memcmp(bytes, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	if (reader.bytes[sizeof(magic)] != BUNDLE_VERSION)
		return -EPROTO;
	sha256_init(&reader.hash);
	*ret_reader = reader;
	return 0;
}

static void get_text(struct wire_cursor *c, size_t length, char *text, size_t max)
{
	if (length >= max) {
		c->failed = true;
		return;
	}
	wire_get_bytes(c, text, length);
	/* A text that ends before its end is not what was written. */
	if (!c->failed && memchr(text, '\0', length))
		c->failed = true;
}

static void get_revision(struct wire_cursor *c, struct bundle_record *record)
{
	struct revision *revision = &record->revision;

	revision->number = wire_get(c, 8);
	revision->refers = wire_get(c, 8);
	record->same = wire_get(c, 8);
	wire_get_bytes(c, revision->parent.bytes, REVISION_ID_SIZE);
	wire_get_bytes(c, revision->id.bytes, REVISION_ID_SIZE);
	revision->kind = (uint32_t)wire_get(c, 4);
	revision->confirm_s = (uint32_t)wire_get(c, 4);
	revision->time = (int64_t)wire_get(c, 8);
	get_text(c, wire_get(c, 2), revision->author, sizeof(revision->author));
	get_text(c, wire_get(c, 2), revision->comment, sizeof(revision->comment));
	get_text(c, wire_get(c, 2), revision->model, sizeof(revision->model));
}

static void get_name(struct wire_cursor *c, size_t length, char *name)
{
	if (length == 0)
		c->failed = true;
	get_text(c, length, name, BUNDLE_NAME_MAX);
}

/* What is left in the record is its data. */
static void get_data(struct wire_cursor *c, struct bundle_record *record)
{
	record->data = c->in + c->at;
	record->size = c->size - c->at;
	c->failed = c->failed || record->size > data_max(record->type);
}

static bool take_digest(struct bundle_reader *reader, size_t end, const uint8_t *expected)
{
	struct sha256_ctx hash;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_update(&reader->hash, end - reader->hashed, reader->bytes + reader->hashed);
	reader->hashed = end;
	hash = reader->hash;
	sha256_digest(&hash, sizeof(digest), digest);
	return memcmp(digest, expected, sizeof(digest)) == 0;
}

/* Revisions follow one another, and name an earlier one for the same document. */
static bool take_revision(struct bundle_reader *reader, const struct bundle_record *record)
{
	uint64_t number = record->revision.number;

	if (number == 0 || ++reader->n_revisions > BUNDLE_REVISIONS_MAX)
		return false;
	if (reader->last && number != reader->last + 1)
		return false;
	if (record->same ? record->size > 0 || !reader->first || record->same < reader->first ||
				   record->same >= number
			 : record->size == 0)
		return false;
	if (!reader->first)
		reader->first = number;
	reader->last = number;
	return true;
}

static bool get_record(struct bundle_reader *reader, struct wire_cursor *c,
		       struct bundle_record *record)
{
	switch (record->type) {
	case BUNDLE_FILE:
		get_name(c, wire_get(c, 1), record->name);
		get_data(c, record);
		return !c->failed && ++reader->n_files <= BUNDLE_FILES_MAX;
	case BUNDLE_NODE:
		get_name(c, c->size, record->name);
		return !c->failed;
	case BUNDLE_REVISION:
		get_revision(c, record);
		get_data(c, record);
		return !c->failed && take_revision(reader, record);
	case BUNDLE_END:
		return c->size == SHA256_DIGEST_SIZE &&
		       take_digest(reader, reader->at - HEAD_SIZE, c->in);
	}
	return false;
}

int bundle_next(struct bundle_reader *reader, struct bundle_record *ret_record)
{
	struct wire_cursor head = {.in = reader->bytes, .size = reader->size, .at = reader->at};
	struct bundle_record record = {0};
	struct wire_cursor c;
	size_t size;

	if (reader->at == reader->size)
		return reader->ended ? 0 : -EBADMSG;
	record.type = (enum bundle_type)wire_get(&head, 1);
	size = wire_get(&head, 4);
	if (head.failed || size > head.size - head.at)
		return -EBADMSG;
	reader->at = head.at;
	c = (struct wire_cursor){.in = head.in + head.at, .size = size};
	if (!get_record(reader, &c, &record))
		return -EBADMSG;
	reader->at += size;
	reader->ended = record.type == BUNDLE_END;
	*ret_record = record;
	return 1;
}
