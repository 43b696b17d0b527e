// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/plan_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "base/parse.h"
#include "engine/marks.h"

#define SERVICES_MAX 16
#define REALS_MAX 16

struct reader {
	struct plan_case *c;
	int kernel;
	struct ipvs_service *service; /* of the kernel, being read */
	char health[SERVICES_MAX][REALS_MAX][12];
};

/* One of the addresses; whether it is that of IPv6. */
static bool endpoint(char *text, uint32_t *address, struct in6_addr *ipv6, uint16_t *port)
{
	char *colon = strrchr(text, ':');
	bool brackets = text[0] == '[';
	uint32_t value;

	assert_non_null(colon);
	*colon = '\0';
	if (brackets) {
		assert_int_equal(colon[-1], ']');
		colon[-1] = '\0';
		assert_int_equal(parse_ipv6(text + 1, ipv6), 0);
	} else {
		assert_int_equal(parse_ipv4(text, address), 0);
	}
	assert_int_equal(parse_u32(colon + 1, 0, 65535, &value), 0);
	*port = (uint16_t)value;
	return brackets;
}

/* As the kernel has it; returns the family. */
static uint16_t kernel_endpoint(char *text, uint8_t address[16], uint16_t *port)
{
	struct in6_addr ipv6 = {0};
	uint32_t ipv4 = 0;
	bool is_ipv6 = endpoint(text, &ipv4, &ipv6, port);

	if (is_ipv6)
		memcpy(address, &ipv6, sizeof(ipv6));
	else
		memcpy(address, &ipv4, sizeof(ipv4));
	return is_ipv6 ? AF_INET6 : AF_INET;
}

static void read_service(struct reader *r, const char *line)
{
	struct config *config = r->c->config;
	struct config_service *s = &config->services[config->n_services++];
	char protocol[8], where[56], method[8];

	assert_true(config->n_services <= SERVICES_MAX);
	assert_int_equal(sscanf(line, "service %32s %7s %55s %7s %15s", s->name, protocol, where,
				method, s->scheduler),
			 5);
	s->ipv6 = endpoint(where, &s->address, &s->ipv6_address, &s->port);
	s->protocol = strcmp(protocol, "udp") == 0    ? CONFIG_PROTOCOL_UDP
		      : strcmp(protocol, "sctp") == 0 ? CONFIG_PROTOCOL_SCTP
						      : CONFIG_PROTOCOL_TCP;
	s->method = strcmp(method, "direct") == 0   ? CONFIG_METHOD_DIRECT
		    : strcmp(method, "tunnel") == 0 ? CONFIG_METHOD_TUNNEL
						    : CONFIG_METHOD_NAT;
	s->quorum = 1;
	s->check = CONFIG_CHECK_TCP_CONNECT;
	s->reals = calloc(REALS_MAX, sizeof(*s->reals));
	assert_non_null(s->reals);
}

static void read_real(struct reader *r, const char *line)
{
	size_t n = r->c->config->n_services - 1;
	struct config_service *s = &r->c->config->services[n];
	struct config_real *real = &s->reals[s->n_reals];
	char where[56], admin[12] = "";

	assert_true(s->n_reals < REALS_MAX);
	assert_true(sscanf(line, "real %32s %55s %hu %11s %11s %u %u", real->name, where,
			   &real->weight, r->health[n][s->n_reals], admin, &real->upper,
			   &real->lower) >= 4);
	real->admin_state = strcmp(admin, "drain") == 0	     ? CONFIG_ADMIN_DRAIN
			    : strcmp(admin, "disabled") == 0 ? CONFIG_ADMIN_DISABLED
							     : CONFIG_ADMIN_ENABLED;
	endpoint(where, &real->address, &real->ipv6_address, &real->port);
	s->n_reals++;
}

static void read_config(struct reader *r, const char *line)
{
	struct config *config = r->c->config;
	struct config_service *s =
		config->n_services ? &config->services[config->n_services - 1] : NULL;
	unsigned long long ms;
	char where[56];

	if (sscanf(line, "time %llu", &ms) == 1) {
		r->c->now = ms * 1000000;
	} else if (strncmp(line, "service ", 8) == 0) {
		read_service(r, line);
	} else if (s && strncmp(line, "real ", 5) == 0) {
		read_real(r, line);
	} else if (s && strcmp(line, "unchecked") == 0) {
		s->check = CONFIG_CHECK_NONE;
	} else if (s && sscanf(line, "persistent %u/%hhu", &s->persistence_s,
			       &s->persistence_prefix) == 2) {
		s->persistent = true;
	} else if (s && sscanf(line, "sorry %55s", where) == 1) {
		endpoint(where, &s->sorry_address, &s->sorry_ipv6_address, &s->sorry_port);
	} else if (s && strcmp(line, "several") == 0) {
		s->port = 0;
	} else if (!s || (sscanf(line, "mark %hu", &s->mark) != 1 &&
			  sscanf(line, "quorum %hu", &s->quorum) != 1)) {
		fail_msg("not understood: %s", line);
	}
}

static void read_kernel(struct reader *r, const char *line)
{
	char protocol[8], where[56], mask[16];
	struct ipvs_service s = {.key.family = AF_INET};
	struct ipvs_dest d = {0};

	if (sscanf(line, "service %7s %55s %15s %u %u %15s", protocol, where, s.scheduler, &s.flags,
		   &s.timeout, mask) == 6) {
		s.key.protocol = strcmp(protocol, "udp") == 0	 ? IPPROTO_UDP
				 : strcmp(protocol, "sctp") == 0 ? IPPROTO_SCTP
								 : IPPROTO_TCP;
		s.key.family = kernel_endpoint(where, s.key.address, &s.key.port);
		if (s.key.family == AF_INET6)
			assert_int_equal(parse_u32(mask, 1, 128, &s.netmask), 0);
		else
			assert_int_equal(parse_ipv4(mask, &s.netmask), 0);
		assert_int_equal(ipvs_table_add(&r->c->present, &s, &r->service), 0);
	} else if (sscanf(line, "mark %i %15s", (int *)&s.key.mark, s.scheduler) == 2) {
		s.netmask = 0xffffffff;
		assert_int_equal(ipvs_table_add(&r->c->present, &s, &r->service), 0);
	} else if (sscanf(line, "dest %55s %u %u %u %u", where, &d.method, &d.weight, &d.upper,
			  &d.lower) >= 4) {
		d.family = kernel_endpoint(where, d.address, &d.port);
		assert_int_equal(ipvs_service_add(r->service, &d), 0);
	} else {
		fail_msg("not understood: %s", line);
	}
}

static void make_health(struct reader *r)
{
	struct config *config = r->c->config;
	bool changed;

	assert_int_equal(health_state_make(config, NULL, 0, &r->c->health), 0);
	for (size_t i = 0; i < config->n_services; i++) {
		for (size_t j = 0; j < config->services[i].n_reals; j++) {
			const char *word = r->health[i][j];
			uint8_t state = strcmp(word, "up") == 0	    ? ENGINE_HEALTH_UP
					: strcmp(word, "down") == 0 ? ENGINE_HEALTH_DOWN
								    : ENGINE_HEALTH_UNKNOWN;

			assert_int_equal(health_state_report(r->c->health, config->services[i].name,
							     config->services[i].reals[j].name,
							     state, "", &changed),
					 0);
		}
	}
}

void plan_case_read(const char *path, struct plan_case *c)
{
	struct reader r = {.c = c};
	FILE *file = fopen(path, "re");
	char line[256];

	assert_non_null(file);
	*c = (struct plan_case){.config = calloc(1, sizeof(*c->config))};
	assert_non_null(c->config);
	c->config->services = calloc(SERVICES_MAX, sizeof(*c->config->services));
	assert_non_null(c->config->services);
	while (fgets(line, sizeof(line), file)) {
		const char *start = line + strspn(line, " \t");

		line[strcspn(line, "\n")] = '\0';
		if (!*start || *start == '#')
			continue;
		if (strcmp(start, "kernel") == 0)
			r.kernel = 1;
		else if (r.kernel)
			read_kernel(&r, start);
		else
			read_config(&r, start);
	}
	fclose(file);
	make_health(&r);
	assert_int_equal(marks_make(c->config, &c->marks), 0);
}

void plan_case_free(struct plan_case *c)
{
	health_state_free(c->health);
	ipvs_table_clear(&c->present);
	for (size_t i = 0; i < c->config->n_services; i++)
		free(c->config->services[i].reals);
	free(c->marks);
	free(c->config->services);
	free(c->config);
}
