/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FNV-1a, 64 bits (draft-eastlake-fnv): tells accidents apart, not forgeries. */
#ifndef TRIREME_BASE_HASH_H
#define TRIREME_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325ULL

/* Goes on from hash; the first call from HASH_START. Any one byte that differs shows for sure. */
static inline uint64_t hash_add(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
	return hash;
}

#endif
