// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/drain.h"

#include <string.h>

#include "console/api.h"

static bool is_of_pool(const struct drain *drain, const char *service)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(drain->services, i, entry)
	{
		if (strcmp(json_text_of(entry, "name"), service) == 0)
			return strcmp(json_text_of(entry, "pool"), drain->pool) == 0;
	}
	return false;
}

static const json_t *named(const json_t *list, const char *key, const char *value)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		if (strcmp(json_text_of(entry, key), value) == 0)
			return entry;
	}
	return NULL;
}

static bool has_address(const json_t *group, const char *address)
{
	return named(json_object_get(group, "alias"), "address", address) ||
	       named(json_object_get(group, "ipv6-alias"), "address", address);
}

/* Another router owns the address, whose name the words get. */
static bool is_elsewhere(const json_t *state, const char *address, struct text *words)
{
	const json_t *group;
	size_t i;

	json_array_foreach(json_object_get(state, "group"), i, group)
	{
		const char *owner = json_text_of(group, "owner");

		if (!has_address(group, address) || !owner[0] ||
		    strcmp(owner, json_text_of(state, "node")) == 0)
			continue;
		text_add(words, "the connections are at %s, which owns %s: wait there", owner,
			 json_text_of(group, "name"));
		return true;
	}
	return false;
}

static uint64_t count_of(const json_t *real, const char *key)
{
	long long number = json_number_of(real, key);

	return number > 0 ? (uint64_t)number : 0;
}

/* What the services of the pool say of the real server. */
struct seen {
	size_t n, drained, enabled;
};

static enum drain_verdict look_at(struct drain *drain, const json_t *state, const json_t *service,
				  struct seen *seen, struct text *words)
{
	const json_t *real = named(json_object_get(service, "real-server"), "name", drain->real);

	if (!real || !is_of_pool(drain, json_text_of(service, "name")))
		return DRAIN_WAITS;
	if (is_elsewhere(state, json_text_of(service, "address"), words))
		return DRAIN_ELSEWHERE;
	seen->n++;
	seen->enabled += strcmp(json_text_of(real, "admin-state"), "enabled") == 0;
	seen->drained += strcmp(json_text_of(real, "admin-state"), "enabled") != 0 &&
			 !json_flag_of(real, "in-use");
	drain->active += count_of(real, "active");
	drain->inactive += count_of(real, "inactive");
	return DRAIN_WAITS;
}

static enum drain_verdict judge(struct drain *drain, const struct seen *seen, struct text *words)
{
	if (seen->n == 0) {
		text_add(words, "no service of this router uses %s of %s", drain->real,
			 drain->pool);
		return DRAIN_UNUSED;
	}
	if (drain->seen && seen->enabled) {
		text_add(words, "%s was enabled again: it is not drained any more", drain->real);
		return DRAIN_TAKEN_BACK;
	}
	if (seen->drained < seen->n)
		return DRAIN_WAITS;
	drain->seen = true;
	return drain->active + drain->inactive == 0 ? DRAIN_DONE : DRAIN_WAITS;
}

enum drain_verdict drain_look(struct drain *drain, const json_t *state, struct text *words)
{
	const json_t *services = json_object_get(state, "service"), *service;
	const json_t *silent = named(json_object_get(state, "unavailable"), "part", "engine");
	struct seen seen = {0};
	size_t i;

	if (!services) {
		text_add(words, "%s",
			 silent ? json_text_of(silent, "reason")
				: "the API answers with no state that is known here");
		return DRAIN_UNKNOWN;
	}
	drain->active = drain->inactive = 0;
	json_array_foreach(services, i, service)
	{
		if (look_at(drain, state, service, &seen, words) == DRAIN_ELSEWHERE)
			return DRAIN_ELSEWHERE;
	}
	return judge(drain, &seen, words);
}
