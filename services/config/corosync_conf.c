// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/corosync_conf.h"

#include <inttypes.h>

#include "base/parse.h"

/*
 * With a short token knet's own defaults (timeout token / 2, heartbeat thread at 200 ms) drop
 * links with no fault at all: all three values are explicit.
 */
#define PING_INTERVAL_MS 200
#define PING_TIMEOUT_MS 1000
#define PONG_COUNT 2 /* answers until a link is up */

static const char *const ciphers[] = {
	[CONFIG_CIPHER_AES128] = "aes128",
	[CONFIG_CIPHER_AES192] = "aes192",
	[CONFIG_CIPHER_AES256] = "aes256",
};

static const char *const hashes[] = {
	[CONFIG_HASH_SHA256] = "sha256",
	[CONFIG_HASH_SHA384] = "sha384",
	[CONFIG_HASH_SHA512] = "sha512",
};

static void add_totem(const struct ring *ring, struct text *text)
{
	text_add(text,
		 "totem {\n"
		 "\tversion: 2\n"
		 "\tcluster_name: %s\n"
		 "\ttransport: knet\n"
		 "\tlink_mode: active\n"
		 "\tcrypto_model: openssl\n"
		 "\tcrypto_cipher: %s\n"
		 "\tcrypto_hash: %s\n"
		 "\ttoken: %u\n"
		 "\ttoken_coefficient: 0\n"
		 "\tconsensus: %u\n",
		 ring->name, ciphers[ring->crypto.cipher], hashes[ring->crypto.hash], ring->token,
		 ring->consensus);
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (!(ring->links & 1u << i))
			continue;
		text_add(text,
			 "\tinterface {\n"
			 "\t\tlinknumber: %u\n"
			 "\t\tmcastport: %u\n"
			 "\t\tknet_transport: udp\n"
			 "\t\tknet_ping_interval: %u\n"
			 "\t\tknet_ping_timeout: %u\n"
			 "\t\tknet_pong_count: %u\n"
			 "\t}\n",
			 i, CONFIG_RING_PORT + i, PING_INTERVAL_MS, PING_TIMEOUT_MS, PONG_COUNT);
	}
	text_add(text, "}\n\n");
}

/*
 * Not SCHED_RR, its default: libqb's log thread holds a spin lock while it writes to syslogd
 * (libqb, lib/log_thread.c). Where syslogd is slow the main thread spins, and as a real-time
 * process it would keep syslogd, the agent and all else from the processor. At nice -20 the agent
 * has its share.
 */
static void add_scheduling(struct text *text)
{
	text_add(text, "system {\n\tsched_rr: no\n\tpriority: max\n}\n\n");
}

static void add_node(const struct ring *ring, const struct ring_node *node, struct text *text)
{
	char address[16];

	text_add(text, "\tnode {\n\t\tnodeid: %u\n\t\tname: %s\n", node->id, node->name);
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (ring->links & 1u << i)
			text_add(text, "\t\tring%u_addr: %s\n", i,
				 format_ipv4(node->address[i].address, address, sizeof(address)));
	}
	text_add(text, "\t}\n");
}

/*
 * votequorum(5) lets two_node and wait_for_all not stand beside a device. ffsplit is the one
 * algorithm that takes its vote back before it gives it to the other half.
 */
static void add_device(const struct ring *ring, struct text *text)
{
	const struct config_device *device = &ring->device;
	char address[16];

	/* Left out, votequorum would count the nodes alone. */
	text_add(text, "\texpected_votes: %zu\n", ring->n_nodes + CONFIG_DEVICE_VOTES);
	text_add(text,
		 "\tdevice {\n"
		 "\t\tmodel: net\n"
		 "\t\tvotes: %u\n"
		 "\t\ttimeout: %u\n"
		 "\t\tsync_timeout: %u\n"
		 "\t\tnet {\n"
		 "\t\t\thost: %s\n"
		 "\t\t\tport: %u\n"
		 "\t\t\talgorithm: ffsplit\n"
		 "\t\t\ttls: off\n"
		 "\t\t}\n"
		 "\t}\n",
		 CONFIG_DEVICE_VOTES, device->timeout, device->sync_timeout,
		 format_ipv4(device->host, address, sizeof(address)), device->port);
}

static void add_quorum(const struct ring *ring, struct text *text)
{
	text_add(text, "quorum {\n\tprovider: corosync_votequorum\n");
	if (ring->device.host)
		add_device(ring, text);
	/* Two votes have no majority between them; without wait_for_all both would start alone. */
	else if (ring->n_nodes == 2)
		text_add(text, "\ttwo_node: 1\n\twait_for_all: 1\n");
	text_add(text, "}\n\n");
}

int corosync_conf(const struct ring *ring, struct text *text)
{
	text_add(text,
		 "# Derived from the configuration by trireme-config: changes here are lost.\n");
	add_totem(ring, text);
	text_add(text, "nodelist {\n");
	for (size_t i = 0; i < ring->n_nodes; i++)
		add_node(ring, &ring->nodes[i], text);
	text_add(text, "}\n\n");
	add_quorum(ring, text);
	add_scheduling(text);
	text_add(text, "logging {\n"
		       "\tto_syslog: yes\n"
		       "\tsyslog_facility: daemon\n"
		       "\tto_stderr: no\n"
		       "\tto_logfile: no\n"
		       "\tdebug: off\n"
		       "}\n\n");
	/* Not corosync's: it takes it into cmap when it has taken all the rest of the file. */
	text_add(text, "trireme {\n\tring: %016" PRIx64 "\n\tcrypto: %016" PRIx64 "\n}\n",
		 ring_digest(ring), ring_crypto_digest(ring));
	return text_result(text);
}
