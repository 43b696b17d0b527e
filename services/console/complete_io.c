// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/complete_io.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "console/output_io.h"

#define WAIT_MS 2000   /* nobody waits longer for a TAB */
#define FILES_MAX 4096 /* that are looked at in a folder */

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

static bool is_folder(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) &&
	       stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static json_t *list_files(const char *path)
{
	const char *name = path[0] ? path : ".";
	_cleanup_(close_folder) DIR *folder = opendir(name);
	json_t *names = folder ? json_array() : NULL;
	const struct dirent *entry;

	for (size_t n = 0; names && n < FILES_MAX && (entry = readdir(folder)); n++)
		json_array_append_new(names,
				      json_sprintf("%s%s", entry->d_name,
						   is_folder(name, entry->d_name) ? "/" : ""));
	return names;
}

static json_t *ask(void *user, enum complete_source source, const char *path)
{
	_cleanup_(api_answer_clear) struct api_answer answer = {0};
	struct api_request request = {0};
	const json_t *content = NULL;
	int r;

	if (source == COMPLETE_FILES)
		return list_files(path);
	if (source == COMPLETE_MODEL)
		r = api_rpc(&request, "describe", json_pack("{s:s}", "path", path));
	else
		r = api_get(&request, source == COMPLETE_STATE ? API_STATE : API_CANDIDATE, path);
	request.wait_ms = WAIT_MS;
	if (r == 0)
		r = client_ask(user, &request, &answer);
	api_request_clear(&request);
	if (r == 0 && answer.status < 300)
		content = api_content(&answer);
	if (source == COMPLETE_MODEL)
		content = json_object_get(content, "node");
	return json_incref((json_t *)content);
}

int complete_by(const struct client *client, int n, char *const *words, struct completions *ret)
{
	return complete(n, words, ask, (void *)client, ret);
}

enum exit_code complete_print(const struct client *client, int n, char *const *words)
{
	_cleanup_(completions_clear) struct completions found = {0};

	if (complete_by(client, n, words, &found) < 0)
		return EXIT_REFUSED;
	for (size_t i = 0; i < found.n; i++) {
		output_text(stdout, found.list[i].text);
		if (found.list[i].help[0])
			putchar('\t');
		output_text(stdout, found.list[i].help);
		putchar('\n');
	}
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_REFUSED;
}
