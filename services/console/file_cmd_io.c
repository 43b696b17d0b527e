// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme export and import */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "console/http.h"
#include "console/output_io.h"
#include "console/run_io.h"

#define IMPORT_MAX (2u << 20) /* bytes of a file: as the largest document */
#define FILE_MODE 0600

static int write_document(const char *path, const json_t *document, bool replace)
{
	_cleanup_free_ char *dump = json_dumps(document, JSON_INDENT(2));
	_cleanup_free_ char *text = NULL;
	int size = dump ? asprintf(&text, "%s\n", dump) : -1;

	if (size < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return replace ? file_write_atomic(path, text, (size_t)size, FILE_MODE)
		       : file_write_new(path, text, (size_t)size, FILE_MODE);
}

static enum exit_code save(const struct command_line *line, const json_t *document)
{
	const char *path = line->arguments[0];
	int r;

	if (!path || strcmp(path, "-") == 0)
		return output_json(stdout, document) == 0 ? EXIT_OK : EXIT_REFUSED;
	r = write_document(path, document, line->switches & SWITCH_BIT(SWITCH_FORCE));
	if (r == -EEXIST)
		return run_problem(EXIT_REFUSED, "%s is there already: --force replaces it", path);
	if (r < 0)
		return run_problem(EXIT_REFUSED, "%s cannot be written: %s", path, strerror(-r));
	printf("the configuration in use is in %s; secrets are not\n", path);
	return EXIT_OK;
}

enum exit_code run_export(const struct client *client, const struct command_line *line)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	struct api_request request;
	enum exit_code code;

	if (api_get(&request, API_RUNNING, "") < 0)
		return EXIT_REFUSED;
	code = client_ask_well(client, &request, false, &answer);
	return code == EXIT_OK ? save(line, api_content(&answer)) : code;
}

/* A document that is exported: JSON, which the files of others are not. */
static bool is_document(const struct command_line *line, const char *text)
{
	const char *format = line->texts[SWITCH_FORMAT];

	return format ? strcmp(format, "json") == 0 : text[strspn(text, " \t\r\n")] == '{';
}

static enum exit_code ask_document(const char *path, const char *text, struct api_request *request)
{
	json_error_t error;
	json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	int r;

	if (!json_is_object(document)) {
		json_decref(document);
		return run_problem(EXIT_REFUSED, "%s is no JSON object: line %d, character %d: %s",
				   path, error.line, error.column, error.text);
	}
	r = api_replace(request, document);
	json_decref(document);
	return r < 0 ? EXIT_REFUSED : EXIT_OK;
}

static enum exit_code ask_import(const struct command_line *line, const char *path,
				 const char *text, struct api_request *request)
{
	const char *format = line->texts[SWITCH_FORMAT];
	json_t *input = json_pack("{s:s, s:s*}", "text", text, "format", format);

	if (!input)
		return run_problem(EXIT_REFUSED, "%s is no text in UTF-8", path);
	return api_rpc(request, "import", input) < 0 ? EXIT_REFUSED : EXIT_OK;
}

/* What the candidate changes, as `trireme diff` has it. */
static enum exit_code show_diff(const struct client *client, const struct command_line *line)
{
	char name[] = "diff", *words[] = {name}, problem[64];
	struct command_line diff;
	struct text text = TEXT_ON(problem);
	struct api_request request;

	if (command_parse(1, words, &diff, &text) < 0 ||
	    command_request(&diff, &request, &text) < 0)
		return EXIT_REFUSED;
	diff.switches = line->switches & SWITCH_BIT(SWITCH_JSON);
	return run_request(client, &diff, &request);
}

static void forget(const struct client *client)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	struct api_request request;

	/* If that fails, it is the session's idle time that ends it. */
	if (api_rpc(&request, "discard", json_object()) == 0)
		(void)client_ask(client, &request, &answer);
	api_request_clear(&request);
}

/* A trial run has a candidate of its own, so that the one of this session stays as it is. */
static struct client as_trial(const struct client *client)
{
	struct client trial = *client;

	snprintf(trial.session, sizeof(trial.session), "import-%d", (int)getpid());
	return trial;
}

static enum exit_code import_text(const struct client *client, const struct command_line *line,
				  const char *text)
{
	struct api_request request = {0};
	bool document = is_document(line, text);
	enum exit_code code = document ? ask_document(line->arguments[0], text, &request)
				       : ask_import(line, line->arguments[0], text, &request);

	if (code == EXIT_OK && document) {
		_cleanup_(api_answer_clear) struct api_answer answer = {0};

		code = client_ask_well(client, &request, false, &answer);
	} else if (code == EXIT_OK) {
		return run_request(client, line, &request);
	}
	api_request_clear(&request);
	return code;
}

enum exit_code run_import(const struct client *client, const struct command_line *line)
{
	const char *path = line->arguments[0];
	bool dry = line->switches & SWITCH_BIT(SWITCH_DRY_RUN);
	struct client asking = dry ? as_trial(client) : *client;
	_cleanup_free_ char *text = NULL;
	enum exit_code code;
	size_t size;
	int r = file_read(path, IMPORT_MAX, &text, &size);

	if (r < 0)
		return run_problem(EXIT_REFUSED, "%s cannot be read: %s", path,
				   r == -EFBIG ? "allowed are 2 MiB" : strerror(-r));
	if (strlen(text) != size)
		return run_problem(EXIT_REFUSED, "%s is no text", path);
	code = import_text(&asking, line, text);
	if (code == EXIT_OK)
		code = show_diff(&asking, line);
	if (dry)
		forget(&asking);
	else if (code == EXIT_OK)
		fputs("it is in the candidate: commit takes it into use, discard forgets it\n",
		      stderr);
	return code;
}
