// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/menu.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define WRONG_DELAY_MAX 5
#define LINE_MAX_SHOWN 20
#define WORD_MAX 64 /* and one that is longer is no word of ours */

static const char *const items[] = {
	[MENU_STATUS] = "Status (live)",
	[MENU_SWITCH_OVER] = "Switch over",
	[MENU_SET_PASSWORD] = "Set password",
	[MENU_REBOOT] = "Reboot",
	[MENU_SHELL] = "Shell",
	[MENU_FORCE_QUORUM] = "Go on alone, without a quorum (force-quorum)",
};

static enum menu_item last(bool force)
{
	return force ? MENU_FORCE_QUORUM : MENU_SHELL;
}

void menu_show(bool force, struct text *text)
{
	for (enum menu_item i = MENU_STATUS; i <= last(force); i++)
		text_add(text, " %d  %s\n", i, items[i]);
	text_add(text, "Choose 1-%d: ", last(force));
}

/* Copies the line without blanks around it; what is too long is not a choice anyway. */
static void trim(const char *line, char *buf, size_t size)
{
	size_t length;

	line += strspn(line, " \t\r");
	length = strlen(line);
	while (length > 0 && strchr(" \t\r", line[length - 1]))
		length--;
	if (length >= size)
		length = size - 1;
	memcpy(buf, line, length);
	buf[length] = '\0';
	/* It is shown to a terminal again. */
	for (char *c = buf; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
}

int menu_choose(const char *line, bool force, enum menu_item *ret_item, struct text *problem)
{
	char word[LINE_MAX_SHOWN + 1];
	uint32_t number;

	trim(line, word, sizeof(word));
	if (!word[0]) {
		*ret_item = MENU_NONE;
		return 0;
	}
	if (parse_u32(word, MENU_STATUS, last(force), &number) < 0) {
		text_add(problem, "\"%s\" is not in the menu: type a number from 1 to %d", word,
			 last(force));
		return -EINVAL;
	}
	*ret_item = (enum menu_item)number;
	return 0;
}

bool menu_is_word(const char *line, const char *word)
{
	char typed[WORD_MAX + 1];

	trim(line, typed, sizeof(typed));
	return strcasecmp(typed, word) == 0;
}

int menu_check_password(const char *password, struct text *problem)
{
	size_t length = strlen(password);

	if (length < MENU_PASSWORD_MIN || length > MENU_PASSWORD_MAX) {
		text_add(problem, "a password has %d to %d characters; this one has %zu",
			 MENU_PASSWORD_MIN, MENU_PASSWORD_MAX, length);
		return -EINVAL;
	}
	for (const char *c = password; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			text_add(problem, "a password has no control characters");
			return -EINVAL;
		}
	}
	return 0;
}

unsigned int menu_wrong_delay(unsigned int tries)
{
	if (tries == 0)
		return 0;
	return tries > 3 ? WRONG_DELAY_MAX : 1u << (tries - 1);
}
