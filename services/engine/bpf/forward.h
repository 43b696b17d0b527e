/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the data path in the kernel (forward.bpf.c) and the engine share: the contents of its maps.
 * All of them are arrays that the engine maps into its memory, so that neither side needs a system
 * call to reach the other's part; they are pinned, and outlive every engine.
 *
 * "Place" is the index of a real server of a service in `reals` and all that runs beside it;
 * "instance" a floating address, protocol and port of a service (its index in `instances`).
 * Addresses are in network byte order, IPv4 in the first of four words, the rest 0; so are ports,
 * unless a name says otherwise.
 *
 * Flow: key (client address, client port, instance), one entry for both directions. Packets from
 * the real server find the instance by their source in `ends`.
 */
#ifndef TRIREME_ENGINE_BPF_FORWARD_H
#define TRIREME_ENGINE_BPF_FORWARD_H

#include <linux/types.h>

/* Raised when the maps' contents change: an engine keeps only maps that it understands. */
#define FWD_LAYOUT 7

#define FWD_SERVICES_MAX 512
#define FWD_REALS_MAX \
	8192 /* of all services, those that still have flows included; place 0: none */
#define FWD_INSTANCES_MAX 16384 /* number 0: none */
#define FWD_TEMPLATE                                                                           \
	0xe000		  /* instance of a persistence template: this and the service's number \
			   */
#define FWD_PORTS_MAX 64  /* network ports: keys of the device map */
#define FWD_LINKS_MAX 256 /* kernel interfaces: index modulo this */
#define FWD_HOPS_MAX 64	  /* next hops of answers; number 0: none */
#define FWD_INSIDE_MAX 16
#define FWD_BACKS 16384	 /* a power of two: ports that stand for clients under full NAT */
#define FWD_SHARED_MAX 4 /* instances that share a real server's address and port */
#define FWD_EVENTS 8192	 /* of a CPU's ring; a power of two */
#define FWD_LINE 64	 /* bytes that are fetched from memory at once */

enum fwd_scheduler {
	FWD_RR, /* rr and wrr: the ring */
	FWD_LC, /* fewest connections */
	FWD_WLC,
	FWD_SED,
	FWD_NQ,
	FWD_HASH, /* mh, sh and dh: the engine has made the table for the one that is wanted */
};

enum fwd_method {
	FWD_NAT,
	FWD_DIRECT,
	FWD_TUNNEL,
};

/* ---- flows: a hash table of the data path's own ---- */

enum fwd_state {
	FWD_FREE,
	FWD_CLAIMED, /* being written */
	FWD_UDP,
	FWD_SYN, /* half open: the client's SYN was seen */
	FWD_ESTABLISHED,
	FWD_FIN_CLIENT, /* who has closed first */
	FWD_FIN_REAL,
	FWD_TIME_WAIT,	/* both have */
	FWD_CLOSE,	/* RST */
	FWD_PERSISTENT, /* a template */
	FWD_STATES,
};

/* `what`: changed by compare-and-exchange only. */
#define FWD_STATE(what) ((what)&0xf)
#define FWD_PLACE(what) ((what) >> 4 & 0x1fff)
#define FWD_LEARNT 0x00020000 /* from the other router, no packet of it was seen here */
#define FWD_WHAT(state, place, flags) ((__u32)(state) | (__u32)(place) << 4 | (flags))

/*
 * Counted as active, as IPVS does it (tcp_state_active_table of ip_vs_proto_tcp.c; there what is
 * not TCP stays inactive, as __ip_vs_update_dest() has begun it). All other flows are inactive but
 * for templates, which are in neither number.
 */
#define FWD_IS_ACTIVE(state) ((state) == FWD_SYN || (state) == FWD_ESTABLISHED)

/*
 * `when`: the time of the last packet in units of 2^FWD_UNIT ns of CLOCK_MONOTONIC (1.07 s: a shift
 * is all that it takes), modulo 2^20; the next hop of answers, and the generation it is of. Of a
 * template the units are 2^FWD_TEMPLATE_UNIT ns (69 s), for it may last for 31 days.
 */
#define FWD_UNIT 30
#define FWD_TEMPLATE_UNIT 36
#define FWD_UNITS(when) ((when)&0xfffff)
#define FWD_HOP(when) ((when) >> 20 & 0x3f)
#define FWD_HOP_GENERATION(when) ((when) >> 26)
#define FWD_WHEN(units, hop, generation) \
	(((__u32)(units)&0xfffff) | ((__u32)(hop)&0x3f) << 20 | (__u32)(generation) << 26)

/* port in network byte order in the lower half, instance in the upper. */
#define FWD_KEY(port, instance) ((__u32)(port) | (__u32)(instance) << 16)

/*
 * Added to the instance of a flow under full NAT. Its client is what the real server sees: the
 * router's address (fwd_real.outer), and a port that stands for the client (fwd_back).
 */
#define FWD_FULLNAT 0x4000
#define FWD_IS_FULLNAT(key) ((key) >> 30 == 1)
#define FWD_INSTANCE(key) (FWD_IS_FULLNAT(key) ? (key) >> 16 & ~FWD_FULLNAT : (key) >> 16)

/* Read and written as words of eight bytes. */
#define FWD_WORDS __attribute__((aligned(8)))

struct fwd_flow4 {
	__be32 client;
	__u32 key; /* FWD_KEY() */
	__u32 what;
	__u32 when;
} FWD_WORDS;

struct fwd_flow6 {
	__be32 client[4];
	__u32 key;
	__u32 what;
	__u32 when;
	__u32 pad;
} FWD_WORDS;

#define FWD_FLOWS4 4 /* of a line */
#define FWD_FLOWS6 2

struct fwd_line4 {
	struct fwd_flow4 flows[FWD_FLOWS4];
};

struct fwd_line6 {
	struct fwd_flow6 flows[FWD_FLOWS6];
};

/* ---- ends: whose an address and port is; two halves, settings.half is the one in force ---- */

enum fwd_end_kind {
	FWD_END_NONE,
	FWD_END_VIRTUAL, /* instances[0] */
	FWD_END_REAL,	 /* of NAT: the instances it serves; 0 behind the last */
};

/* protocol: IPPROTO_TCP, IPPROTO_UDP. */
struct fwd_end4 {
	__be32 address;
	__be16 port;
	__u8 protocol, kind;
	__u16 instances[FWD_SHARED_MAX];
} FWD_WORDS;

struct fwd_end6 {
	__be32 address[4];
	__be16 port;
	__u8 protocol, kind;
	__u16 instances[FWD_SHARED_MAX];
	__u32 pad;
} FWD_WORDS;

#define FWD_ENDS4 4 /* of a line */
#define FWD_ENDS6 2
#define FWD_ENDS4_LINES 8192 /* of a half; a power of two */
#define FWD_ENDS6_LINES 8192

struct fwd_ends4 {
	struct fwd_end4 ends[FWD_ENDS4];
};

struct fwd_ends6 {
	struct fwd_end6 ends[FWD_ENDS6];
};

/* ---- what the engine tells ---- */

#define FWD_NO_GROUP 0xff

struct fwd_instance {
	__be32 address[4]; /* virtual */
	__be16 port;
	__u16 service;
	__u8 protocol;
	__u8 group; /* number of its lease (proto/gate_lease.h); FWD_NO_GROUP: always served */
	__u8 in_use;
	__u8 family; /* 4, 6; 0: the number is free */
	/*
	 * NAT at a private address: new flows of clients in inside networks only. Answers to others
	 * would carry it outside, where the kernel's firewall lets none.
	 */
	__u8 private;
	__u8 pad[7];
};

/* Parts of a service's picks: places of real servers. */
#define FWD_HASH_SIZE 2039 /* a prime; filled as a Maglev table, whatever the scheduler */
#define FWD_RING_AT 2048
#define FWD_RING_MAX 2048
#define FWD_LIST_AT 4096
#define FWD_LIST_MAX 512
#define FWD_PICKS (FWD_LIST_AT + FWD_LIST_MAX) /* of a service */

struct fwd_service {
	__u8 scheduler; /* enum fwd_scheduler */
	__u8 method;	/* enum fwd_method */
	__u8 persistent;
	__u8 hash_ports; /* FWD_HASH: the client's port is hashed, too */
	__u16 n_ring;	 /* 0: no real server takes new connections */
	__u16 n_list;
	__be32 mask[4]; /* of persistence and of FWD_HASH: bits of the client's address that count
			 */
	__u32 persistence_s;
	__u32 turn; /* of the ring, counted by the data path */
	__u64 name; /* the engine's: hash of its name; 0: the number is free */
	__u8 pad[24];
};

/* Where frames for a machine go. Words of eight bytes are written at once. */
struct fwd_hop {
	union {
		struct {
			__u8 mac[6];
			__u16 vlan; /* its number, host byte order; 0: no tag */
		};
		__u64 to;
	};
	union {
		struct {
			__u8 source[6];
			__u16 mtu; /* bytes of IP */
		};
		__u64 from;
	};
	union {
		struct {
			__u32 interface; /* the port's own index, below VLANs */
			__u16 port;	 /* its number in the device map */
			__u16 valid;	 /* hops: generation + 1; reals: 1 */
		};
		__u64 through;
	};
};

#define FWD_REAL_IN_USE 1  /* takes part: its flows go on */
#define FWD_REAL_LEAVING 2 /* was removed; the place is not given away while flows may name it */
#define FWD_REAL_6 4	   /* its address is of IPv6 */

struct fwd_real {
	__be32 address[4];
	__be16 port; /* 0: the instance's */
	__u16 service;
	__u8 flags; /* without FWD_REAL_IN_USE its flows end with their next packet */
	__u8 method;
	__u16 weight;	    /* 0: no new flows */
	struct fwd_hop hop; /* not valid: no new flows here (the kernel's path takes them) */
	/*
	 * FWD_TUNNEL: source of the packets that carry it. FWD_NAT: of what clients in its own
	 * network send it; 0: they are not served.
	 */
	__be32 outer[4];
};

/* An interface of the kernel, a VLAN's own included; for answers by the kernel's routing. */
struct fwd_link {
	__u32 interface; /* its index; 0: none */
	__u32 lower;	 /* of the port below */
	__u16 vlan;
	__u16 port; /* its number in the device map */
	__u16 mtu;
	__u16 usable; /* frames may be sent through it by the data path */
};

/* A network that is reached through one port only: nobody else may use its addresses. */
struct fwd_inside {
	__be32 address[4], mask[4];
	__u32 interface; /* of the port, below VLANs; 0: the entry is free */
	__u16 vlan;
	__u8 family; /* 4, 6 */
	__u8 pad;
};

/*
 * Whom a port stands for, at its number modulo FWD_BACKS. The entry counts while its flow is there:
 * (the real server's outer address, port, instance + FWD_FULLNAT), of the same place. Else it is
 * free.
 */
struct fwd_back {
	__be32 client[4];
	__u32 key; /* FWD_KEY() of the client's port and the instance; 0: never used */
	__be16 port;
	__u16 place;
} FWD_WORDS;

#define FWD_BACK_CLAIMED 0xffffffff /* key: being written */

struct fwd_settings {
	/* Written by the engine. */
	__u32 half;	      /* of `ends`: 0, 1 */
	__u32 hop_generation; /* below 64; raised when routes or neighbours change */
	__u32 half_open_max;  /* above it SYNs make no flow */
	__u32 layout;	      /* FWD_LAYOUT of who made the maps */
	__u64 boot_offset;    /* ns: CLOCK_BOOTTIME less CLOCK_MONOTONIC */
	__u64 lead;	      /* ns: the same, and as far as the data path's clock may lag */
	__u64 build;	      /* of the pinned programs; 0: none, or they are being exchanged */
	__u64 seed;	      /* of the tables; the programs have it, too */
	__u64 virtuals[2];    /* of each half: fwd_virtual() of its virtual addresses */
	/* Written by the data path, and corrected by the engine. */
	__s64 half_open;      /* flows in FWD_SYN */
	__u64 pressure_until; /* ns, CLOCK_MONOTONIC: flows are served without an entry till then */
	/* The engine's again, read with these: of each half, whether an end has several instances.
	 */
	__u32 shared[2];
	/* Ports of full NAT: the first, host byte order, and how many, FWD_BACKS at most. */
	__u16 back_first, backs;
	__u8 pad2[36];
};

/* ---- what the data path tells ---- */

/* Of one place, one CPU. */
struct fwd_count {
	__u64 connections;
	__u64 in_packets, in_bytes;   /* from clients; bytes of IP */
	__u64 out_packets, out_bytes; /* from the real server */
	__u64 pad[3];
};

/* Of one place: flows now, as IPVS counts them. */
struct fwd_load {
	__s32 active, inactive;
};

enum fwd_reason {
	FWD_DROP_FRAGMENT, /* behind the first one: no way, too long, or no hop left */
	FWD_DROP_HOP,	   /* no next hop is known */
	FWD_DROP_MALFORMED,
	FWD_DROP_REDIRECT,
	FWD_ANSWERED_TOO_BIG, /* Fragmentation Needed, Packet Too Big */
	FWD_ANSWERED_TTL,     /* Time Exceeded */
	FWD_PASSED_LEASE,     /* the group is not served here */
	FWD_PASSED_STRAY,     /* TCP without a flow that is no SYN */
	FWD_PASSED_NO_REAL, /* none takes new flows, or no next hop or port of full NAT is known */
	FWD_PASSED_SOURCE,  /* a network's address on a port it is not on, or an outside one */
	FWD_PASSED_REPLY,   /* of a real server, without a flow */
	FWD_PASSED_OPTIONS, /* IP options, extension headers, two tags */
	FWD_FULL,	    /* served without an entry: the table has no place */
	FWD_FLOOD,	    /* served without an entry: too many half open */
	FWD_RESCHEDULED,    /* a real server that is gone, or a port that is used again */
	FWD_REASONS,
};

/*
 * An event: FWD_EVENT_6 and the flow's number (line * flows of a line + place in it). Each flow and
 * template that is made has one, after its `what` is written: it is also how the engine knows which
 * parts of the tables it has to read.
 */
#define FWD_EVENT_6 0x80000000

/* Of one CPU: its head (fwd_cpu) counts up, the entry of n is at n % FWD_EVENTS. */
struct fwd_ring {
	__u32 flows[FWD_EVENTS];
};

/* Of one service: its parts are at 0, FWD_RING_AT, FWD_LIST_AT. */
struct fwd_picks {
	__u16 places[FWD_PICKS];
};

/* Of one CPU. */
struct fwd_cpu {
	__u64 head; /* of its ring */
	__u64 reasons[FWD_REASONS];
};

_Static_assert(sizeof(struct fwd_line4) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_line6) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_ends4) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_ends6) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_instance) == 32, "two of a line");
_Static_assert(sizeof(struct fwd_service) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_hop) == 24, "three words");
_Static_assert(sizeof(struct fwd_real) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_link) == 16, "four of a line");
_Static_assert(sizeof(struct fwd_settings) == 2 * FWD_LINE, "each writer has a line");
_Static_assert(sizeof(struct fwd_count) == FWD_LINE, "one line");
_Static_assert(sizeof(struct fwd_cpu) == 2 * FWD_LINE, "two lines");
_Static_assert(FWD_TEMPLATE + FWD_SERVICES_MAX <= 0x10000, "fits the key");
_Static_assert(FWD_INSTANCES_MAX <= FWD_FULLNAT, "instances and those of full NAT are apart");
_Static_assert(2 * FWD_FULLNAT <= FWD_TEMPLATE, "these and templates are apart");
_Static_assert(FWD_REALS_MAX <= 0x2000, "fits `what`");

/*
 * The coarse clock as a processor has read it in this tick of the kernel. The kernel moves its
 * ticks on before that clock: so it may be of the tick before.
 */
struct fwd_clock {
	__u64 tick; /* jiffies, never 0 */
	__u64 now;  /* ns, CLOCK_MONOTONIC */
};

#define FWD_CLOCKS 256	  /* processors beyond it ask every time */
#define FWD_CLOCK_TICKS 2 /* it lags by less than so many */

#define FWD_SPILLED 65536 /* bits, a power of two: lines that have the same remainder share one */

/*
 * The tables of a fixed size, as they lie in one map of one value: the programs reach them by their
 * address, without a look-up (the kernel takes values of 4 MiB at most).
 */
struct fwd_fixed {
	struct fwd_settings settings[1];
	/* fwd_home() of flows that are not in their first line: only then others are looked at. */
	__u64 spilled4[FWD_SPILLED / 64], spilled6[FWD_SPILLED / 64];
	struct fwd_service services[FWD_SERVICES_MAX];
	struct fwd_real reals[FWD_REALS_MAX];
	struct fwd_instance instances[FWD_INSTANCES_MAX];
	struct fwd_ends4 ends4[2 * FWD_ENDS4_LINES];
	struct fwd_ends6 ends6[2 * FWD_ENDS6_LINES];
	struct fwd_load loads[FWD_REALS_MAX];
	struct fwd_link links[FWD_LINKS_MAX];
	struct fwd_hop hops[FWD_HOPS_MAX];
	struct fwd_clock clocks[FWD_CLOCKS];
	struct fwd_inside insides[FWD_INSIDE_MAX];
	struct fwd_back backs[FWD_BACKS];
};

_Static_assert(sizeof(struct fwd_fixed) <= 4 << 20, "the kernel makes a map of it");
_Static_assert(sizeof(struct fwd_fixed) % 8 == 0, "and keeps its size");

/* ---- where things are in the tables: the same on both sides ---- */

/*
 * murmur3's finalizer (A. Appleby): every bit of the input moves every bit of the output. seed: of
 * the tables, secret, so that nobody can aim at one line.
 */
static inline __u64 fwd_mix(__u64 x, __u64 seed)
{
	x ^= seed;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* From it the lines: the lower half is the first one's hash, the upper half the second one's. */
static inline __u64 fwd_hash4(__be32 address, __u32 key, __u64 seed)
{
	return fwd_mix((__u64)address << 32 | key, seed);
}

static inline __u64 fwd_hash6(__u64 high, __u64 low, __u32 key, __u64 seed)
{
	return fwd_mix(fwd_mix(high, seed) + low, seed) ^ fwd_mix(key, ~seed);
}

/*
 * The i-th (0 … FWD_LOOK - 1) line of a flow: two neighbours, which the processor fetches together,
 * and two others. lines: a power of two.
 */
#define FWD_LOOK 4

static inline __u32 fwd_line(__u64 hash, __u32 lines, __u32 i)
{
	__u32 h = (__u32)(hash >> (i << 4 & 32));

	return (h ^ (i & 1)) & (lines - 1);
}

/*
 * A new flow goes to its first line while so many places are in use there at most, so that most
 * flows need one line only; else to the emptiest of its lines, the first of equals. A line that
 * gave its last place away sooner would leave others without one: with half of all places in use
 * 1 flow of 4,000 found none.
 */
#define FWD_FIRST4 (FWD_FLOWS4 - 2)
#define FWD_FIRST6 (FWD_FLOWS6 - 2)

/* 1: the place of that `what` is in use. Without a branch, which the verifier would follow. */
static inline __u32 fwd_in_use(__u32 what)
{
	return ((what & 0xf) + 0xf) >> 4;
}

/* The bit of a flow in the table of those that are not in their first line. */
static inline __u32 fwd_home(__u64 hash, __u32 lines)
{
	return fwd_line(hash, lines, 0) & (FWD_SPILLED - 1);
}

/* Of an address's last word: most addresses that are not virtual are told by this one bit. */
static inline __u64 fwd_virtual(__be32 word)
{
	return 1ULL << (word * 0x9e3779b1u >> 26);
}

/*
 * The i-th (0 … FWD_BACK_LOOK - 1) port that may stand for a client, host byte order; hash: of the
 * client's address and port, the same on every router. ports: of settings, not 0.
 */
#define FWD_BACK_LOOK 8

static inline __u64 fwd_back_hash(const __be32 *client, __u32 key)
{
	return fwd_mix((client[0] | (__u64)client[1] << 32) ^ (client[2] | (__u64)client[3] << 32)
								      << 1,
		       key & 0xffff);
}

static inline __u32 fwd_back_port(__u64 hash, __u32 first, __u32 ports, __u32 i)
{
	return first + (__u32)((__u32)hash + i * (hash >> 32 | 1)) % ports;
}

/* An end is in one of two lines: i is 0 or 1. key: the port, and the protocol in the upper half. */
static inline __u32 fwd_end_line(__u64 hash, __u32 lines, __u32 i)
{
	return (i == 0 ? (__u32)hash : (__u32)(hash >> 32)) & (lines - 1);
}

#endif
