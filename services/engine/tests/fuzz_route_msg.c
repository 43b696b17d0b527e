// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of rtnetlink about interfaces, routes and neighbours, as they could come from anybody.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/links.h"
#include "engine/neighbours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(const struct nlmsghdr *message, struct neighbours *table)
{
	static const struct net_address to[] = {{.family = 4, .words = {1}},
						{.family = 6, .words = {1}}};
	static struct links links;
	struct neighbour news, before;
	struct link_way way;
	struct route route;

	links_take(&links, message);
	for (size_t i = 0; i < links.n; i++)
		if (links.list[i].name[LINK_NAME_MAX - 1] != '\0' ||
		    (links_way(&links, &links.list[i], &way) == 0 && !way.port))
			abort();
	if (route_msg_read(message, &to[0], &route) || route_msg_read(message, &to[1], &route))
		if (route.usable && !route.interface)
			abort();
	if (neighbour_msg_read(message, &news) && neighbours_take(table, &news, &before) &&
	    news.valid && !neighbours_find(table, news.interface, &news.address))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct neighbours table;
	struct nlmsghdr *message;

	/* The kernel gives whole messages, of whole words; what is in them is the input. */
	size &= ~(size_t)(MNL_ALIGNTO - 1);
	message = malloc(size);
	if (message && size >= sizeof(*message)) {
		memcpy(message, data, size);
		message->nlmsg_len = (uint32_t)size;
		take(message, &table);
	}
	free(message);
	return 0;
}
