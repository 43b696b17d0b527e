// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "base/cleanup.h"
#include "schema/error.h"
#include "schema/explain.h"
#include "schema/tree.h"

static int open_model(struct schema *schema, const char *yang_dir)
{
	if (ly_ctx_new(yang_dir, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD,
		       &schema->ctx) != LY_SUCCESS)
		return -EIO;
	schema->module = ly_ctx_load_module(schema->ctx, "trireme", NULL, NULL);
	return schema->module ? 0 : -EIO;
}

int schema_open(const char *yang_dir, struct schema **ret_schema, struct schema_error *error)
{
	_cleanup_(schema_closep) struct schema *schema = calloc(1, sizeof(*schema));

	*error = (struct schema_error){0};
	if (!schema)
		return -ENOMEM;
	/* Nothing is printed: errors are kept in the context until they are explained. */
	ly_log_options(LY_LOSTORE);
	if (open_model(schema, yang_dir) == 0) {
		*ret_schema = take_ptr(schema);
		return 0;
	}
	error_text(error->path, sizeof(error->path), "%s", yang_dir);
	error_text(error->allowed, sizeof(error->allowed),
		   "a folder with a readable trireme.yang (switch --yang)%s%s",
		   schema->ctx ? ": " : "", schema->ctx ? explain_first(schema->ctx)->msg : "");
	return -EIO;
}

void schema_close(struct schema *schema)
{
	if (schema && schema->ctx)
		ly_ctx_destroy(schema->ctx);
	free(schema);
}
