/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden cases: a script of inputs and, after each, what the replication did. A line that begins
 * with "  -> " is an expected action; running a script prints it anew with the actions that were
 * taken. A revision is a number and a letter for its branch, 3a; "-" is an empty log. Its document
 * says which it is.
 *
 *   config self=r1 nodes=r1,r2,w [level=1]
 *   log REVISION… [term=T] [promised=P] [committed=N] [oldest=N] [confirm=S]
 *                     what the disk holds; term and confirm of the last one. Then it starts
 *   at MS | run MS    the clock jumps there | goes there, the timer is served on the way
 *   ring SEQ NODE… | lost
 *   quorum yes|no SEQ needs=N [external=N] [device] [two-node]
 *   state NODE REVISION [term=T] [promised=P] [committed=N] [oldest=N] [absent] [level=1]
 *                     [remaining=S]
 *   promise NODE | ready NODE | override NODE
 *   fetch NODE REVISION [offset=N] | part NODE REVISION [parent=REVISION]
 *   propose NODE REVISION [kind=K] [refers=N] [confirm=S] [parent=REVISION]   and its document
 *   ok|ack|abort NODE REVISION | bad NODE REVISION WHY     messages of a peer
 *   own               own messages come back, and those that they cause
 *   client REVISION [kind=K] [refers=N] [confirm=S] [parent=REVISION]   proposes on this node
 *   command override  by the local socket
 *   stored [ERROR] | checked [WHY] | read [none]           what was asked for is done
 *   explain
 *
 * Kinds: change, confirm, revert, rollback.
 */
#ifndef TRIREME_CONFIG_TESTS_REPLICA_SCRIPT_H
#define TRIREME_CONFIG_TESTS_REPLICA_SCRIPT_H

#include <stddef.h>

/* Runs the script and returns it with the actions taken; the caller frees it. NULL: see error. */
char *replica_script_run(const char *text, char *error, size_t size);

#endif
