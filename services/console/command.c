// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/command.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define COUNT_MAX 1000
#define SECONDS_PER_MINUTE 60

/* How many words of the command stand at the beginning of the line; 0: not all of them do. */
static int words_at(const char *words, int argc, char *const *argv)
{
	int n = 0;

	while (*words) {
		size_t size = strcspn(words, " ");

		if (n == argc || strlen(argv[n]) != size || strncmp(argv[n], words, size) != 0)
			return 0;
		n++;
		words += size + (words[size] == ' ');
	}
	return n;
}

const struct command *command_find(int argc, char *const *argv, int *ret_words)
{
	const struct command *found = NULL;

	*ret_words = 0;
	for (size_t i = 0; i < n_commands; i++) {
		int words = words_at(commands[i].words, argc, argv);

		if (words > *ret_words) {
			*ret_words = words;
			found = &commands[i];
		}
	}
	return found;
}

bool command_follows(const struct command *command, const char *words)
{
	size_t size = strlen(words);

	return !command->hidden && strncmp(command->words, words, size) == 0 &&
	       command->words[size] == ' ';
}

/* What can stand behind the words: "why, switchover, ..." */
static void add_followers(const char *words, struct text *problem)
{
	const char *separator = "";

	for (size_t i = 0; i < n_commands; i++) {
		if (!command_follows(&commands[i], words))
			continue;
		text_add(problem, "%s%s", separator, commands[i].words + strlen(words) + 1);
		separator = ", ";
	}
}

static bool is_group(const char *word)
{
	size_t i = 0;

	while (i < n_commands && !command_follows(&commands[i], word))
		i++;
	return i < n_commands;
}

static int unknown(int argc, char *const *argv, struct text *problem)
{
	const char *first = argc > 0 ? argv[0] : "";

	if (!is_group(first)) {
		text_add(problem, "there is no command '%.40s': see help", first);
		return -ENOENT;
	}
	if (argc > 1)
		text_add(problem,
			 "there is no command '%.40s %.40s': allowed behind '%.40s' is one of ",
			 first, argv[1], first);
	else
		text_add(problem, "%.40s needs one more word: allowed is one of ", first);
	add_followers(first, problem);
	return -ENOENT;
}

static int wrong(struct text *problem, const char *name, const char *value, const char *allowed)
{
	text_add(problem, "%s '%.200s': %s", name, value, allowed);
	return -EINVAL;
}

/* "10" and "10m" are minutes, "90s" are seconds. */
static int parse_span(const char *word, uint32_t max, uint32_t *ret_seconds)
{
	size_t length = strspn(word, "0123456789");
	uint32_t unit = SECONDS_PER_MINUTE, number;
	char digits[8];

	if (strcmp(word + length, "s") == 0)
		unit = 1;
	else if (word[length] && strcmp(word + length, "m") != 0)
		return -EINVAL;
	if (length >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, word, length);
	digits[length] = '\0';
	if (parse_u32(digits, 1, max / unit, &number) < 0)
		return -ERANGE;
	*ret_seconds = number * unit;
	return 0;
}

static bool is_choice(const char *choices, const char *word)
{
	while (*choices) {
		size_t size = strcspn(choices, "|");

		if (strlen(word) == size && strncmp(choices, word, size) == 0)
			return true;
		choices += size + (choices[size] == '|');
	}
	return false;
}

static int take_value(struct command_line *line, size_t id, const char *word, struct text *problem)
{
	const struct command_switch *s = &command_switches[id];
	char allowed[96];
	struct text text = TEXT_ON(allowed);
	int64_t seconds;
	int r = 0;

	line->texts[id] = word;
	switch (s->takes) {
	case SWITCH_WITH_NUMBER:
		r = parse_u32(word, s->min, s->max, &line->numbers[id]);
		text_add(&text, "allowed are %u to %u", s->min, s->max);
		break;
	case SWITCH_WITH_SPAN:
		r = parse_span(word, s->max, &line->numbers[id]);
		text_add(&text, "allowed are 1 to %u minutes, or seconds as in 90s",
			 s->max / SECONDS_PER_MINUTE);
		break;
	case SWITCH_WITH_DATE:
		r = parse_time(word, &seconds);
		text_add(&text, "allowed is a time as in 2027-01-31T12:00:00Z (RFC 3339)");
		break;
	case SWITCH_WITH_CHOICE:
		r = is_choice(s->choices, word) ? 0 : -EINVAL;
		text_add(&text, "allowed is one of %s", s->choices);
		break;
	default:
		break;
	}
	return r < 0 ? wrong(problem, s->name, word, allowed) : 0;
}

static bool is_switch(size_t id, const char *word)
{
	const struct command_switch *s = &command_switches[id];

	return strcmp(word, s->name) == 0 || (s->letter && strcmp(word, s->letter) == 0);
}

size_t command_switch_find(const struct command *command, const char *word)
{
	size_t found = SWITCHES;

	for (size_t id = 0; id < SWITCHES; id++) {
		if (!is_switch(id, word))
			continue;
		found = id;
		if (command->switches & SWITCH_BIT(id))
			break;
	}
	return found;
}

/* A switch at *i, which moves to the last word taken. */
static int take_switch(struct command_line *line, int argc, char *const *argv, int *i,
		       struct text *problem)
{
	size_t id = command_switch_find(line->command, argv[*i]);
	const struct command_switch *s = &command_switches[id];
	bool more = *i + 1 < argc;

	if (id == SWITCHES || !(line->command->switches & SWITCH_BIT(id)))
		return wrong(problem, "the switch", argv[*i], "this command does not take it");
	if (line->switches & SWITCH_BIT(id))
		return wrong(problem, "the switch", argv[*i], "it is given twice");
	line->switches |= SWITCH_BIT(id);
	line->numbers[id] = s->otherwise;
	if (s->takes == SWITCH_ALONE)
		return 0;
	if (s->takes == SWITCH_WITH_SPAN && (!more || argv[*i + 1][0] == '-'))
		return 0;
	if (!more) {
		text_add(problem, "%s needs %s", argv[*i], s->value_name);
		return -EINVAL;
	}
	return take_value(line, id, argv[++*i], problem);
}

static int check_argument(const struct argument *argument, const char *word, struct text *problem)
{
	uint32_t number;

	switch (argument->kind) {
	case ARGUMENT_REVISION:
		if (parse_u32(word, 1, UINT32_MAX, &number) < 0)
			return wrong(problem, argument->name, word,
				     "allowed is a revision's number: see history");
		return 0;
	case ARGUMENT_DOCUMENT:
		if (strcmp(word, "running") != 0 && strcmp(word, "candidate") != 0 &&
		    parse_u32(word, 1, UINT32_MAX, &number) < 0)
			return wrong(problem, argument->name, word,
				     "allowed are a revision's number, running, candidate");
		return 0;
	case ARGUMENT_COUNT:
		if (parse_u32(word, 1, COUNT_MAX, &number) < 0)
			return wrong(problem, argument->name, word, "allowed are 1 to 1000");
		return 0;
	default:
		return 0;
	}
}

static int too_many(const struct command *command, const char *word, struct text *problem)
{
	if (!is_group(command->words))
		return wrong(problem, "one word too many:", word, "see --help");
	text_add(problem, "one word too many: '%.200s'; behind '%s' can also stand ", word,
		 command->words);
	add_followers(command->words, problem);
	return -EINVAL;
}

static int take_argument(struct command_line *line, size_t n, const char *word,
			 struct text *problem)
{
	const struct argument *argument = &line->command->arguments[n];

	if (n == COMMAND_ARGUMENTS_MAX || !argument->name)
		return too_many(line->command, word, problem);
	line->arguments[n] = word;
	return check_argument(argument, word, problem);
}

static int check_complete(const struct command_line *line, struct text *problem)
{
	const struct command *command = line->command;
	unsigned int missing = command->needed & ~line->switches;

	for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX; i++) {
		const struct argument *argument = &command->arguments[i];

		if (!argument->name || argument->optional || line->arguments[i])
			continue;
		text_add(problem, "%s needs %s", command->words, argument->name);
		return -EINVAL;
	}
	for (size_t id = 0; id < SWITCHES; id++) {
		if (!(missing & SWITCH_BIT(id)))
			continue;
		text_add(problem, "%s needs %s %s", command->words, command_switches[id].name,
			 command_switches[id].value_name);
		return -EINVAL;
	}
	return 0;
}

int command_parse(int argc, char *const *argv, struct command_line *ret_line, struct text *problem)
{
	struct command_line line = {0};
	bool only_arguments = false;
	size_t n = 0;
	int words, r = 0;

	line.command = command_find(argc, argv, &words);
	if (!line.command)
		return unknown(argc, argv, problem);
	if (line.command->usage)
		argc = words;
	for (int i = words; i < argc && r == 0; i++) {
		if (!only_arguments && strcmp(argv[i], "--") == 0)
			only_arguments = true;
		else if (!only_arguments && argv[i][0] == '-' && argv[i][1])
			r = take_switch(&line, argc, argv, &i, problem);
		else
			r = take_argument(&line, n++, argv[i], problem);
	}
	if (r == 0)
		r = check_complete(&line, problem);
	if (r == 0)
		*ret_line = line;
	return r;
}

static int put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

static int put_text(json_t *object, const char *key, const char *text, struct text *problem)
{
	json_t *value = json_string(text);

	if (!value)
		return wrong(problem, key, text, "allowed is text in UTF-8");
	return put(object, key, value);
}

static int put_argument(json_t *input, const struct argument *argument, const char *word,
			struct text *problem)
{
	uint32_t number;

	if ((argument->kind == ARGUMENT_DOCUMENT || argument->kind == ARGUMENT_REVISION ||
	     argument->kind == ARGUMENT_COUNT) &&
	    parse_u32(word, 1, UINT32_MAX, &number) == 0)
		return put(input, argument->member, json_integer(number));
	return put_text(input, argument->member, word, problem);
}

static int put_switch(json_t *input, const struct command_line *line, size_t id,
		      struct text *problem)
{
	const struct command_switch *s = &command_switches[id];

	if (s->takes == SWITCH_WITH_NUMBER || s->takes == SWITCH_WITH_SPAN)
		return put(input, s->member, json_integer(line->numbers[id]));
	if (s->takes == SWITCH_ALONE)
		return put(input, s->member, s->text ? json_string(s->text) : json_true());
	return put_text(input, s->member, line->texts[id], problem);
}

/* Every argument and switch that has a member. */
static int fill_input(json_t *input, const struct command_line *line, struct text *problem)
{
	const struct command *command = line->command;
	int r = command->member ? put_text(input, command->member, command->value, problem) : 0;

	for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX && r == 0; i++) {
		if (line->arguments[i] && command->arguments[i].member)
			r = put_argument(input, &command->arguments[i], line->arguments[i],
					 problem);
	}
	for (size_t id = 0; id < SWITCHES && r == 0; id++) {
		if (line->switches & SWITCH_BIT(id) && command_switches[id].member)
			r = put_switch(input, line, id, problem);
	}
	return r;
}

int command_request(const struct command_line *line, struct api_request *ret_request,
		    struct text *problem)
{
	json_t *input;
	int r;

	if (line->command->request)
		return line->command->request(line, ret_request, problem);
	input = json_object();
	r = input ? fill_input(input, line, problem) : -ENOMEM;
	if (r == 0)
		return api_rpc(ret_request, line->command->operation, input);
	json_decref(input);
	return r;
}
