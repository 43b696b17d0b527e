// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/gate_frames.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void put(struct frame_bytes *f, const void *bytes, size_t size)
{
	if (f->size + size > sizeof(f->bytes))
		abort();
	memcpy(f->bytes + f->size, bytes, size);
	f->size += size;
}

static void put16(struct frame_bytes *f, unsigned int value)
{
	put(f, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void put_address(struct frame_bytes *f, const char *text)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	uint8_t bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		abort();
	put(f, bytes, family == AF_INET6 ? 16 : 4);
}

static void begin(struct frame_bytes *f, unsigned int type)
{
	f->size = 0;
	put(f, (uint8_t[])FRAME_OWN_MAC, 6);
	put(f, (uint8_t[]){0x02, 0, 0, 0, 0x99, 0x01}, 6);
	put16(f, type);
}

static void ip6(struct frame_bytes *f, unsigned int next, unsigned int size, const char *source,
		const char *destination)
{
	begin(f, 0x86dd);
	put(f, (uint8_t[]){0x60, 0, 0, 0, 0, (uint8_t)size, (uint8_t)next, 255}, 8);
	put_address(f, source);
	put_address(f, destination);
}

void frame_ip(struct frame_bytes *f, const char *source, const char *destination)
{
	static const uint8_t udp[] = {0x12, 0x34, 0, 53, 0, 8, 0, 0};

	if (strchr(source, ':')) {
		ip6(f, 17, sizeof(udp), source, destination);
	} else {
		begin(f, 0x0800);
		put(f, (uint8_t[]){0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0}, 12);
		put_address(f, source);
		put_address(f, destination);
	}
	put(f, udp, sizeof(udp));
}

void frame_arp(struct frame_bytes *f, unsigned int operation, const char *sender,
	       const char *target)
{
	static const uint8_t kind[] = {0, 1, 0x08, 0, 6, 4};
	static const uint8_t mac[] = {0x02, 0, 0, 0, 0x99, 0x01};

	begin(f, 0x0806);
	put(f, kind, sizeof(kind));
	put16(f, operation);
	put(f, mac, sizeof(mac));
	put_address(f, sender);
	put(f, mac, sizeof(mac));
	put_address(f, target);
}

void frame_nd(struct frame_bytes *f, unsigned int type, const char *source, const char *destination,
	      const char *target)
{
	ip6(f, 58, 24, source, destination);
	put(f, (uint8_t[]){(uint8_t)type, 0, 0, 0, 0, 0, 0, 0}, 8);
	put_address(f, target);
}

void frame_tag(struct frame_bytes *f, unsigned int type, unsigned int id)
{
	uint8_t tag[] = {(uint8_t)(type >> 8), (uint8_t)type, (uint8_t)(id >> 8), (uint8_t)id};
	uint8_t rest[sizeof(f->bytes)];
	size_t size = f->size - 12;

	memcpy(rest, f->bytes + 12, size);
	f->size = 12;
	put(f, tag, sizeof(tag));
	put(f, rest, size);
}
