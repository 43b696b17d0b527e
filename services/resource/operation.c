// SPDX-License-Identifier: GPL-2.0-or-later
#include "resource/operation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static bool ends(const char *text, size_t size)
{
	return text[0] && strnlen(text, size) < size;
}

bool operation_is_valid(const struct operation_request *request)
{
	const struct config_resource *r = &request->resource;

	if (request->version != OPERATION_VERSION || request->type >= OPERATION_NONE ||
	    r->timeout_s == 0 || r->n_parameters > CONFIG_PARAMETERS_MAX)
		return false;
	for (size_t i = 0; i < r->n_parameters; i++)
		if (!ends(r->parameters[i].name, sizeof(r->parameters[i].name)) ||
		    !ends(r->parameters[i].value, sizeof(r->parameters[i].value)))
			return false;
	return ends(r->group, sizeof(r->group)) && ends(r->name, sizeof(r->name)) &&
	       ends(r->provider, sizeof(r->provider)) && ends(r->type, sizeof(r->type)) &&
	       !strchr(r->provider, '/') && !strchr(r->type, '/') && r->provider[0] != '.' &&
	       r->type[0] != '.';
}

const char *operation_name(enum operation_type type)
{
	static const char *const names[] = {[OPERATION_START] = "start",
					    [OPERATION_STOP] = "stop",
					    [OPERATION_MONITOR] = "monitor",
					    [OPERATION_NONE] = "nothing"};

	return names[type];
}

/* By its name in the standard; NULL: it has none. */
static const char *code_name(int code)
{
	static const char *const names[] = {
		"OCF_SUCCESS",		 "OCF_ERR_GENERIC", "OCF_ERR_ARGS",
		"OCF_ERR_UNIMPLEMENTED", "OCF_ERR_PERM",    "OCF_ERR_INSTALLED",
		"OCF_ERR_CONFIGURED",	 "OCF_NOT_RUNNING", "OCF_RUNNING_MASTER",
		"OCF_FAILED_MASTER",
	};

	return code >= 0 && code < (int)ARRAY_SIZE(names) ? names[code] : NULL;
}

void operation_words(enum operation_type type, int code, const char *said,
		     char ret_text[OPERATION_TEXT_MAX])
{
	const char *name = code_name(code), *colon = said[0] ? ": " : "";

	if (code == -ETIMEDOUT)
		snprintf(ret_text, OPERATION_TEXT_MAX, "'%s' took too long", operation_name(type));
	else if (code < 0)
		snprintf(ret_text, OPERATION_TEXT_MAX, "'%s' could not be run",
			 operation_name(type));
	else if (name)
		snprintf(ret_text, OPERATION_TEXT_MAX, "'%s' ended with %s%s%s",
			 operation_name(type), name, colon, said);
	else
		snprintf(ret_text, OPERATION_TEXT_MAX, "'%s' ended with %d%s%s",
			 operation_name(type), code, colon, said);
}
