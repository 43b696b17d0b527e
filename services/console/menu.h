/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbered menu and the rules for what is typed into it. Pure. */
#ifndef TRIREME_CONSOLE_MENU_H
#define TRIREME_CONSOLE_MENU_H

#include <stdbool.h>

#include "base/text.h"

#define MENU_PASSWORD_MIN 8
#define MENU_PASSWORD_MAX 128
#define MENU_YES "yes"
#define MENU_FORCE_WORD "others-are-off" /* as of `trireme cluster force-quorum` */

enum menu_item {
	MENU_NONE, /* nothing was typed: the menu is shown again */
	MENU_STATUS,
	MENU_SWITCH_OVER,
	MENU_SET_PASSWORD,
	MENU_REBOOT,
	MENU_SHELL,
	MENU_FORCE_QUORUM, /* only of a router without a quorum */
};

/* The items, a line each, and the question. force: with the one of a router without a quorum. */
void menu_show(bool force, struct text *text);

/* The item of a typed line; blanks around it do not matter. -EINVAL: problem says what is wrong. */
int menu_choose(const char *line, bool force, enum menu_item *ret_item, struct text *problem);

/* Whether the line is the word, in either case, and nothing else. */
bool menu_is_word(const char *line, const char *word);

/* 0, or -EINVAL and problem says what is wrong with it. */
int menu_check_password(const char *password, struct text *problem);

/* Seconds to wait after that many wrong passwords in a row: 1, 2, 4, then 5. */
unsigned int menu_wrong_delay(unsigned int tries);

#endif
