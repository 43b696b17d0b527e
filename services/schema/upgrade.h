/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documents of earlier revisions of the model in the newest one's form. Which revision a document
 * follows is kept where it is stored, not in it. Works on JSON, without the old model. Pure.
 */
#ifndef TRIREME_SCHEMA_UPGRADE_H
#define TRIREME_SCHEMA_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/schema.h"

/*
 * Size bytes of JSON that follow revision `from` ("2026-11-23") into text that follows revision
 * `to`, which is later or the same; *ret_text is freed by free(). The document means the same;
 * whether it is valid is for document_parse() to say. -EBADMSG and *error: no JSON object, or no
 * way from that revision; -ENOMEM.
 */
int upgrade_document(const char *from, const char *to, const char *text, size_t size,
		     char **ret_text, struct schema_error *error);

/* Whether there is a way from that revision to `to`; a later one is not known. */
bool upgrade_knows(const char *from, const char *to);

/*
 * The earliest revision of the model by which a document that follows `model` and needs no more
 * than this feature level (document_level()) means the same. Written down as following that one, it
 * is read by older releases too.
 */
const char *upgrade_earliest(const char *model, uint32_t level);

/* Whether only nodes were added between them: upgrade_document() would change nothing. */
bool upgrade_same(const char *a, const char *b);

/* Revisions of the model before the newest one, the latest first; NULL: no more. */
const char *upgrade_revision(size_t i);

#endif
