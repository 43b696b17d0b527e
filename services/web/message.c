// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/message.h"

#include <string.h>

#include "base/text.h"
#include "base/wipe.h"

static const char *const methods[METHOD_OTHER] = {"GET",   "HEAD",   "POST",   "PUT",
						  "PATCH", "DELETE", "OPTIONS"};

enum method method_parse(const char *name)
{
	unsigned int method = 0;

	while (method < METHOD_OTHER && strcmp(name, methods[method]) != 0)
		method++;
	return method;
}

const char *method_name(enum method method)
{
	return method < METHOD_OTHER ? methods[method] : "other";
}

const char *methods_text(unsigned int set, char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	for (unsigned int method = 0; method < METHOD_OTHER; method++)
		if (set & METHOD_BIT(method))
			text_add(&text, "%s%s", text.used ? ", " : "", methods[method]);
	return buf;
}

void answer_clear(struct answer *answer)
{
	wipe_free(answer->body);
	explicit_bzero(answer, sizeof(*answer));
}

void answer_take(struct answer *answer, unsigned int status, const char *type, char *text)
{
	wipe_free(answer->body);
	answer->body = text;
	answer->fixed = NULL;
	answer->size = text ? strlen(text) : 0;
	answer->type = text ? type : NULL;
	answer->status = text ? status : 500;
}
