// SPDX-License-Identifier: GPL-2.0-or-later
/* For tests: what engine and health checker say now, as the state has it, but without the broker's
 * half a second. */
#include <stdio.h>

#include "api/state.h"
#include "base/cleanup.h"
#include "proto/daemon_client_io.h"

static int add_service(void *data, const struct engine_service_status *status)
{
	state_add_service(data, status);
	return 0;
}

static int add_source(void *data, const struct health_source_status *status)
{
	state_add_source(data, status);
	return 0;
}

/* A daemon that does not answer has an empty list. */
int main(void)
{
	_cleanup_buffer_ struct buffer services = buffer_of(STATE_MAX);
	_cleanup_buffer_ struct buffer sources = buffer_of(STATE_MAX);

	(void)daemon_services(DAEMON_ALL_MS, add_service, &services);
	(void)daemon_sources(DAEMON_ALL_MS, add_source, &sources);
	printf("{\"service\":[%.*s],\"data-source\":[%.*s]}\n", (int)services.used,
	       services.used ? services.data : "", (int)sources.used,
	       sources.used ? sources.data : "");
	return services.error || sources.error ? EXIT_FAILURE : EXIT_SUCCESS;
}
