/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every command of trireme-config works with: the model, the datastore and the secrets' key.
 */
#ifndef TRIREME_CONFIG_CORE_IO_H
#define TRIREME_CONFIG_CORE_IO_H

#include "base/text.h"
#include "config/secret_io.h"
#include "config/store_io.h"
#include "schema/document.h"
#include "schema/image.h"

struct core {
	const char *root; /* of the machine's files; "" on the machine itself */
	const char *yang_dir;
	struct schema *schema;
	struct store *store;
	struct secret_key key;
};

/* Longest report of one command: sentences for a person, each a line. */
#define CORE_REPORT_MAX 4096

/* Opens the model, once. What is wrong is appended to report, here and below. */
int core_open_model(struct core *core, struct text *report);

/* -ENOENT: there is none. */
int core_open_key(struct core *core, struct text *report);

/* Makes it where there is none. -EBADMSG: it is damaged and stays as it is. */
int core_open_store(struct core *core, struct text *report);

/* Accepts what is half open. */
void core_close(struct core *core);

/* Appends "what", then path, value and what is allowed, a line each; leaves out empty parts. */
void core_report(struct text *report, const char *what, const struct schema_error *error);

/*
 * A document that follows this revision of the model, in the newest one's form. As
 * document_parse(); -EBADMSG too: this software does not know that revision, it is a later one.
 */
int core_parse(struct core *core, const char *model, const char *body, size_t size,
	       struct document **ret_document, struct schema_error *error);

/* The same of one that does not say: the newest revision of the model by which it is valid. */
int core_parse_any(struct core *core, const char *body, size_t size, struct document **ret_document,
		   struct schema_error *error);

/*
 * Which revision of the model a new revision says it follows: the earliest that has everything in
 * the document, whose feature level this is, so that an older release, here in the other slot or on
 * another node, reads it too.
 */
const char *core_model(struct core *core, uint32_t level);

/* The document of a revision, as it is stored; what is wrong is appended to report. */
int core_document(struct core *core, uint64_t number, struct document **ret_document,
		  struct text *report);

/*
 * The newest revision from number back that follows a model this software knows: another one may be
 * of a later release, which the other slot has. -ENOENT: there is none, report says so.
 */
int core_usable(struct core *core, uint64_t number, uint64_t *ret_number, struct text *report);

int core_local_document(struct core *core, const struct store_local *local,
			struct document **ret_document, struct text *report);

/* Which document a machine works with that nobody has told anything since it started. */
struct core_running {
	struct revision revision; /* the newest one agreed on; else the newest there is */
	uint32_t remaining;	  /* seconds in which it must be confirmed; UINT32_MAX: it stands */
	uint64_t document; /* revision whose document it is: the one before when that has run out */
	bool is_local;	   /* none of them: the emergency document */
	struct store_local local;
};

/* -ENOENT: the datastore is empty. */
int core_running(struct core *core, struct core_running *ret_running);

/* Seals every secret that is plain; of a password, its hash (CONFIG_PASSWORD_PLAIN). */
int core_seal(struct core *core, struct document *document, struct schema_error *error);

/* The configuration with its secrets plain; the caller frees it. */
int core_unseal(struct core *core, struct document *document, struct config **ret_config,
		struct schema_error *error);

#endif
