// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/session.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

struct session *session_find(struct sessions *sessions, const char *name, uint64_t now)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &sessions->sessions[i];

		if (name[0] && strcmp(session->name, name) == 0) {
			session->used = now;
			return session;
		}
	}
	return NULL;
}

static bool has_same_owner(const char *a, const char *b)
{
	size_t length = strcspn(a, (const char[]){SESSION_MARK, '\0'});

	return length == strcspn(b, (const char[]){SESSION_MARK, '\0'}) &&
	       strncmp(a, b, length) == 0;
}

static bool has_enough(const struct sessions *sessions, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++)
		n += sessions->sessions[i].name[0] &&
		     has_same_owner(sessions->sessions[i].name, name);
	return n >= SESSIONS_OWN_MAX;
}

/* A free place, else the one that has been idle longest, if that is long. */
static struct session *take_place(struct sessions *sessions, uint64_t now)
{
	struct session *oldest = &sessions->sessions[0];

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (!sessions->sessions[i].name[0])
			return &sessions->sessions[i];
		if (sessions->sessions[i].used < oldest->used)
			oldest = &sessions->sessions[i];
	}
	if (now - oldest->used < SESSION_IDLE_NS)
		return NULL;
	session_clear(oldest);
	return oldest;
}

int session_set(struct sessions *sessions, const char *name, uint64_t base, const char *text,
		size_t size, uint64_t now)
{
	struct session *session = session_find(sessions, name, now);
	char new_name[SESSION_NAME_MAX], *copy;

	if (!name[0] || copy_text(new_name, sizeof(new_name), name) < 0)
		return -ENAMETOOLONG;
	if (!session && !has_enough(sessions, name))
		session = take_place(sessions, now);
	if (!session)
		return -EBUSY;
	copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, size);
	copy[size] = '\0';
	session_clear(session);
	memcpy(session->name, new_name, sizeof(new_name));
	session->base = base;
	session->used = now;
	session->text = copy;
	session->size = size;
	return 0;
}

void session_clear(struct session *session)
{
	if (!session)
		return;
	free(session->text);
	*session = (struct session){0};
}

void sessions_clear(struct sessions *sessions)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		session_clear(&sessions->sessions[i]);
}
