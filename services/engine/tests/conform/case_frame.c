// SPDX-License-Identifier: GPL-2.0-or-later
/* The part of a line that describes a packet. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/tests/conform/case_words.h"

#define LENGTH_MAX 9000

static const struct {
	const char *name;
	uint8_t bit;
} flags[] = {{"fin", 1}, {"syn", 2}, {"rst", 4}, {"psh", 8}, {"ackn", 16}};

static const struct {
	const char *name;
	uint32_t max;
	size_t at, size;
} numbers[] = {
#define NUMBER(name, max, field)                                 \
	{                                                        \
		name, max, offsetof(struct case_packet, field),  \
			sizeof(((struct case_packet *)0)->field) \
	}
	NUMBER("ttl", 255, ttl),	   NUMBER("tos", 255, tos),
	NUMBER("mtu", 65535, mtu),	   NUMBER("id", UINT32_MAX, id),
	NUMBER("seq", UINT32_MAX, seq),	   NUMBER("ack", UINT32_MAX, ack),
	NUMBER("len", LENGTH_MAX, length),
};

static const struct {
	const char *name;
	size_t at;
} switches[] = {
	{"df", offsetof(struct case_packet, df)},
	{"nosum", offsetof(struct case_packet, no_sum)},
	{"options", offsetof(struct case_packet, options)},
	{"nested", offsetof(struct case_packet, nested)},
};

/* The TCP flags begin anew with the first one that a line names. */
static bool take_flag(struct case_words *w, struct case_packet *p, bool *flagged)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!case_words_is(w, flags[i].name))
			continue;
		p->flags = (uint8_t)((*flagged ? p->flags : 0) | flags[i].bit);
		*flagged = true;
		return true;
	}
	return false;
}

/* 1: taken; 0: it is none of these. */
static int take_number(struct case_words *w, struct case_packet *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		void *field = (char *)p + numbers[i].at;
		uint32_t value;

		if (!case_words_is(w, numbers[i].name))
			continue;
		if (case_words_number(w, numbers[i].name, numbers[i].max, &value) < 0)
			return -EINVAL;
		/* Little endian: the field's lowest bytes come first. */
		memcpy(field, &value, numbers[i].size);
		return 1;
	}
	if (case_words_is(w, "sum")) {
		p->no_sum = false;
		return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (case_words_is(w, switches[i].name)) {
			*(bool *)((char *)p + switches[i].at) = true;
			return 1;
		}
	}
	return 0;
}

static int take_fragment(struct case_words *w, struct case_packet *p)
{
	if (case_words_number(w, "frag offset", LENGTH_MAX, &p->offset) < 0 ||
	    case_words_number(w, "frag length", LENGTH_MAX, &p->part) < 0)
		return -EINVAL;
	p->is_fragment = true;
	p->more = case_words_is(w, "more");
	if (p->offset % 8 != 0)
		return case_words_fail(w, "frag offset: %u, allowed are multiples of 8", p->offset);
	return 0;
}

static int take_pair(struct case_words *w, struct case_end *from, struct case_end *to)
{
	if (case_words_end(w, "from", from) < 0)
		return -EINVAL;
	if (!case_words_is(w, ">"))
		return case_words_fail(w, "'>' is missing behind the source");
	if (case_words_end(w, "to", to) < 0)
		return -EINVAL;
	if (from->address.family != to->address.family)
		return case_words_fail(w, "to: of another family than from");
	return 0;
}

static int take_protocol(struct case_words *w, struct case_packet *p)
{
	const char *const names[] = {"tcp", "udp", "icmp", "sctp"};
	size_t i;

	if (case_words_choice(w, "protocol", names, ARRAY_SIZE(names), &i) < 0)
		return -EINVAL;
	p->protocol = i == 0   ? IPPROTO_TCP
		      : i == 1 ? IPPROTO_UDP
		      : i == 2 ? IPPROTO_ICMP
			       : IPPROTO_SCTP;
	return i == 2 ? case_words_kind(w, &p->type, &p->code) : 0;
}

static int take_packet(struct case_words *w, struct case_packet *p, bool taken_over)
{
	if (!taken_over) {
		*p = (struct case_packet){.ttl = 64, .id = 0x1234, .seq = 1000, .ack = 2000};
		if (take_protocol(w, p) < 0)
			return -EINVAL;
	}
	if (take_pair(w, &p->from, &p->to) < 0)
		return -EINVAL;
	if (p->protocol == IPPROTO_ICMP && p->from.address.family == 6)
		p->protocol = IPPROTO_ICMPV6;
	return 0;
}

/* Of the frame itself, not of its packet. 1: taken. */
static int take_frame_field(struct case_words *w, struct case_frame *f)
{
	uint32_t value;

	if (case_words_is(w, "via"))
		return case_words_address(w, "via", &f->via) < 0 ? -EINVAL : 1;
	if (case_words_is(w, "outer")) {
		f->tunnelled = true;
		return take_pair(w, &f->outer_from, &f->outer_to) < 0 ? -EINVAL : 1;
	}
	if (case_words_is(w, "pad")) {
		if (case_words_number(w, "pad", 512, &value) < 0)
			return -EINVAL;
		f->pad = (uint16_t)value;
		return 1;
	}
	if (case_words_is(w, "qinq"))
		return f->two_tags = true;
	if (case_words_is(w, "wrongsum"))
		return f->wrong_sum = true;
	return 0;
}

/* Fields of a packet up to one that is none; 1: the line goes on. */
static int take_fields(struct case_words *w, struct case_packet *p, struct case_frame *f)
{
	bool flagged = false;
	int r;

	while (w->at < w->n) {
		r = take_flag(w, p, &flagged) ? 1 : take_number(w, p);
		if (r == 0 && case_words_is(w, "frag"))
			r = take_fragment(w, p) < 0 ? -EINVAL : 1;
		if (r == 0 && case_words_is(w, "tune"))
			r = take_pair(w, &p->tune_from, &p->tune_to) < 0 ? -EINVAL : 1;
		if (r == 0)
			r = take_frame_field(w, f);
		if (r < 0)
			return r;
		if (r == 0)
			return 1;
	}
	return 0;
}

int case_words_frame(struct case_words *w, struct case_frame *frame, bool taken_over)
{
	uint32_t value;
	int r;

	if (take_packet(w, &frame->packet, taken_over) < 0)
		return -EINVAL;
	r = take_fields(w, &frame->packet, frame);
	if (r <= 0 || !case_words_is(w, "quote"))
		return r < 0 ? r : 0;
	frame->quotes = true;
	if (take_packet(w, &frame->quote, taken_over) < 0)
		return -EINVAL;
	r = take_fields(w, &frame->quote, frame);
	if (r > 0 && case_words_is(w, "quoted")) {
		if (case_words_number(w, "quoted", 1500, &value) < 0)
			return -EINVAL;
		frame->quoted = (uint16_t)value;
		r = take_fields(w, &frame->packet, frame);
	}
	return r < 0 ? r : 0;
}
