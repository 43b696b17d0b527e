// SPDX-License-Identifier: GPL-2.0-or-later
/* show_access IMAGE: what the image says of users, tokens, devices, resources and management, a
 * line each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "schema/image.h"

static void show_device(const struct config_fence_device *d)
{
	printf("device %s %s %s verify %d timeout %u delay %u", d->node, d->agent,
	       d->action == CONFIG_FENCE_REBOOT ? "reboot" : "off", d->verify, d->timeout_s,
	       d->delay_s);
	for (size_t i = 0; i < d->n_parameters; i++)
		printf(" %s=%s", d->parameters[i].name, d->parameters[i].value);
	for (size_t i = 0; i < d->n_secrets; i++)
		printf(" secret %s=%s", d->secrets[i].name, d->secrets[i].value);
	putchar('\n');
}

static void show_resource(const struct config_resource *r)
{
	printf("resource %s %s %s:%s timeout %u interval %u", r->group, r->name, r->provider,
	       r->type, r->timeout_s, r->interval_s);
	for (size_t i = 0; i < r->n_parameters; i++)
		printf(" %s=%s", r->parameters[i].name, r->parameters[i].value);
	putchar('\n');
}

static void show(const struct config *config)
{
	const struct config_management *m = &config->management;

	for (size_t i = 0; i < config->n_users; i++)
		printf("user %s %s %s\n", config->users[i].name,
		       config_access_role_name(config->users[i].role), config->users[i].password);
	for (size_t i = 0; i < config->n_tokens; i++)
		printf("token %s %s %s %" PRId64 "\n", config->tokens[i].name,
		       config_access_role_name(config->tokens[i].role), config->tokens[i].hash,
		       config->tokens[i].expires_s);
	for (size_t i = 0; i < config->n_fence_devices; i++)
		show_device(&config->fence_devices[i]);
	for (size_t i = 0; i < config->n_resources; i++)
		show_resource(&config->resources[i]);
	printf("metrics %d anonymous %d\n", m->metrics, m->metrics_anonymous);
	printf("session %u\n", m->session_timeout_s);
}

int main(int argc, char **argv)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_free_ char *bytes = NULL;
	struct schema_error error = {0};
	struct config_meta meta;
	uint64_t digest;
	size_t size;

	if (argc != 2 || file_read(argv[1], CONFIG_IMAGE_MAX, &bytes, &size) < 0 ||
	    config_image_read(bytes, size, &config, &meta, &digest, &error) < 0) {
		fprintf(stderr, "show_access IMAGE: %s\n", error.allowed);
		return EXIT_FAILURE;
	}
	show(config);
	return EXIT_SUCCESS;
}
