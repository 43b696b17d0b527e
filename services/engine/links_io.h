/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking rtnetlink(7) for all interfaces. */
#ifndef TRIREME_ENGINE_LINKS_IO_H
#define TRIREME_ENGINE_LINKS_IO_H

#include "engine/links.h"

/* In one dump; what *ret_links had stays on an error. 0 or -errno. */
int links_io_read(struct links *ret_links);

#endif
