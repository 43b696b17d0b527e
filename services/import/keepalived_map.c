// SPDX-License-Identifier: GPL-2.0-or-later
/* What keepalived.conf says, block by block. */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "import/keepalived.h"
#include "import/service.h"
#include "import/value.h"

#define USED_BUCKETS 1024

const struct statement *keepalived_next(const struct statement *s, const char *key)
{
	while (s && (s->condition || strcmp(s->words[0].text, key) != 0))
		s = s->next;
	return s;
}

/* "tcp SECONDS tcpfin SECONDS udp SECONDS", in any order. */
static int map_timeouts(struct importer *im, const struct statement *s)
{
	static const char *const names[] = {"tcp", "tcpfin", "udp", NULL};
	static const char *const paths[] = {"/trireme:forwarding/timeouts/tcp",
					    "/trireme:forwarding/timeouts/tcp-fin",
					    "/trireme:forwarding/timeouts/udp"};
	const struct config *base = im->plan.base;
	const uint32_t old[] = {base->timeout_tcp, base->timeout_tcp_fin, base->timeout_udp};
	uint32_t *const to[] = {&im->plan.tcp, &im->plan.tcp_fin, &im->plan.udp};
	uint32_t seconds = 0;
	int r = 0;

	if (s->n_words < 3)
		return value_count(im, s, 2);
	for (size_t i = 1; i < s->n_words && r == 0; i += 2) {
		int which = value_choice(s->words[i].text, names);

		if (which < 0 || i + 1 == s->n_words)
			return value_bad(im, s, i, "tcp, tcpfin or udp, and a number of seconds");
		r = value_number(im, s, i + 1, 10, 0, 86400, &seconds);
		if (r == 0)
			service_set_timeout(im, s, paths[which], seconds, old[which], to[which]);
	}
	return r;
}

static int map_globals(struct importer *im, const struct statement *block)
{
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	int r = keywords_collect(im, NULL, block->inner, keepalived_global_keys, found);

	return r == 0 && found[KA_LVS_TIMEOUTS] ? map_timeouts(im, found[KA_LVS_TIMEOUTS]) : r;
}

/* Names of groups that virtual servers have, by their hash. */
struct used_name {
	struct used_name *next;
	const char *text;
};

struct used_names {
	struct used_name *buckets[USED_BUCKETS];
};

static struct used_name **find_used(struct used_names *used, const char *text)
{
	uint64_t hash = hash_add(HASH_START, text, strlen(text));
	struct used_name **at = &used->buckets[hash % USED_BUCKETS];

	while (*at && strcmp((*at)->text, text) != 0)
		at = &(*at)->next;
	return at;
}

static void collect_used(struct importer *im, const struct statement *first,
			 struct used_names *used)
{
	for (const struct statement *s = keepalived_next(first, "virtual_server"); s;
	     s = keepalived_next(s->next, "virtual_server")) {
		struct used_name **at;

		if (s->n_words < 3 || strcmp(s->words[1].text, "group") != 0)
			continue;
		at = find_used(used, s->words[2].text);
		if (!*at)
			*at = arena_new(im->arena, sizeof(**at));
		if (*at)
			(*at)->text = s->words[2].text;
	}
}

/* Groups that no virtual_server names. */
static void report_unused(struct importer *im, const struct statement *first)
{
	struct used_names *used = arena_new(im->arena, sizeof(*used));

	if (!used)
		return;
	collect_used(im, first, used);
	for (const struct statement *s = keepalived_next(first, "virtual_server_group"); s;
	     s = keepalived_next(s->next, "virtual_server_group")) {
		if (s->n_words < 2 || !*find_used(used, s->words[1].text))
			ROW(im, s, NULL, IMPORT_DROPPED, NULL, "no virtual_server names the group");
	}
}

/* Floating addresses come first: services look for theirs. */
static int map_blocks(struct keepalived *ka)
{
	const struct statement *s;
	int r = 0;

	for (s = keepalived_next(ka->first, "global_defs"); s && r == 0;
	     s = keepalived_next(s->next, "global_defs"))
		r = map_globals(ka->im, s);
	if (r == 0)
		r = keepalived_map_vrrp(ka);
	for (s = keepalived_next(ka->first, "static_routes"); s && r == 0;
	     s = keepalived_next(s->next, "static_routes"))
		r = keepalived_map_routes(ka->im, s, false);
	report_unused(ka->im, ka->first);
	for (s = keepalived_next(ka->first, "virtual_server"); s && r == 0;
	     s = keepalived_next(s->next, "virtual_server"))
		r = keepalived_map_server(ka, s);
	return r;
}

int keepalived_map(struct importer *im, const struct statement *first)
{
	struct keepalived ka = {.im = im, .first = first};
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	int r = keywords_collect(im, NULL, first, keepalived_root_keys, found);

	return r < 0 ? r : map_blocks(&ka);
}
