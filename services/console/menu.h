/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbered menu and the rules for what is typed into it. Pure. */
#ifndef TRIREME_CONSOLE_MENU_H
#define TRIREME_CONSOLE_MENU_H

#include <stdbool.h>

#include "base/text.h"

#define MENU_PASSWORD_MIN 8
#define MENU_PASSWORD_MAX 128

enum menu_item {
	MENU_NONE, /* nothing was typed: the menu is shown again */
	MENU_STATUS,
	MENU_SWITCH_OVER,
	MENU_SET_PASSWORD,
	MENU_REBOOT,
	MENU_SHELL,
};

/* The items, a line each, and the question. */
void menu_show(struct text *text);

/* The item of a typed line; blanks around it do not matter. -EINVAL: problem says what is wrong. */
int menu_choose(const char *line, enum menu_item *ret_item, struct text *problem);

/* Whether the line means yes: "yes" in either case and nothing else. */
bool menu_is_yes(const char *line);

/* 0, or -EINVAL and problem says what is wrong with it. */
int menu_check_password(const char *password, struct text *problem);

/* Seconds to wait after that many wrong passwords in a row: 1, 2, 4, then 5. */
unsigned int menu_wrong_delay(unsigned int tries);

#endif
