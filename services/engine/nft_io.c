// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/nft_io.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/ruleset.h"
#include "engine/ruleset_match.h"

struct nft_io {
	struct nft_ctx *ctx;
};

int nft_io_open(struct nft_io **ret_io)
{
	struct nft_io *io = calloc(1, sizeof(*io));

	if (!io)
		return -ENOMEM;
	io->ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!io->ctx) {
		free(io);
		return -ENOMEM;
	}
	nft_ctx_output_set_flags(io->ctx, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_PROTO |
						  NFT_CTX_OUTPUT_NUMERIC_PRIO);
	if (nft_ctx_buffer_output(io->ctx) || nft_ctx_buffer_error(io->ctx)) {
		nft_io_close(io);
		return -ENOMEM;
	}
	*ret_io = io;
	return 0;
}

void nft_io_close(struct nft_io *io)
{
	if (!io)
		return;
	nft_ctx_free(io->ctx);
	free(io);
}

/* A table that is not there lists as nothing: the text then is empty. */
static const char *list(struct nft_io *io)
{
	int r = nft_run_cmd_from_buffer(io->ctx, "list " RULESET_TABLE);

	/* Both buffers fill until they are asked for. */
	nft_ctx_get_error_buffer(io->ctx);
	return r ? "" : nft_ctx_get_output_buffer(io->ctx);
}

static int replace(struct nft_io *io, const char *wanted, char error[NFT_ERROR_MAX])
{
	/* Added first, so that there is one to delete; all of it is one transaction. */
	static const char prologue[] = "add " RULESET_TABLE "\ndelete " RULESET_TABLE "\n";
	size_t length = strlen(wanted);
	_cleanup_free_ char *batch = malloc(sizeof(prologue) + length);

	if (!batch)
		return -ENOMEM;
	memcpy(batch, prologue, sizeof(prologue) - 1);
	memcpy(batch + sizeof(prologue) - 1, wanted, length + 1);
	if (nft_run_cmd_from_buffer(io->ctx, batch)) {
		snprintf(error, NFT_ERROR_MAX, "%s", nft_ctx_get_error_buffer(io->ctx));
		return -EIO;
	}
	return 0;
}

int nft_io_reconcile(struct nft_io *io, const char *wanted, bool *ret_replaced,
		     char error[NFT_ERROR_MAX])
{
	bool same;
	int r;

	error[0] = '\0';
	r = ruleset_match(list(io), wanted, &same);
	if (r == 0 && !same)
		r = replace(io, wanted, error);
	if (r == 0)
		*ret_replaced = !same;
	return r;
}
