/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet's checksum, and how it follows a change. Words are as they lie in memory. */
#ifndef TRIREME_ENGINE_BPF_CHECKSUM_H
#define TRIREME_ENGINE_BPF_CHECKSUM_H

#include <linux/types.h>

/*
 * The sum in ones' complement (RFC 1071) of a number's 16-bit words; it is below 2^48. 2^16 is 1
 * modulo 0xffff: the product is -q + r * (1 + 2^16 + 2^32 + 2^48) for a sum of q * 0xffff + r, and
 * has in its upper word r, or 0xffff where r is 0 and q is not.
 */
static inline __u16 fold(__u64 sum)
{
	return (__u16)(sum * 0x0001000100010001ULL >> 48);
}

/* RFC 1624, 3: difference is the sum of ~old and new. */
static inline __u16 checksum_plus(__u16 check, __u64 difference)
{
	return (__u16)~fold((__u16)~check + difference);
}

static inline __u64 difference32(__be32 was, __be32 is)
{
	return (__u64)(__u32)~was + is;
}

#endif
