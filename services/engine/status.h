/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_ENGINE_STATUS_H
#define TRIREME_ENGINE_STATUS_H

#include "engine/health_state.h"
#include "engine/ipvs_table.h"
#include "engine/steer.h"
#include "proto/engine_ipc.h"
#include "schema/config.h"

/*
 * The state of one configured service, but for the header. verdict: its own; kernel: the service
 * as it stands there, NULL: it does not.
 */
void status_fill(const struct config_service *config, const struct health_service *health,
		 const struct steer_verdict *verdict, const struct ipvs_service *kernel,
		 struct engine_service_status *ret_status);

#endif
