/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs of life of daemons that others watch (base/turn_io.h): where they are, and what they say.
 */
#ifndef TRIREME_PROTO_TURN_H
#define TRIREME_PROTO_TURN_H

#define AGENT_TURN_FILE "/run/trireme/agent.turn"

/*
 * Its turn is a comparison with the kernel, every ENGINE_TURN_S seconds; its word what failed, and
 * whether all other routers have this one's connections, which may change between turns.
 */
#define ENGINE_TURN_FILE "/run/trireme/engine.turn"
#define ENGINE_TURN_S 5

/*
 * Behind that file's name: the socket (base/poke_io.h) by which the agent wakes the engine up when
 * a lease begins or has ended, so that it tells the other routers at once of all connections or of
 * the last ones.
 */
#define ENGINE_POKE_SUFFIX ".poke"
#define ENGINE_WORD_TROUBLE(word) ((word)&0xffffffff) /* enum engine_trouble */
#define ENGINE_WORD_SYNCHRONISED 0x100000000ULL

/* What of the running configuration the kernel has not got; a number keeps its meaning. */
enum engine_trouble {
	ENGINE_TROUBLE_NONE,
	ENGINE_TROUBLE_CONFIGURATION, /* a new one was not taken; the former one is in force */
	ENGINE_TROUBLE_FIREWALL,
	ENGINE_TROUBLE_FORWARDING,
	ENGINE_TROUBLE_SERVICES,
	ENGINE_TROUBLE_LAST = ENGINE_TROUBLE_SERVICES,
};

#endif
