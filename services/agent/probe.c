// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/probe.h"

#include <string.h>

#include "agent/bpf/gate.h"

/* EtherType ARP, Ethernet, IPv4 and the sizes of their addresses (RFC 826). */
static const uint8_t arp[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4};

#define AT_TYPE 12
#define AT_OPERATION 20
#define AT_SENDER_MAC 22
#define AT_SENDER 28
#define AT_TARGET 38
#define ARP_END 42
#define REQUEST 1

void probe_frame(uint8_t ret_frame[PROBE_FRAME_SIZE], const uint8_t mac[6], uint32_t address)
{
	uint8_t *f = ret_frame;

	memset(f, 0, PROBE_FRAME_SIZE);
	memset(f, 0xff, 6);
	memcpy(f + 6, mac, 6);
	memcpy(f + AT_TYPE, arp, sizeof(arp));
	f[AT_OPERATION + 1] = REQUEST;
	memcpy(f + AT_SENDER_MAC, mac, 6);
	memcpy(f + AT_TARGET, &address, 4);
	memcpy(f + ARP_END, GATE_PROBE_MARK, sizeof(GATE_PROBE_MARK));
}

static bool is_marked(const uint8_t *frame, size_t size)
{
	return size >= ARP_END + sizeof(GATE_PROBE_MARK) &&
	       memcmp(frame + ARP_END, GATE_PROBE_MARK, sizeof(GATE_PROBE_MARK)) == 0;
}

bool probe_parse(const uint8_t *frame, size_t size, struct probe_seen *ret_seen)
{
	struct probe_seen seen = {0};

	if (size < ARP_END || memcmp(frame + AT_TYPE, arp, sizeof(arp)) != 0)
		return false;
	memcpy(seen.mac, frame + AT_SENDER_MAC, sizeof(seen.mac));
	memcpy(&seen.address, frame + AT_SENDER, sizeof(seen.address));
	seen.asks = !seen.address && is_marked(frame, size);
	if (seen.asks)
		memcpy(&seen.address, frame + AT_TARGET, sizeof(seen.address));
	if (!seen.address)
		return false;
	*ret_seen = seen;
	return true;
}

void probe_start(struct probe_schedule *p, uint64_t now)
{
	*p = (struct probe_schedule){.next = now};
}

void probe_stop(struct probe_schedule *p)
{
	p->next = UINT64_MAX;
}

/* Spaced from when the one before was sent: a process that was stopped does not make up for it. */
enum probe_step probe_step(struct probe_schedule *p, uint64_t now)
{
	if (now < p->next)
		return PROBE_WAIT;
	if (p->sent == PROBE_COUNT) {
		probe_stop(p);
		return PROBE_END;
	}
	p->sent++;
	p->next = now + PROBE_SPACING_NS;
	return PROBE_SEND;
}
