// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring as text: one line for the whole, one for each key, a quorum device and each node. */
#include "config/ring.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/parse.h"

#define FORMAT "trireme ring 1"
#define WORDS_MAX (3 + RING_LINKS)

static void add_crypto(const char *word, const struct ring_crypto *crypto, struct text *text)
{
	text_add(text, "%s %u %u ", word, crypto->cipher, crypto->hash);
	for (size_t i = 0; i < RING_KEY_SIZE; i++)
		text_add(text, "%02x", crypto->key[i]);
	text_add(text, "\n");
}

static void add_node(const struct ring *ring, const struct ring_node *node, struct text *text)
{
	char address[16];

	text_add(text, "node %u %s", node->id, node->name);
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (ring->links & 1u << i)
			text_add(text, " %s/%u",
				 format_ipv4(node->address[i].address, address, sizeof(address)),
				 node->address[i].prefix_length);
		else
			text_add(text, " -");
	}
	text_add(text, "\n");
}

static void add_device(const struct config_device *device, struct text *text)
{
	char address[16];

	if (device->host)
		text_add(text, "device %s %u %u %u\n",
			 format_ipv4(device->host, address, sizeof(address)), device->port,
			 device->timeout, device->sync_timeout);
}

int ring_text(const struct ring *ring, struct text *text)
{
	text_add(text, FORMAT "\ntotem %s %u %u\n", ring->name, ring->token, ring->consensus);
	add_crypto("crypto", &ring->crypto, text);
	if (ring->has_other)
		add_crypto("other", &ring->other, text);
	add_device(&ring->device, text);
	for (size_t i = 0; i < ring->n_nodes; i++)
		add_node(ring, &ring->nodes[i], text);
	return text_result(text);
}

uint64_t ring_digest(const struct ring *ring)
{
	char buf[RING_TEXT_MAX];
	struct text text = TEXT_ON(buf);

	/* The largest ring fits. */
	ring_text(ring, &text);
	return hash_add(HASH_START, buf, text.used);
}

uint64_t ring_crypto_digest(const struct ring *ring)
{
	char buf[128];
	struct text text = TEXT_ON(buf);

	add_crypto("crypto", &ring->crypto, &text);
	return hash_add(HASH_START, buf, text.used);
}

/* Cuts the line into words in place; -EINVAL: too many. */
static int split(char *line, char *words[WORDS_MAX], size_t *ret_n)
{
	char *at = NULL;
	size_t n = 0;

	for (char *word = strtok_r(line, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
		if (n == WORDS_MAX)
			return -EINVAL;
		words[n++] = word;
	}
	*ret_n = n;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_crypto(char *words[], size_t n, struct ring_crypto *ret_crypto)
{
	struct ring_crypto crypto;
	uint32_t cipher, hash;

	if (n != 4 || strlen(words[3]) != 2 * RING_KEY_SIZE ||
	    parse_u32(words[1], 0, CONFIG_CIPHER_AES256, &cipher) < 0 ||
	    parse_u32(words[2], 0, CONFIG_HASH_SHA512, &hash) < 0)
		return -EINVAL;
	crypto.cipher = (enum config_cipher)cipher;
	crypto.hash = (enum config_hash)hash;
	for (size_t i = 0; i < RING_KEY_SIZE; i++) {
		int high = hex_digit(words[3][2 * i]), low = hex_digit(words[3][2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		crypto.key[i] = (uint8_t)(high << 4 | low);
	}
	*ret_crypto = crypto;
	return 0;
}

static int parse_address(char *word, struct config_address *ret_address)
{
	char *slash = strchr(word, '/');
	uint32_t length;

	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (parse_ipv4(word, &ret_address->address) < 0 || parse_u32(slash + 1, 0, 32, &length) < 0)
		return -EINVAL;
	ret_address->prefix_length = (uint8_t)length;
	return 0;
}

static int parse_node(char *words[], size_t n, struct ring *ring)
{
	struct ring_node *node = &ring->nodes[ring->n_nodes];
	uint8_t links = 0;
	uint32_t id;

	if (n != WORDS_MAX || ring->n_nodes == CONFIG_NODES_MAX ||
	    parse_u32(words[1], 1, UINT8_MAX, &id) < 0 || ring_node_by_id(ring, id) ||
	    copy_text(node->name, sizeof(node->name), words[2]) < 0)
		return -EINVAL;
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (strcmp(words[3 + i], "-") == 0)
			continue;
		if (parse_address(words[3 + i], &node->address[i]) < 0)
			return -EINVAL;
		links |= (uint8_t)(1u << i);
	}
	/* Every node has the same links. */
	if (ring->n_nodes > 0 && ring->links != links)
		return -EINVAL;
	node->id = (uint8_t)id;
	ring->links = links;
	ring->n_nodes++;
	return 0;
}

static int parse_device(char *words[], size_t n, struct config_device *ret_device)
{
	struct config_device device;
	uint32_t port;

	if (n != 5 || parse_ipv4(words[1], &device.host) < 0 || device.host == 0 ||
	    parse_u32(words[2], 1, UINT16_MAX, &port) < 0 ||
	    parse_u32(words[3], 0, UINT32_MAX, &device.timeout) < 0 ||
	    parse_u32(words[4], 0, UINT32_MAX, &device.sync_timeout) < 0)
		return -EINVAL;
	device.port = (uint16_t)port;
	*ret_device = device;
	return 0;
}

static int parse_line(char *line, struct ring *ring)
{
	char *words[WORDS_MAX];
	size_t n;

	if (split(line, words, &n) < 0 || n == 0)
		return -EINVAL;
	if (strcmp(words[0], "node") == 0)
		return parse_node(words, n, ring);
	if (strcmp(words[0], "device") == 0)
		return parse_device(words, n, &ring->device);
	if (strcmp(words[0], "crypto") == 0)
		return parse_crypto(words, n, &ring->crypto);
	if (strcmp(words[0], "other") == 0) {
		ring->has_other = true;
		return parse_crypto(words, n, &ring->other);
	}
	if (strcmp(words[0], "totem") != 0 || n != 4 ||
	    copy_text(ring->name, sizeof(ring->name), words[1]) < 0 ||
	    parse_u32(words[2], 0, UINT32_MAX, &ring->token) < 0 ||
	    parse_u32(words[3], 0, UINT32_MAX, &ring->consensus) < 0)
		return -EINVAL;
	return 0;
}

/* Every port has a link. */
static bool is_whole(const struct ring *ring)
{
	unsigned int ports = ring->links | ring->links >> CONFIG_RING_PORTS;
	unsigned int all = (1u << CONFIG_RING_PORTS) - 1;

	return ring->name[0] && ring->n_nodes > 0 && (ports & all) == all;
}

int ring_parse(const char *text, struct ring *ret_ring)
{
	char buf[RING_TEXT_MAX], again[RING_TEXT_MAX];
	struct text written = TEXT_ON(again);
	struct ring ring = {0};
	char *line, *end;

	if (copy_text(buf, sizeof(buf), text) < 0 || strncmp(buf, FORMAT "\n", sizeof(FORMAT)) != 0)
		return -EINVAL;
	for (line = buf + sizeof(FORMAT); (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (parse_line(line, &ring) < 0)
			return -EINVAL;
	}
	/* A line left out or given twice shows in what comes out again. */
	if (!is_whole(&ring) || ring_text(&ring, &written) < 0 || strcmp(again, text) != 0)
		return -EINVAL;
	*ret_ring = ring;
	return 0;
}

static bool has_address(const struct config *config, uint8_t id, const char *port,
			const struct config_address *address)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_node *node = &config->nodes[i];
		const struct config_port *p = config_port_by_name(node, port);

		if (node->id == id && p && p->address == address->address)
			return true;
	}
	for (size_t i = 0; i < config->n_kept; i++) {
		const struct config_kept *kept = &config->kept[i];

		if (kept->node == id && strcmp(kept->port, port) == 0 &&
		    kept->address.address == address->address)
			return true;
	}
	return false;
}

int ring_keep(const struct ring *ring, struct config *config)
{
	for (size_t i = 0; i < ring->n_nodes * RING_LINKS; i++) {
		const struct ring_node *node = &ring->nodes[i / RING_LINKS];
		unsigned int link = i % RING_LINKS;
		const struct config_address *address = &node->address[link];
		struct config_kept *kept;

		if (!(ring->links & 1u << link) ||
		    has_address(config, node->id, ring_port_name(link), address))
			continue;
		if (config->n_kept == CONFIG_KEPT_MAX)
			return -ENOSPC;
		kept = &config->kept[config->n_kept++];
		*kept = (struct config_kept){.node = node->id, .address = *address};
		copy_text(kept->port, sizeof(kept->port), ring_port_name(link));
	}
	return 0;
}
