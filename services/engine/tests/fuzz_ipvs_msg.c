// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a sequence of netlink messages: the decoders must refuse or understand them. */
#include <stdlib.h>
#include <string.h>

#include "engine/ipvs_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own length: reading past the end is seen. */
	struct nlmsghdr *first = malloc(size + 1);
	const struct nlmsghdr *nlh = first;
	struct ipvs_service service;
	struct ipvs_dest dest;
	uint16_t family;
	int left = (int)size;

	if (!first)
		return 0;
	memcpy(first, data, size);
	while (mnl_nlmsg_ok(nlh, left)) {
		ipvs_msg_parse_family(nlh, &family);
		ipvs_msg_parse_service(nlh, &service);
		ipvs_msg_parse_dest(nlh, &dest);
		nlh = mnl_nlmsg_next(nlh, &left);
	}
	free(first);
	return 0;
}
