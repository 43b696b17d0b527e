// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/verified.h"

#include <stddef.h>
#include <string.h>

/* A digest under a random key tells nothing by the time that comparing it takes. */
bool verified_has(const struct verified *verified, const uint8_t digest[TOKEN_DIGEST_SIZE],
		  uint64_t now)
{
	for (size_t i = 0; i < VERIFIED_ENTRIES; i++) {
		if (verified->entries[i].until > now &&
		    memcmp(verified->entries[i].digest, digest, TOKEN_DIGEST_SIZE) == 0)
			return true;
	}
	return false;
}

void verified_add(struct verified *verified, const uint8_t digest[TOKEN_DIGEST_SIZE], uint64_t now)
{
	size_t first = 0;

	for (size_t i = 1; i < VERIFIED_ENTRIES; i++) {
		if (verified->entries[i].until < verified->entries[first].until)
			first = i;
	}
	memcpy(verified->entries[first].digest, digest, TOKEN_DIGEST_SIZE);
	verified->entries[first].until = now + VERIFIED_LIFE_S;
}
