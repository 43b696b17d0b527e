// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as a configuration document. Run from the top of the tree. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_free_ char *text = malloc(size + 1);
	struct schema_error error;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	/* What is refused always comes with words. */
	if (schema_parse("services/schema", text, size, &config, &error) < 0 && !error.allowed[0])
		abort();
	return 0;
}
