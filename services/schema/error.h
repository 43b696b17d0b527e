/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling struct schema_error; a text that does not fit ends with "...". */
#ifndef TRIREME_SCHEMA_ERROR_H
#define TRIREME_SCHEMA_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#include "schema/schema.h"

/* printf(3) into buf of size ≥ 4; never overflows, marks what was cut off. */
void error_text(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with the arguments of the caller. */
void error_textv(char *buf, size_t size, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/* Appends to the text in buf, under the same rule. */
void error_append(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Every byte that is not printable ASCII becomes '?': the texts quote a document that anybody may
 * have written, and go to terminals.
 */
void error_make_printable(struct schema_error *error);

#endif
