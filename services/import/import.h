/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What other load balancers' files say, as a change of our document: lvs.cf (Piranha) and
 * keepalived.conf(5). Pure: a text and the document that there is go in, edits and a mapping come
 * out. README.md says for each key where it goes, or why it is dropped.
 *
 * The document keeps what it has: nodes, ports, cluster and every object that stands in it. A name
 * that is taken gets "-2" and so on; an address that is an alias already is used as it is. The
 * edits, applied in order to the document that base is of, give a valid one (validate.h has been
 * asked): what that would refuse is left out, with an error in the mapping that names the line.
 */
#ifndef TRIREME_IMPORT_IMPORT_H
#define TRIREME_IMPORT_IMPORT_H

#include <stddef.h>

#include "schema/config.h"
#include "schema/document.h"

#define IMPORT_TEXT_MAX ((size_t)1 << 20) /* bytes */
#define IMPORT_ROWS_MAX 50000

enum import_format {
	IMPORT_DETECT, /* by the first line that tells */
	IMPORT_LVS,
	IMPORT_KEEPALIVED,
};

enum import_verdict {
	IMPORT_MAPPED,	/* it is in the edits, or in the document already */
	IMPORT_DROPPED, /* it is in neither, and nothing is lost, or it goes out with something */
	IMPORT_WARNING, /* taken otherwise than it says, or something is lost; unknown keys */
	IMPORT_ERROR,	/* it could not be taken */
};

struct import_row {
	unsigned int line;   /* from 1; 0: the text as a whole */
	unsigned int column; /* in bytes, from 1; 0: the whole line */
	enum import_verdict verdict;
	const char *key;  /* as in the text; of a block with its name; printable ASCII */
	const char *text; /* where it went, or why it did not; a sentence in printable ASCII */
	const char *path; /* of what it is in the new document; NULL: of nothing */
};

struct arena;

/* Everything in it belongs to it. */
struct import_result {
	enum import_format format;
	struct document_edit *edits; /* for document_edit(); n_edits may be 0 */
	size_t n_edits;
	struct import_row *rows; /* in the order of the lines */
	size_t n_rows;
	size_t counts[IMPORT_ERROR + 1]; /* of rows, by verdict */
	struct arena *memory;
};

/*
 * Base is the document's configuration (document_config()). 0 or -EBADMSG: *ret_result is to be
 * freed by import_result_clear(). -EBADMSG: the text cannot be read; there are no edits, and one
 * row, an error with line and column. -ENOMEM.
 */
int import_text(const char *text, size_t size, enum import_format format, const struct config *base,
		struct import_result *ret_result);

/* Accepts one that is all 0. */
void import_result_clear(struct import_result *result);

/* "mapped", "dropped", "warning", "error". */
const char *import_verdict_name(enum import_verdict verdict);

/* The format of that name, "lvs" or "keepalived"; "": IMPORT_DETECT. -EINVAL. */
int import_format_parse(const char *name, enum import_format *ret_format);

/* "lvs", "keepalived", or "" for IMPORT_DETECT. */
const char *import_format_name(enum import_format format);

#endif
