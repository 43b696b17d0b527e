// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_match.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Copies text with every run of white space as one blank. */
static char *squeeze(const char *text)
{
	char *copy = malloc(strlen(text) + 1), *to = copy;

	if (!copy)
		return NULL;
	for (const char *from = text; *from; from++) {
		if (!isspace((unsigned char)*from))
			*to++ = *from;
		else if (to > copy && to[-1] != ' ')
			*to++ = ' ';
	}
	while (to > copy && to[-1] == ' ')
		to--;
	*to = '\0';
	return copy;
}

/*
 * Sorts the comma-separated items of the length bytes at list, which is between braces. Items
 * are as long as before and so is the whole: " a, b " has one blank at each end and after commas.
 */
static int sort_items(char *list, size_t length)
{
	_cleanup_free_ char *copy = strndup(list, length);
	_cleanup_free_ char **items = NULL;
	size_t n = 1, i = 0;
	char *rest = copy, *item, *to = list;

	if (!copy)
		return -ENOMEM;
	for (const char *c = copy; *c; c++)
		n += *c == ',';
	items = calloc(n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	while (i < n && (item = strsep(&rest, ",")))
		items[i++] = item;
	/* The last item ends with the blank before the brace; without it all are " x". */
	if (length > 0 && copy[length - 1] == ' ')
		copy[length - 1] = '\0';
	qsort(items, i, sizeof(*items), compare_words);
	for (size_t k = 0; k < i; k++) {
		size_t size = strlen(items[k]);

		memcpy(to, items[k], size);
		to += size;
		if (k + 1 < i)
			*to++ = ',';
	}
	return 0;
}

/* Sorts inside each innermost pair of braces that holds a list (no statements: no semicolon). */
static int sort_lists(char *text)
{
	char *open = NULL;

	for (char *c = text; *c; c++) {
		if (*c == '{') {
			open = c;
		} else if (*c == '}' && open) {
			size_t length = (size_t)(c - open - 1);

			if (!memchr(open, ';', length) && memchr(open, ',', length)) {
				int r = sort_items(open + 1, length);

				if (r < 0)
					return r;
			}
			open = NULL;
		}
	}
	return 0;
}

int ruleset_match(const char *a, const char *b, bool *ret_same)
{
	_cleanup_free_ char *one = squeeze(a), *other = squeeze(b);

	if (!one || !other || sort_lists(one) < 0 || sort_lists(other) < 0)
		return -ENOMEM;
	*ret_same = strcmp(one, other) == 0;
	return 0;
}
