// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For a port of a lab whose peer sends frames back where they came from: veth wakes a port up for
 * these only if it has a program (veth_xdp_flush() in drivers/net/veth.c).
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
