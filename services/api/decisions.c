// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/decisions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "proto/agent_record.h"
#include "proto/state_words.h"

#define NSEC_PER_SEC 1000000000LL
#define NSEC_PER_MSEC 1000000LL

/* 64-bit numbers are texts (RFC 7951 section 6.1). */
static json_t *number(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

/* "2026-11-29T12:03:11.234Z" */
static json_t *time_of(int64_t real)
{
	int64_t seconds = real > 0 ? real / NSEC_PER_SEC : 0;
	int ms = (int)(real > 0 ? real % NSEC_PER_SEC / NSEC_PER_MSEC : 0);
	char text[TIME_TEXT_MAX], fine[TIME_TEXT_MAX + 8];

	format_time(seconds, text);
	snprintf(fine, sizeof(fine), "%.*s.%03dZ", (int)strcspn(text, "Z"), text, ms);
	return json_string(fine);
}

static json_t *entry(const struct agent_record *record)
{
	json_t *group = record->group[0] ? json_string(record->group) : NULL;
	json_t *epoch = record->group[0] ? number(record->epoch) : NULL;
	json_t *owner = record->owner ? json_integer(record->owner) : NULL;

	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o*, s:o*, s:o*, s:o, s:s}", "number",
			 number(record->number), "time", time_of(record->real), "boot-time",
			 number(record->boot), "subject", word_subject(record->subject), "cause",
			 word_cause(record->cause), "group", group, "epoch", epoch, "owner", owner,
			 "view", number(record->view), "text", record->text);
}

json_t *decisions_list(const void *file, size_t size, size_t count, int *ret_error)
{
	uint64_t newest, first;
	struct agent_record record;
	json_t *list;
	int r = agent_record_check(file, size);

	*ret_error = r;
	if (r < 0)
		return NULL;
	newest = agent_record_newest(file);
	first = newest > count ? newest - count + 1 : 1;
	list = json_array();
	for (uint64_t n = first; n <= newest && list; n++) {
		if (agent_record_get(file, n, &record) < 0)
			continue;
		if (json_array_append_new(list, entry(&record)) < 0)
			break;
	}
	return list ? json_pack("{s:o}", "entry", list) : NULL;
}
