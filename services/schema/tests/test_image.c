// SPDX-License-Identifier: GPL-2.0-or-later
/* The image of a configuration: what goes in comes out, and nothing else is taken. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file_io.h"
#include "schema/image.c" /* the header, to write wrong ones */

#define YANG "services/schema"
#define DEMO "services/schema/examples/demo.json"
#define GOLDEN "services/schema/tests/golden/"
#define STRIDE 499 /* of what would take too long for every byte */

static const struct config_meta example = {
	.revision = 1234567890123, .id = "\x80 an id", .current = true, .level = 7};

struct image {
	uint8_t *bytes;
	size_t size;
};

static void image_clear(struct image *image)
{
	free(image->bytes);
}

static struct config *load(const char *path)
{
	struct config *config = NULL;
	struct schema_error error;

	if (schema_load(YANG, path, &config, &error) < 0)
		fail_msg("%s: %s: %s", path, error.path, error.allowed);
	return config;
}

static struct image image_of(const struct config *config, const struct config_meta *meta)
{
	struct image image;
	void *bytes;

	assert_int_equal(config_image_write(config, meta, &bytes, &image.size), 0);
	image.bytes = bytes;
	return image;
}

static struct image demo_image(void)
{
	_cleanup_(config_freep) struct config *config = load(DEMO);

	return image_of(config, &example);
}

static int read_into(const void *bytes, size_t size, struct config **ret_config)
{
	struct schema_error error;
	struct config_meta meta;
	uint64_t digest;
	int r = config_image_read(bytes, size, ret_config, &meta, &digest, &error);

	assert_true(r == 0 || error.allowed[0]);
	return r;
}

static void assert_same_image(const struct image *a, const struct image *b)
{
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->bytes, b->bytes, a->size);
}

static void check_round_trip(const char *path)
{
	_cleanup_(config_freep) struct config *config = load(path), *again = load(path);
	_cleanup_(config_freep) struct config *read = NULL;
	_cleanup_(image_clear) struct image image = image_of(config, &example);
	_cleanup_(image_clear) struct image same = image_of(again, &example), back = {0};

	/* Equal documents have equal digests: consumers go by them. */
	assert_same_image(&image, &same);
	assert_int_equal(read_into(image.bytes, image.size, &read), 0);
	back = image_of(read, &example);
	assert_same_image(&image, &back);
	assert_int_equal(read->n_services, config->n_services);
	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *a = &config->services[i], *b = &read->services[i];

		assert_string_equal(a->name, b->name);
		assert_int_equal(a->n_reals, b->n_reals);
		assert_ptr_not_equal(a->reals, b->reals);
		assert_memory_equal(a->reals, b->reals, a->n_reals * sizeof(*a->reals));
	}
	for (size_t i = 0; i < config->n_pools; i++)
		assert_ptr_not_equal(config->pools[i].reals, read->pools[i].reals);
}

static void every_document_comes_back(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(GOLDEN "ok-*.json", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 5);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_round_trip(found.gl_pathv[i]);
	globfree(&found);
	check_round_trip(DEMO);
}

static void meta_comes_back_and_is_not_part_of_the_digest(void **state)
{
	static const struct config_meta other = {.revision = 2, .local = true};
	_cleanup_(config_freep) struct config *config = load(DEMO);
	_cleanup_(image_clear) struct image a = image_of(config, &example);
	_cleanup_(image_clear) struct image b = image_of(config, &other), c = {0};
	struct config_meta meta;
	uint64_t digest, digest_b, digest_c;

	(void)state;
	assert_int_equal(config_image_head(a.bytes, CONFIG_IMAGE_HEAD, &meta, &digest), 0);
	assert_int_equal(meta.revision, example.revision);
	assert_memory_equal(meta.id, example.id, sizeof(meta.id));
	assert_true(meta.current);
	assert_false(meta.local);
	assert_int_equal(meta.level, 7);
	assert_int_equal(config_image_head(b.bytes, b.size, &meta, &digest_b), 0);
	assert_int_equal(meta.revision, 2);
	assert_false(meta.current);
	assert_true(meta.local);
	assert_true(digest == digest_b && digest != 0);
	config->services[1].reals[2].weight++;
	c = image_of(config, &example);
	assert_int_equal(config_image_head(c.bytes, c.size, &meta, &digest_c), 0);
	assert_true(digest_c != digest);
}

static void the_secret_key_is_not_written(void **state)
{
	static const char canary[] = "c2VjcmV0IGNhbmFyeQ==";
	_cleanup_(config_freep) struct config *config = load(DEMO);
	_cleanup_(image_clear) struct image image = {0};

	(void)state;
	memcpy(config->ring_key, canary, sizeof(canary));
	image = image_of(config, &example);
	assert_null(memmem(image.bytes, image.size, canary, 8));
	assert_string_equal(config->ring_key, canary);
}

static void no_pointer_is_written(void **state)
{
	_cleanup_(image_clear) struct image image = demo_image();
	struct config raw;

	(void)state;
	memcpy(&raw, image.bytes + sizeof(struct image_header), sizeof(raw));
	assert_int_equal(raw.n_services, 2);
	assert_null(raw.services);
	assert_null(raw.pools);
}

/* Makes digest and check right again, as whoever wrote the rest would have. */
static void seal(struct image *image)
{
	struct image_header header;

	memcpy(&header, image->bytes, sizeof(header));
	header.size = image->size;
	header.digest =
		hash_add(HASH_START, image->bytes + sizeof(header), image->size - sizeof(header));
	header.check = header_check(&header);
	memcpy(image->bytes, &header, sizeof(header));
}

static void cut_off_anywhere(void **state)
{
	_cleanup_(image_clear) struct image image = demo_image();
	struct config *config = NULL;

	(void)state;
	for (size_t size = 0; size < image.size; size++)
		assert_int_equal(read_into(image.bytes, size, &config), -EBADMSG);
	/* Copies of that size, so that reading behind them shows under ASan; right but for the end.
	 */
	for (size_t size = sizeof(struct image_header); size < image.size; size += STRIDE) {
		_cleanup_(image_clear) struct image copy = {malloc(size), size};

		memcpy(copy.bytes, image.bytes, size);
		seal(&copy);
		assert_int_equal(read_into(copy.bytes, size, &config), -EBADMSG);
	}
	assert_null(config);
}

static void any_byte_flipped(void **state)
{
	_cleanup_(image_clear) struct image image = demo_image();
	struct config *config = NULL;

	(void)state;
	for (size_t i = 0; i < image.size; i += i < sizeof(struct image_header) ? 1 : STRIDE) {
		image.bytes[i] ^= 0x10;
		assert_int_equal(read_into(image.bytes, image.size, &config), -EBADMSG);
		image.bytes[i] ^= 0x10;
	}
	assert_null(config);
	assert_int_equal(read_into(image.bytes, image.size, &config), 0);
	config_free(config);
}

static void another_build(void **state)
{
	_cleanup_(image_clear) struct image image = demo_image();
	struct config *config = NULL;
	struct schema_error error;
	struct config_meta meta;
	uint64_t digest;

	(void)state;
	image.bytes[offsetof(struct image_header, layout)] ^= 1;
	seal(&image);
	assert_int_equal(
		config_image_read(image.bytes, image.size, &config, &meta, &digest, &error),
		-EPROTO);
	assert_non_null(strstr(error.allowed, "another one wrote it"));
	assert_int_equal(config_image_head(image.bytes, image.size, &meta, &digest), -EPROTO);
}

static void check_count(size_t at, size_t count, size_t truth)
{
	_cleanup_(image_clear) struct image image = demo_image();
	struct config *config = NULL;

	if (count == truth)
		return;
	assert_memory_equal(image.bytes + sizeof(struct image_header) + at, &truth, sizeof(truth));
	memcpy(image.bytes + sizeof(struct image_header) + at, &count, sizeof(count));
	seal(&image);
	assert_int_equal(read_into(image.bytes, image.size, &config), -EBADMSG);
	assert_null(config);
}

static void counts_that_lie(void **state)
{
	static const size_t counts[] = {0, 1, 3, 4, 1u << 20, SIZE_MAX / 2, SIZE_MAX};
	_cleanup_(config_freep) struct config *config = load(DEMO);
	size_t reals = sizeof(struct config) + offsetof(struct config_service, n_reals);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		check_count(offsetof(struct config, n_services), counts[i], config->n_services);
		check_count(offsetof(struct config, n_sources), counts[i], config->n_sources);
		check_count(reals, counts[i], config->services[0].n_reals);
	}
}

static void a_file_is_what_its_first_bytes_say(void **state)
{
	_cleanup_(image_clear) struct image image = demo_image();
	_cleanup_(config_freep) struct config *config = NULL, *document = NULL;
	char path[] = "/tmp/test_image.XXXXXX";
	struct schema_error error;
	struct config_meta meta;
	uint64_t digest = 1;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, image.bytes, image.size), image.size);
	close(fd);
	/* Without a model: nothing is parsed. */
	assert_int_equal(schema_load_meta("no/such/folder", path, &config, &meta, &digest, &error),
			 0);
	assert_int_equal(meta.revision, example.revision);
	assert_true(digest != 0);
	assert_int_equal(truncate(path, (off_t)image.size - 1), 0);
	assert_int_equal(schema_load("no/such/folder", path, &document, &error), -EBADMSG);
	assert_non_null(strstr(error.allowed, "damaged or cut off"));
	unlink(path);
	assert_int_equal(schema_load_meta(YANG, DEMO, &document, &meta, &digest, &error), 0);
	assert_true(meta.current && meta.revision == 0 && digest == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_document_comes_back),
		cmocka_unit_test(meta_comes_back_and_is_not_part_of_the_digest),
		cmocka_unit_test(the_secret_key_is_not_written),
		cmocka_unit_test(no_pointer_is_written),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(any_byte_flipped),
		cmocka_unit_test(another_build),
		cmocka_unit_test(counts_that_lie),
		cmocka_unit_test(a_file_is_what_its_first_bytes_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
