/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal on standard input and output. */
#ifndef TRIREME_CONSOLE_TERMINAL_IO_H
#define TRIREME_CONSOLE_TERMINAL_IO_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_SIGNALS 6

struct terminal {
	bool is_tty;
	bool dumb;					/* no cursor movement */
	struct sigaction old_actions[TERMINAL_SIGNALS]; /* of before, for terminal_close() */
	sigset_t old_mask;
};

/* Makes Ctrl-C, Ctrl-\ and Ctrl-Z harmless to this process. */
void terminal_open(struct terminal *ret_terminal);

/* Gives these keys back what they did before. */
void terminal_close(const struct terminal *terminal);

/* Writes the text; a terminal that is gone is noticed when it is read. */
void terminal_write(const char *text);

/*
 * Writes the question and reads a line without its end; bytes beyond size - 1 are dropped with the
 * rest of the line. echo false: what is typed is not shown, from before the question on. -EINTR:
 * Ctrl-C; -EIO: the terminal is gone; -ENODATA: Ctrl-D on an empty line.
 */
int terminal_ask(const struct terminal *terminal, const char *question, bool echo, char *buf,
		 size_t size);

#define TERMINAL_CTRL_C 3

/* Waits at most that long for a key, which is not shown. The key; 0: none; -EIO. */
int terminal_key(const struct terminal *terminal, int milliseconds);

/* Waits that long, whatever is typed. 0; -EINTR: Ctrl-C. */
int terminal_pause(int milliseconds);

/* As terminal_key(), but 1 for any key, and the rest of what was typed is forgotten. */
int terminal_wait_key(const struct terminal *terminal, int milliseconds);

/* Forgets what was typed and not read yet. */
void terminal_forget(const struct terminal *terminal);

/*
 * Runs the program in the foreground with its own process group, so that Ctrl-C reaches it and not
 * this process, and waits for its end. Returns its wait status or -errno.
 */
int terminal_run(const struct terminal *terminal, const char *path, char *const argv[]);

#endif
