// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "engine/forward_apply.h"
#include "engine/wanted.h"

static int add_dest(const struct forward_tables *tables, const struct forward_place *place,
		    const struct config_service *config, struct ipvs_dest dest,
		    struct ipvs_service *service)
{
	int number = forward_apply_place(place, config, &dest);

	if (number < 0 || !(tables->reals[number].flags & FWD_REAL_IN_USE) ||
	    ipvs_service_find(service, &dest))
		return 0;
	dest.weight = tables->reals[number].weight;
	return ipvs_service_add(service, &dest);
}

int forward_apply_present(const struct forward_tables *tables, const struct forward_place *place,
			  const struct config *config, const uint32_t *marks,
			  struct ipvs_table *ret_present)
{
	struct ipvs_table table = {0};
	int r = 0;

	for (size_t i = 0; i < config->n_services && r == 0; i++) {
		const struct config_service *s = &config->services[i];
		struct ipvs_service service = {.key = wanted_key(s, marks[i])}, *added;

		r = ipvs_table_add(&table, &service, &added);
		for (size_t k = 0; k < s->n_reals && r == 0; k++)
			r = add_dest(tables, place, s, wanted_dest(s, &s->reals[k]), added);
		if (r == 0 && config_has_sorry(s))
			r = add_dest(tables, place, s, wanted_sorry(s), added);
	}
	if (r < 0) {
		ipvs_table_clear(&table);
		return r;
	}
	*ret_present = table;
	return 0;
}
