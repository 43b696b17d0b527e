/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration documents as the config service handles them: parsed once, edited, compared,
 * sealed, printed. A document is valid by the model and by validate.h; no function makes one that
 * is not. Its text is canonical: JSON (RFC 7951) without white space, members in the model's
 * order, entries of lists in the order in which they were given, defaults only where they were
 * given. Pure but for schema_open().
 *
 * Functions return 0 or -errno; -EBADMSG comes with words in *error, -ENOMEM does not. Texts
 * returned are the caller's, freed by free(). A document must not outlive its schema.
 */
#ifndef TRIREME_SCHEMA_DOCUMENT_H
#define TRIREME_SCHEMA_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/config.h"
#include "schema/schema.h"

#define DOCUMENT_HIDDEN "$hidden$" /* stands for a secret wherever a document is shown */
#define DOCUMENT_SEALED "$1$"	   /* what a sealed secret begins with (trireme-secret.yang) */
#define DOCUMENT_EDITS_MAX 10000   /* of one call */

/* The compiled model: opened once by a process and used for all documents. Not for threads. */
struct schema;
struct document;

/* -EIO: yang_dir has no readable model; *error says so. */
int schema_open(const char *yang_dir, struct schema **ret_schema, struct schema_error *error);

/* Accepts NULL. */
void schema_close(struct schema *schema);

static inline void schema_closep(struct schema **schema)
{
	schema_close(*schema);
}

/* The newest revision of the model, "2026-11-24"; belongs to the schema. */
const char *schema_model(const struct schema *schema);

/*
 * Size bytes of JSON, with a NUL behind them. A secret that is DOCUMENT_HIDDEN becomes that of
 * base at the same path; base may be NULL: then there is none. Secrets may be plain or sealed.
 */
int document_parse(const struct schema *schema, struct document *base, const char *text,
		   size_t size, struct document **ret_document, struct schema_error *error);

/* Accepts NULL. */
void document_free(struct document *document);

static inline void document_freep(struct document **document)
{
	document_free(*document);
}

/* The canonical text, with the secrets as they are (sealed). ret_size may be NULL. */
const char *document_text(const struct document *document, size_t *ret_size);

/* Belongs to the document. Secrets are as in the text. */
const struct config *document_config(const struct document *document);

enum document_view {
	DOCUMENT_COMPLETE, /* the canonical text */
	DOCUMENT_REDACTED, /* every secret is DOCUMENT_HIDDEN */
	DOCUMENT_PUBLIC,   /* and what only administrators see (extension `restricted`) is left out
			    */
};

int document_print(struct document *document, enum document_view view, char **ret_text);

/*
 * The same of one place, as an object with one member; "" or "/": the whole document. Defaults are
 * shown where they are asked for by name. -EBADMSG: no such place, nothing is there, or the view
 * leaves it out.
 */
int document_print_at(struct document *document, const char *where, enum document_view view,
		      char **ret_text, struct schema_error *error);

/* The same of a place that is given as an api-path of RFC 8040: /trireme:pool=web. */
int document_print_target(struct document *document, const char *target, enum document_view view,
			  char **ret_text, struct schema_error *error);

/*
 * Takes out what belongs to this one machine (/trireme:machine) and is not replicated: the name of
 * its node goes to ret_node, empty if the document does not say it.
 */
int document_take_machine(struct document *document, char ret_node[CONFIG_NAME_MAX]);

/*
 * The highest feature level that anything in the document needs (extension `since` of
 * trireme-extensions.yang; 0: that of the first model), and the first path that needs it: empty at
 * 0.
 */
int document_level(struct document *document, uint32_t *ret_level, char *ret_path, size_t size);

enum document_operation {
	DOCUMENT_MERGE,	  /* what is there stays, where the value does not say otherwise */
	DOCUMENT_REPLACE, /* what is there goes first; an entry of a list keeps its place */
	DOCUMENT_CREATE,  /* must not be there */
	DOCUMENT_DELETE,  /* must be there */
	DOCUMENT_REMOVE,  /* need not be there */
	DOCUMENT_INSERT,  /* DOCUMENT_CREATE at a place of its list */
	DOCUMENT_MOVE,	  /* an entry of a list to another place */
};

enum document_where {
	DOCUMENT_LAST,
	DOCUMENT_FIRST,
	DOCUMENT_BEFORE, /* the entry at `point` */
	DOCUMENT_AFTER,
};

/* A change at one place. Texts belong to the caller. */
struct document_edit {
	enum document_operation operation;
	/*
	 * As in errors, /trireme:virtual-service[name='web']/scheduler; the first '/' and the
	 * module's name may be left out. A list without keys: all its entries.
	 */
	const char *path;
	const char *value; /* JSON; of a leaf also the bare text. NULL: none */
	enum document_where where;
	const char *point; /* path of another entry, for BEFORE and AFTER */
};

/* The operation of that name (RFC 8072: "merge"); -EINVAL. */
int document_operation_parse(const char *name, enum document_operation *ret_operation);

/*
 * All n edits, in this order, on top of base, or none. base stays as it is; what it had parsed goes
 * over to the new document, so that a change costs what it is large, not what the document is (a
 * base that is used again is parsed again).
 */
int document_edit(struct document *base, const struct document_edit *edits, size_t n,
		  struct document **ret_document, struct schema_error *error);

/*
 * The same with the edits of a YANG Patch (RFC 8072, JSON), whose targets are below `above`, an
 * api-path of RFC 8040 ("" or "/": the whole). Beyond the RFC, `insert` and `move` are taken for
 * every list: a document keeps the order of each.
 */
int document_apply_patch(struct document *base, const char *above, const char *text, size_t size,
			 struct document **ret_document, struct schema_error *error);

enum document_method {
	DOCUMENT_METHOD_POST,  /* a new child of the target */
	DOCUMENT_METHOD_PUT,   /* the target becomes the value, there or not */
	DOCUMENT_METHOD_PATCH, /* the value is merged into the target, which is there */
	DOCUMENT_METHOD_DELETE,
	DOCUMENT_METHOD_YANG_PATCH, /* RFC 8072, edits below the target */
};

/* "POST", …, "YANG-PATCH"; -EINVAL. */
int document_method_parse(const char *name, enum document_method *ret_method);

/* A request of RFC 8040 (sections 4.4 to 4.7) on a document. Texts belong to the caller. */
struct document_write {
	enum document_method method;
	const char *target; /* api-path below the datastore; "" or "/": all of it */
	const char *value; /* JSON: an object with the one member that RFC 8040 asks for; or NULL */
	const char *insert; /* "first", "last", "before" or "after" of POST and PUT; or NULL */
	const char *point;  /* api-path of another entry; or NULL */
};

struct document_written {
	bool created;
	char *location; /* api-path of what POST made, or NULL; freed by document_written_clear() */
};

void document_written_clear(struct document_written *written);

/* As document_edit(). error->fault TARGET: the target is not there. */
int document_write(struct document *base, const struct document_write *write,
		   struct document **ret_document, struct document_written *ret_written,
		   struct schema_error *error);

enum document_format {
	DOCUMENT_PATCH, /* YANG Patch that makes b of a; secrets are DOCUMENT_HIDDEN in it */
	DOCUMENT_LINES, /* a line per change, sorted by path; empty when there is none */
};

/* What the view leaves out is not compared; secrets are never shown. */
int document_diff(struct document *a, struct document *b, enum document_format format,
		  enum document_view view, char **ret_text);

/*
 * Whether b is what somebody who is no administrator may make of a: 0, or -EBADMSG and *error names
 * the first change of a secret or of what has the extension `restricted`. -ENOMEM. It costs little
 * where there is none and document_note_rights() was called for a before it was edited.
 */
int document_check_rights(struct document *a, struct document *b, struct schema_error *error);

/*
 * Whoever is no administrator hears of no error in what has the extension `restricted`: it would
 * tell what is there. *error says then only that this is the administrators'.
 */
void document_hide_error(const struct schema *schema, struct schema_error *error);

/*
 * Whether edits of this document into what has the extension `restricted` are refused, also those
 * that would change nothing: that they do not would tell what is there.
 */
void document_guard(struct document *document, bool guarded);

/* Notes all that only administrators may change. -ENOMEM. */
int document_note_rights(struct document *document);

/*
 * The sealed text of a plain secret, or the plain one of a sealed one, at path; *ret_value is freed
 * by free(). -errno stops the whole.
 */
typedef int document_secret_fn(void *user, const char *path, const char *value, char **ret_value);

/* Seals every secret that is not sealed. On an error the document is as before. */
int document_seal(struct document *document, document_secret_fn *seal, void *user,
		  struct schema_error *error);

/* The configuration with plain secrets, freed by config_free(); the document stays sealed. */
int document_unseal(struct document *document, document_secret_fn *unseal, void *user,
		    struct config **ret_config, struct schema_error *error);

/*
 * What the model says of the node at the path `where` ("" or "/": the top), as a JSON object for
 * completions, forms and help. What does not apply is left out.
 *
 *   name, kind (container, list, leaf, leaf-list), help, mandatory, presence, keys
 *   condition (in words: where alone it can be set), restricted (to administrators)
 *   choices [{choice, case}] that it stands in, the outermost first; of each, one case can be set
 *   type (number, enumeration, boolean, string), allowed (in words), units, default, secret,
 *   min, max, values [{name, help}], reference (path of the values that it can have, or several
 *   with " | " between)
 *   children: the same of each child, without theirs
 *
 * Keys in the path may be left out.
 */
int document_describe(const struct schema *schema, const char *where, char **ret_json,
		      struct schema_error *error);

#endif
