/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screens as text: 79 columns, plain ASCII, for any terminal. Pure. */
#ifndef TRIREME_CONSOLE_RENDER_H
#define TRIREME_CONSOLE_RENDER_H

#include "console/view.h"

#define RENDER_COLUMNS 79
#define RENDER_ROWS 24
/* Room for every screen: a line for each of 4096 real servers and 512 services. */
#define RENDER_MAX (1u << 20)

/* The head of the menu: what this machine is and does. Menu and head fit RENDER_ROWS. */
void render_banner(const struct view *view, struct text *text);

/*
 * State of groups, nodes and services. max_rows: the screen's rows, of which none is exceeded (what
 * does not fit is counted in the last line); 0: no limit.
 */
void render_status(const struct view *view, unsigned int max_rows, struct text *text);

/* Groups and nodes alone. */
void render_cluster(const struct view *view, struct text *text);

/* A line for each other router: whether connections would go on there. */
void render_routers(const struct view *view, struct text *text);

/* How many bytes of the text go into a line of that width: up to a blank, if there is one. */
size_t render_fitting(const char *words, size_t width);

/* Every virtual service with its real servers. */
void render_services(const struct view *view, struct text *text);

/* What its real servers have had, of both data paths; nothing, if it has none. */
void render_counters(const struct view_service *service, struct text *text);

#endif
