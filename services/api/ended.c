// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/ended.h"

#include <stddef.h>
#include <string.h>

bool ended_has(const struct ended *ended, const char *id, int64_t now)
{
	for (size_t i = 0; i < ENDED_ENTRIES; i++) {
		if (ended->entries[i].until > now && strcmp(ended->entries[i].id, id) == 0)
			return true;
	}
	return false;
}

void ended_add(struct ended *ended, const struct token_session *session)
{
	size_t first = 0;

	for (size_t i = 1; i < ENDED_ENTRIES; i++) {
		if (ended->entries[i].until < ended->entries[first].until)
			first = i;
	}
	memcpy(ended->entries[first].id, session->id, sizeof(session->id));
	ended->entries[first].until = session->begun + TOKEN_LIFE_S + TOKEN_SKEW_S;
}
