// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/top.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/render.h"

#define NO_RATE UINT64_MAX
#define NUMBER_MAX 24
#define ROW "%-23.23s %7s %7s %9s %9s %9s %9s"

/* Counters that go up, and what there is now. */
struct row {
	uint64_t connections, packets_in, packets_out, bytes_in, bytes_out, active;
};

struct table {
	struct text *text;
	unsigned int rows_left, left_out; /* rows_left: without the line for those left out */
	bool limited;
	uint64_t ms; /* between the looks; 0: no rates */
};

static void add_line(struct table *table, const char *words)
{
	if (table->limited && table->rows_left == 0) {
		table->left_out++;
		return;
	}
	if (table->limited)
		table->rows_left--;
	text_add(table->text, "%.*s\n", RENDER_COLUMNS, words);
}

/* "99999", "1234k", "12.3M": five characters at most up to 10^15. */
static void short_number(uint64_t number, char words[NUMBER_MAX])
{
	static const char units[] = " kMGTPE";
	uint64_t scaled = number, tenths = 0;
	size_t unit = 0;

	if (number == NO_RATE) {
		snprintf(words, NUMBER_MAX, "-");
		return;
	}
	while (scaled > 99999 || (unit > 0 && scaled > 9999)) {
		tenths = scaled % 1000 / 100;
		scaled /= 1000;
		unit++;
	}
	if (unit == 0)
		snprintf(words, NUMBER_MAX, "%" PRIu64, scaled);
	else if (scaled < 1000)
		snprintf(words, NUMBER_MAX, "%" PRIu64 ".%" PRIu64 "%c", scaled, tenths,
			 units[unit]);
	else
		snprintf(words, NUMBER_MAX, "%" PRIu64 "%c", scaled, units[unit]);
}

/* Rounded; a counter that has gone back (the real server is new) has none. */
static uint64_t rate(const struct table *table, uint64_t before, uint64_t now)
{
	uint64_t more = now - before;

	if (table->ms == 0 || now < before || more > UINT64_MAX / 2000)
		return NO_RATE;
	return (more * 1000 + table->ms / 2) / table->ms;
}

static void add_row(struct table *table, const char *name, const struct row *before,
		    const struct row *now)
{
	const uint64_t numbers[] = {
		rate(table, before->connections, now->connections),
		now->active,
		rate(table, before->packets_in, now->packets_in),
		rate(table, before->packets_out, now->packets_out),
		rate(table, before->bytes_in, now->bytes_in),
		rate(table, before->bytes_out, now->bytes_out),
	};
	char cells[6][NUMBER_MAX], words[256];

	for (size_t i = 0; i < 6; i++)
		short_number(numbers[i], cells[i]);
	snprintf(words, sizeof(words), ROW, name, cells[0], cells[1], cells[2], cells[3], cells[4],
		 cells[5]);
	add_line(table, words);
}

static struct row row_of(const struct engine_real_status *real)
{
	return (struct row){real->connections, real->packets_in, real->packets_out,
			    real->bytes_in,    real->bytes_out,	 real->active};
}

static void add_to(struct row *sum, const struct row *row)
{
	sum->connections += row->connections;
	sum->packets_in += row->packets_in;
	sum->packets_out += row->packets_out;
	sum->bytes_in += row->bytes_in;
	sum->bytes_out += row->bytes_out;
	sum->active += row->active;
}

static const struct view_service *service_of(const struct view *view, const char *name)
{
	for (size_t i = 0; view && i < view->n_services; i++) {
		if (strcmp(view->services[i].name, name) == 0)
			return &view->services[i];
	}
	return NULL;
}

/* Mostly it stands where it stood. NULL: it is new. */
static const struct engine_real_status *real_of(const struct view_service *service, size_t place,
						const char *name)
{
	if (service && place < service->n_reals && strcmp(service->reals[place].name, name) == 0)
		return &service->reals[place];
	for (size_t i = 0; service && i < service->n_reals; i++) {
		if (strcmp(service->reals[i].name, name) == 0)
			return &service->reals[i];
	}
	return NULL;
}

/* What the real server had before; of one that is new, that or has begun anew: as much as now. */
static struct row former(const struct view_service *before, size_t place,
			 const struct engine_real_status *real)
{
	const struct engine_real_status *found = real_of(before, place, real->name);

	if (!found || found->connections > real->connections)
		return row_of(real);
	return row_of(found);
}

static void add_service(struct table *table, const struct view *before,
			const struct view_service *service)
{
	const struct view_service *old = service_of(before, service->name);
	struct row sum = {0}, old_sum = {0};
	char name[ENGINE_NAME_MAX + 2];

	for (size_t i = 0; i < service->n_reals; i++) {
		struct row now = row_of(&service->reals[i]);
		struct row then = former(old, i, &service->reals[i]);

		add_to(&sum, &now);
		add_to(&old_sum, &then);
	}
	add_row(table, service->name, &old_sum, &sum);
	for (size_t i = 0; i < service->n_reals; i++) {
		struct row now = row_of(&service->reals[i]);
		struct row then = former(old, i, &service->reals[i]);

		snprintf(name, sizeof(name), "  %s", service->reals[i].name);
		add_row(table, name, &then, &now);
	}
}

/* "r1: data path 812 of 1310720 connections, 3 half open; 96 MiB" */
static void add_head(struct table *table, const struct view *now)
{
	const struct view_datapath *datapath = &now->datapath;
	char words[256];
	struct text text = TEXT_ON(words);

	text_add(&text, "%s", now->host_name);
	if (datapath->there)
		text_add(&text,
			 ": data path %" PRIu64 " of %" PRIu64 " connections, %" PRIu64
			 " half open; %" PRIu64 " MiB",
			 datapath->flows + datapath->templates, datapath->room, datapath->half_open,
			 datapath->memory >> 20);
	if (table->ms)
		text_add(&text, "   over %" PRIu64 ".%" PRIu64 " s", table->ms / 1000,
			 table->ms % 1000 / 100);
	add_line(table, words);
	snprintf(words, sizeof(words), ROW, "SERVICE", "CONN/S", "ACTIVE", "PKT/S IN", "PKT/S OUT",
		 "BYTE/S IN", "OUT");
	add_line(table, words);
}

int top_render(const struct view *before, const struct view *now, const char *name,
	       unsigned int max_rows, struct text *text)
{
	struct table table = {
		.text = text, .limited = max_rows > 0, .rows_left = max_rows ? max_rows - 1 : 0};

	if (before && now->taken_ms >= before->taken_ms + TOP_LEAST_MS)
		table.ms = now->taken_ms - before->taken_ms;
	if (now->engine_error) {
		word_no_answer("engine", now->engine_error, text);
		text_add(text, "\n");
		return now->engine_error;
	}
	if (name && !service_of(now, name)) {
		text_add(text, "there is no virtual service '%s'\n", name);
		return -ENOENT;
	}
	add_head(&table, now);
	for (size_t i = 0; i < now->n_services; i++) {
		if (!name || strcmp(now->services[i].name, name) == 0)
			add_service(&table, before, &now->services[i]);
	}
	if (table.left_out)
		text_add(text, "... %u lines more: trireme service top NAME\n", table.left_out);
	return 0;
}
