/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing the files of files.h. */
#ifndef TRIREME_SYSTEM_FILES_IO_H
#define TRIREME_SYSTEM_FILES_IO_H

#include "system/files.h"

/* Fills `current` and `impossible` of every file; config_path says the folder. */
void files_read(const char *config_path, struct system_files *files);

/* Replaces the file in one step, and has its service started again. 0 or -errno. */
int files_write(const char *config_path, const struct system_file *file);

#endif
