/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine does with its own data path (forwarding_io.h). Private to engine_io.c. */
#ifndef TRIREME_ENGINE_ENGINE_FORWARDING_H
#define TRIREME_ENGINE_ENGINE_FORWARDING_H

#include <stdint.h>

#include "engine/engine.h"

/* A new configuration is in `engine`: the data path hears of it, and services are judged anew. */
int engine_forwarding_configure(struct engine *engine);

/* In every period, before the services are compared. */
void engine_forwarding_look(struct engine *engine);

/* After the services of IPVS were compared; judges anew if ports are served otherwise. */
void engine_forwarding_apply(struct engine *engine, uint64_t now);

#endif
