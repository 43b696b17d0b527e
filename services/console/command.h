/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of `trireme`: one table says of each its words, arguments and switches, what it asks
 * the API and how the answer is put into words. Parsing, usage and completion follow from it.
 */
#ifndef TRIREME_CONSOLE_COMMAND_H
#define TRIREME_CONSOLE_COMMAND_H

#include <stdint.h>

#include "console/api.h"

#define COMMAND_ARGUMENTS_MAX 2
#define COMMAND_WORDS_MAX 64 /* of one command line */

enum argument_kind {
	ARGUMENT_NONE,
	ARGUMENT_PATH,	   /* in the document */
	ARGUMENT_VALUE,	   /* of the path before */
	ARGUMENT_REVISION, /* its number */
	ARGUMENT_DOCUMENT, /* "running", "candidate", or a revision's number */
	ARGUMENT_COUNT,	   /* 1 to 1000 */
	ARGUMENT_GROUP,
	ARGUMENT_NODE,
	ARGUMENT_SERVICE,
	ARGUMENT_POOL,
	ARGUMENT_REAL, /* of the pool before */
	ARGUMENT_USER,
	ARGUMENT_TOKEN,
	ARGUMENT_FILE,
	ARGUMENT_WORD, /* anything */
};

struct argument {
	const char *name; /* in the usage; NULL: there is none */
	enum argument_kind kind;
	const char *member; /* of the operation's input, or NULL */
	bool optional;
};

/* Places in switches[]. */
enum switch_id {
	SWITCH_JSON,
	SWITCH_MESSAGE,
	SWITCH_CONFIRM,
	SWITCH_EMERGENCY,
	SWITCH_CANDIDATE,
	SWITCH_REVISION,
	SWITCH_PATCH,
	SWITCH_READY,
	SWITCH_WAIT,
	SWITCH_FORCE,
	SWITCH_FORMAT,
	SWITCH_DRY_RUN,
	SWITCH_ROLE,
	SWITCH_EXPIRES,
	SWITCH_DRAINED,
	SWITCH_ONCE,
	SWITCH_INTERVAL,
	SWITCHES,
};

#define SWITCH_BIT(id) (1u << (id))

enum switch_value {
	SWITCH_ALONE,
	SWITCH_WITH_TEXT,
	SWITCH_WITH_NUMBER,
	SWITCH_WITH_SPAN, /* minutes, or seconds as in 90s; may be left out */
	SWITCH_WITH_DATE, /* date and time with time zone, RFC 3339 */
	SWITCH_WITH_CHOICE,
};

struct command_switch {
	const char *name, *letter; /* "--message", "-m" or NULL */
	enum switch_value takes;
	const char *value_name;	      /* in the usage */
	const char *choices;	      /* "a|b|c" of SWITCH_WITH_CHOICE */
	uint32_t min, max, otherwise; /* of a number or time; `otherwise`: left out */
	const char *member, *text; /* of the operation's input; its text where it takes no value */
	const char *help;
};

enum command_kind {
	COMMAND_ASK, /* one request; its answer in words */
	COMMAND_STATUS,
	COMMAND_DRAIN,
	COMMAND_TOP,
	COMMAND_EXPORT,
	COMMAND_IMPORT,
	COMMAND_REALSERVER,
	COMMAND_USER_ADD,
	COMMAND_USER_PASSWORD,
	COMMAND_HELP,
	/* The words behind are for whoever runs it: they are not taken apart. */
	COMMAND_COMPLETE,
	COMMAND_PROGRAM,
};

struct command;

/* A command line, taken apart; texts belong to the caller. */
struct command_line {
	const struct command *command;
	const char *arguments[COMMAND_ARGUMENTS_MAX]; /* NULL: not given */
	unsigned int switches;			      /* SWITCH_BIT()s given */
	const char *texts[SWITCHES];		      /* values of switches */
	uint32_t numbers[SWITCHES];
};

struct command {
	const char *words; /* "cluster switchover" */
	struct argument arguments[COMMAND_ARGUMENTS_MAX];
	unsigned int switches, needed; /* SWITCH_BIT()s that it takes, and must have */
	enum command_kind kind;
	const char *operation;	    /* of the module trireme-api: the input follows from the line */
	const char *member, *value; /* one more member of its input */
	const char *program;	    /* of COMMAND_PROGRAM, with its first words; member: its */
				    /* switch that says who asks, or NULL */
	const char *usage;	    /* what it takes, in place of arguments and switches */
	/* In place of an operation: makes the request. */
	int (*request)(const struct command_line *line, struct api_request *request,
		       struct text *problem);
	/* Of COMMAND_ASK and the like. -ENOENT: nothing has that name; other errors: who would */
	/* know is silent. The words say which. */
	int (*render)(const struct command_line *line, const json_t *content, struct text *text);
	bool changes; /* the configuration, or who owns what */
	bool hidden;  /* not in the list of commands */
	const char *help;
};

extern const struct command commands[];
extern const size_t n_commands;
extern const struct command_switch command_switches[SWITCHES];

/*
 * The command of whose words the most stand at the beginning of the line; *ret_words is how many.
 * NULL: none.
 */
const struct command *command_find(int argc, char *const *argv, int *ret_words);

/* The switch of that name or letter which the command takes, or else any, or SWITCHES. */
size_t command_switch_find(const struct command *command, const char *word);

/* It is listed, and its words are these and more: "cluster", "cluster why". */
bool command_follows(const struct command *command, const char *words);

/*
 * Takes a line apart. 0; -ENOENT: no such command; -EINVAL: wrong usage. problem says which, what
 * is wrong with it and what is allowed.
 */
int command_parse(int argc, char *const *argv, struct command_line *ret_line, struct text *problem);

/* The request of a line of COMMAND_ASK. 0; -EINVAL and problem; -ENOMEM. */
int command_request(const struct command_line *line, struct api_request *ret_request,
		    struct text *problem);

/* One line: "trireme show [PATH] [--revision N] …". */
void command_usage(const struct command *command, struct text *text);

/* Usage, help and switches of one command; of all: a line for each, and the exit codes. */
void command_help(const struct command *command, struct text *text);
void command_help_all(struct text *text);

/* A line for each command that begins with the words and has more; nothing: there is none. */
void command_help_group(const char *words, struct text *text);

/* A name, and its help from a column on, in as many lines of so many columns as it needs. */
void command_entry(const char *name, const char *help, size_t column, size_t columns,
		   struct text *text);

#endif
