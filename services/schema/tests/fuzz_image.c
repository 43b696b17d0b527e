// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: any bytes as an image, as they are and behind a header that is right. What is taken
 * has all its bytes, and can be freed.
 */
#include "schema/image.c"

#define FUZZ_MAX 8192
#define COUNTS 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_image(const uint8_t *bytes, size_t size)
{
	_cleanup_(config_freep) struct config *config = NULL;
	struct schema_error error;
	struct config_meta meta;
	uint64_t digest;

	if (config_image_read(bytes, size, &config, &meta, &digest, &error) < 0 &&
	    !error.allowed[0])
		abort();
}

static void take_payload(const uint8_t *payload, size_t size)
{
	_cleanup_(config_freep) struct config *config = NULL;

	if (read_config(payload, size, &config) == 0 &&
	    sizeof(*config) + size_of_arrays(config, config_arrays) != size)
		abort();
}

/* The input's first bytes say how many of each there are, the rest is theirs. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t payload[sizeof(struct config) + FUZZ_MAX];
	size_t rest;

	take_image(data, size);
	if (size < COUNTS || size - COUNTS > FUZZ_MAX)
		return 0;
	rest = size - COUNTS;
	payload[offsetof(struct config, n_marks)] = data[0];
	payload[offsetof(struct config, n_pools)] = data[1];
	payload[offsetof(struct config, n_services)] = data[2];
	payload[offsetof(struct config, n_sources)] = data[3];
	payload[offsetof(struct config, n_sources) + sizeof(size_t) - 1] = data[4];
	payload[offsetof(struct config, n_users)] = data[5];
	payload[offsetof(struct config, n_tokens)] = data[6];
	memcpy(payload + sizeof(struct config), data + COUNTS, rest);
	take_payload(payload, sizeof(struct config) + rest);
	return 0;
}
