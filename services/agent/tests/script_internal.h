/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What script.c (reading and doing) and script_print.c (what was done) share. */
#ifndef TRIREME_AGENT_TESTS_SCRIPT_INTERNAL_H
#define TRIREME_AGENT_TESTS_SCRIPT_INTERNAL_H

#include "agent/decide.h"
#include "agent/tests/script.h"

#define WORDS_MAX 24
#define QUEUE_MAX 256
#define OUTPUT_MAX (256u << 10)

struct script {
	struct decide_settings settings;
	struct decide_state state;
	struct decide_device devices[DECIDE_NODES_MAX];
	struct decide_actions actions;
	uint64_t now;
	size_t group;
	bool hide, automatic;
	uint32_t echoers[DECIDE_NODES_MAX];
	size_t n_echoers;
	struct agent_message queue[QUEUE_MAX];
	size_t n_queue;
	char *words[WORDS_MAX];
	size_t n_words;
	char *output;
	size_t length;
	char *error;
	size_t error_size;
	bool failed;
};

/* The script ends; the first error is told. */
void script_fail(struct script *s, const char *what, const char *word);
void script_print(struct script *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void script_print_action(struct script *s, const struct decide_action *a);
const char *script_name(const struct script *s, uint32_t id);
/* "no-carrier:eth1" */
uint8_t script_health(struct script *s, const char *text, char object[AGENT_WIRE_OBJECT_MAX]);

#endif
