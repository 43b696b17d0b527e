/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of `trireme service top`: what two looks at the state make of its counters. Pure. */
#ifndef TRIREME_CONSOLE_TOP_H
#define TRIREME_CONSOLE_TOP_H

#include "console/view.h"

/* The looks must be so far apart for a rate. */
#define TOP_LEAST_MS 200

/*
 * before: an earlier look, NULL: there is none, and no rates. name: of one service; NULL: of all.
 * max_rows: lines at most, of which the last says how many are left out; 0: no limit. Lines have
 * RENDER_COLUMNS at most. 0; -errno of the engine's answer, or -ENOENT: no service has that name;
 * the words say which.
 */
int top_render(const struct view *before, const struct view *now, const char *name,
	       unsigned int max_rows, struct text *text);

#endif
