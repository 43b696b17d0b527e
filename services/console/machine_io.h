/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers the picture of this machine: its daemons, its files. */
#ifndef TRIREME_CONSOLE_MACHINE_IO_H
#define TRIREME_CONSOLE_MACHINE_IO_H

#include <limits.h>

#include "console/view.h"

struct machine {
	const char *root; /* "" on the machine; for tests a folder with its files */
	const char *yang_dir;
};

/* root and path together into ret_path (PATH_MAX); -ENAMETOOLONG. */
int machine_path(const struct machine *machine, const char *path, char *ret_path);

/*
 * The configuration in use, for its floating addresses; NULL when there is none or it cannot be
 * read: the screens then leave the addresses out. The caller frees it.
 */
struct config *machine_config(const struct machine *machine);

/* Fills the view, which must be cleared with view_clear(). What does not answer is in it as well.
 */
void machine_look(const struct machine *machine, const struct config *config,
		  struct view *ret_view);

#endif
