// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/announce.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

void announce_frame(uint8_t ret_frame[ANNOUNCE_FRAME_SIZE], enum announce_form form,
		    const uint8_t mac[6], uint32_t address)
{
	static const uint8_t arp[] = {0x08, 0x06, /* EtherType ARP */
				      0,    1,	  /* Ethernet */
				      0x08, 0,	  /* IPv4 */
				      6,    4};
	uint8_t *f = ret_frame;

	memset(f, 0, ANNOUNCE_FRAME_SIZE);
	memset(f, 0xff, 6);
	memcpy(f + 6, mac, 6);
	memcpy(f + 12, arp, sizeof(arp));
	f[21] = form == ANNOUNCE_REQUEST ? 1 : 2;
	memcpy(f + 22, mac, 6);
	memcpy(f + 28, &address, 4);
	/* A reply names a target: everybody. A request's target is ignored (RFC 5227, 1.1). */
	if (form == ANNOUNCE_REPLY)
		memset(f + 32, 0xff, 6);
	memcpy(f + 38, &address, 4);
}

/* Early losses are repaired by the burst, late ones by a repetition every 60 to 100 s. */
static uint64_t offset(const struct announce_schedule *s)
{
	static const uint16_t burst_ms[] = {0, 50, 200, 1000, 5000};
	uint64_t spread;

	if (s->count < ARRAY_SIZE(burst_ms))
		return burst_ms[s->count] * NSEC_PER_MSEC;
	spread = (s->seed * 2654435761u + s->count * 40503u) % 40001;
	return (60000 + spread) * NSEC_PER_MSEC;
}

void announce_start(struct announce_schedule *s, uint64_t now, uint32_t seed)
{
	*s = (struct announce_schedule){.since = now, .next = now, .seed = seed};
}

void announce_stop(struct announce_schedule *s)
{
	s->next = UINT64_MAX;
}

bool announce_due(struct announce_schedule *s, uint64_t now)
{
	bool repetition;

	if (now < s->next)
		return false;
	s->count++;
	repetition = s->count >= 5;
	s->next = (repetition ? now : s->since) + offset(s);
	return true;
}
