/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's flight record (proto/agent_record.h) as the answer of `decisions`. Pure. */
#ifndef TRIREME_API_DECISIONS_H
#define TRIREME_API_DECISIONS_H

#include <jansson.h>

/*
 * {"entry": […]} of the newest `count` records of the file's bytes, oldest first; the caller's.
 * NULL: no memory. *ret_error: as agent_record_check(), and NULL is returned.
 */
json_t *decisions_list(const void *file, size_t size, size_t count, int *ret_error);

#endif
