/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the header fields of a request say (RFC 9110, RFC 6265, RFC 6750, RFC 7617). */
#ifndef TRIREME_WEB_RESTCONF_HEADER_H
#define TRIREME_WEB_RESTCONF_HEADER_H

#include <jansson.h>

#include "web/message.h"

#define SESSION_COOKIE "trireme_session"
#define TOKEN_MAX 512 /* bytes of a token, with its NUL */

/* Whether a client takes the media type "application/…": Accept is its value, NULL for all. */
bool header_accepts(const char *accept, const char *type);

/* The same of a coding, for Accept-Encoding: NULL takes none. */
bool header_accepts_coding(const char *accept, const char *coding);

/* Whether the value of Content-Type is that media type, whatever its parameters say. */
bool header_is_type(const char *value, const char *type);

/* Whether the value of If-Match or If-None-Match is "*", or a list of entity-tags. */
bool header_is_any(const char *value);
bool header_is_etags(const char *value);

/*
 * Whether a list of entity-tags has this one, or is "*" (RFC 9110, 8.8.3.2). weakly: a weak tag is
 * the same as a strong one, as for If-None-Match; for If-Match it is none.
 */
bool header_has_etag(const char *list, const char *etag, bool weakly);

/* The one strong entity-tag of an If-Match, without its quotes. -EINVAL: it is not one. */
int header_etag(const char *value, char *buf, size_t size);

enum credential {
	CREDENTIAL_NONE,
	CREDENTIAL_PEER,   /* of the local socket */
	CREDENTIAL_HEADER, /* Authorization */
	CREDENTIAL_COOKIE, /* which the browser sends by itself */
};

/*
 * Who asks, as the broker takes it; *ret_credential is the caller's, NULL for CREDENTIAL_NONE.
 * Authorization comes before cookie and peer. -EINVAL: Authorization is none that is known.
 */
int header_credential(const struct request *request, enum credential *ret_kind,
		      json_t **ret_credential);

#endif
