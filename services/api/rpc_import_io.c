// SPDX-License-Identifier: GPL-2.0-or-later
/* What another product's file says, as the user's candidate. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/operation_io.h"
#include "api/rpc_input.h"
#include "base/cleanup.h"
#include "import/import.h"
#include "proto/api_ipc.h"
#include "proto/config_ipc.h"
#include "schema/image.h"

#define MAPPING_MAX ((size_t)2 << 20) /* bytes of rows in an answer; the counts are of all */
#define ROW_BYTES 96		      /* of a row beside its texts */

/* The configuration in use, and which revision it is. */
struct base {
	struct config *config;
	struct config_meta meta;
};

static void base_clear(struct base *base)
{
	if (base->config && base->config->n_users)
		explicit_bzero(base->config->users,
			       base->config->n_users * sizeof(*base->config->users));
	config_free(base->config);
}

static int load_base(const struct broker *b, struct base *ret_base)
{
	struct schema_error error;
	uint64_t digest;

	return schema_load_meta(b->yang_dir, b->config_path, &ret_base->config, &ret_base->meta,
				&digest, &error);
}

static const char *operation_name(enum document_operation operation)
{
	return operation == DOCUMENT_CREATE ? "create" : "merge";
}

/* Each value as JSON, as the config service has it. */
static json_t *edits_json(const struct import_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->n_edits; i++) {
		const struct document_edit *edit = &result->edits[i];
		json_t *value = json_loads(edit->value, JSON_DECODE_ANY, NULL);

		if (!value ||
		    json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "operation",
							  operation_name(edit->operation), "path",
							  edit->path, "value", value)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *row_json(const struct import_row *row)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s*}", "line", (int)row->line, "key", row->key,
			 "verdict", import_verdict_name(row->verdict), "text", row->text, "path",
			 row->path);
}

static json_t *mapping_json(const struct import_result *result)
{
	json_t *list = json_array();
	size_t bytes = 0;

	for (size_t i = 0; i < result->n_rows && list; i++) {
		const struct import_row *row = &result->rows[i];

		bytes += ROW_BYTES + strlen(row->key) + strlen(row->text) +
			 (row->path ? strlen(row->path) : 0);
		if (bytes > MAPPING_MAX)
			break;
		(void)json_array_append_new(list, row_json(row));
	}
	return list;
}

static json_t *summary_json(const struct import_result *result)
{
	return json_sprintf("%zu mapped, %zu dropped, %zu warnings, %zu errors%s",
			    result->counts[IMPORT_MAPPED], result->counts[IMPORT_DROPPED],
			    result->counts[IMPORT_WARNING], result->counts[IMPORT_ERROR],
			    result->n_edits ? "; the candidate has it: see the difference, then "
					      "commit"
					    : "; nothing is to be changed");
}

/* The candidate becomes what is in use, and these edits; whatever it was before. */
static int make_candidate(struct exchange *x, const struct import_result *result,
			  const struct base *base)
{
	char etag[64];
	json_t *answer;
	int n = snprintf(etag, sizeof(etag), "%llu-", (unsigned long long)base->meta.revision);

	for (size_t i = 0; i < 8; i++)
		n += snprintf(etag + n, sizeof(etag) - (size_t)n, "%02x", base->meta.id[i]);
	if (operation_config(x, json_pack("{s:s}", "op", "discard"), OPERATION_LOOK_MS, &answer) <
	    0)
		return -EBADMSG;
	json_decref(answer);
	if (result->n_edits == 0)
		return 0;
	/* Read from what was published: the config service says if it has another one by now. */
	if (operation_config(x,
			     json_pack("{s:s, s:s, s:s, s:o}", "op", "edit", "base",
				       API_WHAT_RUNNING, "if-match", etag, "edits",
				       edits_json(result)),
			     OPERATION_COMMIT_MS, &answer) < 0)
		return -EBADMSG;
	json_decref(answer);
	return 0;
}

static void refuse_text(struct exchange *x, const struct import_result *result)
{
	const struct import_row *row = result->n_rows ? &result->rows[0] : NULL;

	answer_error(&x->answer, API_TAG_INVALID_VALUE, NULL, "the text cannot be read%s%s",
		     row ? ": " : "", row ? row->text : "");
	answer_error_add(&x->answer, "path", json_string("/trireme-api:import/input/text"));
	if (row)
		answer_error_add(&x->answer, "value", json_sprintf("line %u", row->line));
}

static void import(struct exchange *x, const struct base *base)
{
	_cleanup_(import_result_clear) struct import_result result = {0};
	const json_t *input = x->request.input;
	const char *text = rpc_input_text(input, "text");
	enum import_format format = IMPORT_DETECT;
	int r = import_format_parse(rpc_input_text(input, "format"), &format);

	if (r == 0)
		r = import_text(text, strlen(text), format, base->config, &result);
	if (r == -EBADMSG)
		refuse_text(x, &result);
	else if (r < 0)
		answer_error(&x->answer, API_TAG_FAILED, NULL, "the import: %s", strerror(-r));
	else if (make_candidate(x, &result, base) == 0)
		answer_output(&x->answer, json_pack("{s:o, s:o}", "mapping", mapping_json(&result),
						    "summary", summary_json(&result)));
}

void rpc_import(struct exchange *x)
{
	_cleanup_(base_clear) struct base base = {0};
	int r;

	/* It may take much memory: one at a time. */
	if (pthread_mutex_trylock(&x->broker->importing) != 0) {
		answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY,
			     "another import is under way: try again");
		return;
	}
	r = load_base(x->broker, &base);
	if (r < 0)
		answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY,
			     "the configuration in use cannot be read: %s", strerror(-r));
	else
		import(x, &base);
	pthread_mutex_unlock(&x->broker->importing);
}
