// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers about what is: the screens of the menu (render.h), and what only the API knows. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/command_parts.h"
#include "console/render.h"
#include "console/state.h"

/* " NAME=ADDRESS" of each. */
static void add_addresses(const json_t *aliases, const char *name, struct text *text)
{
	const json_t *alias;
	size_t i;

	json_array_foreach(aliases, i, alias)
	{
		text_add(text, " %s=%s", json_text_of(alias, name), json_text_of(alias, "address"));
	}
}

static void add_aliases(const json_t *state, struct text *text)
{
	const json_t *group;
	size_t i;

	if (json_array_size(json_object_get(state, "group")))
		text_add(text, "GROUP            ADDRESSES\n");
	json_array_foreach(json_object_get(state, "group"), i, group)
	{
		const json_t *aliases = json_object_get(group, "alias");

		if (json_array_size(aliases) == 0)
			continue;
		text_add(text, "%-16s", json_text_of(group, "name"));
		add_addresses(aliases, "label", text);
		add_addresses(json_object_get(group, "ipv6-alias"), "port", text);
		text_add(text, "\n");
	}
}

static void add_resources(const json_t *state, struct text *text)
{
	const json_t *group, *resource;
	bool first = true;
	size_t i, k;

	json_array_foreach(json_object_get(state, "group"), i, group)
	{
		json_array_foreach(json_object_get(group, "resource"), k, resource)
		{
			const char *reason = json_text_of(resource, "reason");

			text_add(text, "%s%-16s %-8s %-16s %s%s%s\n",
				 first ? "RESOURCE         STATE    GROUP            AGENT\n" : "",
				 json_text_of(resource, "name"), json_text_of(resource, "state"),
				 json_text_of(group, "name"), json_text_of(resource, "agent"),
				 reason[0] ? "; " : "", reason);
			first = false;
		}
	}
}

static void add_watchdog(const json_t *state, struct text *text)
{
	const json_t *watchdog = json_object_get(state, "watchdog");
	const char *reason = json_text_of(watchdog, "reason");
	const char *device = json_text_of(watchdog, "device");

	if (!watchdog)
		return;
	text_add(text, "WATCHDOG\n%s%s%s", json_text_of(watchdog, "state"), reason[0] ? ": " : "",
		 reason);
	if (device[0])
		text_add(text, " (%s, timeout %lld s)", device,
			 json_number_of(watchdog, "timeout"));
	text_add(text, "\n");
}

static void add_revision_in_use(const json_t *configuration, struct text *text)
{
	const char *comment = json_text_of(configuration, "comment");

	text_add(text, "revision %lld of %s by %s%s%s\n", json_number_of(configuration, "revision"),
		 json_text_of(configuration, "time"), json_text_of(configuration, "author"),
		 comment[0] ? ": " : "", comment);
}

/* Why the config service says nothing. */
static void add_no_configuration(const json_t *state, struct text *text)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(state, "unavailable"), i, part)
	{
		if (strcmp(json_text_of(part, "part"), "config service") == 0)
			text_add(text, "%s\n", json_text_of(part, "reason"));
	}
}

static int add_configuration(const json_t *state, struct text *text)
{
	const json_t *configuration = json_object_get(state, "configuration");

	if (!configuration) {
		add_no_configuration(state, text);
		return -ENODATA;
	}
	add_revision_in_use(configuration, text);
	text_add(text, "%s\n", json_text_of(configuration, "summary"));
	return 0;
}

int answer_config(const struct command_line *line, const json_t *content, struct text *text)
{
	(void)line;
	return add_configuration(content, text);
}

/* The view of the state; NULL: it is none, which the text says. */
static const struct view *view_of(const json_t *content, struct view *view, struct text *text)
{
	if (state_view(content, view) == 0)
		return view;
	text_add(text, "the API answers with no state that is known here\n");
	return NULL;
}

int answer_status(const struct command_line *line, const json_t *content, struct text *text)
{
	_cleanup_(view_clear) struct view view = {0};

	(void)line;
	if (!view_of(content, &view, text))
		return -EPROTO;
	render_status(&view, 0, text);
	add_aliases(content, text);
	if (view.n_routers)
		text_add(text, "SYNCHRONISATION\n");
	render_routers(&view, text);
	add_resources(content, text);
	add_watchdog(content, text);
	text_add(text, "CONFIGURATION\n");
	(void)add_configuration(content, text);
	return view.agent_error;
}

int answer_cluster(const struct command_line *line, const json_t *content, struct text *text)
{
	_cleanup_(view_clear) struct view view = {0};
	char words[256];
	struct text why = TEXT_ON(words);

	(void)line;
	if (!view_of(content, &view, text))
		return -EPROTO;
	render_cluster(&view, text);
	(void)add_configuration(content, text);
	if (!view_ready(&view, &why))
		text_add(text, "not ready: %s\n", words);
	return view.agent_error;
}

int answer_decisions(const struct command_line *line, const json_t *content, struct text *text)
{
	const json_t *entry;
	size_t i;

	(void)line;
	json_array_foreach(json_object_get(content, "entry"), i, entry)
	{
		text_add(text, "%s  %s\n", json_text_of(entry, "time"),
			 json_text_of(entry, "text"));
	}
	return 0;
}

/* Leaves the service of that name alone. */
static void keep_service(struct view *view, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < view->n_services; i++) {
		if (strcmp(view->services[i].name, name) == 0)
			view->services[kept++] = view->services[i];
		else
			free(view->services[i].reals);
	}
	view->n_services = kept;
}

int answer_services(const struct command_line *line, const json_t *content, struct text *text)
{
	_cleanup_(view_clear) struct view view = {0};
	const char *name = line->arguments[0];

	if (!view_of(content, &view, text))
		return -EPROTO;
	if (name)
		keep_service(&view, name);
	if (name && !view.engine_error && view.n_services == 0) {
		text_add(text, "there is no virtual service '%s'\n", name);
		return -ENOENT;
	}
	render_services(&view, text);
	if (name && !view.engine_error)
		render_counters(&view.services[0], text);
	return view.engine_error;
}
