// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/lockout.h"

#include <stdbool.h>
#include <string.h>

#define DOUBLINGS_MAX 16 /* 2^16 s is more than LOCKOUT_MAX_S */

static bool is_of(const struct lockout_entry *entry, const char *name)
{
	return entry->name[0] && strncmp(entry->name, name, sizeof(entry->name) - 1) == 0;
}

/* The name's own entry or NULL. */
static struct lockout_entry *find(const struct lockout *table, const char *name)
{
	for (size_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		if (is_of(&table->entries[i], name))
			return (struct lockout_entry *)&table->entries[i];
	}
	return NULL;
}

static bool is_forgotten(const struct lockout_entry *entry, uint64_t now)
{
	return now >= entry->last + LOCKOUT_FORGET_S;
}

/* A place for a name that has none: a free one, or that of who was quiet for long. */
static struct lockout_entry *make_room(struct lockout *table, uint64_t now)
{
	for (size_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		struct lockout_entry *entry = &table->entries[i];

		if (!entry->name[0] || is_forgotten(entry, now))
			return entry;
	}
	return NULL;
}

static bool is_full(const struct lockout *table, uint64_t now)
{
	return !make_room((struct lockout *)table, now);
}

static uint32_t wait_of(const struct lockout_entry *entry, uint64_t now)
{
	uint64_t pause, end;
	uint32_t doublings;

	if (entry->failures <= LOCKOUT_FREE || is_forgotten(entry, now))
		return 0;
	doublings = entry->failures - LOCKOUT_FREE - 1;
	pause = doublings > DOUBLINGS_MAX ? LOCKOUT_MAX_S : UINT64_C(1) << doublings;
	end = entry->last + (pause < LOCKOUT_MAX_S ? pause : LOCKOUT_MAX_S);
	return end > now ? (uint32_t)(end - now) : 0;
}

uint32_t lockout_wait(const struct lockout *table, const char *name, uint64_t now)
{
	const struct lockout_entry *entry = find(table, name);

	if (entry || !name[0])
		return entry ? wait_of(entry, now) : 0;
	return is_full(table, now) ? wait_of(&table->shared, now) : 0;
}

static void count(struct lockout_entry *entry, uint64_t now)
{
	if (is_forgotten(entry, now))
		entry->failures = 0;
	if (entry->failures < UINT32_MAX)
		entry->failures++;
	entry->last = now;
}

/* An empty name is nobody's: nothing is counted. */
void lockout_try(struct lockout *table, const char *name, uint64_t now)
{
	struct lockout_entry *entry = find(table, name);

	if (!name[0])
		return;
	if (!entry) {
		entry = make_room(table, now);
		if (entry) {
			*entry = (struct lockout_entry){0};
			strncpy(entry->name, name, sizeof(entry->name) - 1);
		}
	}
	count(entry ? entry : &table->shared, now);
}

void lockout_take_back(struct lockout *table, const char *name)
{
	struct lockout_entry *entry = find(table, name);

	entry = entry ? entry : &table->shared;
	if (name[0] && entry->failures > 0)
		entry->failures--;
}

void lockout_succeeded(struct lockout *table, const char *name)
{
	struct lockout_entry *entry = find(table, name);

	/* What many share, one alone does not end. */
	if (entry)
		*entry = (struct lockout_entry){0};
	else
		lockout_take_back(table, name);
}
