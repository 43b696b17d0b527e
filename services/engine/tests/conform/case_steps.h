/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a case: what it configures, and its steps. */
#ifndef TRIREME_ENGINE_TESTS_CASE_STEPS_H
#define TRIREME_ENGINE_TESTS_CASE_STEPS_H

#include "engine/tests/conform/case_words.h"

/* Adds what the line says to the case. */
int case_steps_take(struct case_words *w, struct conform_case *c);

#endif
