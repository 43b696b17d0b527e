// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/script_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/decide_internal.h"
#include "agent/explain.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "proto/state_words.h"

#define LOOP_MAX 100000
#define WALL_NS (43200 * (int64_t)NSEC_PER_SEC) /* the scripts' clock starts at noon */

static uint32_t node_id(struct script *s, const char *name)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (strcmp(s->settings.nodes[i].name, name) == 0)
			return s->settings.nodes[i].id;
	script_fail(s, "no such node", name);
	return 0;
}

static uint64_t number(struct script *s, const char *word)
{
	char *end;
	uint64_t value = strtoull(word, &end, 10);

	if (*end || !*word)
		script_fail(s, "not a number", word);
	return value;
}

static uint64_t ms(struct script *s, const char *word)
{
	return number(s, word) * NSEC_PER_MSEC;
}

static const char *word(const struct script *s, size_t i)
{
	return i < s->n_words ? s->words[i] : "";
}

/* "NAME=" of the line's words: the value; NULL: not there. */
static const char *option(const struct script *s, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 1; i < s->n_words; i++)
		if (strncmp(s->words[i], name, length) == 0 && s->words[i][length] == '=')
			return s->words[i] + length + 1;
	return NULL;
}

static bool flag(const struct script *s, const char *name)
{
	for (size_t i = 1; i < s->n_words; i++)
		if (strcmp(s->words[i], name) == 0)
			return true;
	return false;
}

static void collect(struct script *s)
{
	for (size_t i = 0; i < s->actions.n; i++) {
		const struct decide_action *a = &s->actions.list[i];

		script_print_action(s, a);
		if (a->type != DECIDE_SEND)
			continue;
		if (s->n_queue == QUEUE_MAX) {
			script_fail(s, "too many own messages wait", "");
			break;
		}
		s->queue[s->n_queue++] = a->message;
	}
	for (size_t i = 0; i < s->actions.n_logs; i++)
		script_print(s, "  -> says: %s\n", s->actions.logs[i].text);
	s->actions.n = s->actions.n_logs = 0;
}

static void echo(struct script *s, const struct agent_message *heartbeat)
{
	struct agent_message m = *heartbeat;

	m.type = AGENT_WIRE_ECHO;
	for (size_t i = 0; i < s->n_echoers; i++) {
		decide_message(&s->state, s->echoers[i], &m, s->now);
		collect(s);
	}
}

/* Own messages come back, in order, and so do those that they cause. */
static void deliver_own(struct script *s, bool echoed)
{
	for (size_t i = 0; s->n_queue && i < QUEUE_MAX; i++) {
		struct agent_message m = s->queue[0];

		memmove(s->queue, s->queue + 1, --s->n_queue * sizeof(s->queue[0]));
		decide_message(&s->state, s->settings.self, &m, s->now);
		collect(s);
		if (echoed && m.type == AGENT_WIRE_HEARTBEAT)
			echo(s, &m);
	}
}

static void after(struct script *s)
{
	collect(s);
	if (s->automatic)
		deliver_own(s, true);
}

/* "main:r2>r1!" */
static void add_group(struct script *s, char *text)
{
	size_t group = s->settings.n_groups++;
	struct prefer_order *order = &s->settings.preferred[group];
	char *mark = strchr(text, '!'), *rest = NULL, *name;

	order->preempt = mark;
	if (mark)
		*mark = '\0';
	name = strtok_r(text, ":", &rest);
	snprintf(s->settings.groups[group], DECIDE_NAME_MAX, "%s", name);
	while ((name = strtok_r(NULL, ">", &rest)))
		order->nodes[order->n_nodes++] = node_id(s, name);
}

static void do_config(struct script *s)
{
	struct lease_timing timing = {.token = 500, .consensus = 600, .heartbeat = 50};
	char *list = strdup(option(s, "nodes") ? option(s, "nodes") : ""), *rest = NULL;
	char *groups = strdup(option(s, "groups") ? option(s, "groups") : "main"), *more = NULL;

	timing.device = option(s, "device") ? (uint32_t)number(s, option(s, "device")) : 0;
	s->settings = (struct decide_settings){.incarnation = 1, .device_votes = timing.device > 0};
	s->settings.times = lease_times(&timing);
	for (char *n = strtok_r(list, ",", &rest); n; n = strtok_r(NULL, ",", &rest)) {
		struct decide_node *node = &s->settings.nodes[s->settings.n_nodes++];
		const char *colon = strchr(n, ':');

		snprintf(node->name, sizeof(node->name), "%.*s", (int)strcspn(n, ":"), n);
		node->id = (uint32_t)s->settings.n_nodes;
		node->witness = colon && strcmp(colon, ":witness") == 0;
		node->priority = colon && !node->witness ? (uint8_t)number(s, colon + 1) : 100;
	}
	for (char *g = strtok_r(groups, ",", &more); g; g = strtok_r(NULL, ",", &more))
		add_group(s, g);
	s->settings.expected_votes = (uint32_t)s->settings.n_nodes + s->settings.device_votes;
	s->settings.self = node_id(s, option(s, "self") ? option(s, "self") : "r1");
	decide_init(&s->state, &s->settings, &s->actions, s->now);
	free(list);
	free(groups);
}

static void do_run(struct script *s)
{
	uint64_t until = ms(s, word(s, 1)), at;

	for (int i = 0; i < LOOP_MAX; i++) {
		at = decide_deadline(&s->state, s->now);
		if (at > until)
			break;
		s->now = at > s->now ? at : s->now;
		decide_tick(&s->state, s->now);
		after(s);
	}
	s->now = until;
}

static void do_ring(struct script *s)
{
	struct decide_ring ring = {.node = 1, .seq = number(s, word(s, 1))};
	struct ring_member members[DECIDE_NODES_MAX];
	size_t n = 0;

	for (size_t i = 2; i < s->n_words && n < DECIDE_NODES_MAX; i++) {
		char *slash = strchr(s->words[i], '/');

		members[n].pid = slash ? (uint32_t)number(s, slash + 1) : 100;
		if (slash)
			*slash = '\0';
		members[n++].id = node_id(s, s->words[i]);
	}
	ring.n_nodes = (uint32_t)n;
	decide_configuration(&s->state, &ring, members, n, s->now);
}

static void do_quorum(struct script *s)
{
	struct decide_ring ring = {.node = 1, .seq = number(s, word(s, 2))};

	decide_quorum(&s->state, &ring, strcmp(word(s, 1), "yes") == 0, 0, s->now);
}

static void do_state(struct script *s)
{
	struct agent_message m = {.type = AGENT_WIRE_STATE, .view = s->state.tag};
	struct agent_wire_group *g = &m.state.groups[s->group];
	const char *unfit = option(s, "unfit");
	const struct decide_node *node = decide_node(&s->state, node_id(s, word(s, 1)));

	if (!node)
		return;
	if (strcmp(word(s, 0), "health") == 0) {
		m.type = AGENT_WIRE_HEALTH;
		m.view = s->state.view;
		unfit = word(s, 2);
	}
	m.state.incarnation = node->id;
	m.state.n_groups = flag(s, "unknown") ? 0 : (uint32_t)s->settings.n_groups;
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		m.state.groups[i].key = s->state.groups[i].key;
		m.state.groups[i].health = node->witness ? AGENT_HEALTH_WITNESS : AGENT_HEALTH_FIT;
	}
	if (unfit)
		g->health = script_health(s, unfit, g->object);
	g->epoch = g->highest = option(s, "epoch") ? number(s, option(s, "epoch")) : 0;
	if (option(s, "highest"))
		g->highest = number(s, option(s, "highest"));
	g->owner = option(s, "owner") ? node_id(s, option(s, "owner")) : 0;
	g->guard_left = option(s, "guard") ? ms(s, option(s, "guard")) : 0;
	g->flags = (uint8_t)((flag(s, "hold") ? AGENT_STATE_HOLDING : 0) |
			     (flag(s, "released") ? AGENT_STATE_RELEASED : 0) |
			     (flag(s, "lapsed") ? AGENT_STATE_LAPSED : 0) |
			     (flag(s, "voted") ? AGENT_STATE_VOTED : 0));
	decide_message(&s->state, node->id, &m, s->now);
}

static void do_message(struct script *s, enum agent_wire_type type)
{
	struct agent_message m = {.type = type, .view = s->state.view};
	bool names = type == AGENT_WIRE_RELEASED || type == AGENT_WIRE_SWITCHOVER ||
		     type == AGENT_WIRE_FENCED;
	const char *because = option(s, "because"), *lease = option(s, "lease");

	m.group.key = s->state.groups[s->group].key;
	m.group.epoch = number(s, word(s, 2));
	m.group.lease = lease ? number(s, lease) * NSEC_PER_MSEC : s->settings.times.lease;
	if (flag(s, "stale")) {
		m.view ^= 1;
		s->n_words--;
	}
	for (uint8_t i = 0; because && i <= AGENT_CAUSE_LAST; i++)
		if (strcmp(word_cause(i), because) == 0)
			m.group.seq = i;
	if (because)
		s->n_words--;
	if (names && s->n_words > 3)
		m.group.node = node_id(s, word(s, 3));
	else if (s->n_words > 3)
		m.group.seq = number(s, word(s, 3));
	decide_message(&s->state, node_id(s, word(s, 1)), &m, s->now);
}

static void do_auto(struct script *s)
{
	s->automatic = s->n_words > 1;
	s->n_echoers = 0;
	for (size_t i = 1; i < s->n_words; i++)
		s->echoers[s->n_echoers++] = node_id(s, s->words[i]);
}

static void do_command(struct script *s)
{
	char text[200] = "";
	uint32_t target = 0;
	int r = decide_switchover(&s->state, s->group, s->now, &target, text, sizeof(text));

	script_print(s, "  -> answer: %s %s\n", r ? "error" : "to",
		     r ? text : script_name(s, target));
}

static void do_explain(struct script *s)
{
	const struct explain_clock clock = {.now = s->now, .wall = WALL_NS};
	char text[AGENT_REASON_MAX];

	for (size_t i = 0; i < s->settings.n_nodes; i++)
		script_print(s, "  -> %s: %s\n", s->settings.nodes[i].name,
			     explain_node(&s->state, i, &clock, text, sizeof(text)));
}

static void do_group(struct script *s)
{
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		if (strcmp(s->settings.groups[i], word(s, 1)) != 0)
			continue;
		s->group = i;
		return;
	}
	script_fail(s, "no such group", word(s, 1));
}

static void do_port(struct script *s)
{
	char object[AGENT_WIRE_OBJECT_MAX];
	enum agent_wire_health code = script_health(s, word(s, 1), object);

	decide_health(&s->state, s->group, code, object, s->now);
}

static bool do_event(struct script *s, const char *verb)
{
	for (int type = AGENT_WIRE_HEARTBEAT; type <= AGENT_WIRE_TYPE_LAST; type++) {
		if (strcasecmp(verb, agent_wire_type_name((enum agent_wire_type)type)) != 0)
			continue;
		do_message(s, (enum agent_wire_type)type);
		return true;
	}
	return false;
}

static void do_fail(struct script *s)
{
	decide_addresses_failed(&s->state, s->group, word(s, 1), s->now);
}

static void do_former(struct script *s)
{
	decide_adopt(&s->state, s->group, number(s, word(s, 1)), ms(s, word(s, 2)), s->now);
}

static void do_voted(struct script *s)
{
	decide_voted(&s->state, ms(s, word(s, 1)), s->now);
}

static void do_heard(struct script *s)
{
	struct probe_seen seen = {.asks = strcmp(word(s, 0), "asked") == 0};

	seen.address.s6_addr16[5] = 0xffff;
	if (parse_ipv4(word(s, 1), &seen.address.s6_addr32[3]) < 0 &&
	    parse_ipv6(word(s, 1), &seen.address) < 0)
		script_fail(s, "no address", word(s, 1));
	if (parse_mac(word(s, 2), seen.mac) < 0)
		script_fail(s, "no hardware address", word(s, 2));
	decide_conflict(&s->state, s->group, &seen, s->now);
}

static void do_force(struct script *s)
{
	bool asks = strcmp(word(s, 0), "force") == 0;
	char text[DECIDE_LOG_MAX] = "";
	int r = asks ? decide_force(&s->state, s->now, text, sizeof(text)) : 0;

	if (r == 0)
		r = decide_force_result(&s->state, text, sizeof(text));
	script_print(s, "  -> answer: %s%s\n",
		     r == -EINPROGRESS ? "asking"
		     : r	       ? "error "
				       : "",
		     text);
}

static void do_synced(struct script *s)
{
	decide_synchronised(&s->state, strcmp(word(s, 1), "no") != 0, s->now);
}

static void do_device(struct script *s)
{
	const char *delay = option(s, "delay");
	uint32_t id = node_id(s, word(s, 1));

	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (s->settings.nodes[i].id == id)
			s->devices[i] = (struct decide_device){.usable = !flag(s, "none"),
							       .delay = delay ? ms(s, delay) : 0,
							       .timeout = 5 * NSEC_PER_SEC};
	decide_fencing(&s->state, s->devices, s->now);
}

static void do_answer(struct script *s)
{
	bool done = strcmp(word(s, 1), "done") == 0;

	decide_fenced(&s->state, s->state.last_request, done ? NULL : word(s, 1), s->now);
}

static void do_hide(struct script *s)
{
	s->hide = strcmp(word(s, 0), "hide") == 0;
}

static void do_plain(struct script *s)
{
	const char *verb = word(s, 0);

	if (strcmp(verb, "at") == 0)
		s->now = ms(s, word(s, 1));
	else if (strcmp(verb, "lost") == 0)
		decide_ring_lost(&s->state, s->now);
	else if (strcmp(verb, "leave") == 0)
		decide_leave(&s->state, s->now);
	else if (strcmp(verb, "probed") == 0)
		decide_probed(&s->state, s->group, s->now);
	else if (strcmp(verb, "stale") == 0 || strcmp(verb, "current") == 0)
		decide_current(&s->state, *verb == 'c', s->now);
	else if (strcmp(verb, "standby") == 0 || strcmp(verb, "online") == 0)
		decide_standby(&s->state, *verb == 's', s->now);
	else
		decide_tick(&s->state, s->now);
}

static void do_queue(struct script *s)
{
	if (strcmp(word(s, 0), "own") == 0)
		deliver_own(s, false);
	else
		s->n_queue = 0;
}

static void do_line(struct script *s)
{
	static const struct {
		const char *verb;
		void (*run)(struct script *s);
	} verbs[] = {
		{"config", do_config},	 {"at", do_plain},	{"run", do_run},
		{"ring", do_ring},	 {"lost", do_plain},	{"quorum", do_quorum},
		{"state", do_state},	 {"health", do_state},	{"own", do_queue},
		{"drop", do_queue},	 {"auto", do_auto},	{"port", do_port},
		{"fail", do_fail},	 {"former", do_former}, {"leave", do_plain},
		{"hide", do_hide},	 {"show", do_hide},	{"tick", do_plain},
		{"voted", do_voted},	 {"group", do_group},	{"command", do_command},
		{"explain", do_explain}, {"stale", do_plain},	{"current", do_plain},
		{"standby", do_plain},	 {"online", do_plain},	{"probed", do_plain},
		{"claimed", do_heard},	 {"asked", do_heard},	{"force", do_force},
		{"forced", do_force},	 {"synced", do_synced}, {"device", do_device},
		{"answer", do_answer},
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(s->words[0], verbs[i].verb) != 0)
			continue;
		verbs[i].run(s);
		return;
	}
	if (!do_event(s, s->words[0]))
		script_fail(s, "no such verb", s->words[0]);
}

static void split(struct script *s, char *line)
{
	char *rest = NULL;

	s->n_words = 0;
	for (char *w = strtok_r(line, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
		if (s->n_words == WORDS_MAX) {
			script_fail(s, "too many words", w);
			return;
		}
		s->words[s->n_words++] = w;
	}
}

char *script_run(const char *text, char *error, size_t size)
{
	static struct script script;
	struct script *s = &script;
	char *copy = strdup(text), *rest = copy, *line;

	memset(s, 0, sizeof(*s));
	s->error = error;
	s->error_size = size;
	s->output = calloc(1, OUTPUT_MAX);
	if (!copy || !s->output)
		abort();
	while ((line = strsep(&rest, "\n")) && !s->failed) {
		if (strncmp(line, "  ->", 4) == 0 || (!rest && !*line))
			continue;
		script_print(s, "%s\n", line);
		if (!*line || *line == '#')
			continue;
		split(s, line);
		do_line(s);
		after(s);
	}
	free(copy);
	if (s->failed) {
		free(s->output);
		return NULL;
	}
	return s->output;
}
