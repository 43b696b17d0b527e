/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the datastore share. */
#ifndef TRIREME_CONFIG_STORE_FIXTURE_H
#define TRIREME_CONFIG_STORE_FIXTURE_H

#include "config/store_io.h"

/* A revision after the head, of the document's digest; body NULL: the head's document. */
struct revision fixture_next(struct store *store, uint64_t term, const char *body, size_t size);

/* Appends such a revision; returns what store_append() does. */
int fixture_append(struct store *store, uint64_t term, const char *body, size_t size);

/*
 * All that a store holds but the committed number, as text; the caller frees it. Every id and
 * document is checked on the way: NULL and a line on stderr when one is wrong.
 */
char *fixture_dump(struct store *store);

/* A document of that many letters, made from seed; the caller frees it. */
char *fixture_body(unsigned int seed, size_t size);

/* Removes a database and its log. */
void fixture_remove(const char *path);

#endif
