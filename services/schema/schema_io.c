// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/schema.h"

#include <errno.h>
#include <libyang/libyang.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "schema/config_build.h"
#include "schema/error.h"
#include "schema/explain.h"
#include "schema/image.h"
#include "schema/shape.h"
#include "schema/validate.h"

static void ly_ctx_freep(struct ly_ctx **ctx)
{
	if (*ctx)
		ly_ctx_destroy(*ctx);
}

static void lyd_freep(struct lyd_node **tree)
{
	lyd_free_all(*tree);
}

/* The first stored record that is an error; libyang stores warnings beside it. */
static const struct ly_err_item *first_error(const struct ly_ctx *ctx)
{
	static const struct ly_err_item unknown = {.msg = (char *)"an unknown error of libyang"};
	const struct ly_err_item *item = ctx ? ly_err_first(ctx) : NULL;

	while (item && (item->level != LY_LLERR || !item->msg))
		item = item->next;
	return item ? item : &unknown;
}

static int context_new(const char *yang_dir, struct ly_ctx **ret_ctx, struct schema_error *error)
{
	_cleanup_(ly_ctx_freep) struct ly_ctx *ctx = NULL;

	/* Nothing is printed: errors are kept in the context until they are explained. */
	ly_log_options(LY_LOSTORE);
	if (ly_ctx_new(yang_dir, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD, &ctx) ==
		    LY_SUCCESS &&
	    ly_ctx_load_module(ctx, "trireme", NULL, NULL)) {
		*ret_ctx = take_ptr(ctx);
		return 0;
	}
	error_text(error->path, sizeof(error->path), "%s", yang_dir);
	error_text(error->allowed, sizeof(error->allowed),
		   "a folder with a readable trireme.yang (switch --yang)%s%s", ctx ? ": " : "",
		   ctx ? first_error(ctx)->msg : "");
	return -EIO;
}

/* A second, tolerant parse only serves the message. */
static void parse_failed(struct ly_ctx *ctx, const char *data, struct schema_error *error)
{
	_cleanup_(lyd_freep) struct lyd_node *opaque = NULL;
	const struct ly_err_item *item = first_error(ctx);

	if (lyd_parse_data_mem(ctx, data, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &opaque) !=
	    LY_SUCCESS)
		opaque = NULL;
	explain_parse(ctx, item, opaque, error);
}

static int build_and_validate(const struct lyd_node *tree, struct config **ret_config,
			      struct schema_error *error)
{
	_cleanup_(config_freep) struct config *config = NULL;
	int r = config_build(tree, &config);

	if (r < 0) {
		error_text(error->allowed, sizeof(error->allowed),
			   "the program and its model do not match: %s", strerror(-r));
		return r;
	}
	r = config_validate(config, error);
	if (r < 0)
		return r;
	*ret_config = take_ptr(config);
	return 0;
}

static int parse(const char *yang_dir, const char *data, struct config **ret_config,
		 struct schema_error *error)
{
	_cleanup_(ly_ctx_freep) struct ly_ctx *ctx = NULL;
	_cleanup_(lyd_freep) struct lyd_node *tree = NULL;
	int r = context_new(yang_dir, &ctx, error);

	if (r < 0)
		return r;
	if (lyd_parse_data_mem(ctx, data, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree) !=
	    LY_SUCCESS) {
		parse_failed(ctx, data, error);
		return -EBADMSG;
	}
	if (lyd_validate_all(&tree, ctx, LYD_VALIDATE_NO_STATE, NULL) != LY_SUCCESS) {
		explain_validation(ctx, first_error(ctx), tree, error);
		return -EBADMSG;
	}
	return build_and_validate(tree, ret_config, error);
}

int schema_parse(const char *yang_dir, const char *data, size_t size, struct config **ret_config,
		 struct schema_error *error)
{
	int r;

	*error = (struct schema_error){0};
	if (size == 0 || memchr(data, '\0', size)) {
		error_text(error->allowed, sizeof(error->allowed), "a JSON document: this one %s",
			   size ? "has a zero byte in it" : "is empty");
		return -EBADMSG;
	}
	r = shape_check(data, error);
	if (r < 0)
		return r;
	r = parse(yang_dir, data, ret_config, error);
	error_make_printable(error);
	return r;
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
