// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/interactive_io.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "console/complete_io.h"
#include "console/output_io.h"
#include "console/run_io.h"
#include "console/words.h"

#define HISTORY_LINES 200
#define PROMPT "trireme> "
/* Of what can stand at the cursor; in a narrow terminal, help has a line of its own. */
#define HELP_COLUMN 30
#define HELP_COLUMN_NARROW 6
#define COLUMNS_WIDE 60
#define COLUMNS 80
#define ENTRY_MAX 2048

struct shell {
	EditLine *edit;
	History *history;
	const struct client *client;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* How a command that waits is ended: http_io.c lets the signal through while it waits. */
static void block_interrupt(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(how, &set, NULL);
}

static const char *prompt(EditLine *edit)
{
	(void)edit;
	return PROMPT;
}

static struct shell *shell_of(EditLine *edit)
{
	struct shell *shell = NULL;

	el_get(edit, EL_CLIENTDATA, &shell);
	return shell;
}

/* The words up to the cursor; the last one is what is being typed, perhaps "". */
static int words_before_cursor(EditLine *edit, struct words *words)
{
	const LineInfo *line = el_line(edit);
	size_t size = (size_t)(line->cursor - line->buffer);
	char text[WORDS_LINE_MAX];
	int r;

	if (size >= sizeof(text))
		return -E2BIG;
	memcpy(text, line->buffer, size);
	text[size] = '\0';
	r = words_split(text, words);
	if (r == 0 && !words->begun && words->n < COMMAND_WORDS_MAX) {
		words->text[sizeof(words->text) - 1] = '\0';
		words->list[words->n++] = &words->text[sizeof(words->text) - 1];
	}
	return r;
}

/* How much all of them have in common. */
static size_t common_length(const struct completions *found)
{
	size_t length = found->n ? strlen(found->list[0].text) : 0;

	for (size_t i = 1; i < found->n; i++) {
		size_t k = 0;

		while (k < length && found->list[i].text[k] == found->list[0].text[k])
			k++;
		length = k;
	}
	return length;
}

/* Of the terminal; of one that does not say it, COLUMNS. */
static size_t terminal_columns(void)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLUMNS;
	return size.ws_col;
}

static void show(const struct completions *found)
{
	size_t columns = terminal_columns();
	size_t help = columns >= COLUMNS_WIDE ? HELP_COLUMN : HELP_COLUMN_NARROW;

	putchar('\n');
	for (size_t i = 0; i < found->n; i++) {
		char words[ENTRY_MAX];
		struct text text = TEXT_ON(words);

		command_entry(found->list[i].text, found->list[i].help, help, columns - 1, &text);
		output_text(stdout, words);
	}
	if (found->n == 0)
		puts("  nothing more is known here");
}

/* Puts in what is sure. False: nothing is. */
static bool insert_common(EditLine *edit, const struct words *words,
			  const struct completions *found)
{
	size_t begun = strlen(words->list[words->n - 1]), length = common_length(found);
	char more[COMPLETION_MAX + 2];
	bool whole = found->n == 1 && !found->list[0].open;

	if (found->n == 0 || length < begun || (length == begun && !whole))
		return false;
	snprintf(more, sizeof(more), "%.*s%s", (int)(length - begun), found->list[0].text + begun,
		 whole ? " " : "");
	return el_insertstr(edit, more) == 0;
}

static unsigned char on_tab(EditLine *edit, int key)
{
	_cleanup_(completions_clear) struct completions found = {0};
	struct shell *shell = shell_of(edit);
	struct words words;

	(void)key;
	if (words_before_cursor(edit, &words) < 0 || words.n == 0 ||
	    complete_by(shell->client, words.n, words.list, &found) < 0)
		return CC_ERROR;
	if (insert_common(edit, &words, &found))
		return CC_REFRESH;
	if (found.n == 0)
		return CC_ERROR;
	show(&found);
	return CC_REDISPLAY;
}

/* '?' is help, but within quotes it is a character. */
static unsigned char on_help(EditLine *edit, int key)
{
	_cleanup_(completions_clear) struct completions found = {0};
	struct shell *shell = shell_of(edit);
	struct words words;

	(void)key;
	if (words_before_cursor(edit, &words) < 0)
		return CC_ERROR;
	if (words.open)
		return el_insertstr(edit, "?") == 0 ? CC_REFRESH : CC_ERROR;
	if (complete_by(shell->client, words.n, words.list, &found) < 0)
		return CC_ERROR;
	show(&found);
	return CC_REDISPLAY;
}

/* The API speaks UTF-8, and so does who types, whatever language the machine is set to. */
static void take_utf8(void)
{
	if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

static int shell_open(struct shell *shell)
{
	HistEvent event;

	take_utf8();

	shell->edit = el_init("trireme", stdin, stdout, stderr);
	shell->history = history_init();
	if (!shell->edit || !shell->history)
		return -ENOMEM;
	history(shell->history, &event, H_SETSIZE, HISTORY_LINES);
	history(shell->history, &event, H_SETUNIQUE, 1);
	el_set(shell->edit, EL_CLIENTDATA, shell);
	el_set(shell->edit, EL_PROMPT, prompt);
	el_set(shell->edit, EL_EDITOR, "emacs");
	el_set(shell->edit, EL_HIST, history, shell->history);
	el_set(shell->edit, EL_ADDFN, "trireme-complete", "completes the word", on_tab);
	el_set(shell->edit, EL_ADDFN, "trireme-help", "says what can stand here", on_help);
	el_set(shell->edit, EL_BIND, "^I", "trireme-complete", NULL);
	el_set(shell->edit, EL_BIND, "?", "trireme-help", NULL);
	return 0;
}

static void shell_close(struct shell *shell)
{
	if (shell->edit)
		el_end(shell->edit);
	if (shell->history)
		history_end(shell->history);
}

/* A line; NULL: the end. Ctrl-C ends the line, not the program. */
static const char *read_line(struct shell *shell)
{
	const char *line;
	int n;

	do {
		interrupted = 0;
		errno = 0;
		/* The window may have another size than at the line before. */
		el_resize(shell->edit);
		block_interrupt(SIG_UNBLOCK);
		line = el_gets(shell->edit, &n);
		block_interrupt(SIG_BLOCK);
		if (interrupted)
			putchar('\n');
	} while (!line && interrupted);
	return line;
}

static bool run_line(struct shell *shell, const char *line, enum exit_code *code)
{
	struct words words;
	HistEvent event;

	if (words_split(line, &words) < 0 || words.open) {
		*code = run_problem(EXIT_USAGE, "the line is too long, or a quote has no end");
		return true;
	}
	if (words.n == 0)
		return true;
	history(shell->history, &event, H_ENTER, line);
	if (strcmp(words.list[0], "exit") == 0 || strcmp(words.list[0], "quit") == 0)
		return false;
	*code = run_words(shell->client, words.n, words.list);
	return true;
}

enum exit_code interactive(const struct client *client)
{
	const struct sigaction interrupt = {.sa_handler = on_interrupt};
	struct shell shell = {.client = client};
	enum exit_code code = EXIT_OK;
	const char *line;

	if (shell_open(&shell) < 0) {
		shell_close(&shell);
		return run_problem(EXIT_REFUSED, "no memory");
	}
	sigaction(SIGINT, &interrupt, NULL);
	puts("TAB completes, ? says what can stand here, exit leads back.");
	while ((line = read_line(&shell)) && run_line(&shell, line, &code))
		;
	shell_close(&shell);
	return code;
}
