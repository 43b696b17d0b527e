/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and passwords that were found right before: programs such as Ansible send theirs with each
 * request, and checking a password is slow on purpose. What is kept are digests under a key of this
 * process's memory (token_digest()), for VERIFIED_LIFE_S. Pure: time is an argument
 * (CLOCK_BOOTTIME, seconds).
 */
#ifndef TRIREME_API_VERIFIED_H
#define TRIREME_API_VERIFIED_H

#include <stdbool.h>
#include <stdint.h>

#include "api/token.h"

#define VERIFIED_LIFE_S 60
#define VERIFIED_ENTRIES 64

struct verified {
	struct {
		uint8_t digest[TOKEN_DIGEST_SIZE];
		uint64_t until; /* seconds; 0: free */
	} entries[VERIFIED_ENTRIES];
};

bool verified_has(const struct verified *verified, const uint8_t digest[TOKEN_DIGEST_SIZE],
		  uint64_t now);

/* Takes the place of the one that would be forgotten first. */
void verified_add(struct verified *verified, const uint8_t digest[TOKEN_DIGEST_SIZE], uint64_t now);

#endif
