/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A typed line as words, as a shell has them: blanks, '…', "…", backslash. Pure. */
#ifndef TRIREME_CONSOLE_WORDS_H
#define TRIREME_CONSOLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "console/command.h"

#define WORDS_LINE_MAX 4096 /* bytes of a line, with its NUL */

struct words {
	char text[WORDS_LINE_MAX + COMMAND_WORDS_MAX];
	char *list[COMMAND_WORDS_MAX + 1]; /* n of them, then NULL */
	int n;
	bool open;    /* the line ends within quotes, or behind a backslash */
	bool begun;   /* the line ends within the last word, not behind it */
	size_t start; /* where the last word begins in the line */
};

/* 0; -E2BIG: too many words, or too long a line. */
int words_split(const char *line, struct words *ret_words);

#endif
