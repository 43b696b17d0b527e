/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The difference between two documents that share their beginning and their end, as an edited one
 * and its parent mostly do. Pure.
 */
#ifndef TRIREME_CONFIG_DELTA_H
#define TRIREME_CONFIG_DELTA_H

#include <stddef.h>
#include <stdint.h>

struct delta {
	uint32_t prefix, suffix; /* bytes of the parent that stay, at its beginning and its end */
	uint32_t middle;	 /* bytes of the new document between them */
};

/* The longest prefix, then the longest suffix of what remains. Sizes below 4 GiB. */
struct delta delta_make(const char *parent, size_t parent_size, const char *document, size_t size);

/*
 * The new document, from malloc(3) and ended by a NUL that size does not count. -EBADMSG: prefix
 * and suffix are more than the parent has; -EFBIG: larger than max; -ENOMEM.
 */
int delta_apply(const char *parent, size_t parent_size, const struct delta *delta,
		const char *middle, size_t max, char **ret_document, size_t *ret_size);

#endif
