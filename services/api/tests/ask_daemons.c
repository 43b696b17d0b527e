// SPDX-License-Identifier: GPL-2.0-or-later
/* For tests: what engine and health checker say now, as the state has it, but without the broker's
 * half a second. */
#include <stdio.h>

#include "api/state.h"
#include "api/state_datapath.h"
#include "api/state_sync.h"
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

/* A daemon that does not answer has an empty list, a node without a data path none of it. */
int main(void)
{
	_cleanup_buffer_ struct buffer services = buffer_of(STATE_MAX);
	_cleanup_buffer_ struct buffer sources = buffer_of(STATE_MAX);
	_cleanup_buffer_ struct buffer datapath = buffer_of(STATE_MAX);
	static struct engine_totals totals;
	static struct engine_sync_status sync;

	(void)daemon_services(DAEMON_ALL_MS, add_service, &services);
	(void)daemon_sources(DAEMON_ALL_MS, add_source, &sources);
	if (daemon_totals(&totals) == 0)
		state_add_datapath(&datapath, &totals);
	if (daemon_sync(&sync) == 0)
		state_add_sync(&datapath, &sync);
	printf("{\"service\":[%.*s],\"data-source\":[%.*s]%.*s}\n", (int)services.used,
	       services.used ? services.data : "", (int)sources.used,
	       sources.used ? sources.data : "", (int)datapath.used,
	       datapath.used ? datapath.data : "");
	return services.error || sources.error || datapath.error ? EXIT_FAILURE : EXIT_SUCCESS;
}
