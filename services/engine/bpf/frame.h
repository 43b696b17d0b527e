/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a frame that an XDP program can read; the context has its addresses as 32 bits. */
#ifndef TRIREME_ENGINE_BPF_FRAME_H
#define TRIREME_ENGINE_BPF_FRAME_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

static __always_inline void *frame_of(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

static __always_inline void *frame_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

#endif
