/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path's programs compiled for this machine, under the sanitizers, with the kernel's
 * helpers and maps in ordinary memory; routes are the world's.
 */
#ifndef TRIREME_ENGINE_TESTS_HOST_H
#define TRIREME_ENGINE_TESTS_HOST_H

#include "engine/tests/conform/tables_path.h"

/* The tables and what else the caller of a tables_path sets. -errno. */
int host_make(struct tables_path *path);
void host_free(struct tables_path *path);

/* As struct run_path has it; data is not used. */
int host_send(void *data, const struct world_lan *lan, const uint8_t *bytes, size_t size,
	      bool wants, struct run_result *ret_result);

#endif
