/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was found right before. Names and passwords with their address: programs such as Ansible
 * send theirs with each request, and checking a password is slow on purpose. And the places, each a
 * name and an address, where somebody has signed in. What is kept are digests under a key of this
 * process's memory (token_digest()). Pure: time is an argument (CLOCK_BOOTTIME, seconds).
 */
#ifndef TRIREME_API_VERIFIED_H
#define TRIREME_API_VERIFIED_H

#include <stdbool.h>
#include <stdint.h>

#include "api/token.h"

#define VERIFIED_PASSWORD_S 60
#define VERIFIED_PLACE_S (30 * 86400)
#define VERIFIED_ENTRIES 256

struct verified {
	struct {
		uint8_t digest[TOKEN_DIGEST_SIZE];
		uint64_t until; /* seconds; 0: free */
	} entries[VERIFIED_ENTRIES];
};

bool verified_has(const struct verified *verified, const uint8_t digest[TOKEN_DIGEST_SIZE],
		  uint64_t now);

/*
 * Renews the one that is the same, else takes the place of the one that would be forgotten first.
 * Each is one that somebody had a right password for: nobody else makes it forget.
 */
void verified_add(struct verified *verified, const uint8_t digest[TOKEN_DIGEST_SIZE],
		  uint64_t until);

#endif
