// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/tests/fixture.h"

#include <string.h>

#include "web/discovery.h"

struct row {
	const char *path; /* "module:name/name/name[key]" */
};

static const struct row rows[] = {
	{"trireme:cluster"},
	{"trireme:cluster/name"},
	{"trireme:cluster/node[name]"},
	{"trireme:cluster/node/name"},
	{"trireme:cluster/node/id"},
	{"trireme:cluster/node/port[name]"},
	{"trireme:cluster/node/port/name"},
	{"trireme:cluster/node/port/address"},
	{"trireme:pool[name]"},
	{"trireme:pool/name"},
	{"trireme:pool/real-server[name]"},
	{"trireme-api:state"},
	{"trireme-api:state/node"},
	{"trireme-api:state/quorum"},
	{"trireme-api:state/session"},
	{"trireme-api:state/group[name]"},
	{"trireme-api:state/group/name"},
	{"trireme-api:state/group/owner"},
	{"trireme-api:state/revision[number]"},
	{"trireme-api:state/revision/number"},
	{"trireme-api:state/revision/comment"},
	{"ietf-yang-library:yang-library"},
	{"ietf-yang-library:yang-library/content-id"},
	{"ietf-yang-library:yang-library/datastore[name]"},
	{"ietf-yang-library:yang-library/datastore/name"},
	{"ietf-yang-library:yang-library/module-set[name]"},
};

static const char *const operations[] = {"trireme-api:sign-in", "trireme-api:sign-out",
					 "trireme-api:commit"};

static const char library[] =
	"{\"ietf-yang-library:yang-library\":{\"module-set\":[{\"name\":\"complete\",\"module\":[{"
	"\"name\":\"trireme\",\"revision\":\"2026-11-28\",\"namespace\":\"urn:trireme:config\"}]}],"
	"\"schema\":[{\"name\":\"complete\",\"module-set\":[\"complete\"]}],\"content-id\":\"0\"},"
	"\"ietf-yang-library:modules-state\":{\"module-set-id\":\"0\"}}";

static void add(struct model *model, const char *path)
{
	char copy[128], *rest, *name, *key;
	size_t parent = 0;

	strcpy(copy, path);
	rest = strchr(copy, ':');
	*rest++ = '\0';
	for (name = strsep(&rest, "/"); rest; name = strsep(&rest, "/"))
		parent = model_child(model, parent, parent ? NULL : copy, name);
	key = strchr(name, '[');
	if (key)
		*key++ = '\0';
	if (model_add(model, parent, copy, name, key ? MODEL_LIST : MODEL_CONTAINER) < 0)
		abort();
	if (!key)
		return;
	key[strlen(key) - 1] = '\0';
	model->nodes[model->n_nodes - 1].keys[0] = strdup(key);
	model->nodes[model->n_nodes - 1].n_keys = 1;
}

void fixture_model(struct model *model)
{
	if (model_init(model) < 0)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add(model, rows[i].path);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		model->operations[model->n_operations++] = strdup(operations[i]);
	if (model_add_monitoring(model) < 0 || discovery_library(library, &model->library) < 0)
		abort();
}
