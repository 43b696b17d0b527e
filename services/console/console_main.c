// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-console: the numbered menu on the serial console and the screen. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/audit_io.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "base/wipe.h"
#include "console/machine_io.h"
#include "console/menu.h"
#include "console/page_io.h"
#include "console/password_io.h"
#include "console/ready_io.h"
#include "console/render.h"
#include "console/switchover_io.h"
#include "console/terminal_io.h"
#include "schema/schema.h"

#define SCREEN_MAX 16384
#define STATUS_PERIOD_MS 1000
#define STATUS_PERIOD_DUMB_MS 5000
#define LINE_SIZE 256
#define REBOOT_WAIT_MS 60000
#define NO_TERMINAL_WAIT_S 60
#define READY_MAX_S 3600

static const char usage[] =
	"Usage: trireme-console [SWITCHES]\n"
	"\n"
	"The menu of the serial console. init starts it on each console, and again when it ends.\n"
	"\n"
	"  --yang DIR       the model (" SCHEMA_YANG_DIR ")\n"
	"  --root DIR       for tests: the machine's files and programs are below DIR\n"
	"  --ready SECONDS  no menu: waits so long until this machine serves, and says whether it "
	"does\n"
	"  --help\n";

struct console {
	struct machine machine;
	struct terminal terminal;
	unsigned int wrong_tries;
};

static void say(const char *line)
{
	terminal_write(line);
	terminal_write("\n");
}

/* Asks a question; returns as terminal_ask(). */
static int ask(const struct console *console, const char *question, bool echo, char *buf,
	       size_t size)
{
	int r = terminal_ask(&console->terminal, question, echo, buf, size);

	if (r == -EINTR || r == -ENODATA)
		say("");
	return r;
}

static int pause_for_key(const struct console *console)
{
	terminal_write("Press a key for the menu.");
	for (;;) {
		int r = terminal_wait_key(&console->terminal, 60000);

		if (r != 0) {
			say("");
			return r < 0 ? r : 0;
		}
	}
}

static void draw_status(const struct console *console, const struct config *config)
{
	_cleanup_(view_clear) struct view view = {0};
	char screen[SCREEN_MAX];
	struct text text = TEXT_ON(screen);

	machine_look(&console->machine, config, &view);
	/* Home and clear; the screen is then written from the top. */
	if (!console->terminal.dumb)
		text_add(&text, "\033[H\033[2J");
	render_status(&view, RENDER_ROWS - 2, &text);
	text_add(&text, "(live: press a key for the menu)\n");
	terminal_write(screen);
}

static int show_status(struct console *console)
{
	_cleanup_(config_freep) struct config *config = machine_config(&console->machine);
	int r;

	do {
		draw_status(console, config);
		r = terminal_wait_key(&console->terminal, console->terminal.dumb
								  ? STATUS_PERIOD_DUMB_MS
								  : STATUS_PERIOD_MS);
	} while (r == 0);
	return r < 0 ? r : 0;
}

static int switch_over(struct console *console)
{
	char line[LINE_SIZE], words[512];
	struct text said = TEXT_ON(words);
	int r;

	say("The floating addresses go from their owner to the other router. Connections");
	say("that are open now may break.");
	r = ask(console, "Alias group (empty: the only one): ", true, line, sizeof(line));
	if (r < 0)
		return r;
	r = ask(console, "Switch over? Type yes: ", true, words, sizeof(words));
	if (r < 0)
		return r;
	if (!menu_is_yes(words)) {
		say("Nothing was changed.");
		return 0;
	}
	text_init(&said, words, sizeof(words));
	audit_note_console(console->machine.root, "switch-over", line, switchover(line, &said));
	say(words);
	return pause_for_key(console);
}

/* Ctrl-C must not shorten it, and sleep(3) would forget what is left of a second. */
static void wait_whole(unsigned int seconds)
{
	struct timespec left = {.tv_sec = seconds};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* 0: the password was given, or none is set. -EACCES: it was wrong, and the delay is over. */
static int ask_password(struct console *console, const char *question)
{
	char password[MENU_PASSWORD_MAX + 2], words[128];
	struct text text = TEXT_ON(words);
	unsigned int delay;
	int r;

	if (!password_is_set(&console->machine))
		return 0;
	r = ask(console, question, false, password, sizeof(password));
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
		say(words);
		return -EACCES;
	}
	delay = menu_wrong_delay(++console->wrong_tries);
	text_add(&text, "That is not the password. Wait %u s.", delay);
	say(words);
	wait_whole(delay);
	terminal_forget(&console->terminal);
	return -EACCES;
}

static int read_new_password(struct console *console, char *ret_password, size_t size)
{
	char again[MENU_PASSWORD_MAX + 2], words[128];
	struct text problem = TEXT_ON(words);
	bool same;
	int r = ask(console, "New password: ", false, ret_password, size);

	if (r < 0)
		return r;
	if (menu_check_password(ret_password, &problem) < 0) {
		say(words);
		return -EINVAL;
	}
	r = ask(console, "New password once more: ", false, again, sizeof(again));
	if (r < 0)
		return r;
	same = strcmp(ret_password, again) == 0;
	explicit_bzero(again, sizeof(again));
	if (same)
		return 0;
	say("The two are different: nothing was changed.");
	return -EINVAL;
}

static int set_password(struct console *console)
{
	char password[MENU_PASSWORD_MAX + 2], words[512];
	struct text text = TEXT_ON(words);
	int r = ask_password(console, "Present password: ");

	if (r == 0)
		r = read_new_password(console, password, sizeof(password));
	if (r < 0) {
		explicit_bzero(password, sizeof(password));
		return r == -EIO ? r : 0;
	}
	r = password_set(&console->machine, password);
	audit_note_console(console->machine.root, "set-password", "console", r);
	if (r < 0)
		text_add(&text, "The password could not be stored: %s", strerror(-r));
	else
		text_add(&text, "The password is set.");
	say(words);
	if (r == 0) {
		text = text_on(words, sizeof(words));
		audit_note_console(console->machine.root, "set-password", PAGE_USER,
				   page_set_password(password, &text));
		say(words);
	}
	explicit_bzero(password, sizeof(password));
	return 0;
}

static int reboot(struct console *console)
{
	char line[LINE_SIZE], path[PATH_MAX];
	char *const argv[] = {(char *)"reboot", NULL};
	int r = ask(console,
		    "This machine starts anew; a router gives its addresses away first. "
		    "Type yes: ",
		    true, line, sizeof(line));

	if (r < 0)
		return r;
	if (!menu_is_yes(line)) {
		say("Nothing was changed.");
		return 0;
	}
	r = machine_path(&console->machine, "/sbin/reboot", path);
	if (r == 0)
		r = terminal_run(&console->terminal, path, argv);
	if (r != 0) {
		say("The reboot failed.");
		return 0;
	}
	audit_note_console(console->machine.root, "reboot", "", 0);
	say("Rebooting.");
	/* The end of this process comes within seconds; the menu would only be in its way. */
	r = terminal_wait_key(&console->terminal, REBOOT_WAIT_MS);
	return r < 0 ? r : 0;
}

static int shell(struct console *console)
{
	char *const argv[] = {(char *)"sh", (char *)"-l", NULL};
	char path[PATH_MAX];
	int r;

	if (!password_is_set(&console->machine)) {
		say("No password is set: the shell is open to whoever reaches this console.");
		audit_note_console(console->machine.root, "sign-in", "console", 0);
	}
	r = ask_password(console, "Password: ");
	if (r < 0)
		return r == -EIO ? r : 0;
	r = machine_path(&console->machine, "/bin/sh", path);
	if (r < 0)
		return 0;
	say("\"exit\" leads back to the menu.");
	terminal_run(&console->terminal, path, argv);
	return 0;
}

static int run_item(struct console *console, enum menu_item item)
{
	switch (item) {
	case MENU_STATUS:
		return show_status(console);
	case MENU_SWITCH_OVER:
		return switch_over(console);
	case MENU_SET_PASSWORD:
		return set_password(console);
	case MENU_REBOOT:
		return reboot(console);
	case MENU_SHELL:
		return shell(console);
	case MENU_NONE:
		return 0;
	}
	return 0;
}

static void draw_menu(const struct console *console)
{
	_cleanup_(config_freep) struct config *config = machine_config(&console->machine);
	_cleanup_(view_clear) struct view view = {0};
	char screen[SCREEN_MAX];
	struct text text = TEXT_ON(screen);

	machine_look(&console->machine, config, &view);
	text_add(&text, "\n");
	render_banner(&view, &text);
	text_add(&text, "\n");
	menu_show(&text);
	terminal_write(screen);
}

/* One turn of the menu: 0, or -EIO when the terminal is gone. */
static int turn(struct console *console)
{
	char line[LINE_SIZE], words[128];
	struct text problem = TEXT_ON(words);
	enum menu_item item;
	int r;

	draw_menu(console);
	r = terminal_ask(&console->terminal, "", true, line, sizeof(line));
	if (r < 0)
		return r;
	if (menu_choose(line, &item, &problem) < 0) {
		say(words);
		return 0;
	}
	return run_item(console, item);
}

/* The program's exit code. */
static int ready(const struct machine *machine, const char *seconds)
{
	uint32_t number;

	if (parse_u32(seconds, 0, READY_MAX_S, &number) < 0) {
		fprintf(stderr, "trireme-console: --ready %s: a number from 0 to %d is wanted\n",
			seconds, READY_MAX_S);
		return 2;
	}
	return ready_wait(machine, number) < 0;
}

/* Returns -1 to go on, or an exit code. */
static int parse_switches(int argc, char **argv, struct machine *machine)
{
	static const struct option options[] = {
		{"ready", required_argument, NULL, 'R'},
		{"root", required_argument, NULL, 'r'},
		{"yang", required_argument, NULL, 'y'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *seconds = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			machine->root = optarg;
			break;
		case 'y':
			machine->yang_dir = optarg;
			break;
		case 'R':
			seconds = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	return seconds ? ready(machine, seconds) : -1;
}

int main(int argc, char **argv)
{
	struct console console = {.machine = {.root = "", .yang_dir = SCHEMA_YANG_DIR}};
	int code = parse_switches(argc, argv, &console.machine);

	if (code >= 0)
		return code;
	/* A password is on its way to the config service: nothing of it stays in free memory. */
	json_set_alloc_funcs(malloc, wipe_free);
	terminal_open(&console.terminal);
	/* Ctrl-C and Ctrl-D lead back to the menu; only a terminal that is gone ends it. */
	for (bool first = true;; first = false) {
		int r = turn(&console);

		/* A ttyS0 without hardware can be opened: init would start this every second. */
		if (r == -EIO && first)
			wait_whole(NO_TERMINAL_WAIT_S);
		if (r == -EIO)
			return 1;
		if (r == -EINTR || r == -ENODATA)
			say("");
		/* A line that keeps saying "end" must not keep the machine busy. */
		if (r == -ENODATA)
			sleep(1);
	}
}
