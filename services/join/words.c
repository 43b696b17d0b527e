// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/words.h"

#include <stdarg.h>
#include <stdio.h>

void words_set(char *words, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(words, size, format, args);
	va_end(args);
}
