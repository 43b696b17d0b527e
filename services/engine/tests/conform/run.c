// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/run.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/tests/conform/check.h"

struct run {
	const struct run_path *path;
	const struct conform_case *c;
	const struct case_step *step;
	const struct case_step *in; /* the last packet; NULL: what became of it was said */
	uint8_t protocol;	    /* of the last packet that is no ICMP */
	uint8_t sent[PACKET_MAX];
	size_t n_sent;
	struct run_result result;
	uint64_t reasons[FWD_REASONS]; /* before it */
	char *error;
};

static int fail(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct run *r, const char *format, ...)
{
	int n = snprintf(r->error, RUN_ERROR_MAX, "%s:%u: %s: ", r->c->file, r->step->line,
			 r->c->name);
	va_list args;

	va_start(args, format);
	if (n > 0 && n < RUN_ERROR_MAX)
		vsnprintf(r->error + n, RUN_ERROR_MAX - (size_t)n, format, args);
	va_end(args);
	return -EBADMSG;
}

static const char *result_text(const struct run *r, char *buf, size_t size)
{
	const char *const verdicts[] = {"nothing", "sent", "passed up", "dropped"};
	size_t n = (size_t)snprintf(buf, size, "%s ", verdicts[r->result.verdict]);

	if (r->result.verdict == RUN_SENT)
		packet_text(r->result.bytes, r->result.size, buf + n, size - n);
	for (int i = 0; r->path->reason && i < FWD_REASONS; i++) {
		n = strlen(buf);
		if (r->path->reason(r->path->data, (enum fwd_reason)i) != r->reasons[i])
			snprintf(buf + n, size - n, " (%s)", case_reason_text((enum fwd_reason)i));
	}
	return buf;
}

/* Every packet's fate must be said, where the data path is one that the case is for. */
static int is_told(struct run *r)
{
	char text[512];

	if (!r->in || r->path->kind != CASE_XDP)
		return 0;
	r->step = r->in;
	return fail(r, "the case does not say what becomes of it: %s",
		    result_text(r, text, sizeof(text)));
}

/* Whether a frame is said to come out, so that it is worth waiting for. */
static bool wants_frame(const struct run *r)
{
	for (const struct case_step *s = r->step + 1; s < r->c->steps + r->c->n_steps; s++) {
		if (s->path & r->path->kind)
			return s->verb == CASE_OUT || s->verb == CASE_ANSWER;
	}
	return false;
}

static int submit(struct run *r, const uint8_t *bytes, size_t size, bool wants)
{
	int result;

	for (int i = 0; r->path->reason && i < FWD_REASONS; i++)
		r->reasons[i] = r->path->reason(r->path->data, (enum fwd_reason)i);
	result = r->path->send(r->path->data, r->step->frame.lan, bytes, size, wants, &r->result);
	return result < 0 ? fail(r, "cannot send: %s", strerror(-result)) : 0;
}

static int do_in(struct run *r)
{
	const struct packet_free wild = {0};
	int result = is_told(r);

	if (result < 0)
		return result;
	if (r->step->frame.packet.protocol == IPPROTO_TCP ||
	    r->step->frame.packet.protocol == IPPROTO_UDP)
		r->protocol = r->step->frame.packet.protocol;
	r->n_sent = packet_make(&r->step->frame, PACKET_IN, &wild, r->sent);
	r->in = r->step;
	return submit(r, r->sent, r->n_sent, wants_frame(r));
}

static int do_out(struct run *r)
{
	char text[512], why[CHECK_WHY_MAX];

	if (r->result.verdict != RUN_SENT)
		return fail(r, "should be sent, is %s", result_text(r, text, sizeof(text)));
	if (r->result.port != RUN_PORT_UNKNOWN && r->result.port != r->step->frame.lan->port)
		return fail(r, "left by port %u instead of %u", r->result.port,
			    r->step->frame.lan->port);
	if (check_out(&r->step->frame, &r->in->frame, &r->result, why) < 0)
		return fail(r, "%s", why);
	return 0;
}

static int do_answer(struct run *r)
{
	char text[512], why[CHECK_WHY_MAX];

	if (r->result.verdict != RUN_SENT)
		return fail(r, "should be answered, is %s", result_text(r, text, sizeof(text)));
	if (check_answer(&r->step->frame.packet, &r->in->frame, r->sent, r->n_sent, &r->result,
			 why) < 0)
		return fail(r, "%s", why);
	return 0;
}

/* Exactly once, and nothing else. */
static int check_reason(struct run *r)
{
	char text[512];

	for (int i = 0; r->path->reason && r->step->reason >= 0 && i < FWD_REASONS; i++) {
		const uint64_t now = r->path->reason(r->path->data, (enum fwd_reason)i);

		if (now != r->reasons[i] + (i == r->step->reason))
			return fail(r, "should be counted as '%s' alone, is %s",
				    case_reason_text((enum fwd_reason)r->step->reason),
				    result_text(r, text, sizeof(text)));
	}
	return 0;
}

/* What is passed up is the kernel's, where it is the data path itself: nothing to be seen. */
static int do_refused(struct run *r)
{
	const enum run_verdict wanted = r->step->verb == CASE_PASS ? RUN_PASSED : RUN_DROPPED;
	char text[512];

	if (r->path->kind == CASE_IPVS && wanted == RUN_PASSED)
		return 0;
	if (r->result.verdict != wanted &&
	    (r->path->kind == CASE_XDP || r->result.verdict != RUN_NOTHING))
		return fail(r, "should be %s, is %s",
			    wanted == RUN_PASSED ? "passed up" : "dropped",
			    result_text(r, text, sizeof(text)));
	return check_reason(r);
}

static int do_flow(struct run *r)
{
	struct case_end real = {0};
	enum fwd_state state;
	int result = r->path->flow(r->path->data, r->protocol, r->step, &state, &real);

	if (r->step->verb == CASE_NO_FLOW)
		return result == -ENOENT ? 0 : fail(r, "there should be no flow, and is one");
	if (result < 0)
		return fail(r, "flow: %s", strerror(-result));
	if (state != r->step->state)
		return fail(r, "flow is '%s' instead of '%s'", case_state_text(state),
			    case_state_text(r->step->state));
	if (r->step->real.address.family && !world_equal(&real.address, &r->step->real.address))
		return fail(r, "flow belongs to another real server");
	return 0;
}

static int do_count(struct run *r)
{
	uint64_t counts[3] = {0};
	int result;

	if (r->step->verb == CASE_COUNT && !r->path->reason)
		return 0;
	result = r->path->count(r->path->data, r->c, r->step, counts);

	if (result < 0)
		return fail(r, "counts: %s", strerror(-result));
	if (memcmp(counts, r->step->counts, sizeof(counts)) != 0)
		return fail(r, "counts are %lu %lu %lu instead of %lu %lu %lu", counts[0],
			    counts[1], counts[2], r->step->counts[0], r->step->counts[1],
			    r->step->counts[2]);
	return 0;
}

/* Whatever is missing at a packet's end, nothing is sent. */
static int do_cut(struct run *r)
{
	const struct packet_free wild = {0};
	char text[512];

	r->n_sent = packet_make(&r->step->frame, PACKET_IN, &wild, r->sent);
	for (size_t size = 14; size < r->n_sent; size++) {
		if (submit(r, r->sent, size, false) < 0)
			return -EBADMSG;
		if (r->result.verdict == RUN_SENT)
			return fail(r, "the first %zu bytes of %zu are %s", size, r->n_sent,
				    result_text(r, text, sizeof(text)));
	}
	return 0;
}

/* The client of the i-th packet: other in its last two bytes. */
static struct case_frame nth(const struct case_frame *frame, uint32_t i)
{
	struct case_frame f = *frame;
	uint8_t *last = f.packet.from.address.bytes + (f.packet.from.address.family == 6 ? 14 : 2);
	const uint32_t n = ((uint32_t)last[0] << 8 | last[1]) + i;

	last[0] = (uint8_t)(n >> 8);
	last[1] = (uint8_t)n;
	return f;
}

static int do_spread(struct run *r)
{
	uint32_t times[CASE_PICKED_MAX] = {0};
	const struct packet_free wild = {0};
	char text[512];

	for (uint32_t i = 0; i < r->step->number; i++) {
		const struct case_frame f = nth(&r->step->frame, i);

		r->n_sent = packet_make(&f, PACKET_IN, &wild, r->sent);
		if (submit(r, r->sent, r->n_sent, true) < 0)
			return -EBADMSG;
		if (r->result.verdict != RUN_SENT)
			return fail(r, "packet %u is %s", i, result_text(r, text, sizeof(text)));
		for (size_t k = 0; k < r->step->n_picked; k++) {
			uint8_t mac[6];

			world_mac(&r->step->picked[k].address, mac);
			times[k] += memcmp(mac, r->result.bytes, sizeof(mac)) == 0;
		}
	}
	for (size_t k = 0; k < r->step->n_picked; k++) {
		const uint32_t wanted = r->step->picked[k].times;

		if (times[k] + r->step->slack < wanted || times[k] > wanted + r->step->slack)
			return fail(r, "the %zu. real server has %u of %u instead of %u", k + 1,
				    times[k], r->step->number, wanted);
	}
	return 0;
}

static int do_change(struct run *r)
{
	int result = r->path->change(r->path->data, r->c, r->step);

	return result < 0 ? fail(r, "%s", strerror(-result)) : 0;
}

static int do_step(struct run *r)
{
	int result;

	switch (r->step->verb) {
	case CASE_IN:
		return do_in(r);
	case CASE_OUT:
	case CASE_ANSWER:
	case CASE_PASS:
	case CASE_DROP:
		if (!r->in)
			return fail(r, "there is no packet whose fate is not said yet");
		result = r->step->verb == CASE_OUT	? do_out(r)
			 : r->step->verb == CASE_ANSWER ? do_answer(r)
							: do_refused(r);
		r->in = NULL;
		return result;
	case CASE_FLOW:
	case CASE_NO_FLOW:
		return do_flow(r);
	case CASE_COUNT:
	case CASE_LOAD:
		return do_count(r);
	case CASE_CUT:
		return do_cut(r);
	case CASE_SPREAD:
		return do_spread(r);
	default:
		return do_change(r);
	}
}

int run_case(const struct run_path *path, const struct conform_case *c, char error[RUN_ERROR_MAX])
{
	struct run r = {.path = path,
			.c = c,
			.step = &c->steps[0],
			.error = error,
			.protocol = c->services[0].protocol};
	int result;

	if (!(c->path & path->kind))
		return 0;
	result = path->begin(path->data, c);
	if (result < 0)
		return fail(&r, "cannot begin: %s", strerror(-result));
	for (size_t i = 0; i < c->n_steps; i++) {
		r.step = &c->steps[i];
		if (!(r.step->path & path->kind))
			continue;
		result = do_step(&r);
		if (result < 0)
			return result;
	}
	return is_told(&r);
}
