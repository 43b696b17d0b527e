/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gives a revision its id. */
#ifndef TRIREME_CONFIG_REVISION_H
#define TRIREME_CONFIG_REVISION_H

#include <stddef.h>

#include "proto/config_revision.h"

/*
 * The id that the revision's content gives it, whatever `id` holds: SHA-256 over all its fields but
 * term and id, in the encoding that revision.c sets out. What follows a text's NUL does not count;
 * a text without NUL is taken whole.
 */
void revision_id(const struct revision *revision, struct revision_id *ret_id);

/* SHA-256 of a document's text. */
void revision_body_digest(const void *data, size_t size, struct revision_id *ret_digest);

#endif
