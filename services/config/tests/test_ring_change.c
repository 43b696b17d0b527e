// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases of a change of the ring: ring/NN-name.txt, each a test; with the argument `bless`
 * they are written anew. A line is a command, what begins with "  -> " is what happens:
 *
 *   nodes N                   r1, r2, w, x (ids 1 to N)
 *   want NODE PORT ADDRESS    the wanted ring differs from the old one in this
 *   want token|key|hash N     … or in this
 *   want without NODE
 *   want id NODE N            another machine takes the node's place
 *   aim [NODE]                the node, or all, are to come to the wanted ring
 *   revert                    all are to come to the old one
 *   broken ADDRESS            nothing reaches the address
 *   off|on|restart NODE       the machine; its daemon alone
 *   deaf|hears NODE           corosync refuses new files; takes them again
 *   readonly NODE             files cannot be written
 *   frail                     a reload when the ring has just formed makes it form anew
 *   flap                      the ring forms anew
 *   run SECONDS
 *   show                      what every node runs
 *
 * Then random changes, with nodes that go and come, must all reach their end; the argument says how
 * many.
 */
#include <arpa/inet.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"
#include "config/tests/ring_sim.h"

#define PATTERN "services/config/tests/ring/*.txt"
#define CASES_MIN 10
#define CASES_MAX 50
#define FILE_MAX (64u << 10)
#define SECOND 1000000000ULL

static bool bless;
static unsigned int runs = 200;

static struct sim_node *need_node(struct sim *sim, const char *name)
{
	struct sim_node *node = sim_node_by_name(sim, name);

	if (!node)
		fail_msg("no node %s", name);
	return node;
}

static struct ring_node *wanted_node(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->wanted.n_nodes; i++) {
		if (strcmp(sim->wanted.nodes[i].name, name) == 0)
			return &sim->wanted.nodes[i];
	}
	fail_msg("no node %s", name);
	return NULL;
}

static void want_without(struct sim *sim, const char *name)
{
	struct ring_node *node = wanted_node(sim, name);
	size_t at = (size_t)(node - sim->wanted.nodes);

	sim->wanted.n_nodes--;
	memmove(node, node + 1, (sim->wanted.n_nodes - at) * sizeof(*node));
	sim->wanted.nodes[sim->wanted.n_nodes] = (struct ring_node){0};
}

static void want(struct sim *sim, const char *what, const char *a, const char *b)
{
	if (strcmp(what, "token") == 0)
		sim->wanted.token = (uint32_t)atoi(a);
	else if (strcmp(what, "key") == 0)
		sim->wanted.crypto.key[0] = (uint8_t)atoi(a);
	else if (strcmp(what, "hash") == 0)
		sim->wanted.crypto.hash = (enum config_hash)atoi(a);
	else if (strcmp(what, "without") == 0)
		want_without(sim, a);
	else if (strcmp(what, "id") == 0)
		wanted_node(sim, a)->id = (uint8_t)atoi(b);
	else
		assert_int_equal(
			parse_ipv4(
				b,
				&wanted_node(sim, what)->address[strcmp(a, "eth0") == 0].address),
			0);
}

static void aim_all(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (sim->nodes[i].on)
			sim_aim(sim, &sim->nodes[i]);
	}
}

static void show(struct sim *sim)
{
	char buf[200];

	for (size_t i = 0; i < sim->n_nodes; i++) {
		struct sim_node *node = &sim->nodes[i];
		struct text text = TEXT_ON(buf);
		const struct ring_node *self = ring_node_by_id(&node->runs, node->id);

		for (unsigned int l = 0; node->on && self && l < RING_LINKS; l++) {
			char address[16];

			if (node->runs.links & 1u << l)
				text_add(&text, " %u=%s", l,
					 format_ipv4(self->address[l].address, address, 16));
		}
		text_add(sim->log, "  -> %s %s%s token %u key %u: ", node->name,
			 node->on ? "runs" : "off", buf, node->runs.token,
			 node->runs.crypto.key[0]);
		ring_change_describe(&node->change, sim->log);
		text_add(sim->log, "\n");
	}
}

static void command(struct sim *sim, const char *words[4])
{
	struct sim_node *node;

	if (strcmp(words[0], "nodes") == 0) {
		struct text *log = sim->log;

		sim_init(sim, (size_t)atoi(words[1]));
		sim->log = log;
	} else if (strcmp(words[0], "want") == 0) {
		want(sim, words[1], words[2], words[3]);
	} else if (strcmp(words[0], "aim") == 0 && !words[1][0]) {
		aim_all(sim);
	} else if (strcmp(words[0], "revert") == 0) {
		sim->wanted = sim->old;
		aim_all(sim);
	} else if (strcmp(words[0], "broken") == 0) {
		assert_int_equal(parse_ipv4(words[1], &sim->broken[sim->n_broken++]), 0);
	} else if (strcmp(words[0], "run") == 0) {
		sim_run(sim, (uint64_t)atoi(words[1]) * SECOND);
	} else if (strcmp(words[0], "show") == 0) {
		show(sim);
	} else if (strcmp(words[0], "frail") == 0) {
		sim->frail = true;
	} else if (strcmp(words[0], "flap") == 0) {
		sim_form_anew(sim);
	} else {
		node = need_node(sim, words[1]);
		if (strcmp(words[0], "aim") == 0)
			sim_aim(sim, node);
		else if (strcmp(words[0], "off") == 0)
			sim_off(sim, node);
		else if (strcmp(words[0], "on") == 0)
			sim_on(sim, node);
		else if (strcmp(words[0], "restart") == 0)
			sim_restart(sim, node);
		else if (strcmp(words[0], "deaf") == 0)
			node->deaf = true;
		else if (strcmp(words[0], "hears") == 0)
			node->deaf = false;
		else if (strcmp(words[0], "readonly") == 0)
			node->readonly = true;
		else
			fail_msg("unknown command %s", words[0]);
	}
}

static void run_script(char *script, struct text *out)
{
	static struct sim sim;
	char *end;

	sim = (struct sim){.log = out};
	for (char *line = script; (end = strchr(line, '\n')); line = end + 1) {
		/* A word that is missing is empty. */
		const char *words[4] = {"", "", "", ""};
		char *at = NULL;
		size_t n = 0;

		*end = '\0';
		if (strncmp(line, "  -> ", 5) == 0)
			continue;
		text_add(out, "%s\n", line);
		if (line[0] == '#' || !line[0])
			continue;
		for (char *word = strtok_r(line, " ", &at); word && n < 4;
		     word = strtok_r(NULL, " ", &at))
			words[n++] = word;
		command(&sim, words);
	}
	sim.log = NULL;
}

static void does_as_written(void **state)
{
	const char *path = *state;
	_cleanup_free_ char *expected = NULL, *script = NULL, *actual = malloc(FILE_MAX);
	struct text text;

	assert_non_null(actual);
	assert_int_equal(file_read(path, FILE_MAX, &expected, NULL), 0);
	script = strdup(expected);
	text_init(&text, actual, FILE_MAX);
	run_script(script, &text);
	assert_int_equal(text_result(&text), 0);
	if (bless)
		assert_int_equal(file_write_atomic(path, actual, strlen(actual), 0644), 0);
	else if (strcmp(expected, actual) != 0)
		fail_msg("%s: it is\n%s", path, actual);
}

/* xorshift64 (Marsaglia 2003). */
static uint64_t random_state;

static unsigned int pick(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned int)(random_state % n);
}

static void random_want(struct sim *sim)
{
	for (unsigned int n = 1 + pick(4); n > 0; n--) {
		struct ring_node *node = &sim->wanted.nodes[pick((unsigned int)sim->n_nodes)];

		switch (pick(5)) {
		case 0:
			sim->wanted.crypto.key[0] = (uint8_t)pick(200);
			break;
		case 1:
			sim->wanted.token = 500 + pick(3) * 100;
			break;
		default: /* an address that no other node ever has */
			node->address[pick(2)].address =
				htonl(0x0a000000u | (uint32_t)node->id << 16 | (1u + pick(200)));
		}
	}
}

static void random_event(struct sim *sim)
{
	struct sim_node *node = &sim->nodes[pick((unsigned int)sim->n_nodes)];

	switch (pick(4)) {
	case 0:
		if (node->on)
			sim_off(sim, node);
		else
			sim_on(sim, node);
		break;
	case 1:
		if (node->on)
			sim_restart(sim, node);
		break;
	case 2: /* reverted half-way */
		if (pick(3) == 0) {
			sim->wanted = sim->old;
			aim_all(sim);
		}
		break;
	}
	sim_run(sim, (1 + pick(15)) * SIM_STEP);
}

static void random_changes_reach_their_end(void **state)
{
	static struct sim sim;

	(void)state;
	for (unsigned int seed = 1; seed <= runs; seed++) {
		random_state = seed * 0x9e3779b97f4a7c15ULL;
		sim_init(&sim, 2 + pick(3));
		random_want(&sim);
		aim_all(&sim);
		for (unsigned int n = pick(25); n > 0; n--)
			random_event(&sim);
		for (size_t i = 0; i < sim.n_nodes; i++) {
			if (!sim.nodes[i].on)
				sim_on(&sim, &sim.nodes[i]);
		}
		aim_all(&sim);
		for (int s = 0; s < 400 && !sim_reached(&sim, &sim.wanted); s++)
			sim_run(&sim, SECOND);
		sim_run(&sim, 20 * SECOND);
		if (!sim_reached(&sim, &sim.wanted))
			fail_msg("seed %u does not reach the wanted ring", seed);
	}
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[CASES_MAX + 1];
	glob_t found;
	size_t n = 0;
	int failed;

	bless = argc > 1 && strcmp(argv[1], "bless") == 0;
	if (argc > 1 && !bless)
		runs = (unsigned int)atoi(argv[1]);
	if (glob(PATTERN, 0, NULL, &found) != 0 || found.gl_pathc < CASES_MIN ||
	    found.gl_pathc > CASES_MAX) {
		fprintf(stderr, "%s: %d to %d cases expected\n", PATTERN, CASES_MIN, CASES_MAX);
		return 1;
	}
	for (; n < found.gl_pathc; n++)
		tests[n] = (struct CMUnitTest){.name = found.gl_pathv[n],
					       .test_func = does_as_written,
					       .initial_state = found.gl_pathv[n]};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(random_changes_reach_their_end);
	failed = _cmocka_run_group_tests("ring_change", tests, n, NULL, NULL);
	globfree(&found);
	return failed;
}
