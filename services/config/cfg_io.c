// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/cfg_io.h"

#include <corosync/cfg.h>
#include <errno.h>

int cfg_io_reload(void)
{
	corosync_cfg_callbacks_t callbacks = {0};
	corosync_cfg_handle_t handle;
	cs_error_t e = corosync_cfg_initialize(&handle, &callbacks);

	if (e != CS_OK)
		return -ECONNREFUSED;
	e = corosync_cfg_reload_config(handle);
	corosync_cfg_finalize(handle);
	if (e == CS_OK)
		return 0;
	return e == CS_ERR_INVALID_PARAM ? -EINVAL : -ECONNREFUSED;
}
