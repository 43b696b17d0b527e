// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/case_steps.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

static const char *const states[FWD_STATES] = {
	[FWD_UDP] = "udp",
	[FWD_SYN] = "syn",
	[FWD_ESTABLISHED] = "established",
	[FWD_FIN_CLIENT] = "fin-client",
	[FWD_FIN_REAL] = "fin-real",
	[FWD_TIME_WAIT] = "time-wait",
	[FWD_CLOSE] = "close",
	[FWD_PERSISTENT] = "persistent",
};

static const char *const reasons[FWD_REASONS] = {
	[FWD_DROP_FRAGMENT] = "fragment",
	[FWD_DROP_HOP] = "hop",
	[FWD_DROP_MALFORMED] = "malformed",
	[FWD_DROP_REDIRECT] = "redirect",
	[FWD_ANSWERED_TOO_BIG] = "too-big",
	[FWD_ANSWERED_TTL] = "ttl",
	[FWD_PASSED_LEASE] = "lease",
	[FWD_PASSED_STRAY] = "stray",
	[FWD_PASSED_NO_REAL] = "no-real",
	[FWD_PASSED_SOURCE] = "source",
	[FWD_PASSED_REPLY] = "reply",
	[FWD_PASSED_OPTIONS] = "options",
	[FWD_FULL] = "full",
	[FWD_FLOOD] = "flood",
	[FWD_RESCHEDULED] = "rescheduled",
};

const char *case_state_text(enum fwd_state state)
{
	return state < FWD_STATES && states[state] ? states[state] : "?";
}

const char *case_reason_text(enum fwd_reason reason)
{
	return reason < FWD_REASONS && reasons[reason] ? reasons[reason] : "?";
}

static int take_service_options(struct case_words *w, struct case_service *s)
{
	uint32_t value;

	while (w->at < w->n) {
		if (case_words_is(w, "persist")) {
			if (case_words_number(w, "persist", 2678400, &s->persistence) < 0)
				return -EINVAL;
		} else if (case_words_is(w, "mask")) {
			if (case_words_number(w, "mask", 128, &value) < 0)
				return -EINVAL;
			s->mask = (uint8_t)value;
		} else if (case_words_is(w, "group")) {
			if (case_words_number(w, "group", 15, &value) < 0)
				return -EINVAL;
			s->group = (uint8_t)value;
		} else {
			return 0;
		}
	}
	return 0;
}

static int take_service(struct case_words *w, struct conform_case *c)
{
	const char *const protocols[] = {"tcp", "udp"};
	const char *const methods[] = {
		[FWD_NAT] = "nat", [FWD_DIRECT] = "direct", [FWD_TUNNEL] = "tunnel"};
	const char *const schedulers[] = {"rr", "wrr", "lc", "wlc", "sed", "nq", "dh", "sh", "mh"};
	struct case_service *s = &c->services[c->n_services];
	size_t protocol, method, scheduler;
	const char *name;

	if (c->n_services == CASE_SERVICES_MAX)
		return case_words_fail(w, "service: more than %d", CASE_SERVICES_MAX);
	*s = (struct case_service){0};
	if (case_words_next(w, "service", &name) < 0)
		return -EINVAL;
	if (copy_text(s->name, sizeof(s->name), name) < 0)
		return case_words_fail(w, "service: '%s' is too long", name);
	if (case_words_choice(w, "protocol", protocols, 2, &protocol) < 0 ||
	    case_words_end(w, "service's address", &s->end) < 0 ||
	    case_words_choice(w, "method", methods, ARRAY_SIZE(methods), &method) < 0 ||
	    case_words_choice(w, "scheduler", schedulers, ARRAY_SIZE(schedulers), &scheduler) < 0)
		return -EINVAL;
	s->protocol = protocol == 0 ? IPPROTO_TCP : IPPROTO_UDP;
	s->method = (enum fwd_method)method;
	strcpy(s->scheduler, schedulers[scheduler]);
	c->n_services++;
	return take_service_options(w, s);
}

static int take_service_name(struct case_words *w, const struct conform_case *c,
			     size_t *ret_service)
{
	const char *names[CASE_SERVICES_MAX];

	for (size_t i = 0; i < c->n_services; i++)
		names[i] = c->services[i].name;
	return case_words_choice(w, "service", names, c->n_services, ret_service);
}

/* A real server of a service: SERVICE ADDRESS:PORT. */
static int take_place(struct case_words *w, const struct conform_case *c, size_t *ret_service,
		      struct case_end *ret_end)
{
	if (take_service_name(w, c, ret_service) < 0 || case_words_end(w, "real", ret_end) < 0)
		return -EINVAL;
	if (ret_end->port == 0)
		ret_end->port = c->services[*ret_service].end.port;
	return 0;
}

static int take_real(struct case_words *w, struct conform_case *c)
{
	struct case_real *real = &c->reals[c->n_reals];
	uint32_t weight = 1;

	if (c->n_reals == CASE_REALS_MAX)
		return case_words_fail(w, "real: more than %d", CASE_REALS_MAX);
	if (take_place(w, c, &real->service, &real->end) < 0)
		return -EINVAL;
	if (case_words_is(w, "weight") && case_words_number(w, "weight", 65535, &weight) < 0)
		return -EINVAL;
	real->weight = (uint16_t)weight;
	c->n_reals++;
	return 0;
}

/* What the answer's line takes over: the packet that was sent last. */
static const struct case_frame *last_in(const struct conform_case *c)
{
	for (size_t i = c->n_steps; i > 0; i--)
		if (c->steps[i - 1].verb == CASE_IN)
			return &c->steps[i - 1].frame;
	return NULL;
}

static int take_in(struct case_words *w, struct case_step *step)
{
	if (case_words_lan(w, &step->frame.lan) < 0)
		return -EINVAL;
	return case_words_frame(w, &step->frame, false);
}

static int take_out(struct case_words *w, const struct conform_case *c, struct case_step *step)
{
	const struct case_frame *in = last_in(c);

	if (!in)
		return case_words_fail(w, "out: no 'in' is before it");
	step->frame = *in;
	step->frame.two_tags = false;
	step->frame.packet.ttl--;
	if (case_words_lan(w, &step->frame.lan) < 0)
		return -EINVAL;
	return case_words_frame(w, &step->frame, true);
}

static int take_reason(struct case_words *w, struct case_step *step)
{
	size_t i;

	step->reason = -1;
	if (w->at == w->n)
		return 0;
	if (case_words_choice(w, "reason", reasons, FWD_REASONS, &i) < 0)
		return -EINVAL;
	step->reason = (int)i;
	return 0;
}

static int take_answer(struct case_words *w, struct case_step *step)
{
	struct case_packet *p = &step->frame.packet;
	uint32_t mtu = 0;

	if (case_words_kind(w, &p->type, &p->code) < 0)
		return -EINVAL;
	if (case_words_is(w, "mtu") && case_words_number(w, "mtu", 65535, &mtu) < 0)
		return -EINVAL;
	p->mtu = (uint16_t)mtu;
	return 0;
}

static int take_flow(struct case_words *w, struct case_step *step)
{
	size_t state;

	if (case_words_end(w, "client", &step->from) < 0)
		return -EINVAL;
	if (!case_words_is(w, ">"))
		return case_words_fail(w, "'>' is missing behind the client");
	if (case_words_end(w, "virtual address", &step->to) < 0)
		return -EINVAL;
	if (step->verb != CASE_FLOW)
		return 0;
	if (case_words_choice(w, "state", states, FWD_STATES, &state) < 0)
		return -EINVAL;
	step->state = (enum fwd_state)state;
	return w->at < w->n ? case_words_end(w, "real", &step->real) : 0;
}

static int take_counts(struct case_words *w, const struct conform_case *c, struct case_step *step)
{
	const char *const counts[] = {"connections", "in", "out"};
	const char *const loads[] = {"active", "inactive"};
	const size_t n = step->verb == CASE_COUNT ? 3 : 2;

	if (take_place(w, c, &step->service, &step->real) < 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		const char *const *names = step->verb == CASE_COUNT ? counts : loads;
		uint32_t value;

		if (!case_words_is(w, names[i]))
			return case_words_fail(w, "'%s' is missing", names[i]);
		if (case_words_number(w, names[i], UINT32_MAX, &value) < 0)
			return -EINVAL;
		step->counts[i] = value;
	}
	return 0;
}

static int take_spread(struct case_words *w, struct case_step *step)
{
	if (case_words_number(w, "spread", 10000, &step->number) < 0 || take_in(w, step) < 0)
		return -EINVAL;
	if (!case_words_is(w, "to"))
		return 0;
	while (w->at < w->n && !case_words_is(w, "slack")) {
		struct case_picked *picked = &step->picked[step->n_picked];

		if (step->n_picked++ == CASE_PICKED_MAX)
			return case_words_fail(w, "to: more than %d", CASE_PICKED_MAX);
		if (case_words_address(w, "to", &picked->address) < 0 ||
		    case_words_number(w, "to", 10000, &picked->times) < 0)
			return -EINVAL;
	}
	return w->at < w->n ? case_words_number(w, "slack", 10000, &step->slack) : 0;
}

static int take_setting(struct case_words *w, const struct conform_case *c, struct case_step *step)
{
	const char *const leases[] = {"ended", "held"};
	uint32_t group;
	size_t held;

	switch (step->verb) {
	case CASE_LEASE:
		if (case_words_number(w, "lease", 15, &group) < 0 ||
		    case_words_choice(w, "lease", leases, 2, &held) < 0)
			return -EINVAL;
		step->service = group;
		step->number = (uint32_t)held;
		return 0;
	case CASE_HALF_OPEN:
		return case_words_number(w, "half-open", 1000000, &step->number);
	case CASE_FILL:
		return take_flow(w, step);
	case CASE_WEIGHT:
	case CASE_MTU:
		if (take_place(w, c, &step->service, &step->real) < 0)
			return -EINVAL;
		return case_words_number(w, step->verb == CASE_MTU ? "mtu" : "weight", 65535,
					 &step->number);
	default:
		return take_place(w, c, &step->service, &step->real);
	}
}

static int take_step(struct case_words *w, struct conform_case *c, struct case_step *step)
{
	switch (step->verb) {
	case CASE_IN:
	case CASE_CUT:
		return take_in(w, step);
	case CASE_OUT:
		return take_out(w, c, step);
	case CASE_PASS:
	case CASE_DROP:
		return take_reason(w, step);
	case CASE_ANSWER:
		return take_answer(w, step);
	case CASE_FLOW:
	case CASE_NO_FLOW:
		return take_flow(w, step);
	case CASE_COUNT:
	case CASE_LOAD:
		return take_counts(w, c, step);
	case CASE_SPREAD:
		return take_spread(w, step);
	default:
		return take_setting(w, c, step);
	}
}

int case_steps_take(struct case_words *w, struct conform_case *c)
{
	static const char *const verbs[CASE_VERBS] = {[CASE_IN] = "in",
						      [CASE_OUT] = "out",
						      [CASE_PASS] = "pass",
						      [CASE_DROP] = "drop",
						      [CASE_ANSWER] = "answer",
						      [CASE_FLOW] = "flow",
						      [CASE_NO_FLOW] = "noflow",
						      [CASE_COUNT] = "count",
						      [CASE_LOAD] = "load",
						      [CASE_CUT] = "cut",
						      [CASE_SPREAD] = "spread",
						      [CASE_LEASE] = "lease",
						      [CASE_WEIGHT] = "weight",
						      [CASE_REMOVE] = "remove",
						      [CASE_UNRESOLVED] = "unresolved",
						      [CASE_MTU] = "mtu",
						      [CASE_HALF_OPEN] = "half-open",
						      [CASE_FILL] = "fill"};
	struct case_step *step = &c->steps[c->n_steps];
	size_t verb;

	if (case_words_is(w, "service"))
		return take_service(w, c);
	if (case_words_is(w, "real"))
		return take_real(w, c);
	if (case_words_is(w, "only")) {
		c->path = case_words_is(w, "xdp") ? CASE_XDP : CASE_IPVS;
		if (c->path == CASE_IPVS && !case_words_is(w, "ipvs"))
			return case_words_fail(w, "only: allowed are xdp and ipvs");
		if (w->at == w->n)
			return case_words_fail(w, "only: the reason is missing");
		w->at = w->n;
		return 0;
	}
	if (c->n_steps == CASE_STEPS_MAX)
		return case_words_fail(w, "more than %d steps", CASE_STEPS_MAX);
	*step = (struct case_step){.line = w->line, .path = CASE_BOTH, .reason = -1};
	if (case_words_is(w, "xdp:"))
		step->path = CASE_XDP;
	else if (case_words_is(w, "ipvs:"))
		step->path = CASE_IPVS;
	if (case_words_choice(w, "step", verbs, CASE_VERBS, &verb) < 0)
		return -EINVAL;
	step->verb = (enum case_verb)verb;
	c->n_steps++;
	return take_step(w, c, step);
}
