// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/delta.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct delta delta_make(const char *parent, size_t parent_size, const char *document, size_t size)
{
	size_t shared = parent_size < size ? parent_size : size, prefix = 0, suffix = 0;

	while (prefix < shared && parent[prefix] == document[prefix])
		prefix++;
	while (suffix < shared - prefix &&
	       parent[parent_size - suffix - 1] == document[size - suffix - 1])
		suffix++;
	return (struct delta){.prefix = (uint32_t)prefix,
			      .suffix = (uint32_t)suffix,
			      .middle = (uint32_t)(size - prefix - suffix)};
}

int delta_apply(const char *parent, size_t parent_size, const struct delta *delta,
		const char *middle, size_t max, char **ret_document, size_t *ret_size)
{
	size_t kept = (size_t)delta->prefix + delta->suffix, size = kept + delta->middle;
	char *document;

	if (kept > parent_size)
		return -EBADMSG;
	if (size > max)
		return -EFBIG;
	document = malloc(size + 1);
	if (!document)
		return -ENOMEM;
	if (delta->prefix)
		memcpy(document, parent, delta->prefix);
	if (delta->middle)
		memcpy(document + delta->prefix, middle, delta->middle);
	if (delta->suffix)
		memcpy(document + delta->prefix + delta->middle,
		       parent + parent_size - delta->suffix, delta->suffix);
	document[size] = '\0';
	*ret_document = document;
	*ret_size = size;
	return 0;
}
