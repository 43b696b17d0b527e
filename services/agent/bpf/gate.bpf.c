// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate: tc programs (clsact, ingress and egress) on every port of a router, which let a
 * floating address live only while its group's lease runs. They need no running agent: the maps and
 * the kernel's clock are all they look at. README.md has the rules.
 *
 * A frame that claims to be ARP, IPv4, IPv6 or neighbour discovery and ends before its addresses is
 * dropped: it cannot be judged, and nobody can use it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "agent/bpf/gate.h"

#define TAGS_MAX 2 /* in the frame; one more may be beside it (skb->vlan_tci) */
#define TAG_SIZE 4
#define VLAN_ID 0x0fff
#define AF_INET 2			 /* linux/socket.h of the kernel */
#define AF_INET6 10			 /* the same */
#define MULTICAST4 bpf_htonl(0xe0000000) /* these bits; beyond it broadcast (RFC 1112, RFC 919) */
#define MULTICAST6 0xff			 /* first byte (RFC 4291, 2.7) */
#define ND_SOLICITATION 135		 /* RFC 4861, 4.3 */
#define ND_ADVERTISEMENT 136		 /* RFC 4861, 4.4 */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, GATE_GROUPS_MAX);
	__type(key, __u32);
	__type(value, struct gate_lease);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} gate_leases SEC(".maps");

/* Every floating address, and the number of its group. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GATE_ADDRESSES_MAX);
	__type(key, struct gate_address);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} gate_addresses SEC(".maps");

/* By interface index: the groups that have an address on that port, bit by number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GATE_PORTS_MAX);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} gate_ports SEC(".maps");

/* RFC 826 for Ethernet and IPv4. */
struct arp {
	__be16 hardware, protocol;
	__u8 hardware_size, protocol_size;
	__be16 operation;
	__u8 sender_mac[ETH_ALEN];
	__u8 sender[4];
	__u8 target_mac[ETH_ALEN];
	__u8 target[4];
};

/* RFC 4861, 4.3 and 4.4: the part that solicitation and advertisement have in common. */
struct discovery {
	__u8 type, code;
	__be16 checksum;
	__be32 flags;
	struct in6_addr target;
};

_Static_assert(sizeof(struct arp) == 28, "as on the wire");
_Static_assert(sizeof(struct discovery) == 24, "as on the wire");

struct frame {
	__be16 protocol; /* behind the tags */
	__u32 at;	 /* where it begins */
	_Bool tagged;	 /* it is of a VLAN, whose own port has a gate of its own */
};

#define READ(skb, at, to) (bpf_skb_load_bytes(skb, at, to, sizeof(*(to))) == 0)

static __always_inline _Bool is_tag(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);
}

static __always_inline _Bool read_frame(struct __sk_buff *skb, struct frame *f)
{
	struct {
		__be16 tci, protocol;
	} tag;

	f->tagged = skb->vlan_present && (skb->vlan_tci & VLAN_ID);
	f->at = ETH_HLEN;
	if (!READ(skb, offsetof(struct ethhdr, h_proto), &f->protocol))
		return 0;
#pragma unroll
	for (int i = 0; i < TAGS_MAX; i++) {
		if (!is_tag(f->protocol))
			break;
		if (!READ(skb, f->at, &tag))
			return 0;
		f->tagged |= (tag.tci & bpf_htons(VLAN_ID)) != 0;
		f->protocol = tag.protocol;
		f->at += TAG_SIZE;
	}
	return 1;
}

static __always_inline _Bool is_held(__u32 group)
{
	const struct gate_lease *lease = bpf_map_lookup_elem(&gate_leases, &group);

	return lease && gate_lease_runs(lease, bpf_ktime_get_boot_ns());
}

/* Of whom an address is. */
enum address {
	ORDINARY,
	OPEN, /* floating, and its group's lease runs here */
	SHUT, /* floating, and it does not */
};

static __always_inline enum address judge(const struct gate_address *address)
{
	const __u32 *group = bpf_map_lookup_elem(&gate_addresses, address);

	if (!group)
		return ORDINARY;
	return is_held(*group) ? OPEN : SHUT;
}

static __always_inline enum address judge4(const void *address)
{
	struct gate_address a;

	a.words[0] = a.words[1] = 0;
	a.words[2] = bpf_htonl(0xffff);
	__builtin_memcpy(&a.words[3], address, 4);
	return judge(&a);
}

static __always_inline enum address judge6(const struct in6_addr *address)
{
	struct gate_address a;

	__builtin_memcpy(&a, address, sizeof(a));
	return judge(&a);
}

/* Groups have addresses on this port, and none of them has a running lease. */
static __always_inline _Bool is_port_shut(__u32 port)
{
	const __u32 *groups = bpf_map_lookup_elem(&gate_ports, &port);

	if (!groups || !*groups)
		return 0;
		/* Not as a loop: Linux 6.1 knows fewer forms of them than compilers make. */
#pragma unroll
	for (__u32 i = 0; i < GATE_GROUPS_MAX; i++)
		if (*groups & (1u << i) && is_held(i))
			return 0;
	return 1;
}

/* Whether the kernel would forward it: a route leads on from here. */
static __always_inline _Bool is_routed(struct __sk_buff *skb, struct bpf_fib_lookup *route)
{
	route->ifindex = skb->ifindex;
	switch (bpf_fib_lookup(skb, route, sizeof(*route), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
		return 1;
	default: /* to this router itself, to several, or to nobody */
		return 0;
	}
}

/*
 * What a port's groups would have to forward, while none of them may. The kernel decides about
 * multicast and broadcast before it looks for a route; none of it is forwarded.
 */
static __always_inline _Bool may_be_transit(struct __sk_buff *skb, const struct frame *f,
					    _Bool to_several)
{
	return skb->pkt_type == PACKET_HOST && !f->tagged && !to_several &&
	       is_port_shut(skb->ifindex);
}

static __always_inline int verdict(_Bool drop)
{
	return drop ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

static __always_inline int enter4(struct __sk_buff *skb, const struct frame *f)
{
	struct bpf_fib_lookup route = {.family = AF_INET};
	enum address destination;
	struct iphdr ip;

	if (!READ(skb, f->at, &ip))
		return TC_ACT_SHOT;
	destination = judge4(&ip.daddr);
	if (destination != ORDINARY)
		return verdict(destination == SHUT);
	if (!may_be_transit(skb, f, (ip.daddr & MULTICAST4) == MULTICAST4))
		return TC_ACT_UNSPEC;
	route.l4_protocol = ip.protocol;
	route.tos = ip.tos;
	route.ipv4_src = ip.saddr;
	route.ipv4_dst = ip.daddr;
	return verdict(is_routed(skb, &route));
}

/*
 * RFC 4862, 5.4.2: of a router that is about to take an address, and wants to know who has it. The
 * mark is a nonce (RFC 7527).
 */
static __always_inline _Bool is_probe6(struct __sk_buff *skb, const struct frame *f,
				       const struct ipv6hdr *ip, const struct discovery *d)
{
	const __u8 nonce[] = {14, 1, 't', 'r', 'i', 'r', 'e', 'm'};
	__u64 mark, wanted;

	__builtin_memcpy(&wanted, nonce, sizeof(wanted));
	return d->type == ND_SOLICITATION &&
	       !(ip->saddr.in6_u.u6_addr32[0] | ip->saddr.in6_u.u6_addr32[1] |
		 ip->saddr.in6_u.u6_addr32[2] | ip->saddr.in6_u.u6_addr32[3]) &&
	       READ(skb, f->at + sizeof(*ip) + sizeof(*d), &mark) && mark == wanted;
}

static __always_inline int enter6(struct __sk_buff *skb, const struct frame *f)
{
	struct bpf_fib_lookup route = {.family = AF_INET6};
	enum address destination;
	struct discovery d;
	struct ipv6hdr ip;

	if (!READ(skb, f->at, &ip))
		return TC_ACT_SHOT;
	destination = judge6(&ip.daddr);
	if (destination != ORDINARY)
		return verdict(destination == SHUT);
	if (ip.nexthdr == IPPROTO_ICMPV6 && READ(skb, f->at + sizeof(ip), &d.type) &&
	    d.type == ND_SOLICITATION)
		return verdict(!READ(skb, f->at + sizeof(ip), &d) ||
			       (judge6(&d.target) == SHUT && !is_probe6(skb, f, &ip, &d)));
	if (!may_be_transit(skb, f, ip.daddr.in6_u.u6_addr8[0] == MULTICAST6))
		return TC_ACT_UNSPEC;
	route.l4_protocol = ip.nexthdr;
	__builtin_memcpy(route.ipv6_src, &ip.saddr, sizeof(route.ipv6_src));
	__builtin_memcpy(route.ipv6_dst, &ip.daddr, sizeof(route.ipv6_dst));
	return verdict(is_routed(skb, &route));
}

static __always_inline _Bool read_arp(struct __sk_buff *skb, const struct frame *f, struct arp *a)
{
	return READ(skb, f->at, a) && a->protocol == bpf_htons(ETH_P_IP) &&
	       a->hardware_size == ETH_ALEN && a->protocol_size == sizeof(a->sender);
}

/* RFC 5227, 1.1: of a router that is about to take an address, and wants to know who has it. */
static __always_inline _Bool is_probe(struct __sk_buff *skb, const struct frame *f,
				      const struct arp *a)
{
	__u64 mark, wanted;

	_Static_assert(sizeof(wanted) == sizeof(GATE_PROBE_MARK), "compared as one number");
	__builtin_memcpy(&wanted, GATE_PROBE_MARK, sizeof(wanted));
	return !(a->sender[0] | a->sender[1] | a->sender[2] | a->sender[3]) &&
	       READ(skb, f->at + sizeof(*a), &mark) && mark == wanted;
}

/*
 * Who holds the address and says so is heard (sender is target); so is a router that probes for it,
 * whom no answer of this kernel would reach; who asks for it is not.
 */
static __always_inline int enter_arp(struct __sk_buff *skb, const struct frame *f)
{
	struct arp a;

	if (!read_arp(skb, f, &a))
		return TC_ACT_SHOT;
	if (__builtin_memcmp(a.sender, a.target, sizeof(a.sender)) == 0 || is_probe(skb, f, &a))
		return TC_ACT_UNSPEC;
	return verdict(judge4(a.target) == SHUT);
}

static __always_inline int leave4(struct __sk_buff *skb, const struct frame *f)
{
	struct iphdr ip;

	return verdict(!READ(skb, f->at, &ip) || judge4(&ip.saddr) == SHUT);
}

static __always_inline int leave6(struct __sk_buff *skb, const struct frame *f)
{
	struct discovery d;
	struct ipv6hdr ip;

	if (!READ(skb, f->at, &ip) || judge6(&ip.saddr) == SHUT)
		return TC_ACT_SHOT;
	if (ip.nexthdr != IPPROTO_ICMPV6 || !READ(skb, f->at + sizeof(ip), &d.type) ||
	    d.type != ND_ADVERTISEMENT)
		return TC_ACT_UNSPEC;
	return verdict(!READ(skb, f->at + sizeof(ip), &d) || judge6(&d.target) == SHUT);
}

static __always_inline int leave_arp(struct __sk_buff *skb, const struct frame *f)
{
	struct arp a;

	return verdict(!read_arp(skb, f, &a) || judge4(a.sender) == SHUT);
}

SEC("tc")
int gate_ingress(struct __sk_buff *skb)
{
	struct frame f;

	if (!read_frame(skb, &f))
		return TC_ACT_SHOT;
	if (f.protocol == bpf_htons(ETH_P_IP))
		return enter4(skb, &f);
	if (f.protocol == bpf_htons(ETH_P_IPV6))
		return enter6(skb, &f);
	if (f.protocol == bpf_htons(ETH_P_ARP))
		return enter_arp(skb, &f);
	return TC_ACT_UNSPEC;
}

SEC("tc")
int gate_egress(struct __sk_buff *skb)
{
	struct frame f;

	if (!read_frame(skb, &f))
		return TC_ACT_SHOT;
	if (f.protocol == bpf_htons(ETH_P_IP))
		return leave4(skb, &f);
	if (f.protocol == bpf_htons(ETH_P_IPV6))
		return leave6(skb, &f);
	if (f.protocol == bpf_htons(ETH_P_ARP))
		return leave_arp(skb, &f);
	return TC_ACT_UNSPEC;
}

static __always_inline int watch6(struct __sk_buff *skb, const struct frame *f)
{
	struct discovery d;
	struct ipv6hdr ip;

	if (!READ(skb, f->at, &ip) || ip.nexthdr != IPPROTO_ICMPV6 ||
	    !READ(skb, f->at + sizeof(ip), &d))
		return 0;
	if (d.type != ND_ADVERTISEMENT && !is_probe6(skb, f, &ip, &d))
		return 0;
	return judge6(&d.target) == ORDINARY ? 0 : (int)skb->len;
}

/* For the agent's socket: who says that it has a floating address, and routers that probe for one.
 */
SEC("socket")
int gate_watch(struct __sk_buff *skb)
{
	const struct frame f = {.at = ETH_HLEN};
	__be16 protocol;
	struct arp a;

	if (!READ(skb, offsetof(struct ethhdr, h_proto), &protocol))
		return 0;
	if (protocol == bpf_htons(ETH_P_IPV6))
		return watch6(skb, &f);
	if (!read_arp(skb, &f, &a))
		return 0;
	return judge4(is_probe(skb, &f, &a) ? a.target : a.sender) == ORDINARY ? 0 : (int)skb->len;
}

/* Some of the kernel's functions that it calls (bpf_fib_lookup) want a program under the GPL. */
char LICENSE[] SEC("license") = "GPL";
