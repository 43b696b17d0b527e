// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/source_io.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"
#include "join/cards.h"
#include "join/words.h"
#include "proto/config_ipc.h"

#define DATA "/data/trireme/"

static void decrefp(json_t **json)
{
	json_decref(*json);
}

static int failed(char *words, int r, const char *what)
{
	words_set(words, CLUSTER_WORDS_MAX, "%s: %s", what, strerror(-r));
	return r;
}

static int add_file(const struct source *source, struct bundle_writer *writer, const char *name,
		    bool optional, char *words)
{
	struct bundle_record record = {.type = BUNDLE_FILE};
	char path[PATH_MAX];
	char *data = NULL;
	int r;

	if (snprintf(path, sizeof(path), "%s" DATA "%s", source->root, name) >= (int)sizeof(path))
		return failed(words, -ENAMETOOLONG, name);
	r = file_read(path, BUNDLE_FILE_MAX, &data, &record.size);
	if (r == -ENOENT && optional)
		return 0;
	if (r < 0)
		return failed(words, r, path);
	record.data = data;
	memcpy(record.name, name, strlen(name) + 1);
	r = bundle_write(writer, &record);
	explicit_bzero(data, record.size);
	free(data);
	return r < 0 ? failed(words, r, name) : 0;
}

int source_files(const struct source *source, struct bundle_writer *writer, char *words)
{
	static const struct {
		const char *name;
		bool optional;
	} files[] = {
		{"authkey", false},
		{"secret.key", false},
		{"ca.crt", true},
		{"ca.key", true},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
		r = add_file(source, writer, files[i].name, files[i].optional, words);
	return r;
}

static uint64_t known(const struct source *source, const char *digest)
{
	for (size_t i = 0; i < source->n_known; i++) {
		if (strcmp(source->known[i].digest, digest) == 0)
			return source->known[i].number;
	}
	return 0;
}

static int ask(uint64_t number, bool document, json_t **ret_answer, char *words)
{
	return cluster_ask(json_pack("{s:s, s:I, s:b}", "op", "export", "revision",
				     (json_int_t)number, "document", document),
			   ret_answer, words);
}

static uint64_t number_of(const json_t *answer, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(answer, key));
}

static const char *text_of(const json_t *answer, const char *key)
{
	const char *text = json_string_value(json_object_get(answer, key));

	return text ? text : "";
}

static int read_id(const json_t *answer, const char *key, struct revision_id *id)
{
	const char *text = text_of(answer, key);
	size_t size = sizeof(id->bytes);
	const gnutls_datum_t hex = {(unsigned char *)text, (unsigned int)strlen(text)};

	return gnutls_hex_decode(&hex, id->bytes, &size) == 0 && size == sizeof(id->bytes)
		       ? 0
		       : -EPROTO;
}

static int read_revision(const json_t *answer, struct revision *revision)
{
	*revision = (struct revision){
		.number = number_of(answer, "revision"),
		.refers = number_of(answer, "refers"),
		.kind = (uint32_t)number_of(answer, "kind"),
		.confirm_s = (uint32_t)number_of(answer, "confirm"),
		.time = json_integer_value(json_object_get(answer, "time")),
	};
	if (read_id(answer, "parent", &revision->parent) < 0 ||
	    read_id(answer, "id", &revision->id) < 0 ||
	    copy_text(revision->author, sizeof(revision->author), text_of(answer, "author")) < 0 ||
	    copy_text(revision->comment, sizeof(revision->comment), text_of(answer, "comment")) <
		    0 ||
	    copy_text(revision->model, sizeof(revision->model), text_of(answer, "model")) < 0)
		return -EPROTO;
	return 0;
}

/* The document of the answer, as text that the caller frees. */
static int read_document(const json_t *answer, char **ret_text, size_t *ret_size)
{
	const char *text = text_of(answer, "document");
	const gnutls_datum_t base64 = {(unsigned char *)text, (unsigned int)strlen(text)};
	gnutls_datum_t bytes;
	char *document;

	if (gnutls_base64_decode2(&base64, &bytes) < 0)
		return -EPROTO;
	document = strndup((char *)bytes.data, bytes.size);
	*ret_size = bytes.size;
	gnutls_free(bytes.data);
	if (!document)
		return -ENOMEM;
	*ret_text = document;
	return 0;
}

static int strip(char **text, size_t *size)
{
	_cleanup_(decrefp) json_t *document = json_loadb(*text, *size, 0, NULL);
	char *stripped;
	int r = document ? cards_strip(document) : -EPROTO;

	if (r < 0)
		return r;
	stripped = json_dumps(document, JSON_COMPACT);
	if (!stripped)
		return -ENOMEM;
	free(*text);
	*text = stripped;
	*size = strlen(stripped);
	return 0;
}

static int write_revision(struct source *source, struct bundle_writer *writer, const json_t *answer)
{
	struct bundle_record record = {.type = BUNDLE_REVISION,
				       .same = known(source, text_of(answer, "body"))};
	_cleanup_free_ char *document = NULL;
	int r = read_revision(answer, &record.revision);

	if (r == 0 && !record.same)
		r = read_document(answer, &document, &record.size);
	if (r == 0 && document && source->strip)
		r = strip(&document, &record.size);
	if (r < 0)
		return r;
	/* Its content is another one: the ids follow from what is there. */
	if (source->strip)
		record.revision.id = (struct revision_id){0};
	record.data = document;
	return bundle_write(writer, &record);
}

static void remember(struct source *source, const json_t *answer)
{
	const char *digest = text_of(answer, "body");

	if (source->n_known == BUNDLE_REVISIONS_MAX || known(source, digest))
		return;
	snprintf(source->known[source->n_known].digest, sizeof(source->known[0].digest), "%s",
		 digest);
	source->known[source->n_known++].number = number_of(answer, "revision");
}

static int add_revision(struct source *source, struct bundle_writer *writer, uint64_t number,
			char *words)
{
	_cleanup_(decrefp) json_t *answer = NULL, *whole = NULL;
	int r = ask(number, false, &answer, words);

	/* A document that is there already need not be read. */
	if (r == 0 && !known(source, text_of(answer, "body")))
		r = ask(number, true, &whole, words);
	if (r < 0)
		return r;
	r = write_revision(source, writer, whole ? whole : answer);
	if (r < 0)
		return failed(words, r, "a revision cannot be handed on");
	remember(source, answer);
	return 0;
}

int source_revisions(struct source *source, struct bundle_writer *writer, uint64_t first,
		     uint64_t last, char *words)
{
	int r = 0;

	for (uint64_t number = first; number <= last && r == 0; number++) {
		r = add_revision(source, writer, number, words);
		source->last = number;
	}
	return r;
}
