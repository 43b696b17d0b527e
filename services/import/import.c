// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/import.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/importer.h"

static const char *const format_names[] = {
	[IMPORT_DETECT] = "", [IMPORT_LVS] = "lvs", [IMPORT_KEEPALIVED] = "keepalived"};

const char *import_verdict_name(enum import_verdict verdict)
{
	static const char *const names[] = {[IMPORT_MAPPED] = "mapped",
					    [IMPORT_DROPPED] = "dropped",
					    [IMPORT_WARNING] = "warning",
					    [IMPORT_ERROR] = "error"};

	return names[verdict];
}

int import_format_parse(const char *name, enum import_format *ret_format)
{
	for (size_t i = 0; i < ARRAY_SIZE(format_names); i++) {
		if (strcmp(format_names[i], name) == 0) {
			*ret_format = (enum import_format)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *import_format_name(enum import_format format)
{
	return format_names[format];
}

static bool begins_with_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	return strncmp(line, word, length) == 0 && strchr(" \t", line[length]);
}

/* What the line is of, or IMPORT_DETECT: it might be of both. */
static enum import_format format_of(const char *line)
{
	const char *p = line + strspn(line, " \t"), *behind;

	behind = p + strcspn(p, " \t\r\n=");
	behind += strspn(behind, " \t");
	if (*p == '#' || strchr("\r\n", *p))
		return IMPORT_DETECT;
	if (*p != '$' && *behind == '=')
		return IMPORT_LVS;
	if (begins_with_word(p, "virtual") || begins_with_word(p, "failover"))
		return IMPORT_LVS;
	return IMPORT_KEEPALIVED;
}

static enum import_format detect(const char *text)
{
	enum import_format format = format_of(text);

	while (format == IMPORT_DETECT && (text = strchr(text, '\n')))
		format = format_of(++text);
	return format;
}

/* Lines of text only: what has a NUL in it would end there unseen. */
static int check_text(struct importer *im, const char *text, size_t size)
{
	const char *nul = memchr(text, '\0', size);
	unsigned int line = 1;

	if (size > IMPORT_TEXT_MAX)
		return report_fail(&im->report, 0, 0, "",
				   "the text has %zu bytes; allowed are at most %zu", size,
				   IMPORT_TEXT_MAX);
	for (const char *p = text; nul && p < nul; p++)
		line += *p == '\n';
	return nul ? report_fail(&im->report, line, 0, "", "a byte that is 0 stands in this line")
		   : 0;
}

/* Editors of another system write a mark of UTF-8 first (RFC 3629, 6), which is not of the text. */
static size_t mark_size(const char *text)
{
	static const char mark[] = "\xef\xbb\xbf";

	return strncmp(text, mark, sizeof(mark) - 1) == 0 ? sizeof(mark) - 1 : 0;
}

static int read_text(struct importer *im, const char *text, size_t size)
{
	const struct statement *first = NULL;
	bool lvs = im->format == IMPORT_LVS;
	int r;

	if (im->format == IMPORT_DETECT)
		return report_fail(&im->report, 0, 0, "",
				   "nothing in the text tells whether it is an lvs.cf or a "
				   "keepalived.conf");
	r = lvs ? lvs_parse(im, text, size, &first) : keepalived_parse(im, text, size, &first);
	if (r < 0)
		return r;
	r = lvs ? lvs_map(im, first) : keepalived_map(im, first);
	if (r < 0)
		return r;
	plan_join_groups(&im->plan);
	plan_all_ports(&im->plan);
	return im->arena->failed ? -ENOMEM : judge(im);
}

static int finish(struct importer *im, int r, struct import_result *result)
{
	if (r == 0 && im->report.n > IMPORT_ROWS_MAX)
		r = report_fail(&im->report, 0, 0, "",
				"there would be %zu lines of mapping; allowed are at most %u",
				im->report.n, IMPORT_ROWS_MAX);
	if (r == 0)
		r = edits_make(im, result);
	if (r == -ENOMEM || report_finish(&im->report, result) < 0)
		return -ENOMEM;
	return r;
}

int import_text(const char *text, size_t size, enum import_format format, const struct config *base,
		struct import_result *ret_result)
{
	_cleanup_(arena_freep) struct arena *arena = arena_create();
	struct import_result result = {.format = format};
	struct importer *im;
	const char *copy;
	int r;

	im = arena ? arena_new(arena, sizeof(*im)) : NULL;
	if (!im)
		return -ENOMEM;
	im->arena = arena;
	im->report.arena = arena;
	plan_init(&im->plan, base, &im->report);
	r = check_text(im, text, size);
	if (r == 0) {
		copy = arena_text(arena, text, size);
		copy += mark_size(copy);
		if (format == IMPORT_DETECT)
			result.format = detect(copy);
		im->format = result.format;
		r = read_text(im, copy, strlen(copy));
	}
	r = finish(im, r, &result);
	if (r != 0 && r != -EBADMSG)
		return r;
	result.memory = take_ptr(arena);
	*ret_result = result;
	return r;
}

void import_result_clear(struct import_result *result)
{
	arena_free(result->memory);
	*result = (struct import_result){.n_edits = 0};
}
