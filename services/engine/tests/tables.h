/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data path's tables in ordinary memory, for tests. */
#ifndef TRIREME_ENGINE_TESTS_TABLES_H
#define TRIREME_ENGINE_TESTS_TABLES_H

#include "engine/forward.h"

#define TABLES_SEED 0x5eed5eed5eed5eedULL

/* Empty; lines: powers of two. Fails the test when there is no memory. */
void tables_make(struct forward_tables *ret_tables, uint32_t lines4, uint32_t lines6,
		 uint32_t n_cpus);
void tables_free(struct forward_tables *tables);

/* What a packet's program tells of a flow that it has made. */
void tables_tell(const struct forward_tables *tables, uint32_t cpu, uint32_t number);

#endif
