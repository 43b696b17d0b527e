/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden cases: a script of events and, after each, what the decision did. A line that begins with
 * "  -> " is an expected action; running a script prints it anew with the actions that were taken.
 *
 *   config self=r1 nodes=r1,r2:200,w:witness groups=main:r2>r1! device=1000
 *                           r2 with priority 200; the group prefers r2, then r1, and preempts (!);
 *                           a quorum device, S is 1 s
 *   at MS | run MS          the clock jumps there | goes there, the timer is served on the way
 *   ring SEQ NODE…          a configuration; members with a process id of their own: r2/7
 *   lost                    the connection to corosync is gone
 *   quorum yes|no SEQ       votequorum's verdict for that ring
 *   state NODE [epoch=E] [owner=NODE] [highest=E] [guard=MS] [hold] [released] [lapsed]
 *                           [voted] [unfit=WHY:OBJECT] [unknown]: it has no such group
 *   health NODE fit|WHY:OBJECT
 *   heartbeat NODE EPOCH SEQ [lease=MS], echo|claim NODE EPOCH SEQ, released|switchover|fenced NODE
 * EPOCH [NODE], adopt NODE EPOCH        messages of a peer; last word `stale`: they are of another
 * view; last word of released `because=CAUSE` (proto/state_words.h) own | drop              own
 * messages come back | are never ordered auto NODE…              from now on own messages come back
 * at once and these nodes echo port fit|WHY:OBJECT     this node's ports fail LABEL              an
 * alias could not be added former EPOCH MS         a lease of the agent's former life runs until
 * then voted MS                the agent's former life has voted for leases until then stale |
 * current         this node's configuration is not, or is again, the newest standby | online the
 * configuration says that this node owns nothing | or not any more probed                  the
 * probes have ended claimed|asked ADDRESS MAC another machine says at the port that it has it, or
 * probes for it force | forced          an operator says that all others are off | what has come of
 * it synced [no]             the other routers know, or do not know, this one's connections device
 * NODE [delay=MS]  the node can be fenced; `device NODE none`: not any more answer done|WORDS the
 * helper, to this node's last request command switchover      by the local socket leave the agent
 * is to end explain                 prints what the agent says of each node; 0 ms is 12:00:00 group
 * NAME              which group the following lines are about hide                    heartbeats,
 * echoes, leases and refreshes are not printed from here on show                    they are again
 */
#ifndef TRIREME_AGENT_TESTS_SCRIPT_H
#define TRIREME_AGENT_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* Runs the script and returns it with the actions taken; the caller frees it. NULL: see error. */
char *script_run(const char *text, char *error, size_t size);

#endif
