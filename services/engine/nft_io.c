// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/nft_io.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/ruleset.h"
#include "engine/ruleset_diff.h"
#include "engine/ruleset_match.h"

/* As libnftables lists one. */
#define SET "\tset "
#define MAP "\tmap "

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

/* Runs prologue and then wanted as one transaction. */
static int run(struct nft_io *io, const char *prologue, const char *wanted,
	       char error[NFT_ERROR_MAX])
{
	size_t size = strlen(prologue) + strlen(wanted) + 1;
	_cleanup_free_ char *batch = malloc(size);

	if (!batch)
		return -ENOMEM;
	snprintf(batch, size, "%s%s", prologue, wanted);
	if (nft_run_cmd_from_buffer(io->ctx, batch)) {
		snprintf(error, NFT_ERROR_MAX, "%s", nft_ctx_get_error_buffer(io->ctx));
		return -EIO;
	}
	return 0;
}

/* Empties what is listed, but leaves chains and sets in their places. */
static int flush_text(const char *listed, char **ret_text)
{
	/* "\tset NAME {" makes a line of at most 3 times that. */
	size_t size = 3 * strlen(listed) + sizeof("flush " RULESET_TABLE "\n");
	_cleanup_free_ char *buf = malloc(size);
	struct text text;

	if (!buf)
		return -ENOMEM;
	text_init(&text, buf, size);
	text_add(&text, "flush " RULESET_TABLE "\n");
	for (const char *line = listed; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, SET, strlen(SET)) == 0 || strncmp(line, MAP, strlen(MAP)) == 0)
			text_add(&text, "flush %.3s " RULESET_NAME " %.*s\n", line + 1,
				 (int)strcspn(line + strlen(SET), " "), line + strlen(SET));
	}
	if (text_result(&text) < 0)
		return -ENOSPC;
	*ret_text = take_ptr(buf);
	return 0;
}

/*
 * Chains that stay are never without rules: packets meet the old ones or the new ones. A chain
 * that is made anew takes its hook after the old one's rules have gone, and packets in between
 * meet the chain's policy; so the table itself is replaced only if the rest was not enough.
 */
static int refill(struct nft_io *io, const char *listed, const char *wanted, bool *ret_same)
{
	char error[NFT_ERROR_MAX];
	_cleanup_free_ char *prologue = NULL;
	int r = flush_text(listed, &prologue);

	if (r < 0)
		return r;
	*ret_same = false;
	if (run(io, prologue, wanted, error) < 0)
		return 0;
	return ruleset_match(list(io), wanted, ret_same);
}

/* Only what differs, if the kernel has the same sets and chains and takes it. */
static int mend(struct nft_io *io, const char *listed, const char *wanted, bool *ret_same)
{
	char error[NFT_ERROR_MAX];
	_cleanup_free_ char *commands = NULL;
	int r = ruleset_diff(listed, wanted, &commands);

	*ret_same = false;
	if (r == -ESTALE)
		return 0;
	if (r < 0 || run(io, commands, "", error) < 0)
		return r;
	return ruleset_match(list(io), wanted, ret_same);
}

int nft_io_change(struct nft_io *io, const char *was, const char *wanted)
{
	char error[NFT_ERROR_MAX];
	_cleanup_free_ char *commands = NULL;
	int r = ruleset_diff(was, wanted, &commands);

	return r < 0 ? r : run(io, commands, "", error);
}

int nft_io_reconcile(struct nft_io *io, const char *wanted, bool *ret_replaced,
		     char error[NFT_ERROR_MAX])
{
	/* Added first, so that there is one to delete. */
	static const char anew[] = "add " RULESET_TABLE "\ndelete " RULESET_TABLE "\n";
	const char *listed = list(io);
	bool same, mended = false;
	int r;

	error[0] = '\0';
	r = ruleset_match(listed, wanted, &same);
	if (r == 0 && !same && listed[0])
		r = mend(io, listed, wanted, &mended);
	if (r == 0 && !same && !mended && (listed = list(io)) && listed[0])
		r = refill(io, listed, wanted, &mended);
	if (r == 0 && !same && !mended)
		r = run(io, anew, wanted, error);
	if (r == 0)
		*ret_replaced = !same;
	return r;
}
