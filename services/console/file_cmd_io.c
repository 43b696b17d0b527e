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
		return output_json(stdout, document) == 0
			       ? EXIT_OK
			       : run_problem(EXIT_REFUSED, "the configuration cannot be shown: %s",
					     strerror(errno));
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

/* Which line it is: files of former times are often in another encoding. */
static enum exit_code not_utf8(const char *path, const char *text)
{
	unsigned int line = 1;

	for (const char *end; *text; text = end + 1, line++) {
		json_auto_t *valid = NULL;

		end = strchrnul(text, '\n');
		valid = json_stringn(text, (size_t)(end - text));
		if (!valid || !*end)
			break;
	}
	return run_problem(EXIT_REFUSED,
			   "%s, line %u: a character that is not UTF-8: allowed is a text in "
			   "UTF-8; convert the file, or write the character in ASCII",
			   path, line);
}

static enum exit_code ask_import(const struct command_line *line, const char *path,
				 const char *text, struct api_request *request)
{
	const char *format = line->texts[SWITCH_FORMAT];
	json_t *input = json_pack("{s:s, s:s*}", "text", text, "format", format);

	if (!input)
		return not_utf8(path, text);
	return api_rpc(request, "import", input) < 0 ? EXIT_REFUSED : EXIT_OK;
}

/* `trireme diff`: what the candidate changes. */
static enum exit_code ask_diff(const struct client *client, struct command_line *ret_line,
			       struct api_answer *ret_answer)
{
	char name[] = "diff", *words[] = {name}, problem[64];
	struct text text = TEXT_ON(problem);
	struct api_request request = {0};
	enum exit_code code;

	if (command_parse(1, words, ret_line, &text) < 0 ||
	    command_request(ret_line, &request, &text) < 0)
		return EXIT_REFUSED;
	code = client_ask_well(client, &request, false, ret_answer);
	api_request_clear(&request);
	return code;
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

/* Makes the candidate. */
static enum exit_code import_text(const struct client *client, const struct command_line *line,
				  const char *text, struct api_answer *ret_answer)
{
	struct api_request request = {0};
	enum exit_code code = is_document(line, text)
				      ? ask_document(line->arguments[0], text, &request)
				      : ask_import(line, line->arguments[0], text, &request);

	if (code == EXIT_OK)
		code = client_ask_well(client, &request, false, ret_answer);
	api_request_clear(&request);
	return code;
}

/* One object: the operation's output, of which a document has none, and the difference. */
static enum exit_code print_json(const struct api_answer *import, const char *diff)
{
	json_auto_t *all = json_deep_copy(api_content(import));

	if (!all)
		all = json_object();
	json_object_set_new(all, "diff", json_string(diff));
	return output_json(stdout, all) == 0 ? EXIT_OK : EXIT_REFUSED;
}

static enum exit_code print_all(const struct client *client, const struct command_line *line,
				const struct api_answer *import, bool dry)
{
	_cleanup_(api_answer_clear) struct api_answer diff = {0};
	struct command_line diff_line;
	enum exit_code code = ask_diff(client, &diff_line, &diff);
	const char *changes = json_text_of(api_content(&diff), "text");

	if (code == EXIT_OK && line->switches & SWITCH_BIT(SWITCH_JSON))
		return print_json(import, changes);
	if (import->body)
		(void)run_print(line, import);
	if (code == EXIT_OK)
		code = run_print(&diff_line, &diff);
	if (code != EXIT_OK || dry)
		return code;
	fputs(changes[0] ? "it is in the candidate: commit takes it into use, discard forgets it\n"
			 : "the configuration in use stays as it is: there is nothing to commit\n",
	      stderr);
	return code;
}

static int read_file(const char *path, char **ret_text, size_t *ret_size)
{
	return file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, IMPORT_MAX, ret_text,
			 ret_size);
}

enum exit_code run_import(const struct client *client, const struct command_line *line)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	const char *path = line->arguments[0];
	bool dry = line->switches & SWITCH_BIT(SWITCH_DRY_RUN);
	struct client asking = dry ? as_trial(client) : *client;
	_cleanup_free_ char *text = NULL;
	enum exit_code code;
	size_t size;
	int r = read_file(path, &text, &size);

	if (r < 0)
		return run_problem(EXIT_REFUSED, "%s cannot be read: %s", path,
				   r == -EFBIG ? "allowed are 2 MiB" : strerror(-r));
	if (strlen(text) != size || size == 0)
		return run_problem(EXIT_REFUSED, "%s is no text: %s", path,
				   size ? "a byte of it is 0" : "it is empty");
	code = import_text(&asking, line, text, &answer);
	if (code == EXIT_OK)
		code = print_all(&asking, line, &answer, dry);
	if (dry)
		forget(&asking);
	return code;
}
