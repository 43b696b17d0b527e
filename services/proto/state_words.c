// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/state_words.h"

#include <errno.h>

#include "base/cleanup.h"
#include "proto/agent_wire.h"
#include "proto/engine_ipc.h"
#include "proto/health_ipc.h"
#include "proto/resource_ipc.h"

const char *word_role(uint8_t role)
{
	static const char *const names[] = {
		[AGENT_ROLE_NONE] = "witness",	  [AGENT_ROLE_STARTING] = "starting",
		[AGENT_ROLE_STANDBY] = "standby", [AGENT_ROLE_WAITING] = "waiting",
		[AGENT_ROLE_OWNER] = "owner",	  [AGENT_ROLE_RELEASING] = "releasing",
		[AGENT_ROLE_UNFIT] = "unfit",
	};

	return role < ARRAY_SIZE(names) ? names[role] : "?";
}

const char *word_quorum(uint8_t quorum)
{
	static const char *const names[] = {
		[AGENT_QUORUM_UNKNOWN] = "unknown",
		[AGENT_QUORUM_NO] = "no",
		[AGENT_QUORUM_YES] = "yes",
		[AGENT_QUORUM_FORCED] = "forced",
	};

	return quorum < ARRAY_SIZE(names) ? names[quorum] : "?";
}

const char *word_subject(uint8_t subject)
{
	static const char *const names[] = {
		[AGENT_SUBJECT_NOTE] = "note",	 [AGENT_SUBJECT_TRANSITION] = "transition",
		[AGENT_SUBJECT_CLAIM] = "claim", [AGENT_SUBJECT_FITNESS] = "fitness",
		[AGENT_SUBJECT_VIEW] = "view",	 [AGENT_SUBJECT_QUORUM] = "quorum",
	};

	return subject < ARRAY_SIZE(names) ? names[subject] : "?";
}

const char *word_cause(uint8_t cause)
{
	static const char *const names[] = {
		[AGENT_CAUSE_NONE] = "none",
		[AGENT_CAUSE_STARTED] = "started",
		[AGENT_CAUSE_MEMBERS] = "members",
		[AGENT_CAUSE_RING_LOST] = "ring-lost",
		[AGENT_CAUSE_VIEW] = "view",
		[AGENT_CAUSE_QUORUM] = "quorum",
		[AGENT_CAUSE_LAPSED] = "lapsed",
		[AGENT_CAUSE_UNCONFIRMED] = "unconfirmed",
		[AGENT_CAUSE_SILENT] = "silent",
		[AGENT_CAUSE_VACANT] = "vacant",
		[AGENT_CAUSE_RELEASED] = "released",
		[AGENT_CAUSE_COMMAND] = "command",
		[AGENT_CAUSE_HEALTH] = "health",
		[AGENT_CAUSE_CLAIMED] = "claimed",
		[AGENT_CAUSE_CONFIRMED] = "confirmed",
		[AGENT_CAUSE_ADOPTED] = "adopted",
		[AGENT_CAUSE_LEAVING] = "leaving",
		[AGENT_CAUSE_CONFIGURATION] = "configuration",
		[AGENT_CAUSE_TIME] = "time",
		[AGENT_CAUSE_CONFLICT] = "conflict",
		[AGENT_CAUSE_PREFERRED] = "preferred",
		[AGENT_CAUSE_FENCED] = "fenced",
	};

	return cause < ARRAY_SIZE(names) ? names[cause] : "?";
}

const char *word_health(uint8_t health)
{
	static const char *const names[] = {
		[ENGINE_HEALTH_UNKNOWN] = "unknown",
		[ENGINE_HEALTH_UP] = "up",
		[ENGINE_HEALTH_DOWN] = "down",
	};

	return health < ARRAY_SIZE(names) ? names[health] : "?";
}

const char *word_source_state(uint8_t state)
{
	static const char *const names[] = {
		[HEALTH_SOURCE_UNKNOWN] = "unknown",
		[HEALTH_SOURCE_UP] = "up",
		[HEALTH_SOURCE_DOWN] = "down",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

const char *word_resource_state(uint8_t state)
{
	static const char *const names[] = {
		[RESOURCE_STOPPED] = "stopped", [RESOURCE_STARTING] = "starting",
		[RESOURCE_RUNNING] = "running", [RESOURCE_STOPPING] = "stopping",
		[RESOURCE_FAILED] = "failed",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

const char *word_datapath(uint8_t datapath)
{
	static const char *const names[] = {
		[ENGINE_DATAPATH_IPVS] = "ipvs",
		[ENGINE_DATAPATH_XDP] = "xdp",
	};

	return datapath < ARRAY_SIZE(names) ? names[datapath] : "?";
}

const char *word_admin(uint8_t admin)
{
	static const char *const names[] = {
		[ENGINE_ADMIN_ENABLED] = "enabled",
		[ENGINE_ADMIN_DRAIN] = "drain",
		[ENGINE_ADMIN_DISABLED] = "disabled",
	};

	return admin < ARRAY_SIZE(names) ? names[admin] : "?";
}

const char *word_node(const struct agent_status *agent, uint32_t id)
{
	if (id == 0)
		return "nobody";
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		if (agent->nodes[i].id == id)
			return agent->nodes[i].name;
	}
	return "?";
}

void word_no_answer(const char *daemon, int error, struct text *text)
{
	switch (-error) {
	case ECONNREFUSED:
	case ENOENT:
		text_add(text, "the %s is not running", daemon);
		break;
	case EACCES:
	case EPERM:
		text_add(text, "the %s does not answer this user: be root", daemon);
		break;
	case EPROTO:
		text_add(text, "the %s is of another version", daemon);
		break;
	case ETIMEDOUT:
	case EAGAIN:
		text_add(text, "the %s does not answer in time", daemon);
		break;
	default:
		text_add(text, "the %s does not answer (error %d)", daemon, -error);
		break;
	}
}
