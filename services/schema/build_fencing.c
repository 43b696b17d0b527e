// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/config_field.h"
#include "schema/config_parts.h"

static const char *const action_names[] = {
	[CONFIG_FENCE_OFF] = "off", [CONFIG_FENCE_REBOOT] = "reboot", NULL};

static const struct field device_fields[] = {
	TEXT("node", struct config_fence_device, node),
	TEXT("agent", struct config_fence_device, agent),
	CHOICE("action", struct config_fence_device, action, action_names),
	VALUE("verify", FIELD_BOOL, struct config_fence_device, verify),
	VALUE("timeout", FIELD_U16, struct config_fence_device, timeout_s),
	VALUE("delay", FIELD_U8, struct config_fence_device, delay_s),
};

static int build_device(void *object, const struct lyd_node *from)
{
	struct config_fence_device *device = object;
	int r = SET_FIELDS(device, device_fields, from);

	if (r == 0)
		r = BUILD_LIST(lyd_child(from), "parameter", build_parameter, device->parameters,
			       &device->n_parameters);
	return r < 0 ? r
		     : BUILD_LIST(lyd_child(from), "secret", build_parameter, device->secrets,
				  &device->n_secrets);
}

int build_fencing(struct config *config, const struct lyd_node *tree)
{
	const struct lyd_node *fencing = lyd_child(sibling_of(tree, "fencing"));

	return BUILD_ALLOCATED(fencing, "device", build_device, CONFIG_NODES_MAX,
			       &config->fence_devices, &config->n_fence_devices);
}
