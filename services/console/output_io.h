/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program prints. */
#ifndef TRIREME_CONSOLE_OUTPUT_IO_H
#define TRIREME_CONSOLE_OUTPUT_IO_H

#include <jansson.h>
#include <stdio.h>

/* Words, of which some are other people's: what could steer a terminal becomes '?'. */
void output_text(FILE *to, const char *text);

/* JSON with indentation, in ASCII. 0; -ENOMEM; -EIO. */
int output_json(FILE *to, const json_t *json);

#endif
