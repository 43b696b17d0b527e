// SPDX-License-Identifier: GPL-2.0-or-later
/* Names that the model's object-name allows (trireme-types.yang). */
#include <stdio.h>
#include <string.h>

#include "import/plan.h"

#define NAME_LENGTH (CONFIG_NAME_MAX - 1)
#define FALLBACK "imported"

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Names end with a letter or a digit. */
static void trim(char *name, size_t length)
{
	while (length > 0 && !is_alnum(name[length - 1]))
		length--;
	name[length] = '\0';
}

static void make_name(const char *wanted, char name[CONFIG_NAME_MAX])
{
	size_t n = 0;

	while (*wanted && !is_alnum(*wanted))
		wanted++;
	for (; *wanted && n < NAME_LENGTH; wanted++) {
		name[n] = '-';
		if (is_alnum(*wanted) || strchr("_.", *wanted))
			name[n] = *wanted;
		n++;
	}
	trim(name, n);
	if (name[0] == '\0')
		memcpy(name, FALLBACK, sizeof(FALLBACK));
}

void plan_name(const struct plan *plan, const char *wanted, plan_taken_fn *taken, const void *scope,
	       char name[CONFIG_NAME_MAX])
{
	char stem[CONFIG_NAME_MAX], suffix[12];

	make_name(wanted, stem);
	memcpy(name, stem, sizeof(stem));
	for (unsigned int n = 2; taken(plan, scope, name); n++) {
		size_t length = strlen(stem);
		size_t room = NAME_LENGTH - (size_t)snprintf(suffix, sizeof(suffix), "-%u", n);

		memcpy(name, stem, sizeof(stem));
		trim(name, length < room ? length : room);
		memcpy(name + strlen(name), suffix, strlen(suffix) + 1);
	}
}
