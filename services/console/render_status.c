// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "console/render.h"

#define SERVICE_TARGET 25 /* columns */
#define PORTS_MIN 6
#define HOST_MAX (INET6_ADDRSTRLEN + 2)
#define REASON_INDENT "                          "

/* Adds lines as long as there are rows, and counts the others. */
struct screen {
	struct text *text;
	unsigned int rows_left; /* without the one that says how many are left out */
	unsigned int left_out;
	bool limited;
};

static void line(struct screen *screen, const char *words)
{
	int width = RENDER_COLUMNS;

	if (screen->limited && screen->rows_left == 0) {
		screen->left_out++;
		return;
	}
	if (screen->limited)
		screen->rows_left--;
	else
		width = (int)strlen(words);
	text_add(screen->text, "%.*s\n", width, words);
}

static void show_agent(const struct view *view, struct screen *screen)
{
	const struct agent_status *agent = &view->agent;
	char words[256];
	struct text text = TEXT_ON(words);

	if (view->agent_error) {
		word_no_answer("agent", view->agent_error, &text);
		line(screen, words);
		return;
	}
	if (agent->node_id == 0)
		text_add(&text, "the agent waits for corosync");
	else
		text_add(&text, "node %s (number %u)   quorum %s", word_node(agent, agent->node_id),
			 agent->node_id, word_quorum(agent->quorum));
	if (agent->node_id && agent->ring_seq)
		text_add(&text, "   ring %llu", (unsigned long long)agent->ring_seq);
	if (agent->node_id && agent->lease_ms)
		text_add(&text, "   lease %u ms, guard %u ms", agent->lease_ms, agent->guard_ms);
	line(screen, words);
	if (agent->n_groups)
		line(screen, "GROUP            THIS NODE  OWNER            EPOCH  LEASE");
	for (uint32_t i = 0; i < agent->n_groups; i++) {
		const struct agent_status_group *group = &agent->groups[i];
		char lease[32] = "-";

		if (group->lease_left_ms > 0)
			snprintf(lease, sizeof(lease), "%lld ms", (long long)group->lease_left_ms);
		snprintf(words, sizeof(words), "%-16s %-10s %-16s %5llu  %s", group->name,
			 word_role(group->role), word_node(agent, group->owner),
			 (unsigned long long)group->epoch, lease);
		line(screen, words);
	}
}

/* The reason continues below itself where the screen ends. */
static void show_reason(const char *start, const char *reason, struct screen *screen)
{
	char words[320];

	do {
		size_t columns = screen->limited ? RENDER_COLUMNS : sizeof(words) - 1;
		size_t width = columns - strlen(start);
		size_t length = render_fitting(reason, width);

		snprintf(words, sizeof(words), "%s%.*s", start, (int)length, reason);
		line(screen, words);
		reason += length;
		reason += strspn(reason, " ");
		start = REASON_INDENT;
	} while (*reason);
}

/* Each group's reason, where they differ. */
static bool show_reasons(const struct agent_status *agent, uint32_t node, const char *start,
			 struct screen *screen)
{
	char words[AGENT_NAME_MAX + AGENT_REASON_MAX + 2];
	bool same = true;

	for (uint32_t i = 1; i < agent->n_groups; i++)
		same = same &&
		       strcmp(agent->groups[i].reasons[node], agent->groups[0].reasons[node]) == 0;
	for (uint32_t i = 0; i < agent->n_groups && !same; i++) {
		snprintf(words, sizeof(words), "%s: %s", agent->groups[i].name,
			 agent->groups[i].reasons[node]);
		show_reason(i ? REASON_INDENT : start, words, screen);
	}
	return !same;
}

static void show_nodes(const struct agent_status *agent, struct screen *screen)
{
	char words[320];

	line(screen, "NODE             STATE    WHY");
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		const struct agent_status_node *node = &agent->nodes[i];
		const char *state = !node->present  ? "absent"
				    : node->witness ? "witness"
				    : node->fit	    ? "fit"
						    : "unfit";

		snprintf(words, sizeof(words), "%-16s %-8s ", node->name, state);
		if (!show_reasons(agent, i, words, screen))
			show_reason(words, node->reason, screen);
	}
}

/* "203.0.113.10" or "[2001:db8::10]", as it stands before a port. */
static const char *host_text(const struct engine_inet *inet, char *buf)
{
	char address[INET6_ADDRSTRLEN];
	bool ipv6 = inet->family == AF_INET6;

	snprintf(buf, HOST_MAX, "%s%s%s", ipv6 ? "[" : "",
		 format_inet(inet->family, inet->bytes, address), ipv6 ? "]" : "");
	return buf;
}

/*
 * "203.0.113.10:20,21,80.../tcp": as many of its ports as the column has room for. Of an address
 * that fills it some are shown all the same, and the row is longer.
 */
static void service_target(const struct view_service *service, struct text *text)
{
	char host[HOST_MAX], port[8];
	const char *protocol = format_protocol(service->protocol);
	const char *ports = service->ports;
	size_t room = PORTS_MIN, used;

	if (service->address.family == AF_UNSPEC) {
		text_add(text, "firewall mark");
		return;
	}
	if (service->port) {
		snprintf(port, sizeof(port), "%u", service->port);
		ports = port;
	}
	host_text(&service->address, host);
	used = strlen(host) + strlen(protocol) + strlen(":/");
	if (used + PORTS_MIN < SERVICE_TARGET)
		room = SERVICE_TARGET - used;
	if (strlen(ports) <= room)
		text_add(text, "%s:%s/%s", host, ports, protocol);
	else
		text_add(text, "%s:%.*s.../%s", host, (int)(room - 3), ports, protocol);
}

static void service_words(const struct view_service *service, char *words, size_t size)
{
	char target[SERVICE_TARGET + HOST_MAX];
	struct text text = TEXT_ON(target);
	unsigned long long active = 0;

	for (size_t i = 0; i < service->n_reals; i++)
		active += service->reals[i].active;
	service_target(service, &text);
	snprintf(words, size, "%-16s %-7s %-*s %-6s %-5s %3zu/%-3zu %7llu", service->name,
		 service->applied ? "applied" : "MISSING", SERVICE_TARGET, target, service->method,
		 service->scheduler, view_reals_up(service), service->n_reals, active);
}

#define SERVICE_HEAD \
	"SERVICE          STATE   ADDRESS                   METHOD SCHED UP/ALL   ACTIVE"

static void show_services(const struct view *view, struct screen *screen)
{
	char words[256];
	struct text text = TEXT_ON(words);

	if (view->engine_error) {
		word_no_answer("engine", view->engine_error, &text);
		line(screen, words);
		return;
	}
	line(screen, SERVICE_HEAD);
	for (size_t i = 0; i < view->n_services; i++) {
		service_words(&view->services[i], words, sizeof(words));
		line(screen, words);
	}
	if (view->n_services == 0)
		line(screen, "(no virtual service is configured)");
}

/* "45 s", "12 min", "3 h", "9 d": two digits at least, but for less than that. */
static void age_words(uint64_t ms, char *words, size_t size)
{
	unsigned long long s = ms / 1000;

	if (s < 100)
		snprintf(words, size, "%llu s", s);
	else if (s < 100 * 60)
		snprintf(words, size, "%llu min", s / 60);
	else if (s < 100 * 3600)
		snprintf(words, size, "%llu h", s / 3600);
	else
		snprintf(words, size, "%llu d", s / 86400);
}

/* Why it is down, and for whom that matters. */
static void source_why(const struct health_source_status *source, struct text *text)
{
	if (source->reason[0])
		text_add(text, "%s; ", source->reason);
	text_add(text, source->n_consumers ? "pools" : "no pool depends on it");
	for (uint32_t i = 0; i < source->n_consumers; i++)
		text_add(text, "%s %s", i ? "," : "", source->consumers[i]);
}

static void show_source(const struct health_source_status *source, struct screen *screen)
{
	char words[128], address[16], target[24], age[32] = "-";
	char why[HEALTH_REASON_MAX + HEALTH_CONSUMERS_MAX * (HEALTH_NAME_MAX + 2)];
	struct text text = TEXT_ON(why);

	if (source->state != HEALTH_SOURCE_UNKNOWN)
		age_words(source->for_ms, age, sizeof(age));
	snprintf(target, sizeof(target), "%s:%u",
		 format_ipv4(source->address, address, sizeof(address)), source->port);
	snprintf(words, sizeof(words), "%-16s %-7s %-7s %-10s %s", source->name,
		 word_source_state(source->state), age, source->type, target);
	line(screen, words);
	source_why(source, &text);
	show_reason(REASON_INDENT, why, screen);
}

/* Only where there are any; that nobody can say is a line in any case. */
static void show_sources(const struct view *view, struct screen *screen)
{
	char words[256];
	struct text text = TEXT_ON(words);

	if (view->health_error) {
		word_no_answer("health checker", view->health_error, &text);
		line(screen, words);
		return;
	}
	if (view->n_sources)
		line(screen, "DATA SOURCE      STATE   FOR     TYPE       ADDRESS");
	for (size_t i = 0; i < view->n_sources; i++)
		show_source(&view->sources[i], screen);
}

static bool is_witness(const struct view *view)
{
	const struct agent_status_node *node =
		view->agent_error ? NULL : view_this_node(&view->agent);

	return node && node->witness;
}

void render_status(const struct view *view, unsigned int max_rows, struct text *text)
{
	struct screen screen = {
		.text = text,
		.limited = max_rows > 0,
		.rows_left = max_rows ? max_rows - 1 : 0,
	};

	show_agent(view, &screen);
	if (!view->agent_error)
		show_nodes(&view->agent, &screen);
	/* A witness runs no engine and checks nothing. */
	if (!is_witness(view)) {
		show_services(view, &screen);
		show_sources(view, &screen);
	}
	if (screen.left_out)
		text_add(text, "... %u lines more: trireme status\n", screen.left_out);
}

void render_routers(const struct view *view, struct text *text)
{
	for (size_t i = 0; i < view->n_routers; i++) {
		const struct view_router *router = &view->routers[i];

		text_add(text, "connections: %s ", router->name);
		if (router->present)
			text_add(text, "%s, %" PRIu64 " ms behind",
				 router->complete ? "has all" : "lacks some", router->lag_ms);
		else
			text_add(text, "does not listen");
		if (router->missed)
			text_add(text, "; %" PRIu64 " of its messages missed", router->missed);
		text_add(text, "\n");
	}
}

void render_cluster(const struct view *view, struct text *text)
{
	struct screen screen = {.text = text};

	show_agent(view, &screen);
	if (!view->agent_error)
		show_nodes(&view->agent, &screen);
	render_routers(view, text);
}

static const char *real_state(const struct engine_real_status *real)
{
	if (real->admin == ENGINE_ADMIN_DISABLED)
		return "disabled";
	if (real->health == ENGINE_HEALTH_DOWN)
		return "down";
	if (real->admin == ENGINE_ADMIN_DRAIN)
		return "drain";
	if (!real->in_use)
		return "out";
	return real->health == ENGINE_HEALTH_UP ? "up" : "unchecked";
}

static void add_real(const struct engine_real_status *real, struct text *text)
{
	char host[HOST_MAX], target[HOST_MAX + 8];

	snprintf(target, sizeof(target), "%s:%u", host_text(&real->address, host), real->port);
	text_add(text, "  %-14s %-21s %-9s weight %-5u active %-6u total %llu%s%s\n", real->name,
		 target, real_state(real), real->weight, real->active,
		 (unsigned long long)real->connections, real->reason[0] ? "  " : "", real->reason);
}

void render_services(const struct view *view, struct text *text)
{
	char words[256];

	if (view->engine_error) {
		word_no_answer("engine", view->engine_error, text);
		text_add(text, "\n");
		return;
	}
	text_add(text, SERVICE_HEAD "\n");
	for (size_t i = 0; i < view->n_services; i++) {
		const struct view_service *service = &view->services[i];

		service_words(service, words, sizeof(words));
		text_add(text, "%s\n", words);
		if (!service->port && service->ports[0])
			text_add(text, "  ports %s\n", service->ports);
		text_add(text, "  data path  %s%s%s\n", word_datapath(service->datapath),
			 service->datapath_reason[0] ? ": " : "", service->datapath_reason);
		for (size_t j = 0; j < service->n_reals; j++)
			add_real(&service->reals[j], text);
	}
	if (view->n_services == 0)
		text_add(text, "(no virtual service is configured)\n");
}

#define COUNTERS "%-22.22s %8s %11s %11s %11s %11s\n"
#define NUMBER_MAX 24

void render_counters(const struct view_service *service, struct text *text)
{
	if (service->n_reals)
		text_add(text, COUNTERS, "REAL SERVER", "INACTIVE", "PACKETS IN", "OUT", "BYTES IN",
			 "OUT");
	for (size_t i = 0; i < service->n_reals; i++) {
		const struct engine_real_status *real = &service->reals[i];
		const uint64_t values[] = {real->inactive, real->packets_in, real->packets_out,
					   real->bytes_in, real->bytes_out};
		char cells[5][NUMBER_MAX];

		for (size_t k = 0; k < 5; k++)
			snprintf(cells[k], NUMBER_MAX, "%" PRIu64, values[k]);
		text_add(text, COUNTERS, real->name, cells[0], cells[1], cells[2], cells[3],
			 cells[4]);
	}
}
