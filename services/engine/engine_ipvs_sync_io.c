// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/engine_ipvs_sync.h"

#include <syslog.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>

#include "engine/forwarding_io.h"

/* One of the two daemons in one comparison. */
struct role {
	const char *name, *refused;
	bool master;
	const struct ipvs_daemon *wanted, *present,
		*former; /* former: as it was set the last time */
};

static bool is_foreign(const struct engine *engine, const struct role *role)
{
	return engine->daemons_stood && ipvs_daemon_equal(role->wanted, role->former);
}

/* There is no changing one: it ends, and another one begins. 1: it is another one now. */
static int set_role(struct engine *engine, const struct role *role)
{
	bool foreign = is_foreign(engine, role);
	int r = 0;

	if (ipvs_daemon_equal(role->wanted, role->present))
		return 0;
	if (role->present->runs)
		r = ipvs_io_stop_daemon(engine->ipvs, role->master);
	if (r == 0 && role->wanted->runs)
		r = ipvs_io_start_daemon(engine->ipvs, role->master, role->wanted);
	if (r < 0)
		return r;
	qb_log(foreign ? LOG_WARNING : LOG_NOTICE, "%sIPVS sync daemon, %s: %s",
	       foreign ? "was changed by hand, put right: " : "", role->name,
	       role->wanted->runs ? "runs" : "does not run");
	return 1;
}

static int set_both(struct engine *engine, const struct ipvs_daemons *wanted,
		    const struct ipvs_daemons *present, uint64_t now, const char **ret_what)
{
	const struct role roles[] = {
		{"master", "cannot set the master sync daemon of IPVS", true, &wanted->master,
		 &present->master, &engine->daemons.master},
		{"backup", "cannot set the backup sync daemon of IPVS", false, &wanted->backup,
		 &present->backup, &engine->daemons.backup},
	};
	int result = 0, r[2];

	for (size_t i = 0; i < 2; i++) {
		r[i] = set_role(engine, &roles[i]);
		if (r[i] < 0 && result == 0) {
			result = r[i];
			*ret_what = roles[i].refused;
		}
	}
	ipvs_sync_note_master(&engine->ipvs_sync, wanted->master.runs && r[0] >= 0, r[0] > 0, now);
	sync_io_set_backup(&engine->forwarding->sync, wanted->backup.runs && r[1] >= 0);
	engine->daemons = *wanted;
	return result;
}

int engine_ipvs_sync(struct engine *engine, uint64_t now, const char **ret_what)
{
	const struct ipvs_sync_scene scene = {
		.config = engine->config,
		.node = engine->node,
		.leases = forwarding_leases(engine->forwarding),
		.served = !engine_is_steered(engine),
	};
	struct ipvs_daemons wanted, present;
	int r;

	*ret_what = "cannot read the sync daemons of IPVS";
	ipvs_sync_decide(&engine->ipvs_sync, &scene, now, &wanted);
	r = engine->ipvs ? ipvs_io_read_daemons(engine->ipvs, &present) : 0;
	if (r == 0 && engine->ipvs) {
		r = set_both(engine, &wanted, &present, now, ret_what);
		engine->daemons_stood = r == 0;
		return r;
	}
	engine->daemons_stood = false;
	sync_io_set_backup(&engine->forwarding->sync, false);
	return r;
}

bool engine_ipvs_is_synchronised(const struct engine *engine, uint64_t now)
{
	if (!engine->daemons_stood || !ipvs_sync_is_settled(&engine->ipvs_sync, now))
		return false;
	return !engine->daemons.master.runs ||
	       sync_io_backups_ran(&engine->forwarding->sync, IPVS_SYNC_SETTLED_NS);
}
