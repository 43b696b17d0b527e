// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/case_words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

int case_words_fail(struct case_words *w, const char *format, ...)
{
	int n = snprintf(w->error, CASE_ERROR_MAX, "%s:%u: ", w->file, w->line);
	va_list args;

	va_start(args, format);
	if (n > 0 && n < CASE_ERROR_MAX)
		vsnprintf(w->error + n, CASE_ERROR_MAX - (size_t)n, format, args);
	va_end(args);
	return -EINVAL;
}

int case_words_split(struct case_words *w, char *line)
{
	char *rest = NULL;

	w->n = w->at = 0;
	for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (w->n == CASE_WORDS_MAX)
			return case_words_fail(w, "more than %d words", CASE_WORDS_MAX);
		w->words[w->n++] = word;
	}
	return 0;
}

bool case_words_is(struct case_words *w, const char *word)
{
	if (w->at == w->n || strcmp(w->words[w->at], word) != 0)
		return false;
	w->at++;
	return true;
}

int case_words_next(struct case_words *w, const char *field, const char **ret_word)
{
	if (w->at == w->n) {
		case_words_fail(w, "%s: missing at the end of the line", field);
		return -EINVAL;
	}
	*ret_word = w->words[w->at++];
	return 0;
}

int case_words_number(struct case_words *w, const char *field, uint32_t max, uint32_t *ret_value)
{
	const char *word;

	if (case_words_next(w, field, &word) < 0)
		return -EINVAL;
	if (parse_u32(word, 0, max, ret_value) < 0)
		return case_words_fail(w, "%s: '%s', allowed are 0 to %u", field, word, max);
	return 0;
}

int case_words_address(struct case_words *w, const char *field, struct world_address *ret_address)
{
	const char *word;

	if (case_words_next(w, field, &word) < 0)
		return -EINVAL;
	if (world_address(word, ret_address) < 0)
		return case_words_fail(
			w, "%s: '%s', allowed are addresses and names of world.c with 4 or 6",
			field, word);
	return 0;
}

int case_words_lan(struct case_words *w, const struct world_lan **ret_lan)
{
	const char *word;

	if (case_words_next(w, "lan", &word) < 0)
		return -EINVAL;
	*ret_lan = world_lan(word);
	if (!*ret_lan)
		return case_words_fail(w, "lan: '%s', allowed are eth0 eth0.5 eth1 eth1.7 eth2",
				       word);
	return 0;
}

int case_words_end(struct case_words *w, const char *field, struct case_end *ret_end)
{
	char text[64], *address = text, *port;
	struct case_end end = {0};
	const char *word;
	uint32_t n = 0;

	if (case_words_next(w, field, &word) < 0)
		return -EINVAL;
	if (copy_text(text, sizeof(text), word) < 0)
		return case_words_fail(w, "%s: '%s', too long", field, word);
	port = strrchr(text, ':');
	if (text[0] == '[') {
		address = text + 1;
		address[strcspn(address, "]")] = '\0';
	} else if (port && strchr(text, ':') != port) {
		port = NULL; /* a bare IPv6 address */
	}
	if (port) {
		*port++ = '\0';
		if (parse_u32(port, 0, UINT16_MAX, &n) < 0)
			return case_words_fail(w, "%s: '%s', its port is none of 0 to 65535", field,
					       word);
	}
	if (world_address(address, &end.address) < 0)
		return case_words_fail(
			w,
			"%s: '%s', allowed are ADDRESS:PORT and NAME:PORT of world.c with 4 or 6",
			field, word);
	end.port = (uint16_t)n;
	*ret_end = end;
	return 0;
}

int case_words_kind(struct case_words *w, uint8_t *ret_type, uint8_t *ret_code)
{
	const char *word;
	unsigned int type, code;
	char end;

	if (case_words_next(w, "type/code", &word) < 0)
		return -EINVAL;
	if (sscanf(word, "%3u/%3u%c", &type, &code, &end) != 2 || type > 255 || code > 255)
		return case_words_fail(w, "type/code: '%s', allowed is as 3/4", word);
	*ret_type = (uint8_t)type;
	*ret_code = (uint8_t)code;
	return 0;
}

int case_words_choice(struct case_words *w, const char *field, const char *const *choices, size_t n,
		      size_t *ret_index)
{
	char allowed[160] = "";
	const char *word;

	if (case_words_next(w, field, &word) < 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (choices[i] && strcmp(word, choices[i]) == 0) {
			*ret_index = i;
			return 0;
		}
		if (choices[i] && strlen(allowed) + strlen(choices[i]) + 2 < sizeof(allowed))
			strcat(strcat(allowed, " "), choices[i]);
	}
	return case_words_fail(w, "%s: '%s', allowed are%s", field, word, allowed);
}
