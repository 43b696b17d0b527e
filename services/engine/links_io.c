// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/links_io.h"

#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/netlink_io.h"

#define WAIT_MS 1000 /* for an answer; the kernel gives it at once */

static int on_link(const struct nlmsghdr *message, void *data)
{
	links_take(data, message);
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *socket, void *data)
{
	static char buf[NETLINK_PART_MAX];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info;

	memset(data, 0, sizeof(struct links));
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	/* Without the figures of traffic, a third of the bytes. */
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return netlink_talk(socket, request, buf, sizeof(buf), on_link, data);
}

int links_io_read(struct links *ret_links)
{
	static struct links fresh;
	int r = netlink_read_whole(NETLINK_ROUTE, WAIT_MS, dump, &fresh);

	if (r == 0)
		memcpy(ret_links, &fresh, sizeof(fresh));
	return r;
}
