// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/image.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "schema/error.h"

static const char magic[8] = "TRIREMEC";

enum {
	FLAG_CURRENT = 1,
	FLAG_LOCAL = 2,
};

struct image_header {
	char magic[8];
	uint64_t layout;
	uint64_t size;	 /* of the whole image */
	uint64_t digest; /* of everything behind the header */
	uint64_t revision;
	uint8_t id[32];
	uint32_t level, flags;
	uint8_t reserved[40]; /* zero */
	uint64_t check;	      /* of the header up to here */
};
static_assert(sizeof(struct image_header) == CONFIG_IMAGE_HEAD, "no hidden padding");

/* An array that its owner points to. */
struct array {
	size_t pointer, count;	    /* offsets in the owner */
	size_t size;		    /* of an element; 0: end of the table */
	const struct array *nested; /* arrays that each element points to; NULL: none */
};

#define ARRAYS_MAX 16 /* of one owner */

/* The count must be size_t, as all that is read here. */
#define ARRAY(owner, member, nested)                                        \
	{                                                                   \
		offsetof(struct owner, member),                             \
			_Generic(((struct owner *)NULL)->n_##member, size_t \
				 : offsetof(struct owner, n_##member)),     \
			sizeof(*((struct owner *)NULL)->member), nested     \
	}

/* Every pointer of config.h; a new one is a row. */
static const struct array pool_arrays[] = {
	ARRAY(config_pool, reals, NULL),
	{0},
};
static const struct array service_arrays[] = {
	ARRAY(config_service, reals, NULL),
	{0},
};
static const struct array config_arrays[] = {
	ARRAY(config, services, service_arrays),
	ARRAY(config, marks, NULL),
	ARRAY(config, pools, pool_arrays),
	ARRAY(config, sources, NULL),
	ARRAY(config, users, NULL),
	ARRAY(config, tokens, NULL),
	ARRAY(config, fence_devices, NULL),
	ARRAY(config, resources, NULL),
	{0},
};
static_assert(ARRAY_SIZE(config_arrays) <= ARRAYS_MAX, "there is room for their counts");

static size_t count_of(const void *owner, const struct array *array)
{
	return *(const size_t *)((const uint8_t *)owner + array->count);
}

static void **pointer_of(void *owner, const struct array *array)
{
	return (void **)((uint8_t *)owner + array->pointer);
}

static const uint8_t *elements_of(const void *owner, const struct array *array)
{
	return *(const uint8_t *const *)((const uint8_t *)owner + array->pointer);
}

static uint64_t hash_arrays(uint64_t hash, const struct array *arrays)
{
	for (const struct array *a = arrays; a->size; a++) {
		const uint64_t row[] = {a->pointer, a->count, a->size};

		hash = hash_add(hash, row, sizeof(row));
		if (a->nested)
			hash = hash_arrays(hash, a->nested);
	}
	return hash;
}

/* Differs between builds that would not understand each other's structs. */
static uint64_t layout(void)
{
	static const uint64_t sizes[] = {
		sizeof(struct config),
		offsetof(struct config, nodes),
		sizeof(struct config_node),
		offsetof(struct config_node, ports),
		sizeof(struct config_port),
		offsetof(struct config_port, address),
		offsetof(struct config_port, ipv6),
		sizeof(struct config_ipv6_address),
		sizeof(struct config_bond),
		offsetof(struct config, ring_key),
		offsetof(struct config, system),
		sizeof(struct config_system),
		offsetof(struct config, masquerade),
		offsetof(struct config, management),
		sizeof(struct config_management),
		offsetof(struct config, groups),
		sizeof(struct config_group),
		sizeof(struct config_alias),
		sizeof(struct config_ipv6_alias),
		offsetof(struct config_service, scheduler),
		offsetof(struct config_service, protocol),
		offsetof(struct config_service, check),
		offsetof(struct config_service, quorum),
		offsetof(struct config_real, weight),
	};

	return hash_arrays(hash_add(HASH_START, sizes, sizeof(sizes)), config_arrays);
}

static uint64_t header_check(const struct image_header *header)
{
	return hash_add(HASH_START, header, offsetof(struct image_header, check));
}

static size_t size_of_arrays(const void *owner, const struct array *arrays)
{
	size_t size = 0;

	for (const struct array *a = arrays; a->size; a++) {
		size_t n = count_of(owner, a);

		size += n * a->size;
		for (size_t i = 0; a->nested && i < n; i++)
			size += size_of_arrays(elements_of(owner, a) + i * a->size, a->nested);
	}
	return size;
}

/* The owner's own bytes without its pointers; returns where the next one goes. */
static uint8_t *write_owner(uint8_t *to, const void *owner, size_t size, const struct array *arrays)
{
	static const void *const none = NULL;

	memcpy(to, owner, size);
	for (const struct array *a = arrays; a && a->size; a++)
		memcpy(to + a->pointer, &none, sizeof(none));
	return to + size;
}

static uint8_t *write_arrays(uint8_t *to, const void *owner, const struct array *arrays)
{
	for (const struct array *a = arrays; a->size; a++) {
		const uint8_t *elements = elements_of(owner, a);
		size_t n = count_of(owner, a);

		for (size_t i = 0; i < n; i++) {
			to = write_owner(to, elements + i * a->size, a->size, a->nested);
			if (a->nested)
				to = write_arrays(to, elements + i * a->size, a->nested);
		}
	}
	return to;
}

int config_image_write(const struct config *config, const struct config_meta *meta,
		       void **ret_bytes, size_t *ret_size)
{
	size_t payload = sizeof(*config) + size_of_arrays(config, config_arrays);
	struct image_header header = {
		.layout = layout(),
		.size = sizeof(header) + payload,
		.revision = meta->revision,
		.level = meta->level,
		.flags = (meta->current ? FLAG_CURRENT : 0) | (meta->local ? FLAG_LOCAL : 0),
	};
	uint8_t *bytes, *to;

	if (header.size > CONFIG_IMAGE_MAX)
		return -EFBIG;
	bytes = malloc(header.size);
	if (!bytes)
		return -ENOMEM;
	to = write_owner(bytes + sizeof(header), config, sizeof(*config), config_arrays);
	write_arrays(to, config, config_arrays);
	memset(bytes + sizeof(header) + offsetof(struct config, ring_key), 0,
	       sizeof(config->ring_key));
	memcpy(header.magic, magic, sizeof(header.magic));
	memcpy(header.id, meta->id, sizeof(header.id));
	header.digest = hash_add(HASH_START, bytes + sizeof(header), payload);
	header.check = header_check(&header);
	memcpy(bytes, &header, sizeof(header));
	*ret_bytes = bytes;
	*ret_size = header.size;
	return 0;
}

bool config_image_is(const void *bytes, size_t size)
{
	return size >= sizeof(magic) && memcmp(bytes, magic, sizeof(magic)) == 0;
}

static int read_header(const void *bytes, size_t size, struct image_header *ret_header)
{
	struct image_header header;

	if (size < sizeof(header) || !config_image_is(bytes, size))
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	if (header.check != header_check(&header))
		return -EBADMSG;
	if (header.layout != layout())
		return -EPROTO;
	*ret_header = header;
	return 0;
}

static struct config_meta header_meta(const struct image_header *header)
{
	struct config_meta meta = {
		.revision = header->revision,
		.current = header->flags & FLAG_CURRENT,
		.local = header->flags & FLAG_LOCAL,
		.level = header->level,
	};

	memcpy(meta.id, header->id, sizeof(meta.id));
	return meta;
}

int config_image_head(const void *bytes, size_t size, struct config_meta *ret_meta,
		      uint64_t *ret_digest)
{
	struct image_header header;
	int r = read_header(bytes, size, &header);

	if (r < 0)
		return r;
	*ret_meta = header_meta(&header);
	*ret_digest = header.digest;
	return 0;
}

struct cursor {
	const uint8_t *at;
	size_t left;
};

static int read_owner(struct cursor *c, void *owner, size_t size, const struct array *arrays);

/* Elements that are not read yet are zero: half-built, config_free() takes it. */
static int read_array(struct cursor *c, void *owner, const struct array *array, size_t n)
{
	uint8_t *elements;
	int r = 0;

	if (n > c->left / array->size)
		return -EBADMSG;
	elements = calloc(n ? n : 1, array->size);
	if (!elements)
		return -ENOMEM;
	*pointer_of(owner, array) = elements;
	*(size_t *)((uint8_t *)owner + array->count) = n;
	for (size_t i = 0; i < n && r == 0; i++)
		r = read_owner(c, elements + i * array->size, array->size, array->nested);
	return r;
}

/* Pointers and counts of the owner become true as its arrays are read. */
static int read_owner(struct cursor *c, void *owner, size_t size, const struct array *arrays)
{
	size_t counts[ARRAYS_MAX], n = 0;
	int r = 0;

	if (c->left < size)
		return -EBADMSG;
	memcpy(owner, c->at, size);
	c->at += size;
	c->left -= size;
	for (const struct array *a = arrays; a && a->size; a++) {
		counts[n++] = count_of(owner, a);
		*pointer_of(owner, a) = NULL;
		*(size_t *)((uint8_t *)owner + a->count) = 0;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = read_array(c, owner, &arrays[i], counts[i]);
	return r;
}

static int read_config(const uint8_t *payload, size_t size, struct config **ret_config)
{
	_cleanup_(config_freep) struct config *config = calloc(1, sizeof(*config));
	struct cursor c = {.at = payload, .left = size};
	int r;

	if (!config)
		return -ENOMEM;
	r = read_owner(&c, config, sizeof(*config), config_arrays);
	if (r < 0)
		return r;
	if (c.left > 0)
		return -EBADMSG;
	*ret_config = take_ptr(config);
	return 0;
}

static int read_image(const void *bytes, size_t size, struct image_header *ret_header,
		      struct config **ret_config)
{
	const uint8_t *payload = (const uint8_t *)bytes + sizeof(struct image_header);
	struct image_header header;
	int r = read_header(bytes, size, &header);

	if (r < 0)
		return r;
	if (header.size != size ||
	    header.digest != hash_add(HASH_START, payload, size - sizeof(header)))
		return -EBADMSG;
	r = read_config(payload, size - sizeof(header), ret_config);
	if (r == 0)
		*ret_header = header;
	return r;
}

int config_image_read(const void *bytes, size_t size, struct config **ret_config,
		      struct config_meta *ret_meta, uint64_t *ret_digest,
		      struct schema_error *error)
{
	struct image_header header;
	int r = read_image(bytes, size, &header, ret_config);

	*error = (struct schema_error){0};
	if (r == 0) {
		*ret_meta = header_meta(&header);
		*ret_digest = header.digest;
		return 0;
	}
	error_text(error->allowed, sizeof(error->allowed), "%s",
		   r == -EPROTO	  ? "an image of this build: another one wrote it, and "
				    "'trireme-config load' writes it anew"
		   : r == -ENOMEM ? "an image that fits in memory"
				  : "a whole image: this one is damaged or cut off");
	return r;
}
