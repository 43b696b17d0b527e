// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/cluster_items_io.h"

#include <errno.h>

#include "base/audit_io.h"
#include "console/cluster_io.h"
#include "console/menu.h"
#include "proto/daemon_client_io.h"
#include "proto/state_words.h"

static const struct agent_status_group *find_group(const struct agent_status *agent,
						   const char *line)
{
	for (uint32_t i = 0; i < agent->n_groups; i++) {
		if (menu_is_word(line, agent->groups[i].name))
			return &agent->groups[i];
	}
	return NULL;
}

/* Of several groups he types the name. 0: *ret_group is one of the agent's, or NULL for none. */
static int choose_group(const struct console *console, const struct agent_status *agent,
			const struct agent_status_group **ret_group)
{
	char line[CONSOLE_LINE], words[128];
	int r;

	for (uint32_t i = 0; i < agent->n_groups; i++) {
		struct text text = TEXT_ON(words);

		text_add(&text, "  %-*s  owner %s", AGENT_NAME_MAX - 1, agent->groups[i].name,
			 word_node(agent, agent->groups[i].owner));
		console_say(words);
	}
	*ret_group = agent->n_groups ? &agent->groups[0] : NULL;
	if (agent->n_groups < 2)
		return 0;
	r = console_ask(console, "Which of these alias groups? ", true, line, sizeof(line));
	if (r < 0)
		return r;
	*ret_group = find_group(agent, line);
	return 0;
}

int cluster_switch_over(struct console *console)
{
	static struct agent_status agent;
	const struct agent_status_group *group = NULL;
	char line[CONSOLE_LINE], words[512];
	struct text said = TEXT_ON(words);
	int r = daemon_agent_status(&agent);

	if (r < 0) {
		word_no_answer("agent", r, &said);
		console_say(words);
		return 0;
	}
	console_say("The floating addresses go from their owner to the other router.\n"
		    "Connections that are open now may break.");
	r = choose_group(console, &agent, &group);
	if (r == 0 && group)
		r = console_ask(console, "Switch over? Type yes: ", true, line, sizeof(line));
	if (r < 0)
		return r;
	if (!group || !menu_is_word(line, MENU_YES)) {
		console_say(group ? "Nothing was changed."
				  : "There is no such group: nothing was changed.");
		return 0;
	}
	audit_note_console(console->machine.root, "switch-over", group->name,
			   switchover(group->name, &said));
	console_say(words);
	return console_pause(console);
}

static const char force_effect[] =
	"For a router that is left alone after a full outage: it takes the floating\n"
	"addresses without a quorum, and keeps them until there is one again.\n"
	"Whether every other node is off is YOUR word. One that lives behind a network\n"
	"that is cut cannot be seen from here: both would serve then, and connections\n"
	"and data may be damaged. If an address is answered, this is refused.";

int cluster_force_quorum(struct console *console)
{
	char line[CONSOLE_LINE], words[512];
	struct text said = TEXT_ON(words);
	int r;

	console_say(force_effect);
	r = console_ask_password(console, "Password: ");
	if (r == 0)
		r = console_ask(console, "Is every other node off? Type " MENU_FORCE_WORD ": ",
				true, line, sizeof(line));
	if (r < 0)
		return r == -EACCES ? 0 : r;
	if (!menu_is_word(line, MENU_FORCE_WORD)) {
		console_say("Nothing was changed.");
		return 0;
	}
	audit_note_console(console->machine.root, "force-quorum", "", force_quorum(&said));
	console_say(words);
	return console_pause(console);
}
