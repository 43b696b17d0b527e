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
#include "console/cluster_items_io.h"
#include "console/console_io.h"
#include "console/machine_io.h"
#include "console/menu.h"
#include "console/page_io.h"
#include "console/password_io.h"
#include "console/ready_io.h"
#include "console/render.h"
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

static int read_new_password(struct console *console, char *ret_password, size_t size)
{
	char again[MENU_PASSWORD_MAX + 2], words[128];
	struct text problem = TEXT_ON(words);
	bool same;
	int r = console_ask(console, "New password: ", false, ret_password, size);

	if (r < 0)
		return r;
	if (menu_check_password(ret_password, &problem) < 0) {
		console_say(words);
		return -EINVAL;
	}
	r = console_ask(console, "New password once more: ", false, again, sizeof(again));
	if (r < 0)
		return r;
	same = strcmp(ret_password, again) == 0;
	explicit_bzero(again, sizeof(again));
	if (same)
		return 0;
	console_say("The two are different: nothing was changed.");
	return -EINVAL;
}

static int set_password(struct console *console)
{
	char password[MENU_PASSWORD_MAX + 2], words[512];
	struct text text = TEXT_ON(words);
	int r = console_ask_password(console, "Present password: ");

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
	console_say(words);
	if (r == 0) {
		text = text_on(words, sizeof(words));
		audit_note_console(console->machine.root, "set-password", PAGE_USER,
				   page_set_password(password, &text));
		console_say(words);
	}
	explicit_bzero(password, sizeof(password));
	return 0;
}

static int reboot(struct console *console)
{
	char line[LINE_SIZE], path[PATH_MAX];
	char *const argv[] = {(char *)"reboot", NULL};
	int r = console_ask(console,
			    "This machine starts anew; a router gives its addresses away first. "
			    "Type yes: ",
			    true, line, sizeof(line));

	if (r < 0)
		return r;
	if (!menu_is_word(line, MENU_YES)) {
		console_say("Nothing was changed.");
		return 0;
	}
	r = machine_path(&console->machine, "/sbin/reboot", path);
	if (r == 0)
		r = terminal_run(&console->terminal, path, argv);
	if (r != 0) {
		console_say("The reboot failed.");
		return 0;
	}
	audit_note_console(console->machine.root, "reboot", "", 0);
	console_say("Rebooting.");
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
		console_say(
			"No password is set: the shell is open to whoever reaches this console.");
		audit_note_console(console->machine.root, "sign-in", "console", 0);
	}
	r = console_ask_password(console, "Password: ");
	if (r < 0)
		return r == -EIO ? r : 0;
	r = machine_path(&console->machine, "/bin/sh", path);
	if (r < 0)
		return 0;
	console_say("\"exit\" leads back to the menu.");
	terminal_run(&console->terminal, path, argv);
	return 0;
}

static int run_item(struct console *console, enum menu_item item)
{
	switch (item) {
	case MENU_STATUS:
		return show_status(console);
	case MENU_SWITCH_OVER:
		return cluster_switch_over(console);
	case MENU_FORCE_QUORUM:
		return cluster_force_quorum(console);
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

/* Shows it; true: with what is for a router without a quorum. */
static bool draw_menu(const struct console *console)
{
	_cleanup_(config_freep) struct config *config = machine_config(&console->machine);
	_cleanup_(view_clear) struct view view = {0};
	char screen[SCREEN_MAX];
	struct text text = TEXT_ON(screen);

	machine_look(&console->machine, config, &view);
	text_add(&text, "\n");
	render_banner(&view, &text);
	text_add(&text, "\n");
	menu_show(view_may_force(&view), &text);
	terminal_write(screen);
	return view_may_force(&view);
}

/* One turn of the menu: 0, or -EIO when the terminal is gone. */
static int turn(struct console *console)
{
	char line[LINE_SIZE], words[128];
	struct text problem = TEXT_ON(words);
	enum menu_item item;
	bool force;
	int r;

	force = draw_menu(console);
	r = terminal_ask(&console->terminal, "", true, line, sizeof(line));
	if (r < 0)
		return r;
	if (menu_choose(line, force, &item, &problem) < 0) {
		console_say(words);
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
			console_wait(NO_TERMINAL_WAIT_S);
		if (r == -EIO)
			return 1;
		if (r == -EINTR || r == -ENODATA)
			console_say("");
		/* A line that keeps saying "end" must not keep the machine busy. */
		if (r == -ENODATA)
			sleep(1);
	}
}
