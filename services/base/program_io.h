/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that an operator has put on the machine, for a daemon to run. */
#ifndef TRIREME_BASE_PROGRAM_IO_H
#define TRIREME_BASE_PROGRAM_IO_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The path of the file `name` in the first of the folders that has it; folders ends with NULL.
 * -ENOENT: none has it. -EPERM: it is not root's, or others than root may change it.
 */
int program_find(char *const *folders, const char *name, char *ret_path, size_t size);

/*
 * Whether it begins with "#!/bin/sh" as a line: then the shell reads it. Where people keep files
 * nothing may be executed.
 */
bool program_is_script(const char *path);

#endif
