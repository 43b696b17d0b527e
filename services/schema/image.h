/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accepted configuration as bytes: struct config with its arrays, as the config service
 * publishes it, so that daemons read it without parsing and judging the document again. An image
 * is for programs of the same build on the same machine; it never leaves it. No consumer needs
 * the ring's key: the image is without it. Hashes of users and tokens are in it as the struct has
 * them: an image that others than root can read is made of one without users and tokens.
 *
 *   header: magic, layout of struct config, size, digest of what follows, meta, check of the header
 *   struct config, pointers zero
 *   the elements of each array of the table in image.c, each followed by its own arrays
 */
#ifndef TRIREME_SCHEMA_IMAGE_H
#define TRIREME_SCHEMA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/config.h"
#include "schema/schema.h"

/* A larger image is refused unread; the largest configuration takes less than 1 MiB. */
#define CONFIG_IMAGE_MAX (4u << 20)
#define CONFIG_IMAGE_HEAD 128 /* bytes that tell meta and digest */

/* Which revision a configuration is, and what this node may do with it. */
struct config_meta {
	uint64_t revision; /* number; 0: none, a document that was given by hand */
	uint8_t id[32];	   /* of the revision; zero as above */
	bool current;	   /* this node has the newest one, and may own groups and accept commits */
	bool local;	   /* an emergency document of this node only */
	uint32_t level;	   /* feature level the cluster runs at */
};

/* Whether the bytes are meant to be an image (and no JSON document). */
bool config_image_is(const void *bytes, size_t size);

/* *ret_bytes is the caller's, freed by free(). -ENOMEM; -EFBIG: more than CONFIG_IMAGE_MAX. */
int config_image_write(const struct config *config, const struct config_meta *meta,
		       void **ret_bytes, size_t *ret_size);

/*
 * The head alone, of at least CONFIG_IMAGE_HEAD bytes. *ret_digest: equal for equal
 * configurations, whatever their meta. Errors as config_image_read().
 */
int config_image_head(const void *bytes, size_t size, struct config_meta *ret_meta,
		      uint64_t *ret_digest);

/*
 * 0: *ret_config is the caller's, freed by config_free(). -EPROTO: written by another build;
 * -EBADMSG: damaged or cut off; -ENOMEM. *error says so. The values are those that the writer had
 * validated: they are not judged again.
 */
int config_image_read(const void *bytes, size_t size, struct config **ret_config,
		      struct config_meta *ret_meta, uint64_t *ret_digest,
		      struct schema_error *error);

#endif
