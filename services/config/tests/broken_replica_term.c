// SPDX-License-Identifier: GPL-2.0-or-later
/* Agreement with a fault: a term is promised that is not on the disk. */
#define REPLICA_BROKEN_TERM 1
#include "config/replica_view.c"
