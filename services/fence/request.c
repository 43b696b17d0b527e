// SPDX-License-Identifier: GPL-2.0-or-later
#include "fence/request.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

#define PREFIX "fence_"

static bool is_word(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == 0 || length == size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("_-", text[i]))
			return false;
	return true;
}

static bool is_value(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (iscntrl((unsigned char)text[i]))
			return false;
	return true;
}

bool request_is_valid(const struct fence_request *request)
{
	if (request->version != FENCE_WIRE_VERSION || request->timeout_ms == 0 ||
	    request->timeout_ms > REQUEST_TIMEOUT_MAX_MS ||
	    request->n_parameters > FENCE_PARAMETERS_MAX)
		return false;
	if (!is_word(request->node, sizeof(request->node)) ||
	    !is_word(request->agent, sizeof(request->agent)) ||
	    strncmp(request->agent, PREFIX, strlen(PREFIX)) != 0)
		return false;
	for (size_t i = 0; i < request->n_parameters; i++) {
		const struct fence_parameter *p = &request->parameters[i];

		if (!is_word(p->name, sizeof(p->name)) || !is_value(p->value, sizeof(p->value)))
			return false;
	}
	return true;
}

static bool has_secret(const struct fence_request *request, const char *text)
{
	for (size_t i = 0; i < request->n_parameters; i++) {
		const struct fence_parameter *p = &request->parameters[i];

		if (p->secret && p->value[0] && strstr(text, p->value))
			return true;
	}
	return false;
}

const char *request_last_words(const struct fence_request *request, const char *said, char *buf,
			       size_t size)
{
	buf[0] = '\0';
	/* Asked of all that was said: a secret that is cut off would not be found. */
	if (!said || has_secret(request, said))
		return buf;
	return text_last_line(said, buf, size);
}

void request_wipe(struct fence_request *request)
{
	explicit_bzero(request, sizeof(*request));
}
