/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the menu's items share: saying, asking, waiting, the password. */
#ifndef TRIREME_CONSOLE_CONSOLE_IO_H
#define TRIREME_CONSOLE_CONSOLE_IO_H

#include "console/machine_io.h"
#include "console/terminal_io.h"

#define CONSOLE_LINE 256

struct console {
	struct machine machine;
	struct terminal terminal;
	unsigned int wrong_tries;
};

/* A line, or as many as RENDER_COLUMNS need. */
void console_say(const char *words);

/* Asks a question; returns as terminal_ask(). */
int console_ask(const struct console *console, const char *question, bool echo, char *buf,
		size_t size);

/* Until a key is pressed. 0; -EIO: the terminal is gone. */
int console_pause(const struct console *console);

/* All of that time, whatever is pressed. */
void console_wait(unsigned int seconds);

/*
 * 0: the password was given, or none is set. -EACCES: it was wrong, and the delay is over; else as
 * terminal_ask().
 */
int console_ask_password(struct console *console, const char *question);

#endif
