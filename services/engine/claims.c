// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/claims.h"

#include "engine/wanted.h"

size_t claims_of(const struct config *config, const struct config_service *service,
		 struct claim claims[CLAIMS_MAX])
{
	const struct config_mark *mark = config_mark_by_number(config, service->mark);
	size_t n = 0;

	for (size_t i = 0; mark && i < mark->n_matches; i++) {
		const struct config_match *m = &mark->matches[i];

		claims[n++] = (struct claim){config_match_inet(m), wanted_protocol(m->protocol),
					     m->range};
	}
	for (size_t i = 0; !service->mark && i < service->n_ranges; i++)
		claims[n++] =
			(struct claim){config_service_inet(service),
				       wanted_protocol(service->protocol), service->ranges[i]};
	return n;
}
