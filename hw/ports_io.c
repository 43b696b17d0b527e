// SPDX-License-Identifier: GPL-2.0-or-later
#include "ports_io.h"

#include <errno.h>
#include <limits.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/netlink_io.h"
#include "base/parse.h"

#define LINKS_MAX 256
#define WAIT_MS 5000

struct ports_io {
	struct mnl_socket *socket; /* for changes */
};

/* What a dump says of one interface. */
struct link {
	uint32_t ifindex, master;
	char name[PORT_NAME_SIZE];
	uint8_t mac[6];
	bool ethernet, up, carrier;
	char device[PATH_MAX]; /* in sysfs; empty: none */
};

struct link_list {
	struct link *links;
	size_t n;
	bool full;
};

int ports_io_open(struct ports_io **ret_io)
{
	_cleanup_free_ struct ports_io *io = calloc(1, sizeof(*io));
	int r = io ? netlink_open(NETLINK_ROUTE, WAIT_MS, &io->socket) : -ENOMEM;

	if (r < 0)
		return r;
	*ret_io = take_ptr(io);
	return 0;
}

void ports_io_close(struct ports_io *io)
{
	if (!io)
		return;
	mnl_socket_close(io->socket);
	free(io);
}

static int read_attribute(const struct nlattr *attr, void *data)
{
	const struct nlattr **table = data;

	if (mnl_attr_type_valid(attr, IFLA_MAX) >= 0)
		table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static void find_device(struct link *link)
{
	char path[64], device[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/net/%s/device", link->name);
	if (realpath(path, device))
		memcpy(link->device, device, sizeof(device));
}

static int read_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFLA_MAX + 1] = {};
	struct link_list *list = data;
	struct link *link;
	const struct nlattr *mac;

	if (message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	if (list->n == LINKS_MAX) {
		list->full = true;
		return MNL_CB_OK;
	}
	mnl_attr_parse(message, sizeof(*info), read_attribute, attrs);
	if (!attrs[IFLA_IFNAME])
		return MNL_CB_OK;
	link = &list->links[list->n++];
	*link = (struct link){};
	snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attrs[IFLA_IFNAME]));
	link->ifindex = (uint32_t)info->ifi_index;
	link->ethernet = info->ifi_type == ARPHRD_ETHER;
	link->up = info->ifi_flags & IFF_UP;
	link->carrier = attrs[IFLA_CARRIER] && mnl_attr_get_u8(attrs[IFLA_CARRIER]);
	link->master = attrs[IFLA_MASTER] ? mnl_attr_get_u32(attrs[IFLA_MASTER]) : 0;
	mac = attrs[IFLA_PERM_ADDRESS] ? attrs[IFLA_PERM_ADDRESS] : attrs[IFLA_ADDRESS];
	if (mac && mnl_attr_get_payload_len(mac) == sizeof(link->mac))
		memcpy(link->mac, mnl_attr_get_payload(mac), sizeof(link->mac));
	else
		link->ethernet = false;
	find_device(link);
	return MNL_CB_OK;
}

static int dump_links(struct mnl_socket *socket, void *data)
{
	char buffer[NETLINK_PART_MAX];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct link_list *list = data;
	struct ifinfomsg *info;

	*list = (struct link_list){.links = list->links};
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	return netlink_talk(socket, request, buffer, sizeof(buffer), read_link, list);
}

/* Last part of the target of a link beside the device ("driver", "subsystem"); empty when there is
 * none. */
static void linked_name(const char *device, const char *link, char *ret_name, size_t size)
{
	char path[PATH_MAX + 16], target[PATH_MAX];
	const char *slash;

	ret_name[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", device, link);
	if (!realpath(path, target))
		return;
	slash = strrchr(target, '/');
	snprintf(ret_name, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
}

/* The innermost PCI address on the way to the device (a virtio device hangs below its PCI
 * function), else "bus/device". */
static void find_place(const char *device, char ret_path[PORT_PATH_SIZE])
{
	char copy[PATH_MAX], bus[24];
	char *rest = NULL;
	const char *slash = strrchr(device, '/');

	snprintf(copy, sizeof(copy), "%s", device);
	linked_name(device, "subsystem", bus, sizeof(bus));
	snprintf(ret_path, PORT_PATH_SIZE, "%s/%.38s", bus, slash ? slash + 1 : device);
	for (char *part = strtok_r(copy, "/", &rest); part; part = strtok_r(NULL, "/", &rest))
		if (port_path_is_pci(part))
			snprintf(ret_path, PORT_PATH_SIZE, "%.16s", part);
}

static uint32_t read_dev_port(const char *name)
{
	_cleanup_free_ char *text = NULL;
	char path[64];
	size_t size;
	uint32_t value = 0;

	snprintf(path, sizeof(path), "/sys/class/net/%s/dev_port", name);
	if (file_read(path, 64, &text, &size) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return parse_u32(text, 0, UINT32_MAX, &value) < 0 ? 0 : value;
}

static bool is_card(const struct link *link)
{
	return link->ethernet && link->device[0];
}

static bool below_a_card(const struct link_list *list, const struct link *link)
{
	for (size_t i = 0; link->master && i < list->n; i++)
		if (list->links[i].ifindex == link->master)
			return is_card(&list->links[i]);
	return false;
}

static void fill_nic(const struct link *link, struct nic *nic)
{
	nic->ifindex = link->ifindex;
	memcpy(nic->name, link->name, sizeof(nic->name));
	memcpy(nic->mac, link->mac, sizeof(nic->mac));
	nic->up = link->up;
	nic->carrier = link->carrier;
	nic->dev_port = read_dev_port(link->name);
	linked_name(link->device, "driver", nic->driver, sizeof(nic->driver));
	find_place(link->device, nic->path);
}

static void fill_other(const struct link_list *list, const struct link *link,
		       struct port_other *other)
{
	other->ifindex = link->ifindex;
	memcpy(other->name, link->name, sizeof(other->name));
	other->below = below_a_card(list, link);
	other->up = link->up;
}

static int fill_inventory(const struct link_list *list, struct port_inventory *inventory)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct link *link = &list->links[i];
		bool card = is_card(link) && !below_a_card(list, link);

		/* Only a name that could be a port's is in the way. */
		if (!card && strncmp(link->name, "eth", 3) != 0)
			continue;
		if ((card ? inventory->n_nics : inventory->n_others) == PORTS_MAX)
			return -E2BIG;
		if (card)
			fill_nic(link, &inventory->nics[inventory->n_nics++]);
		else
			fill_other(list, link, &inventory->others[inventory->n_others++]);
	}
	return 0;
}

int ports_io_list(struct ports_io *io, struct port_inventory *ret_inventory)
{
	struct port_inventory inventory = {};
	struct link_list list = {.links = calloc(LINKS_MAX, sizeof(struct link))};
	int r;

	(void)io;
	if (!list.links)
		return -ENOMEM;
	r = netlink_read_whole(NETLINK_ROUTE, WAIT_MS, dump_links, &list);
	if (r == 0)
		r = list.full ? -E2BIG : fill_inventory(&list, &inventory);
	free(list.links);
	if (r < 0)
		return r;
	*ret_inventory = inventory;
	return 0;
}

static int change_link(struct ports_io *io, uint32_t ifindex, unsigned int flags,
		       unsigned int change, const char *name)
{
	char buffer[NETLINK_PART_MAX];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	info->ifi_flags = flags;
	info->ifi_change = change;
	if (name)
		mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return netlink_talk(io->socket, request, buffer, sizeof(buffer), NULL, NULL);
}

int ports_io_rename(struct ports_io *io, const struct port_rename *step)
{
	int r, up;

	if (!step->up)
		return change_link(io, step->ifindex, 0, 0, step->to);
	r = change_link(io, step->ifindex, 0, IFF_UP, NULL);
	if (r < 0)
		return r;
	r = change_link(io, step->ifindex, 0, 0, step->to);
	up = change_link(io, step->ifindex, IFF_UP, IFF_UP, NULL);
	return r < 0 ? r : up;
}

bool ports_io_has_firmware(struct ports_io *io, const char *file)
{
	char path[PATH_MAX];

	(void)io;
	snprintf(path, sizeof(path), "/lib/firmware/%s", file);
	return access(path, R_OK) == 0;
}
