// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/output_io.h"

#include <errno.h>
#include <stdbool.h>

#include "base/cleanup.h"

/* Also the control characters of ISO 8859 (U+0080 to U+009F), which are two bytes in UTF-8. */
static bool steers(const unsigned char *c)
{
	return (*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f ||
	       (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f);
}

void output_text(FILE *to, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		fputc(steers(c) ? '?' : *c, to);
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
