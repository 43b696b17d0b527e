// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/output_io.h"

#include <errno.h>

#include "base/cleanup.h"

/* Bytes of the control character at c, 0: it is none. U+0080 to U+009F are two bytes of UTF-8. */
static size_t control(const unsigned char *c)
{
	if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
		return 2;
	return (*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f;
}

void output_text(FILE *to, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c) {
		size_t size = control(c);

		fputc(size ? '?' : *c, to);
		c += size ? size : 1;
	}
}

int output_json(FILE *to, const json_t *json)
{
	_cleanup_free_ char *dump =
		json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

	if (!dump)
		return -ENOMEM;
	fputs(dump, to);
	fputc('\n', to);
	return fflush(to) == 0 ? 0 : -EIO;
}
