// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/ipc_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/daemon_client_io.h"

static int add_service(void *data, const struct engine_service_status *status)
{
	struct view *view = data;
	struct view_service service = {
		.address = status->address,
		.port = status->port,
		.protocol = status->protocol,
		.applied = status->applied,
		.datapath = status->datapath,
		.n_reals = status->n_reals,
	};

	memcpy(service.name, status->name, sizeof(service.name));
	memcpy(service.scheduler, status->scheduler, sizeof(service.scheduler));
	memcpy(service.method, status->method, sizeof(service.method));
	memcpy(service.datapath_reason, status->datapath_reason, sizeof(service.datapath_reason));
	memcpy(service.ports, status->ports, sizeof(service.ports));
	service.reals = calloc(status->n_reals ? status->n_reals : 1, sizeof(*service.reals));
	if (!service.reals)
		return -ENOMEM;
	memcpy(service.reals, status->reals, status->n_reals * sizeof(*service.reals));
	view->services[view->n_services++] = service;
	return 0;
}

int ipc_services(struct view *view)
{
	view->services = calloc(CONFIG_SERVICES_MAX, sizeof(*view->services));
	return view->services ? daemon_services(DAEMON_ALL_MS, add_service, view) : -ENOMEM;
}

static int add_source(void *data, const struct health_source_status *status)
{
	struct view *view = data;

	view->sources[view->n_sources++] = *status;
	return 0;
}

int ipc_sources(struct view *view)
{
	view->sources = calloc(HEALTH_SOURCES_MAX, sizeof(*view->sources));
	return view->sources ? daemon_sources(DAEMON_ALL_MS, add_source, view) : -ENOMEM;
}
