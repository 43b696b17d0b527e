/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a line of a case file apart, word by word. */
#ifndef TRIREME_ENGINE_TESTS_CASE_WORDS_H
#define TRIREME_ENGINE_TESTS_CASE_WORDS_H

#include "engine/tests/conform/case.h"

#define CASE_WORDS_MAX 48

struct case_words {
	const char *file;
	unsigned int line;
	char *words[CASE_WORDS_MAX];
	size_t n, at;
	char *error; /* CASE_ERROR_MAX */
};

/* Splits the line, which is changed, at its blanks. */
int case_words_split(struct case_words *w, char *line);

/* Says what is wrong; returns -EINVAL. */
int case_words_fail(struct case_words *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the next word if it is this one. */
bool case_words_is(struct case_words *w, const char *word);

/* Takes the next word, which must be there; field is what it is for, in messages. */
int case_words_next(struct case_words *w, const char *field, const char **ret_word);
int case_words_number(struct case_words *w, const char *field, uint32_t max, uint32_t *ret_value);
int case_words_address(struct case_words *w, const char *field, struct world_address *ret_address);
int case_words_lan(struct case_words *w, const struct world_lan **ret_lan);
/* "ann4:80", "[fd77::1]:80", "ann4": port 0. */
int case_words_end(struct case_words *w, const char *field, struct case_end *ret_end);
/* "3/4" */
int case_words_kind(struct case_words *w, uint8_t *ret_type, uint8_t *ret_code);
/* One of a list of words; ret_index. */
int case_words_choice(struct case_words *w, const char *field, const char *const *choices, size_t n,
		      size_t *ret_index);

/* The rest of the line as a frame; frame has what it takes over of another one, or is empty. */
int case_words_frame(struct case_words *w, struct case_frame *frame, bool taken_over);

#endif
