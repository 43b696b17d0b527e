/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Server-sent events (WHATWG HTML, section 9.2): the text of one. */
#ifndef TRIREME_WEB_EVENT_H
#define TRIREME_WEB_EVENT_H

#include <jansson.h>

#define EVENT_MAX (4u << 20) /* bytes */
#define EVENT_KEEP ":\n\n"   /* a comment: something to send, so that a lost client is noticed */

/*
 * What all that are told of the state {"trireme-api:state": {…}} are told alike, and what each is
 * told of itself, the member "session". Texts of malloc(), or NULL without memory.
 */
char *event_common(const json_t *state);
char *event_session(const json_t *state);

/*
 * The event "state" of the two (session NULL: none). Text of malloc(), or NULL: there is no memory,
 * or it is longer than EVENT_MAX.
 */
char *event_text(const char *common, const char *session);

#endif
