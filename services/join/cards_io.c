// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/cards_io.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"

#define ATTRIBUTE_MAX 4096
#define ETHERNET "1" /* ARPHRD_ETHER, linux/if_arp.h */

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int read_attribute(const char *root, const char *name, const char *attribute,
			  char **ret_text)
{
	char path[PATH_MAX];
	char *text;
	int r;

	if (snprintf(path, sizeof(path), "%s/sys/class/net/%s/%s", root, name, attribute) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read(path, ATTRIBUTE_MAX, &text, NULL);
	if (r < 0)
		return r;
	*ret_text = text;
	return 0;
}

/* eth, a number, at most one letter. */
static bool is_port_name(const char *name)
{
	size_t digits;

	if (strncmp(name, "eth", 3) != 0)
		return false;
	digits = strspn(name + 3, "0123456789");
	name += 3 + digits;
	if (*name >= 'a' && *name <= 'z')
		name++;
	return digits > 0 && *name == '\0';
}

/* What the kernel makes of cards says of what type it is. */
static bool is_card(const char *root, const char *name)
{
	_cleanup_free_ char *type = NULL, *uevent = NULL;

	if (!is_port_name(name) || strlen(name) >= JOIN_CARD_NAME_MAX ||
	    read_attribute(root, name, "type", &type) < 0 ||
	    read_attribute(root, name, "uevent", &uevent) < 0)
		return false;
	type[strcspn(type, "\n")] = '\0';
	return strcmp(type, ETHERNET) == 0 && !strstr(uevent, "DEVTYPE=bond\n") &&
	       !strstr(uevent, "DEVTYPE=vlan\n");
}

/* A bond gives all its cards one address; what theirs was, it remembers. */
static int read_mac(const char *root, const char *name, uint8_t mac[6])
{
	_cleanup_free_ char *text = NULL;
	int r = read_attribute(root, name, "bonding_slave/perm_hwaddr", &text);

	if (r == -ENOENT)
		r = read_attribute(root, name, "address", &text);
	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	return parse_mac(text, mac);
}

int cards_list(const char *root, struct join_cards *ret_cards)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	struct join_cards cards = {0};
	const struct dirent *entry;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/sys/class/net", root) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		struct join_card *card = &cards.list[cards.n];

		if (!is_card(root, entry->d_name))
			continue;
		if (cards.n == JOIN_CARDS_MAX)
			return -E2BIG;
		if (read_mac(root, entry->d_name, card->mac) < 0)
			continue;
		memcpy(card->name, entry->d_name, strlen(entry->d_name) + 1);
		cards.n++;
	}
	*ret_cards = cards;
	return 0;
}
