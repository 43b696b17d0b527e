// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/source.h"

#include <string.h>

#include "base/clock_io.h"
#include "base/parse.h"

/* Names of pools in one line of the log; the others are counted. */
#define WORDS_CONSUMERS_MAX 8

static_assert((int)HEALTH_SOURCE_UP == (int)ENGINE_HEALTH_UP &&
		      (int)HEALTH_SOURCE_DOWN == (int)ENGINE_HEALTH_DOWN &&
		      (int)HEALTH_SOURCE_UNKNOWN == (int)ENGINE_HEALTH_UNKNOWN,
	      "one verdict, whomever it is told");
static_assert(HEALTH_REASON_MAX == ENGINE_REASON_MAX, "reasons fit");
static_assert(HEALTH_NAME_MAX == CONFIG_NAME_MAX, "names fit");
static_assert(HEALTH_CONSUMERS_MAX == CONFIG_CONSUMERS_MAX, "all pools fit");
static_assert(HEALTH_SOURCES_MAX == CONFIG_SOURCES_MAX, "all data sources fit");

void source_status(const struct targets *targets, size_t index, uint64_t now,
		   struct health_source_status *ret_status)
{
	const struct source *source = &targets->sources[index];
	const struct probe *probe = &targets->probes[source->probe];
	struct health_source_status *s = ret_status;

	memcpy(&s->address, probe->address.bytes, sizeof(s->address));
	s->port = probe->port;
	s->state = (uint8_t)probe->check.verdict;
	s->for_ms = s->state == HEALTH_SOURCE_UNKNOWN ? 0 : (now - probe->since) / NSEC_PER_MSEC;
	memcpy(s->name, source->name, sizeof(s->name));
	copy_text(s->type, sizeof(s->type), config_source_type_name(source->type));
	memcpy(s->reason, probe->reason, sizeof(s->reason));
	s->n_consumers = (uint32_t)source->n_consumers;
	memcpy(s->consumers, source->consumers, sizeof(s->consumers));
}

static void add_consumers(const struct source *source, struct text *text)
{
	size_t n = source->n_consumers;

	text_add(text, n ? "; pools that depend on it:" : "; no pool depends on it");
	for (size_t i = 0; i < n && i < WORDS_CONSUMERS_MAX; i++)
		text_add(text, "%s %s", i ? "," : "", source->consumers[i]);
	if (n > WORDS_CONSUMERS_MAX)
		text_add(text, " and %zu more", n - WORDS_CONSUMERS_MAX);
}

void source_words(const struct targets *targets, const struct source *source, struct text *text)
{
	const struct probe *probe = &targets->probes[source->probe];
	bool up = probe->check.verdict == ENGINE_HEALTH_UP;
	char where[CONFIG_ENDPOINT_TEXT_MAX];

	text_add(text, "data source %s (%s, %s) is %s", source->name,
		 config_source_type_name(source->type),
		 config_endpoint_text(&probe->address, probe->port, where), up ? "up" : "down");
	if (!up)
		text_add(text, ": %s", probe->reason);
	add_consumers(source, text);
}
