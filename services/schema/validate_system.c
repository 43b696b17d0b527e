// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parse.h"
#include "schema/validate.h"

static int check_outside(const struct validation *v, uint32_t address)
{
	const char *why = address_unusable(address, 32);

	if (!why)
		return 0;
	bad_address(v->error, address);
	bad_allowed(v->error, "%s", why);
	return -1;
}

static int check_source(const struct validation *v, const struct config_source *source)
{
	char holder[200];

	if (check_outside(v, source->address) == 0) {
		if (!address_holder(v, source->address, NULL, holder, sizeof(holder)))
			return 0;
		bad_address(v->error, source->address);
		bad_allowed(v->error, "the address of a data source: %s has it", holder);
	}
	return bad_at(v->error, "/trireme:data-source[name='%s']/address", source->name);
}

int validate_system(const struct validation *v)
{
	const struct config_system *system = &v->config->system;
	char text[16];
	int r = 0;

	for (size_t i = 0; i < system->n_dns; i++) {
		if (check_outside(v, system->dns[i]) < 0)
			return bad_at(v->error, "/trireme:system/dns/server[.='%s']",
				      format_ipv4(system->dns[i], text, sizeof(text)));
	}
	if (system->log_address && check_outside(v, system->log_address) < 0)
		return bad_at(v->error, "/trireme:system/log/remote/address");
	for (size_t i = 0; i < v->config->n_sources && r == 0; i++)
		r = check_source(v, &v->config->sources[i]);
	return r;
}
