/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The web page's administrator, as the console makes it. */
#ifndef TRIREME_CONSOLE_PAGE_IO_H
#define TRIREME_CONSOLE_PAGE_IO_H

#include "base/text.h"

#define PAGE_USER "admin"

/*
 * Gives the cluster's user PAGE_USER, who is made if there is none, that password and the role of
 * an administrator, by a revision of its own. Waits up to the time that a commit may take. What
 * came of it is appended to `said`; -errno when nothing has changed or that is not known.
 */
int page_set_password(const char *password, struct text *said);

#endif
