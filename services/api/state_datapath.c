// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/state_datapath.h"

#include <inttypes.h>

/* Numbers of 64 bits are texts (RFC 7951 section 6.1). */
static void add_tables(struct buffer *b, const struct engine_totals *totals)
{
	static const char *const families[ENGINE_FAMILIES] = {"ipv4", "ipv6"};

	buffer_text(b, ",\"table\":[");
	for (int i = 0; i < ENGINE_FAMILIES; i++)
		buffer_format(b,
			      "%s{\"family\":\"%s\",\"flows\":%" PRIu32 ",\"templates\":%" PRIu32
			      ",\"room\":%" PRIu32 "}",
			      i ? "," : "", families[i], totals->flows[i], totals->templates[i],
			      totals->room[i]);
	buffer_text(b, "]");
}

static void add_reasons(struct buffer *b, const struct engine_totals *totals)
{
	buffer_text(b, ",\"reason\":[");
	for (uint32_t i = 0; i < totals->n_reasons; i++) {
		const struct engine_reason_count *reason = &totals->reasons[i];

		buffer_text(b, i ? ",{\"name\":" : "{\"name\":");
		buffer_json(b, reason->name);
		buffer_text(b, ",\"description\":");
		buffer_json(b, reason->words);
		buffer_format(b, ",\"packets\":\"%" PRIu64 "\"}", reason->packets);
	}
	buffer_text(b, "]");
}

void state_add_datapath(struct buffer *b, const struct engine_totals *totals)
{
	buffer_format(b,
		      ",\"datapath\":{\"half-open\":%" PRIu32 ",\"half-open-max\":%" PRIu32
		      ",\"memory\":\"%" PRIu64 "\",\"expired\":\"%" PRIu64 "\",\"gone\":\"%" PRIu64
		      "\"",
		      totals->half_open, totals->half_open_max, totals->memory, totals->expired,
		      totals->gone);
	add_tables(b, totals);
	add_reasons(b, totals);
	buffer_text(b, "}");
}
