/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of completion (complete.h). Private to services/console; pure. */
#ifndef TRIREME_CONSOLE_COMPLETE_PARTS_H
#define TRIREME_CONSOLE_COMPLETE_PARTS_H

#include "console/api.h"
#include "console/complete.h"

/* A word that is being completed. */
struct complete_job {
	const char *begun; /* what is there of it */
	complete_ask_fn *ask;
	void *user;
	struct completions found;
	int error;
};

static inline void complete_decrefp(json_t **json)
{
	json_decref(*json);
}

#define _cleanup_json_ _cleanup_(complete_decrefp)

/* Adds the text if the word can become it. */
void complete_offer(struct complete_job *job, const char *text, const char *help, bool open);

/* "a|b|c" */
void complete_choices(struct complete_job *job, const char *choices);

/*
 * Members `key` of the entries that the candidate has in a list, "/trireme:pool"; below: of that
 * list in each entry, or NULL.
 */
void complete_list(struct complete_job *job, const char *target, const char *below,
		   const char *key);

/* The candidate's answer about a list, the caller's, and the list in it. */
json_t *complete_ask_list(struct complete_job *job, const char *target, const json_t **ret_list);

/* A place in the document, and a value of the one at `path` (NULL: nowhere). */
void complete_path(struct complete_job *job);
void complete_value(struct complete_job *job, const char *path);

#endif
