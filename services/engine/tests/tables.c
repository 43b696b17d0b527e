// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* As the kernel's maps: whole lines, all 0. */
static void *memory(size_t n, size_t size)
{
	size_t bytes = (n * size + FWD_LINE - 1) / FWD_LINE * FWD_LINE;
	void *made = aligned_alloc(FWD_LINE, bytes ? bytes : FWD_LINE);

	assert_non_null(made);
	return memset(made, 0, bytes);
}

#define MAKE(member, n) (t->member = memory(n, sizeof(*t->member)))

void tables_make(struct forward_tables *ret_tables, uint32_t lines4, uint32_t lines6,
		 uint32_t n_cpus)
{
	struct forward_tables *t = ret_tables;

	*t = (struct forward_tables){
		.lines4 = lines4, .lines6 = lines6, .n_cpus = n_cpus, .seed = TABLES_SEED};
	MAKE(settings, 1);
	MAKE(flows4, lines4);
	MAKE(flows6, lines6);
	MAKE(ends4, 2 * FWD_ENDS4_LINES);
	MAKE(ends6, 2 * FWD_ENDS6_LINES);
	MAKE(instances, FWD_INSTANCES_MAX);
	MAKE(services, FWD_SERVICES_MAX);
	MAKE(picks, FWD_SERVICES_MAX);
	MAKE(reals, FWD_REALS_MAX);
	MAKE(loads, FWD_REALS_MAX);
	MAKE(counts, (size_t)n_cpus * FWD_REALS_MAX);
	MAKE(cpus, n_cpus);
	MAKE(rings, n_cpus);
	MAKE(hops, FWD_HOPS_MAX);
	MAKE(links, FWD_LINKS_MAX);
	MAKE(insides, FWD_INSIDE_MAX);
	MAKE(backs, FWD_BACKS);
	MAKE(spilled4, FWD_SPILLED / 64);
	MAKE(spilled6, FWD_SPILLED / 64);
}

void tables_free(struct forward_tables *tables)
{
	void *const parts[] = {
		tables->settings, tables->flows4,    tables->flows6,   tables->ends4,
		tables->ends6,	  tables->instances, tables->services, tables->picks,
		tables->reals,	  tables->loads,     tables->counts,   tables->cpus,
		tables->rings,	  tables->hops,	     tables->links,    tables->insides,
		tables->backs,	  tables->spilled4,  tables->spilled6,
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		free(parts[i]);
	*tables = (struct forward_tables){0};
}

void tables_tell(const struct forward_tables *tables, uint32_t cpu, uint32_t number)
{
	struct fwd_cpu *c = &tables->cpus[cpu];

	__atomic_store_n(&tables->rings[cpu].flows[c->head % FWD_EVENTS], number, __ATOMIC_RELAXED);
	__atomic_store_n(&c->head, c->head + 1, __ATOMIC_RELEASE);
}
