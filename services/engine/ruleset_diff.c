// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_diff.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/ruleset.h"
#include "engine/ruleset_match.h"

#define ELEMENTS "\t\telements = {"
#define CHAIN "\tchain "

/* A piece of a text. */
struct span {
	const char *start;
	size_t length;
};

/* A set, map or chain: "\tset NAME {\n", what defines it, what is in it, "\t}\n". */
struct block {
	struct span head;     /* first line and definition */
	struct span name;     /* NAME */
	struct span contents; /* elements without the braces; rules, a line each */
	bool chain;
};

struct items {
	struct span *spans; /* n of them, sorted */
	size_t n;
};

static struct span span_of(const char *start, const char *end)
{
	return (struct span){start, (size_t)(end - start)};
}

/* The block at *rest, which is moved behind it. false: there is none of that form. */
static bool next_block(const char **rest, struct block *ret_block)
{
	const char *start = *rest + strspn(*rest, "\n"), *line, *end, *open, *word;
	struct block block = {0};

	line = strchr(start, '\n');
	end = strstr(start, "\n\t}\n");
	if (start[0] != '\t' || !line || !end || line >= end)
		return false;
	word = start + 1 + strcspn(start + 1, " \n");
	block.name = (struct span){word + 1, strcspn(word + 1, " \n")};
	block.chain = strncmp(start, CHAIN, strlen(CHAIN)) == 0;
	if (word >= line || block.name.start + block.name.length >= line)
		return false;
	end++;
	open = strstr(start, block.chain ? "\n" : ELEMENTS);
	if (block.chain) {
		/* The second line says where it hooks. */
		open = strchr(open + 1, '\n') + 1;
		block.contents = span_of(open, end);
	} else if (open && open < end) {
		const char *close = memchr(open, '}', (size_t)(end - open));

		if (!close)
			return false;
		block.contents = span_of(open + strlen(ELEMENTS), close);
	} else {
		open = end;
		block.contents = span_of(end, end);
	}
	block.head = span_of(start, open);
	*rest = end + strlen("\t}\n");
	*ret_block = block;
	return true;
}

static bool span_equal(const struct span *a, const struct span *b)
{
	return a->length == b->length && memcmp(a->start, b->start, a->length) == 0;
}

static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int r = memcmp(x->start, y->start, x->length < y->length ? x->length : y->length);

	return r ? r : (x->length > y->length) - (x->length < y->length);
}

static struct span trim(struct span span)
{
	while (span.length && isspace((unsigned char)span.start[0])) {
		span.start++;
		span.length--;
	}
	while (span.length && isspace((unsigned char)span.start[span.length - 1]))
		span.length--;
	return span;
}

/* The elements of a set; the caller frees ret_items->spans. */
static int split(struct span list, struct items *ret_items)
{
	const char *end = list.start + list.length, *from = list.start;
	struct items items = {0};
	size_t commas = 0;

	for (const char *c = list.start; c < end; c++)
		commas += *c == ',';
	items.spans = calloc(commas + 1, sizeof(*items.spans));
	if (!items.spans)
		return -ENOMEM;
	while (from < end) {
		const char *comma = memchr(from, ',', (size_t)(end - from));
		struct span item = trim(span_of(from, comma ? comma : end));

		if (item.length)
			items.spans[items.n++] = item;
		from = comma ? comma + 1 : end;
	}
	qsort(items.spans, items.n, sizeof(*items.spans), compare);
	*ret_items = items;
	return 0;
}

/* What a has and b has not, as one command. */
static void write_missing(struct text *text, const char *verb, const struct block *block,
			  const struct items *a, const struct items *b)
{
	bool any = false;

	for (size_t i = 0, k = 0; i < a->n; i++) {
		while (k < b->n && compare(&b->spans[k], &a->spans[i]) < 0)
			k++;
		if (k < b->n && span_equal(&b->spans[k], &a->spans[i]))
			continue;
		if (!any)
			text_add(text, "%s element " RULESET_NAME " %.*s { ", verb,
				 (int)block->name.length, block->name.start);
		text_add(text, "%s%.*s", any ? ", " : "", (int)a->spans[i].length,
			 a->spans[i].start);
		any = true;
	}
	if (any)
		text_add(text, " }\n");
}

static int diff_set(struct text *text, const struct block *listed, const struct block *wanted)
{
	struct items old, new;
	int r = split(listed->contents, &old);

	if (r < 0)
		return r;
	r = split(wanted->contents, &new);
	if (r == 0) {
		write_missing(text, "delete", wanted, &old, &new);
		write_missing(text, "add", wanted, &new, &old);
		free(new.spans);
	}
	free(old.spans);
	return r;
}

/* The kernel lists sets that have no name in an order of its own. */
static int same_rules(const struct block *a, const struct block *b, bool *ret_same)
{
	_cleanup_free_ char *one = strndup(a->contents.start, a->contents.length);
	_cleanup_free_ char *other = strndup(b->contents.start, b->contents.length);

	return one && other ? ruleset_match(one, other, ret_same) : -ENOMEM;
}

static int diff_chain(struct text *text, const struct block *listed, const struct block *wanted)
{
	const char *end = wanted->contents.start + wanted->contents.length;
	bool same;
	int r = same_rules(listed, wanted, &same);

	if (r < 0 || same)
		return r;
	text_add(text, "flush chain " RULESET_NAME " %.*s\n", (int)wanted->name.length,
		 wanted->name.start);
	for (const char *line = wanted->contents.start; line < end;) {
		size_t length = strcspn(line, "\n");

		text_add(text, "add rule " RULESET_NAME " %.*s %.*s\n", (int)wanted->name.length,
			 wanted->name.start, (int)length, line);
		line += length + 1;
	}
	return 0;
}

static int diff_blocks(struct text *text, const char *listed, const char *wanted)
{
	static const char first[] = RULESET_TABLE " {\n", last[] = "}\n";
	struct block old, new;
	int r = 0;

	if (strncmp(listed, first, strlen(first)) != 0 ||
	    strncmp(wanted, first, strlen(first)) != 0)
		return -ESTALE;
	listed += strlen(first);
	wanted += strlen(first);
	while (r == 0 && next_block(&wanted, &new)) {
		if (!next_block(&listed, &old) || !span_equal(&old.head, &new.head))
			return -ESTALE;
		if (new.chain)
			r = diff_chain(text, &old, &new);
		else
			r = diff_set(text, &old, &new);
	}
	if (r < 0)
		return r;
	wanted += strspn(wanted, "\n");
	listed += strspn(listed, "\n");
	return strcmp(wanted, last) == 0 && strcmp(listed, last) == 0 ? 0 : -ESTALE;
}

int ruleset_diff(const char *listed, const char *wanted, char **ret_commands)
{
	/* An element takes no more room than in its listing; each command adds its own words. */
	size_t size = 4 * (strlen(listed) + strlen(wanted)) + 1024;
	_cleanup_free_ char *buf = malloc(size);
	struct text text;
	int r;

	if (!buf)
		return -ENOMEM;
	text_init(&text, buf, size);
	r = diff_blocks(&text, listed, wanted);
	if (r == 0)
		r = text_result(&text);
	if (r < 0)
		return r == -ENOSPC ? -ESTALE : r;
	*ret_commands = take_ptr(buf);
	return 0;
}
