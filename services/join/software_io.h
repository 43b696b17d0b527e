/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this program says of itself. */
#ifndef TRIREME_JOIN_SOFTWARE_IO_H
#define TRIREME_JOIN_SOFTWARE_IO_H

#include "join/protocol.h"

/* root: of the machine's files, "" on the machine. */
struct join_hello software_hello(const char *root);

#endif
