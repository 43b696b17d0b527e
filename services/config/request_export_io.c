// SPDX-License-Identifier: GPL-2.0-or-later
/* Revisions whole, as they are stored: for a machine that joins, and for a backup. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/request.h"

static json_t *id_text(const struct revision_id *id)
{
	char text[2 * REVISION_ID_SIZE + 1];

	for (size_t i = 0; i < REVISION_ID_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", id->bytes[i]);
	return json_string(text);
}

static json_t *fields_of(const struct revision *revision)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:i, s:I, s:I, s:s, s:s, s:s}", "revision",
			 (json_int_t)revision->number, "refers", (json_int_t)revision->refers,
			 "parent", id_text(&revision->parent), "body", id_text(&revision->body),
			 "id", id_text(&revision->id), "kind", (int)revision->kind, "confirm",
			 (json_int_t)revision->confirm_s, "time", (json_int_t)revision->time,
			 "author", revision->author, "comment", revision->comment, "model",
			 revision->model);
}

/* As base64: its digest is over its bytes, which JSON within JSON might not keep. */
static int add_document(struct store *store, uint64_t number, json_t *answer)
{
	_cleanup_free_ char *body = NULL;
	gnutls_datum_t bytes, text;
	size_t size;
	int r = store_body(store, number, &body, &size);

	if (r < 0)
		return r;
	bytes = (gnutls_datum_t){(unsigned char *)body, (unsigned int)size};
	if (gnutls_base64_encode2(&bytes, &text) < 0)
		return -ENOMEM;
	r = json_object_set_new(answer, "document", json_stringn((char *)text.data, text.size)) < 0
		    ? -ENOMEM
		    : 0;
	gnutls_free(text.data);
	return r;
}

static int find_range(struct request *r)
{
	struct server *s = r->server;
	uint64_t first;
	int result = cluster_oldest(s->core.store, &first);

	if (result == 0)
		r->answer = json_pack("{s:I, s:I}", "first", (json_int_t)first, "last",
				      (json_int_t)s->revision.number);
	return result;
}

static int find_revision(struct request *r, uint64_t number)
{
	struct store *store = r->server->core.store;
	struct revision revision;
	json_t *answer;
	int result = store_get(store, number, &revision);

	if (result < 0)
		return result;
	answer = fields_of(&revision);
	if (!answer)
		return -ENOMEM;
	if (json_is_true(json_object_get(r->json, "document")))
		result = add_document(store, number, answer);
	if (result == 0)
		r->answer = answer;
	else
		json_decref(answer);
	return result;
}

void request_export(struct request *r)
{
	uint64_t number = 0;
	int result = request_number(r->json, "revision", 1, STORE_NUMBER_MAX, &number);

	if (result == -EINVAL) {
		r->answer = request_error(NULL, "revision: allowed is a number that trireme "
						"history shows");
		return;
	}
	result = result == -ENOENT ? find_range(r) : find_revision(r, number);
	if (result == -ENOENT)
		r->answer = request_error(NULL, "there is no revision %llu",
					  (unsigned long long)number);
	else if (result < 0)
		r->answer = request_error(NULL, "revision %llu cannot be read: %s",
					  (unsigned long long)number, strerror(-result));
}
