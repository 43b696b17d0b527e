// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/words.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The word at *at into *to, without its quotes. Both move to their ends. */
static void take_word(const char **at, char **to, struct words *words)
{
	char quote = '\0';

	for (; **at && (quote || !is_blank(**at)); (*at)++) {
		char c = **at;

		if (c == '\\' && quote != '\'' && (*at)[1]) {
			*(*to)++ = *++*at;
			continue;
		}
		words->open = c == '\\' && quote != '\'';
		if (quote && c == quote)
			quote = '\0';
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else
			*(*to)++ = c;
	}
	words->open |= quote != '\0';
	*(*to)++ = '\0';
}

int words_split(const char *line, struct words *ret_words)
{
	const char *at = line;
	char *to = ret_words->text;

	ret_words->n = 0;
	ret_words->open = ret_words->begun = false;
	ret_words->start = strnlen(line, WORDS_LINE_MAX);
	if (ret_words->start == WORDS_LINE_MAX)
		return -E2BIG;
	for (;;) {
		while (is_blank(*at))
			at++;
		if (!*at)
			break;
		if (ret_words->n == COMMAND_WORDS_MAX)
			return -E2BIG;
		ret_words->start = (size_t)(at - line);
		ret_words->list[ret_words->n++] = to;
		take_word(&at, &to, ret_words);
		ret_words->begun = !*at;
	}
	ret_words->list[ret_words->n] = NULL;
	if (!ret_words->begun)
		ret_words->start = strlen(line);
	return 0;
}
