// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"

/* Below it, there is room for the numbers that follow the last hash. */
#define HASHES (MARKS_OWN - CONFIG_SERVICES_MAX)

struct named {
	const char *name;
	uint32_t hash;
	size_t index; /* of the service */
};

static int compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return strcmp(x->name, y->name);
}

int marks_make(const struct config *config, uint32_t **ret_marks)
{
	_cleanup_free_ uint32_t *marks = calloc(config->n_services + 1, sizeof(*marks));
	_cleanup_free_ struct named *own = calloc(config->n_services + 1, sizeof(*own));
	uint32_t next = 0;
	size_t n = 0;

	if (!marks || !own)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		marks[i] = s->mark;
		if (s->mark || s->port)
			continue;
		own[n++] = (struct named){
			s->name,
			(uint32_t)(hash_add(HASH_START, s->name, strlen(s->name)) % HASHES), i};
	}
	qsort(own, n, sizeof(*own), compare);
	for (size_t i = 0; i < n; i++) {
		if (next < own[i].hash)
			next = own[i].hash;
		marks[own[i].index] = MARKS_OWN | next++;
	}
	*ret_marks = take_ptr(marks);
	return 0;
}
