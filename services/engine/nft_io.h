/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables in the kernel, through libnftables. */
#ifndef TRIREME_ENGINE_NFT_IO_H
#define TRIREME_ENGINE_NFT_IO_H

#include <stdbool.h>

#define NFT_ERROR_MAX 256

struct nft_io;

int nft_io_open(struct nft_io **ret_io);
void nft_io_close(struct nft_io *io);

/*
 * Turns a table that says what was does into one that says wanted, as ruleset_diff() has it, and
 * reads nothing before or after. -ESTALE, -EIO: it is not possible so, nothing has changed.
 */
int nft_io_change(struct nft_io *io, const char *was, const char *wanted);

/*
 * Makes RULESET_TABLE in the kernel say what wanted says: compares and changes, in one transaction,
 * what differs, so that no packet meets a half-made table. Elements and chains that are right are
 * not touched, unless the kernel has other sets and chains than these.
 * *ret_replaced: it differed. -EIO: the kernel refused, and error says why.
 */
int nft_io_reconcile(struct nft_io *io, const char *wanted, bool *ret_replaced,
		     char error[NFT_ERROR_MAX]);

#endif
