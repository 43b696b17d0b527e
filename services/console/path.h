/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths in a document as a person writes them, pool=web/real-server=web1/weight, or as errors and
 * differences have them, /trireme:pool[name='web']/real-server[name='web1']/weight. The first '/'
 * and the module's name may be left out. Names and keys are judged by who knows the model.
 */
#ifndef TRIREME_CONSOLE_PATH_H
#define TRIREME_CONSOLE_PATH_H

#include "base/text.h"

#define PATH_TEXT_MAX 1024 /* bytes of a path in any form, with its NUL */

/*
 * The path as RFC 8040 has it (section 3.5.3): /trireme:pool=web/real-server=web1/weight; "" for ""
 * and "/". -EINVAL: it is not of the form, and problem says what is; -ENOSPC: too long.
 */
int path_target(const char *path, struct text *target, struct text *problem);

/* Without the keys, for questions about the model: /trireme:pool/real-server/weight. */
int path_schema(const char *path, struct text *schema, struct text *problem);

/* Name of the path's last step: `size` bytes at the pointer; "" has none. */
const char *path_name(const char *path, size_t *ret_size);

/* Where the last step begins, which may be empty or half written. */
size_t path_last_step(const char *path);

/* A key as it stands in a path behind '=': percent-encoded (RFC 3986, 2.1). */
void path_key(const char *key, struct text *text);

#endif
