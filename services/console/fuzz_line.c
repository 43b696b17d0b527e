// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever is typed: words of a line, and each of them as a path. */
#include <stdlib.h>
#include <string.h>

#include "console/path.h"
#include "console/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is made of a path is one of the same kind, and makes itself. */
static void check_path(const char *path)
{
	char once[PATH_TEXT_MAX], again[PATH_TEXT_MAX], words[512];
	struct text first = TEXT_ON(once), second = TEXT_ON(again), problem = TEXT_ON(words);
	size_t length;

	if (path_last_step(path) > strlen(path) ||
	    path_name(path, &length) + length > path + strlen(path))
		abort();
	if (path_target(path, &first, &problem) < 0) {
		if (!words[0])
			abort();
		return;
	}
	if (path_target(once, &second, &problem) < 0 || strcmp(once, again) != 0)
		abort();
	for (const char *c = once; *c; c++) {
		if (*c <= ' ' || *c > '~')
			abort();
	}
	second = text_on(again, sizeof(again));
	if (path_schema(path, &second, &problem) < 0 || strchr(again, '='))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct words words;
	char *line = malloc(size + 1);

	if (!line)
		abort();
	memcpy(line, data, size);
	line[size] = '\0';
	if (words_split(line, &words) == 0) {
		if (words.start > strlen(line) || words.n > COMMAND_WORDS_MAX)
			abort();
		for (int i = 0; i < words.n; i++)
			check_path(words.list[i]);
	}
	free(line);
	return 0;
}
