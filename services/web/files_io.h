/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the page's files into memory, once at the start. */
#ifndef TRIREME_WEB_FILES_IO_H
#define TRIREME_WEB_FILES_IO_H

#include "web/files.h"

#define FILES_DIR "/usr/share/trireme/web"

/*
 * All regular files of the folder and of those in it, two levels down. -errno of reading one of
 * them, or of files_add(); *files holds what was read by then.
 */
int files_read(const char *folder, struct files *files);

#endif
