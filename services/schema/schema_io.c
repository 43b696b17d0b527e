// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/schema.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "schema/error.h"
#include "schema/image.h"
#include "schema/tree.h"

int schema_parse(const char *yang_dir, const char *data, size_t size, struct config **ret_config,
		 struct schema_error *error)
{
	_cleanup_(schema_closep) struct schema *schema = NULL;
	_cleanup_(tree_freep) struct lyd_node *tree = NULL;
	int r = schema_open(yang_dir, &schema, error);

	if (r == 0)
		r = tree_parse(schema, data, size, &tree, error);
	return r < 0 ? r : tree_validate(schema, &tree, ret_config, error);
}

static int read_file(const char *path, char **ret_data, size_t *ret_size,
		     struct schema_error *error)
{
	size_t max =
		CONFIG_IMAGE_MAX > SCHEMA_DOCUMENT_MAX ? CONFIG_IMAGE_MAX : SCHEMA_DOCUMENT_MAX;
	int r = file_read(path, max, ret_data, ret_size);

	if (r == 0 && *ret_size > SCHEMA_DOCUMENT_MAX && !config_image_is(*ret_data, *ret_size)) {
		free(take_ptr(*ret_data));
		r = -EFBIG;
	}
	if (r == 0)
		return 0;
	error_text(error->path, sizeof(error->path), "%s", path);
	error_text(error->allowed, sizeof(error->allowed), "a readable file of at most %u MiB: %s",
		   SCHEMA_DOCUMENT_MAX >> 20, strerror(-r));
	return r;
}

int schema_load_meta(const char *yang_dir, const char *path, struct config **ret_config,
		     struct config_meta *ret_meta, uint64_t *ret_digest, struct schema_error *error)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	*error = (struct schema_error){0};
	r = read_file(path, &data, &size, error);
	if (r < 0)
		return r;
	if (config_image_is(data, size))
		return config_image_read(data, size, ret_config, ret_meta, ret_digest, error);
	r = schema_parse(yang_dir, data, size, ret_config, error);
	if (r < 0)
		return r;
	*ret_meta = (struct config_meta){.current = true};
	*ret_digest = 0;
	return 0;
}

int schema_load(const char *yang_dir, const char *path, struct config **ret_config,
		struct schema_error *error)
{
	struct config_meta meta;
	uint64_t digest;

	return schema_load_meta(yang_dir, path, ret_config, &meta, &digest, error);
}
