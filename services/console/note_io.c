// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/note_io.h"

#include <errno.h>

#include "base/audit_io.h"
#include "proto/api_ipc.h"

#define WHO "console" /* nobody says his name there */

void note(const struct machine *machine, const char *action, const char *target, int error)
{
	struct audit_entry entry = {.user = WHO,
				    .from = "",
				    .action = action,
				    .target = target,
				    .outcome = error == 0	  ? "ok"
					       : error == -EACCES ? "refused"
								  : API_TAG_FAILED};
	char folder[PATH_MAX];
	struct audit_io audit;

	if (machine_path(machine, AUDIT_FOLDER, folder) < 0)
		return;
	audit_open(folder, &audit);
	audit_note(&audit, &entry);
}
