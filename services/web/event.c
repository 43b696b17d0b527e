// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/event.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/buffer.h"

#define STATE "trireme-api:state"
#define SESSION "session"
#define BEGIN "event: state\ndata: {\"" STATE "\":{"
#define END "}\n\n"

/* The members of the state and its closing brace. */
char *event_common(const json_t *state)
{
	json_t *inner = json_object(), *from = json_object_get(state, STATE), *value;
	const char *name;
	char *text;

	json_object_foreach(from, name, value) if (strcmp(name, SESSION) != 0)
		json_object_set(inner, name, value);
	text = json_dumps(inner, JSON_COMPACT);
	json_decref(inner);
	/* JSON of one line: control characters are escaped in it. */
	if (text)
		memmove(text, text + 1, strlen(text));
	return text;
}

char *event_session(const json_t *state)
{
	const json_t *session = json_object_get(json_object_get(state, STATE), SESSION);

	return session ? json_dumps(session, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
}

char *event_text(const char *common, const char *session)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(EVENT_MAX);
	char *text = NULL;

	buffer_text(&buffer, BEGIN);
	if (session) {
		buffer_text(&buffer, "\"" SESSION "\":");
		buffer_text(&buffer, session);
		if (common[0] != '}')
			buffer_text(&buffer, ",");
	}
	buffer_text(&buffer, common);
	buffer_text(&buffer, END);
	return buffer_take(&buffer, &text, NULL) == 0 ? text : NULL;
}
