// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/health_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

static struct health_service *find_service(const struct health_state *state, const char *name)
{
	for (size_t i = 0; state && i < state->n_services; i++) {
		if (strcmp(state->services[i].name, name) == 0)
			return &state->services[i];
	}
	return NULL;
}

static struct health_real *find_real(const struct health_service *service, const char *name)
{
	for (size_t i = 0; service && i < service->n_reals; i++) {
		if (strcmp(service->reals[i].name, name) == 0)
			return &service->reals[i];
	}
	return NULL;
}

static void free_statep(struct health_state **state)
{
	health_state_free(*state);
}

static int make_service(const struct config_service *from, const struct health_state *old,
			uint64_t now, struct health_service *ret_service)
{
	const struct health_service *before = find_service(old, from->name);
	struct health_real *reals = calloc(from->n_reals + 1, sizeof(*reals));

	if (!reals)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_reals; i++) {
		const struct config_real *config = &from->reals[i];
		const struct health_real *known = find_real(before, config->name);

		struct config_inet address = config_real_inet(config);
		uint16_t port = config->port ? config->port : from->check_port;
		bool disabled = config->admin_state == CONFIG_ADMIN_DISABLED;

		if (known && before->check == from->check &&
		    config_inet_equal(&known->address, &address) && known->port == port &&
		    !known->disabled && !disabled) {
			reals[i] = *known;
			continue;
		}
		memcpy(reals[i].name, config->name, sizeof(reals[i].name));
		reals[i].address = address;
		reals[i].port = port;
		reals[i].disabled = disabled;
		reals[i].grace_end = now + ENGINE_GRACE_NS;
	}
	memcpy(ret_service->name, from->name, sizeof(ret_service->name));
	ret_service->check = from->check;
	ret_service->reals = reals;
	ret_service->n_reals = from->n_reals;
	return 0;
}

int health_state_make(const struct config *config, const struct health_state *old, uint64_t now,
		      struct health_state **ret_state)
{
	_cleanup_(free_statep) struct health_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	state->services = calloc(config->n_services + 1, sizeof(*state->services));
	if (!state->services)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_services; i++) {
		int r = make_service(&config->services[i], old, now, &state->services[i]);

		if (r < 0)
			return r;
		state->n_services++;
	}
	*ret_state = take_ptr(state);
	return 0;
}

void health_state_free(struct health_state *state)
{
	if (!state)
		return;
	for (size_t i = 0; i < state->n_services; i++)
		free(state->services[i].reals);
	free(state->services);
	free(state);
}

int health_state_report(struct health_state *state, const char *service, const char *real,
			uint8_t verdict, const char *reason, bool *ret_changed)
{
	struct health_real *found = find_real(find_service(state, service), real);

	if (!found)
		return -ENOENT;
	if (verdict > ENGINE_HEALTH_DOWN)
		return -EINVAL;
	*ret_changed = false;
	if (verdict == ENGINE_HEALTH_UNKNOWN)
		return 0;
	*ret_changed = found->state != verdict;
	found->state = verdict;
	if (copy_text(found->reason, sizeof(found->reason), reason) < 0)
		found->reason[0] = '\0';
	return 0;
}

bool health_in_use(enum config_check check, const struct health_real *real, bool present,
		   uint64_t now)
{
	if (check == CONFIG_CHECK_NONE)
		return true;
	if (real->state != ENGINE_HEALTH_UNKNOWN)
		return real->state == ENGINE_HEALTH_UP;
	return present || now >= real->grace_end;
}
