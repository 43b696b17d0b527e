/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the last word of a line can become: commands and switches from the table, places and values
 * from the model, names from the candidate and from the state. Pure: the caller asks for these.
 */
#ifndef TRIREME_CONSOLE_COMPLETE_H
#define TRIREME_CONSOLE_COMPLETE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define COMPLETION_MAX 256
#define COMPLETIONS_MAX 512

struct completion {
	char text[COMPLETION_MAX]; /* in place of the last word */
	char help[320];		   /* may be cut off */
	bool open;		   /* more is to follow without a blank, as behind a '/' */
};

struct completions {
	struct completion *list; /* n of them, sorted by text; further ones are left out */
	size_t n, room;
};

enum complete_source {
	COMPLETE_MODEL,	    /* what the model says of `path`: the node (schema/document.h) */
	COMPLETE_CANDIDATE, /* what the candidate has at the target `path` */
	COMPLETE_STATE,
	COMPLETE_FILES, /* names in the folder `path`, an array; those of folders end with '/' */
};

/* The answer, which is the callee's to free; NULL: nobody knows. */
typedef json_t *complete_ask_fn(void *user, enum complete_source source, const char *path);

/*
 * The last of n words is the one to complete, "" if it is not begun. 0; -ENOMEM. *ret is freed by
 * completions_clear().
 */
int complete(int n, char *const *words, complete_ask_fn *ask, void *user, struct completions *ret);

void completions_clear(struct completions *completions);

#endif
