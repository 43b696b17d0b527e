/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_ENGINE_ENGINE_STEER_H
#define TRIREME_ENGINE_ENGINE_STEER_H

#include "engine/engine.h"

/*
 * The verdicts of a new configuration until engine_steer() is called for it: those of services of
 * the same names stay. The caller frees them. NULL: out of memory.
 */
struct steer_verdict *engine_steer_carry(const struct engine *engine, const struct config *config);

#endif
