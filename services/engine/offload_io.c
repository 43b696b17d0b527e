// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/offload_io.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

#define FEATURES_MAX 256

static int ask(const struct offload_io *io, const char *name, void *what)
{
	struct ifreq request = {.ifr_data = what};

	memcpy(request.ifr_name, name, strnlen(name, sizeof(request.ifr_name) - 1));
	return ioctl(io->fd, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}

static int count_features(struct offload_io *io)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t n;
	} question = {.info = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES}};
	int r = ask(io, "lo", &question);

	if (r < 0)
		return r;
	if (question.info.sset_mask == 0 || question.n == 0 || question.n > FEATURES_MAX)
		return -EOPNOTSUPP;
	io->n = question.n;
	return 0;
}

/* The names are the same for all interfaces. */
static int find_features(struct offload_io *io)
{
	static const char *const names[OFFLOADS] = {
		[OFFLOAD_LRO] = "rx-lro",
		[OFFLOAD_GRO_HW] = "rx-gro-hw",
		[OFFLOAD_TAGS] = "rx-vlan-hw-parse",
		[OFFLOAD_GRO] = "rx-gro",
	};
	_cleanup_free_ struct ethtool_gstrings *strings =
		calloc(1, sizeof(*strings) + (size_t)io->n * ETH_GSTRING_LEN);
	int r;

	if (!strings)
		return -ENOMEM;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = io->n;
	r = ask(io, "lo", strings);
	for (int i = 0; r == 0 && i < OFFLOADS; i++) {
		io->positions[i] = -1;
		for (uint32_t k = 0; k < io->n; k++)
			if (strncmp((const char *)&strings->data[(size_t)k * ETH_GSTRING_LEN],
				    names[i], ETH_GSTRING_LEN) == 0)
				io->positions[i] = (int32_t)k;
	}
	return r;
}

int offload_io_open(struct offload_io *io)
{
	int r;

	*io = (struct offload_io){.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
	if (io->fd < 0)
		return -errno;
	r = count_features(io);
	if (r == 0)
		r = find_features(io);
	if (r < 0)
		offload_io_close(io);
	return r;
}

void offload_io_close(struct offload_io *io)
{
	if (io->fd >= 0)
		close(io->fd);
	io->fd = -1;
}

void offload_io_read(const struct offload_io *io, struct attach_card *card)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};

	card->driver[0] = '\0';
	card->queues = 0;
	if (ask(io, card->name, &driver) == 0) {
		size_t length = strnlen(driver.driver, sizeof(card->driver) - 1);

		memcpy(card->driver, driver.driver, length);
		card->driver[length] = '\0';
	}
	if (ask(io, card->name, &channels) == 0)
		card->queues = channels.combined_count + channels.tx_count;
}

/* Those of ours that are on. */
static int read_active(const struct offload_io *io, const char *name, uint32_t *ret_active)
{
	uint32_t size = (io->n + 31) / 32, active = 0;
	_cleanup_free_ struct ethtool_gfeatures *present =
		calloc(1, sizeof(*present) + size * sizeof(present->features[0]));
	int r;

	if (!present)
		return -ENOMEM;
	present->cmd = ETHTOOL_GFEATURES;
	present->size = size;
	r = ask(io, name, present);
	for (int i = 0; r == 0 && i < OFFLOADS; i++) {
		int32_t at = io->positions[i];

		if (at >= 0 && present->features[at / 32].active & 1u << (at % 32))
			active |= OFFLOAD_BIT(i);
	}
	if (r == 0)
		*ret_active = active;
	return r;
}

int offload_io_stop(const struct offload_io *io, const char *name, uint32_t set, uint32_t *ret_left)
{
	uint32_t size = (io->n + 31) / 32, active = 0;
	_cleanup_free_ struct ethtool_sfeatures *change =
		calloc(1, sizeof(*change) + size * sizeof(change->features[0]));
	int r = change ? read_active(io, name, &active) : -ENOMEM;

	if (r < 0)
		return r;
	if ((active & set) == 0) {
		*ret_left = 0;
		return 0;
	}
	change->cmd = ETHTOOL_SFEATURES;
	change->size = size;
	for (int i = 0; i < OFFLOADS; i++) {
		int32_t at = io->positions[i];

		if (active & set & OFFLOAD_BIT(i))
			change->features[at / 32].valid |= 1u << (at % 32);
	}
	/* It refuses what can never be changed; what has come of it is what counts. */
	if (ask(io, name, change) == -EPERM)
		return -EPERM;
	r = read_active(io, name, &active);
	*ret_left = r == 0 ? active & set : set;
	return r;
}
