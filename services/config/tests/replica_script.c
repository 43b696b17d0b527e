// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/tests/replica_script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_io.h"
#include "base/text.h"
#include "config/replica_internal.h"

#define WORDS_MAX 16
#define OUTPUT_MAX 65536
#define QUEUE_MAX 64
#define DOCUMENT_MAX 32

struct queued {
	uint8_t bytes[CONFIG_WIRE_MAX];
	size_t size;
};

struct script {
	struct replica_settings settings;
	struct replica_actions actions;
	struct replica *replica;
	uint64_t now, reading;
	struct revision_id checking;
	struct queued queue[QUEUE_MAX];
	size_t n_queue;
	char *words[WORDS_MAX];
	size_t n_words;
	struct text output;
	char *error;
	size_t error_size;
	bool failed;
};

static const char *const kinds[] = {"", "change", "confirm", "revert", "rollback"};

static void fail(struct script *s, const char *what, const char *word)
{
	if (!s->failed)
		snprintf(s->error, s->error_size, "%s: '%s'", what, word);
	s->failed = true;
}

static const char *word(const struct script *s, size_t i)
{
	return i < s->n_words ? s->words[i] : "";
}

static const char *option(const struct script *s, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 1; i < s->n_words; i++)
		if (strncmp(s->words[i], name, length) == 0 && s->words[i][length] == '=')
			return s->words[i] + length + 1;
	return NULL;
}

static uint64_t value(const struct script *s, const char *name, uint64_t otherwise)
{
	const char *text = option(s, name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static bool flag(const struct script *s, const char *name)
{
	for (size_t i = 1; i < s->n_words; i++)
		if (strcmp(s->words[i], name) == 0)
			return true;
	return false;
}

static uint32_t node(struct script *s, const char *name)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (strcmp(s->settings.nodes[i].name, name) == 0)
			return s->settings.nodes[i].id;
	fail(s, "no such node", name);
	return 0;
}

/* "3a" */
static uint64_t identify(const char *name, struct revision_id *ret_id)
{
	char *branch;
	uint64_t number = strtoull(name, &branch, 10);

	memset(ret_id, 0, sizeof(*ret_id));
	if (!number)
		return 0;
	ret_id->bytes[0] = (uint8_t)*branch;
	memcpy(ret_id->bytes + 1, &number, sizeof(number));
	return number;
}

static const char *name_of(const struct revision_id *id)
{
	static char names[4][24];
	static unsigned int turn;
	char *name = names[turn++ % 4];
	uint64_t number;

	memcpy(&number, id->bytes + 1, sizeof(number));
	snprintf(name, sizeof(names[0]), number ? "%llu%c" : "-", (unsigned long long)number,
		 id->bytes[0]);
	return name;
}

static size_t document(const struct revision_id *id, char *ret_text)
{
	return (size_t)snprintf(ret_text, DOCUMENT_MAX, "document %s of the test", name_of(id));
}

/* The revision that the words of a line describe; parent: the number before on the same branch. */
static struct revision describe(struct script *s, const char *name)
{
	struct revision r = {.kind = REVISION_CHANGE};
	const char *parent = option(s, "parent"), *kind = option(s, "kind");
	uint64_t before;

	r.number = identify(name, &r.id);
	r.parent = r.id;
	before = r.number - 1;
	memcpy(r.parent.bytes + 1, &before, sizeof(before));
	if (r.number <= 1)
		memset(&r.parent, 0, sizeof(r.parent));
	if (parent)
		identify(parent, &r.parent);
	for (uint32_t i = 1; kind && i < 5; i++)
		if (strcmp(kind, kinds[i]) == 0)
			r.kind = i;
	r.refers = value(s, "refers", 0);
	r.confirm_s = (uint32_t)value(s, "confirm", 0);
	return r;
}

static void print_message(struct script *s, const struct config_message *m)
{
	struct text *t = &s->output;
	const struct config_wire_state *st = &m->state;

	text_add(t, "  -> send %s", config_wire_type_name(m->type));
	switch (m->type) {
	case CONFIG_WIRE_STATE:
		text_add(t, " %s term=%llu promised=%llu committed=%llu", name_of(&st->id),
			 (unsigned long long)st->head_term, (unsigned long long)st->promised,
			 (unsigned long long)st->committed);
		if (st->flags)
			text_add(t, " absent");
		break;
	case CONFIG_WIRE_PROMISE:
		text_add(t, " %llu", (unsigned long long)m->term);
		break;
	case CONFIG_WIRE_READY:
		text_add(t, " %llu with %s", (unsigned long long)m->term, name_of(&m->vote.id));
		break;
	case CONFIG_WIRE_FETCH:
		text_add(t, " %llu from %s at %u", (unsigned long long)m->fetch.number,
			 replica_name(s->replica, m->fetch.to), m->fetch.offset);
		break;
	case CONFIG_WIRE_PART:
		text_add(t, " of %s for %s: %u of %u at %u", name_of(&m->part.revision.id),
			 replica_name(s->replica, m->part.to), m->part.size, m->part.total,
			 m->part.offset);
		break;
	case CONFIG_WIRE_PROPOSE:
		text_add(t, " %s level %u: %u bytes between %u and %u",
			 name_of(&m->propose.revision.id), m->level, m->propose.size,
			 m->propose.prefix, m->propose.suffix);
		break;
	case CONFIG_WIRE_BODY:
		text_add(t, " \"%.*s\"", (int)m->body.size, (const char *)m->body.data);
		break;
	case CONFIG_WIRE_OVERRIDE:
		break;
	default:
		text_add(t, " %s%s%s", name_of(&m->answer.id), m->answer.reason[0] ? ": " : "",
			 m->answer.reason);
	}
	text_add(t, "\n");
}

static void print_store(struct script *s, const struct replica_store *w)
{
	struct text *t = &s->output;

	switch (w->kind) {
	case REPLICA_STORE_PROMISE:
		text_add(t, "  -> store: promised %llu\n", (unsigned long long)w->term);
		break;
	case REPLICA_STORE_TERM:
		text_add(t, "  -> store: revision %llu is of term %llu\n",
			 (unsigned long long)w->number, (unsigned long long)w->term);
		break;
	case REPLICA_STORE_TRUNCATE:
		text_add(t, "  -> store: superseded from %llu\n",
			 (unsigned long long)w->truncate_from);
		break;
	case REPLICA_STORE_APPEND:
		text_add(t, "  -> store: %s term %llu \"%s\"", name_of(&w->revision.id),
			 (unsigned long long)w->revision.term, w->body ? w->body : "");
		if (w->truncate_from)
			text_add(t, " instead of those from %llu",
				 (unsigned long long)w->truncate_from);
		text_add(t, "\n");
		break;
	case REPLICA_STORE_COMMITTED:
		text_add(t, "  -> store: committed %llu\n", (unsigned long long)w->number);
	}
}

static void print_send(struct script *s, const struct replica_action *a)
{
	struct config_message m;

	if (config_wire_decode(a->bytes, a->size, &m) < 0 || s->n_queue == QUEUE_MAX) {
		fail(s, "a message that cannot be sent", "");
		return;
	}
	print_message(s, &m);
	memcpy(s->queue[s->n_queue].bytes, a->bytes, a->size);
	s->queue[s->n_queue++].size = a->size;
}

static void print_action(struct script *s, const struct replica_action *a)
{
	struct text *t = &s->output;
	unsigned long long number = a->number;

	switch (a->type) {
	case REPLICA_SEND:
		print_send(s, a);
		break;
	case REPLICA_STORE:
		print_store(s, &a->store);
		break;
	case REPLICA_READ:
		s->reading = a->number;
		text_add(t, "  -> read %llu\n", number);
		break;
	case REPLICA_CHECK:
		s->checking = a->revision.id;
		text_add(t, "  -> check %s \"%s\"\n", name_of(&a->revision.id),
			 a->body ? a->body : "");
		break;
	case REPLICA_APPLY:
		text_add(t, "  -> apply %s %s", name_of(&a->revision.id), kinds[a->revision.kind]);
		if (a->seconds)
			text_add(t, ", %u s to confirm", a->seconds);
		text_add(t, "\n");
		break;
	case REPLICA_CLIENT:
		text_add(t, "  -> client: %s: %d %s\n", name_of(&a->revision.id), a->error,
			 a->text);
		break;
	case REPLICA_CURRENT:
	case REPLICA_UNBLOCK:
		text_add(t, "  -> %s%s\n", a->on ? "" : "not ",
			 a->type == REPLICA_CURRENT ? "current" : "blocked");
		break;
	case REPLICA_DIVERGED:
	case REPLICA_OVERRIDDEN:
		text_add(t, "  -> %s at %llu\n",
			 a->type == REPLICA_DIVERGED ? "diverged" : "overridden", number);
		break;
	case REPLICA_LOG:
		text_add(t, "  -> says: %s\n", a->text);
	}
}

static void collect(struct script *s)
{
	for (size_t i = 0; i < s->actions.n; i++)
		print_action(s, &s->actions.list[i]);
	s->actions.n = 0;
}

static void do_config(struct script *s)
{
	char *rest = (char *)option(s, "nodes"), *name;

	s->settings = (struct replica_settings){.level = CONFIG_WIRE_LEVEL};
	while (rest && (name = strsep(&rest, ",")) && s->settings.n_nodes < REPLICA_NODES_MAX) {
		struct replica_node *n = &s->settings.nodes[s->settings.n_nodes++];

		n->id = (uint32_t)s->settings.n_nodes;
		n->votes = 1;
		snprintf(n->name, sizeof(n->name), "%s", name);
	}
	s->settings.self = node(s, option(s, "self"));
}

static void do_log(struct script *s)
{
	struct revision log[WORDS_MAX];
	struct replica_log l = {.recent = log};
	struct revision_id id;

	for (size_t i = 1; i < s->n_words && identify(s->words[i], &id); i++) {
		char *parent = i > 1 ? s->words[i - 1] : NULL;

		log[l.n_recent] = describe(s, s->words[i]);
		if (parent)
			identify(parent, &log[l.n_recent].parent);
		log[l.n_recent].confirm_s = 0;
		log[l.n_recent++].term = 1;
	}
	if (l.n_recent) {
		log[l.n_recent - 1].term = value(s, "term", 1);
		log[l.n_recent - 1].confirm_s = (uint32_t)value(s, "confirm", 0);
		l.committed = value(s, "committed", log[l.n_recent - 1].number);
		l.promised = value(s, "promised", log[l.n_recent - 1].term);
		l.oldest = value(s, "oldest", log[0].number);
	}
	replica_free(s->replica);
	s->replica = replica_new(&s->settings, &l, &s->actions, s->now);
}

static void do_at(struct script *s)
{
	s->now = strtoull(word(s, 1), NULL, 10) * NSEC_PER_MSEC;
}

static void do_run(struct script *s)
{
	uint64_t until = strtoull(word(s, 1), NULL, 10) * NSEC_PER_MSEC;

	for (int i = 0; i < 1000; i++) {
		uint64_t at = replica_deadline(s->replica);

		if (at > until)
			break;
		s->now = at > s->now ? at : s->now;
		replica_tick(s->replica, s->now);
		collect(s);
	}
	s->now = until;
}

static void do_ring(struct script *s)
{
	struct replica_ring ring = {1, strtoull(word(s, 1), NULL, 10)};
	struct replica_member members[WORDS_MAX];
	size_t n = 0;

	for (size_t i = 2; i < s->n_words; i++)
		members[n++] = (struct replica_member){node(s, s->words[i]), 100};
	replica_view(s->replica, &ring, members, n, s->now);
}

static void do_quorum(struct script *s)
{
	struct replica_verdict v = {.ring = {1, strtoull(word(s, 2), NULL, 10)}};

	v.quorate = strcmp(word(s, 1), "yes") == 0;
	v.quorum = (uint32_t)value(s, "needs", 2);
	v.external = (uint32_t)value(s, "external", 0);
	v.device = flag(s, "device");
	v.two_node = flag(s, "two-node");
	replica_quorum(s->replica, &v, s->now);
}

static void deliver(struct script *s, struct config_message *m)
{
	uint8_t bytes[CONFIG_WIRE_MAX];
	size_t size = 0;

	m->view = s->replica->tag;
	m->level = m->type == CONFIG_WIRE_STATE ? CONFIG_WIRE_LEVEL_STATE : s->replica->level;
	if (m->type != CONFIG_WIRE_STATE && m->type != CONFIG_WIRE_OVERRIDE)
		m->term = s->replica->term;
	if (flag(s, "stale"))
		m->view ^= 1;
	if (config_wire_encode(m, bytes, sizeof(bytes), &size) < 0 ||
	    replica_message(s->replica, node(s, word(s, 1)), bytes, size, s->now) < 0)
		fail(s, "not a message", word(s, 0));
}

static void do_state(struct script *s)
{
	struct config_message m = {.type = CONFIG_WIRE_STATE};

	m.state.number = identify(word(s, 2), &m.state.id);
	m.state.head_term = value(s, "term", m.state.number ? 1 : 0);
	m.state.promised = value(s, "promised", m.state.head_term);
	m.state.committed = value(s, "committed", m.state.number);
	m.state.oldest = value(s, "oldest", m.state.number ? 1 : 0);
	m.state.remaining_s = (uint32_t)value(s, "remaining", 0);
	m.state.level = (uint8_t)value(s, "level", CONFIG_WIRE_LEVEL);
	m.state.flags = flag(s, "absent") ? CONFIG_STATE_ABSENT : 0;
	deliver(s, &m);
}

static void do_vote(struct script *s)
{
	struct config_message m = {.type = CONFIG_WIRE_PROMISE};

	if (strcmp(word(s, 0), "ready") == 0)
		m.type = CONFIG_WIRE_READY;
	if (strcmp(word(s, 0), "override") == 0)
		m.type = CONFIG_WIRE_OVERRIDE;
	else
		m.vote.quorum = s->replica->verdict.quorum;
	deliver(s, &m);
}

static void do_fetch(struct script *s)
{
	struct config_message m = {.type = CONFIG_WIRE_FETCH};
	struct revision_id id;

	m.fetch.to = s->settings.self;
	m.fetch.number = identify(word(s, 2), &id);
	m.fetch.offset = (uint32_t)value(s, "offset", 0);
	deliver(s, &m);
}

static void do_part(struct script *s)
{
	struct config_message m = {.type = CONFIG_WIRE_PART};
	char text[DOCUMENT_MAX];

	m.part.revision = describe(s, word(s, 2));
	m.part.to = s->settings.self;
	m.part.size = m.part.total = (uint32_t)document(&m.part.revision.id, text);
	memcpy(m.part.data, text, m.part.size);
	deliver(s, &m);
}

static void do_propose(struct script *s)
{
	struct config_message m = {.type = CONFIG_WIRE_PROPOSE}, b = {.type = CONFIG_WIRE_BODY};
	char text[DOCUMENT_MAX];

	m.propose.revision = describe(s, word(s, 2));
	if (m.propose.revision.kind != REVISION_CONFIRM)
		m.propose.size = (uint32_t)document(&m.propose.revision.id, text);
	deliver(s, &m);
	collect(s);
	if (!m.propose.size)
		return;
	b.body.size = m.propose.size;
	memcpy(b.body.data, text, b.body.size);
	deliver(s, &b);
}

static void do_answer(struct script *s)
{
	static const enum config_wire_type types[] = {CONFIG_WIRE_OK, CONFIG_WIRE_BAD,
						      CONFIG_WIRE_ACK, CONFIG_WIRE_ABORT};
	struct config_message m = {.type = CONFIG_WIRE_OK};

	for (size_t i = 0; i < 4; i++)
		if (strcasecmp(config_wire_type_name(types[i]), word(s, 0)) == 0)
			m.type = types[i];
	identify(word(s, 2), &m.answer.id);
	if (m.type == CONFIG_WIRE_BAD)
		snprintf(m.answer.reason, sizeof(m.answer.reason), "%s", word(s, 3));
	deliver(s, &m);
}

static void do_own(struct script *s)
{
	for (size_t i = 0; s->n_queue && i < QUEUE_MAX; i++) {
		struct queued q = s->queue[0];

		memmove(&s->queue[0], &s->queue[1], --s->n_queue * sizeof(q));
		replica_message(s->replica, s->settings.self, q.bytes, q.size, s->now);
		collect(s);
	}
}

static void print_refusal(struct script *s, int error, const char *why)
{
	if (error)
		text_add(&s->output, "  -> refused: %d %s\n", error, why);
}

static void do_client(struct script *s)
{
	struct revision r = describe(s, word(s, 1));
	char text[DOCUMENT_MAX], why[REPLICA_TEXT_MAX] = "";
	size_t size = r.kind == REVISION_CONFIRM ? 0 : document(&r.id, text);

	print_refusal(s, replica_propose(s->replica, &r, text, size, 1, s->now, why, sizeof(why)),
		      why);
}

static void do_command(struct script *s)
{
	char why[REPLICA_TEXT_MAX] = "";

	print_refusal(s, replica_override(s->replica, s->now, why, sizeof(why)), why);
}

static void do_stored(struct script *s)
{
	replica_stored(s->replica, -atoi(word(s, 1)), s->now);
}

static void do_checked(struct script *s)
{
	replica_checked(s->replica, &s->checking, s->n_words > 1 ? s->words[1] : NULL, s->now);
}

static void do_read(struct script *s)
{
	struct revision *r = NULL;
	char *body = NULL;
	size_t size = 0;

	for (size_t i = 0; i < s->replica->n_recent && s->n_words == 1; i++)
		if (s->replica->recent[i].number == s->reading)
			r = &s->replica->recent[i];
	if (r) {
		body = malloc(DOCUMENT_MAX);
		size = document(&r->id, body);
	}
	replica_read(s->replica, r, body, size, s->now);
}

static void do_explain(struct script *s)
{
	char text[REPLICA_TEXT_MAX];

	text_add(&s->output, "  -> %s\n", replica_explain(s->replica, s->now, text, sizeof(text)));
}

static void do_line(struct script *s)
{
	static const struct {
		const char *verb;
		void (*run)(struct script *s);
	} verbs[] = {
		{"config", do_config},	 {"log", do_log},	  {"at", do_at},
		{"run", do_run},	 {"ring", do_ring},	  {"lost", do_ring},
		{"quorum", do_quorum},	 {"state", do_state},	  {"promise", do_vote},
		{"ready", do_vote},	 {"override", do_vote},	  {"fetch", do_fetch},
		{"part", do_part},	 {"propose", do_propose}, {"ok", do_answer},
		{"ack", do_answer},	 {"abort", do_answer},	  {"bad", do_answer},
		{"own", do_own},	 {"client", do_client},	  {"stored", do_stored},
		{"checked", do_checked}, {"read", do_read},	  {"command", do_command},
		{"explain", do_explain},
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(s->words[0], verbs[i].verb) != 0)
			continue;
		verbs[i].run(s);
		if (s->replica)
			collect(s);
		return;
	}
	fail(s, "no such verb", s->words[0]);
}

static void run_line(struct script *s, char *line)
{
	char *rest = NULL;

	if (strncmp(line, "  ->", 4) != 0)
		text_add(&s->output, "%s\n", line);
	if (strncmp(line, "  ->", 4) == 0 || line[0] == '#' || !line[0])
		return;
	s->n_words = 0;
	for (char *w = strtok_r(line, " ", &rest); w && s->n_words < WORDS_MAX;
	     w = strtok_r(NULL, " ", &rest))
		s->words[s->n_words++] = w;
	do_line(s);
}

char *replica_script_run(const char *text, char *error, size_t size)
{
	struct script *s = calloc(1, sizeof(*s));
	char *output = malloc(OUTPUT_MAX), *copy = strdup(text), *rest = copy, *line;

	if (!s || !output || !copy)
		abort();
	s->error = error;
	s->error_size = size;
	text_init(&s->output, output, OUTPUT_MAX);
	while ((line = strsep(&rest, "\n")) && !s->failed)
		if (*line || rest)
			run_line(s, line);
	if (text_result(&s->output) < 0)
		fail(s, "the output is too long", "");
	if (s->failed) {
		free(output);
		output = NULL;
	}
	replica_free(s->replica);
	free(copy);
	free(s);
	return output;
}
