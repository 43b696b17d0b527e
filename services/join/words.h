/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said to a person, in a buffer: cut off where it does not fit. Pure. */
#ifndef TRIREME_JOIN_WORDS_H
#define TRIREME_JOIN_WORDS_H

#include <stddef.h>

void words_set(char *words, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
