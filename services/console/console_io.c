// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/console_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/audit_io.h"
#include "console/menu.h"
#include "console/password_io.h"
#include "console/render.h"

void console_say(const char *words)
{
	do {
		size_t length = render_fitting(words, RENDER_COLUMNS);
		char line[RENDER_COLUMNS + 2];

		snprintf(line, sizeof(line), "%.*s\n", (int)length, words);
		terminal_write(line);
		words += length;
		words += *words == ' ' || *words == '\n';
	} while (*words);
}

int console_ask(const struct console *console, const char *question, bool echo, char *buf,
		size_t size)
{
	int r = terminal_ask(&console->terminal, question, echo, buf, size);

	if (r == -EINTR || r == -ENODATA)
		console_say("");
	return r;
}

int console_pause(const struct console *console)
{
	terminal_write("Press a key for the menu.");
	for (;;) {
		int r = terminal_wait_key(&console->terminal, 60000);

		if (r != 0) {
			console_say("");
			return r < 0 ? r : 0;
		}
	}
}

/* Ctrl-C must not shorten it, and sleep(3) would forget what is left of a second. */
void console_wait(unsigned int seconds)
{
	struct timespec left = {.tv_sec = seconds};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

int console_ask_password(struct console *console, const char *question)
{
	char password[MENU_PASSWORD_MAX + 2], words[128];
	struct text text = TEXT_ON(words);
	unsigned int delay;
	int r;

	if (!password_is_set(&console->machine))
		return 0;
	r = console_ask(console, question, false, password, sizeof(password));
	if (r < 0)
		return r;
	r = password_check(&console->machine, password);
	explicit_bzero(password, sizeof(password));
	audit_note_console(console->machine.root, "sign-in", "console", r);
	if (r == 0) {
		console->wrong_tries = 0;
		return 0;
	}
	if (r != -EACCES) {
		text_add(&text, "The stored password cannot be used: %s", strerror(-r));
		console_say(words);
		return -EACCES;
	}
	delay = menu_wrong_delay(++console->wrong_tries);
	text_add(&text, "That is not the password. Wait %u s.", delay);
	console_say(words);
	console_wait(delay);
	terminal_forget(&console->terminal);
	return -EACCES;
}
