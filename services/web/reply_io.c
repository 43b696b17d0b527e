// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/reply_io.h"

#include <stdio.h>

#include "base/wipe.h"
#include "web/restconf_error.h"

struct field {
	const char *name, *value;
};

/*
 * What a browser may do with an answer: nothing from anywhere else, in no frame, and what is said
 * to be of a type is of that type. The page has its styles and scripts in files.
 */
static const struct field common[] = {
	{"Content-Security-Policy",
	 "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
	 "form-action 'self'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
	return !value || !value[0] || MHD_add_response_header(response, name, value) == MHD_YES;
}

bool reply_add_common(struct MHD_Response *response, bool secure)
{
	bool good = true;

	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		good = good && add(response, common[i].name, common[i].value);
	return good && (!secure || add(response, "Strict-Transport-Security", "max-age=31536000"));
}

static const char *cache_text(enum cache cache)
{
	switch (cache) {
	case CACHE_REVALIDATE:
		return "no-cache";
	case CACHE_FOREVER:
		return "public, max-age=31536000, immutable";
	case CACHE_NEVER:
		break;
	}
	return "no-store";
}

static bool add_fields(struct MHD_Response *response, const struct answer *answer, bool secure)
{
	char allow[64] = "", retry[16] = "";

	methods_text(answer->allow, allow, sizeof(allow));
	if (answer->retry_s)
		snprintf(retry, sizeof(retry), "%u", answer->retry_s);
	return reply_add_common(response, secure) &&
	       add(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type) &&
	       add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, answer->encoding) &&
	       add(response, MHD_HTTP_HEADER_VARY, answer->varies ? "Accept-Encoding" : NULL) &&
	       add(response, MHD_HTTP_HEADER_CACHE_CONTROL, cache_text(answer->cache)) &&
	       add(response, MHD_HTTP_HEADER_ETAG, answer->etag) &&
	       add(response, MHD_HTTP_HEADER_LOCATION, answer->location) &&
	       add(response, MHD_HTTP_HEADER_SET_COOKIE, answer->cookie) &&
	       add(response, MHD_HTTP_HEADER_ALLOW, allow) &&
	       add(response, "Accept-Patch",
		   answer->patchable ? TYPE_YANG ", " TYPE_PATCH : NULL) &&
	       add(response, MHD_HTTP_HEADER_RETRY_AFTER, retry) &&
	       add(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
		   answer->challenge ? "Basic realm=\"Trireme\", charset=\"UTF-8\"" : NULL);
}

enum MHD_Result reply_send(struct MHD_Connection *http, struct answer *answer, bool secure)
{
	const char *body = answer->fixed ? answer->fixed : answer->body;
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	/* The answer to a sign-in has a token in it. */
	if (answer->body && !answer->fixed)
		response = MHD_create_response_from_buffer_with_free_callback(
			answer->size, answer->body, wipe_free);
	else
		response = MHD_create_response_from_buffer(body ? answer->size : 0,
							   (void *)(body ? body : ""),
							   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	if (!answer->fixed)
		answer->body = NULL;
	if (add_fields(response, answer, secure))
		result = MHD_queue_response(http, answer->status, response);
	MHD_destroy_response(response);
	return result;
}
