// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as the payload of a netlink message: the decoders must refuse or understand them. */
#include <stdlib.h>
#include <string.h>

#include "engine/ipvs_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its own length: reading past the end is seen. */
	struct nlmsghdr *nlh = calloc(1, sizeof(*nlh) + size);
	struct ipvs_service service;
	struct ipvs_daemons daemons;
	struct ipvs_dest dest;
	uint16_t family;

	if (!nlh)
		return 0;
	memcpy(nlh + 1, data, size);
	nlh->nlmsg_len = (uint32_t)(sizeof(*nlh) + size);
	ipvs_msg_parse_family(nlh, &family);
	ipvs_msg_parse_service(nlh, &service);
	ipvs_msg_parse_dest(nlh, &dest);
	ipvs_msg_parse_daemon(nlh, &daemons);
	free(nlh);
	return 0;
}
