// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "console/command.h"

#define COLUMNS 79
#define HELP_COLUMN 31

static const char exit_codes[] =
	"\nExit codes: 0 done; 1 refused, or not so (status --ready); 2 wrong usage; 3 not now: "
	"the\n"
	"API, or what is behind it, does not answer or is busy; 4 somebody else has changed the\n"
	"same meanwhile; 5 not allowed for this user.\n";

static void add_arguments(const struct command *command, struct text *text)
{
	if (command->usage)
		text_add(text, " %s", command->usage);
	for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX; i++) {
		const struct argument *argument = &command->arguments[i];

		if (!argument->name || !argument->name[0])
			continue;
		text_add(text, argument->optional ? " [%s]" : " %s", argument->name);
	}
}

static void add_switch(const struct command *command, size_t id, struct text *text)
{
	const struct command_switch *s = &command_switches[id];
	bool needed = command->needed & SWITCH_BIT(id);

	text_add(text, " %s%s", needed ? "" : "[", s->letter ? s->letter : s->name);
	if (s->takes == SWITCH_WITH_SPAN)
		text_add(text, " [%s]", s->value_name);
	else if (s->takes != SWITCH_ALONE)
		text_add(text, " %s", s->value_name);
	text_add(text, "%s", needed ? "" : "]");
}

void command_usage(const struct command *command, struct text *text)
{
	text_add(text, "trireme %s", command->words);
	add_arguments(command, text);
	for (size_t id = 0; id < SWITCHES; id++) {
		if (command->switches & SWITCH_BIT(id))
			add_switch(command, id, text);
	}
}

/* Words from a column on, as many lines as they need; what stands before is written already. */
static void add_wrapped(const char *words, size_t begin, size_t columns, struct text *text)
{
	size_t column = begin;

	while (*words) {
		size_t size = strcspn(words, " ");

		if (column > begin && column + 1 + size > columns) {
			text_add(text, "\n%*s", (int)begin, "");
			column = begin;
		}
		text_add(text, "%s%.*s", column > begin ? " " : "", (int)size, words);
		column += size + (column > begin);
		words += size;
		words += strspn(words, " ");
	}
	text_add(text, "\n");
}

void command_entry(const char *name, const char *help, size_t column, size_t columns,
		   struct text *text)
{
	bool fits = strlen(name) + 3 <= column;

	if (!help[0]) {
		text_add(text, "  %s\n", name);
		return;
	}
	text_add(text, "  %-*s", fits ? (int)column - 2 : 0, name);
	if (!fits)
		text_add(text, "\n%*s", (int)column, "");
	add_wrapped(help, column, columns, text);
}

static void add_command(const struct command *command, struct text *text)
{
	char words[96];
	struct text name = TEXT_ON(words);

	text_add(&name, "%s", command->words);
	add_arguments(command, &name);
	command_entry(words, command->help, HELP_COLUMN, COLUMNS, text);
}

void command_help_group(const char *words, struct text *text)
{
	for (size_t i = 0, n = 0; i < n_commands; i++) {
		if (!command_follows(&commands[i], words))
			continue;
		if (n++ == 0)
			text_add(text, "Usage: trireme %s COMMAND [ARGUMENTS]\n\n", words);
		add_command(&commands[i], text);
	}
}

void command_help(const struct command *command, struct text *text)
{
	text_add(text, "Usage: ");
	command_usage(command, text);
	text_add(text, "\n\n  ");
	text_add(text, "%s\n", command->help);
	for (size_t id = 0, n = 0; id < SWITCHES; id++) {
		const struct command_switch *s = &command_switches[id];
		char name[48];

		if (!(command->switches & SWITCH_BIT(id)))
			continue;
		snprintf(name, sizeof(name), "%s%s%s%s%s", s->letter ? s->letter : "",
			 s->letter ? ", " : "", s->name, s->value_name ? " " : "",
			 s->value_name ? s->value_name : "");
		text_add(text, "%s", n++ ? "" : "\n");
		command_entry(name, s->help, HELP_COLUMN, COLUMNS, text);
	}
	for (size_t i = 0, n = 0; i < n_commands; i++) {
		if (!command_follows(&commands[i], command->words))
			continue;
		text_add(text, "%s", n++ ? "" : "\n");
		add_command(&commands[i], text);
	}
}

void command_help_all(struct text *text)
{
	text_add(text, "Usage: trireme COMMAND [ARGUMENTS]   one command\n"
		       "       trireme                       asks for commands: TAB completes, ? "
		       "explains\n"
		       "       trireme COMMAND --help        its arguments and switches\n\n");
	for (size_t i = 0; i < n_commands; i++) {
		if (!commands[i].hidden)
			add_command(&commands[i], text);
	}
	text_add(text, "%s", exit_codes);
}
