// SPDX-License-Identifier: GPL-2.0-or-later
/* keepalived.conf(5), "Parameter substitution". */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "import/keepalived_reader.h"

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

/* Length of the name that begins here, 0: none does. */
static size_t name_length(const char *text)
{
	size_t n = 0;

	if (text[0] >= '0' && text[0] <= '9')
		return 0;
	while (is_name(text[n]))
		n++;
	return n;
}

bool reader_is_definition(const char *text)
{
	size_t length = text[0] == '$' ? name_length(text + 1) : 0;

	return length > 0 && text[1 + length] == '=';
}

static size_t bucket_of(const char *name, size_t length)
{
	return hash_add(HASH_START, name, length) % READER_BUCKETS;
}

static struct definition *find(const struct reader *reader, const char *name, size_t length)
{
	for (struct definition *d = reader->definitions[bucket_of(name, length)]; d; d = d->next) {
		if (strncmp(d->name, name, length) == 0 && d->name[length] == '\0')
			return d;
	}
	return NULL;
}

static int add_line(struct reader *reader, struct definition *definition, const char *text,
		    size_t length)
{
	struct definition_line *line = arena_new(reader->im->arena, sizeof(*line));

	if (!line)
		return -ENOMEM;
	line->text = arena_text(reader->im->arena, text, length);
	if (definition->last)
		definition->last->next = line;
	else
		definition->first = line;
	definition->last = line;
	return 0;
}

/* A part of a definition; it goes on in the next line if this one ends with '\'. */
static int add_part(struct reader *reader, struct definition *definition, const char *text)
{
	size_t length = strlen(text);
	bool more = length > 0 && text[length - 1] == '\\';

	length -= more;
	while (length > 0 && strchr(" \t", text[length - 1]))
		length--;
	definition->several |= more;
	reader->defining = more ? definition : NULL;
	/* An empty value is one, an empty line among several is none. */
	return length || !definition->several ? add_line(reader, definition, text, length) : 0;
}

static void report_definition(struct reader *reader, const struct line *line, const char *name)
{
	const struct word word = {.text = name};
	const struct statement s = {.words = &word, .n_words = 1, .line = reader->line};

	if (line->condition)
		ROW(reader->im, &s, NULL, IMPORT_WARNING, NULL,
		    "left out: it depends on the machine (%s), and the document is the same for "
		    "all; take the condition away if it is for all",
		    line->condition);
	else
		ROW(reader->im, &s, NULL, IMPORT_MAPPED, NULL, "its value stands where it is used");
}

int reader_define(struct reader *reader, const struct line *line)
{
	size_t length = name_length(line->text + 1);
	struct definition *old = find(reader, line->text + 1, length);
	struct definition *definition = arena_new(reader->im->arena, sizeof(*definition));
	const char *value = line->text + 1 + length + 1;
	struct definition **bucket;

	if (!definition)
		return -ENOMEM;
	report_definition(reader, line, arena_text(reader->im->arena, line->text, 1 + length));
	definition->name = arena_text(reader->im->arena, line->text + 1, length);
	if (!line->condition && old) {
		definition->next = old->next;
		*old = *definition;
		definition = old;
	} else if (!line->condition) {
		if (++reader->n_definitions > READER_DEFINITIONS_MAX)
			return reader_fail(reader, line, line->text, "more than %u definitions",
					   READER_DEFINITIONS_MAX);
		bucket = &reader->definitions[bucket_of(definition->name, length)];
		definition->next = *bucket;
		*bucket = definition;
	}
	return add_part(reader, definition, value + strspn(value, " \t"));
}

int reader_define_more(struct reader *reader, const char *text)
{
	struct definition *definition = reader->defining;

	text += strspn(text, " \t");
	if (text[0] != '\0')
		return add_part(reader, definition, text);
	reader->defining = NULL;
	return 0;
}

/*
 * The definition whose use begins at p, which is a '$', and the end of the use: ${NAME}, or $NAME
 * with nothing behind it that a name can have. NULL: it is none.
 */
static const struct definition *use_at(const struct reader *reader, const char *p,
				       const char **ret_end)
{
	bool braces = p[1] == '{';
	const char *name = p + 1 + braces;
	size_t length = name_length(name);

	if (length == 0 || (braces ? name[length] != '}' : !strchr(" \t,)", name[length])))
		return NULL;
	*ret_end = name + length + braces;
	return find(reader, name, length);
}

const struct definition *reader_several(const struct reader *reader, const char *text)
{
	const char *end = NULL;
	const struct definition *definition = text[0] == '$' ? use_at(reader, text, &end) : NULL;

	return definition && definition->several && *end == '\0' ? definition : NULL;
}

int reader_replace(struct reader *reader, const struct line *line, char *out)
{
	size_t n = 0;
	int changed = 0;

	for (const char *p = line->text, *end = NULL; *p;) {
		const struct definition *use = *p == '$' ? use_at(reader, p, &end) : NULL;
		const char *put = use ? use->first ? use->first->text : "" : p;
		size_t length = use ? strlen(put) : 1;

		if (use && use->several)
			return reader_fail(reader, line, p,
					   "a definition of several lines has a line of its own");
		if (n + length > STATEMENT_LINE_MAX)
			return reader_fail(reader, line, p,
					   "with its definitions, the line has more than %u bytes",
					   STATEMENT_LINE_MAX);
		memcpy(out + n, put, length);
		n += length;
		changed |= use != NULL;
		p = use ? end : p + 1;
	}
	out[n] = '\0';
	return changed;
}
