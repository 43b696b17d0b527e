// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/discovery.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "web/restconf_header.h"

char *discovery_host_meta(void)
{
	return strdup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
		      "  <Link rel=\"restconf\" href=\"/restconf\"/>\n"
		      "</XRD>\n");
}

/* Operations are empty leaves of type empty (RFC 8040, section 3.3.2). */
static json_t *operations(const struct model *model)
{
	json_t *list = json_object();

	for (size_t i = 0; i < model->n_operations; i++)
		json_object_set_new(list, model->operations[i], json_pack("[n]"));
	return list;
}

json_t *discovery_operations(const struct model *model)
{
	return json_pack("{s:o}", "ietf-restconf:operations", operations(model));
}

json_t *discovery_root(const struct model *model)
{
	return json_pack("{s:{s:{},s:o,s:s}}", "ietf-restconf:restconf", "data", "operations",
			 operations(model), "yang-library-version", DISCOVERY_LIBRARY_VERSION);
}

json_t *discovery_library_version(void)
{
	return json_pack("{s:s}", "ietf-restconf:yang-library-version", DISCOVERY_LIBRARY_VERSION);
}

static json_t *monitoring(void)
{
	return json_pack("{s:{s:{s:[s,s,s,s]}}}", DISCOVERY_MONITORING ":restconf-state",
			 "capabilities", "capability",
			 "urn:ietf:params:restconf:capability:defaults:1.0?basic-mode=explicit",
			 "urn:ietf:params:restconf:capability:depth:1.0",
			 "urn:ietf:params:restconf:capability:fields:1.0",
			 "urn:ietf:params:restconf:capability:yang-patch:1.0");
}

json_t *discovery_data(const struct model *model, const char *module)
{
	if (strcmp(module, DISCOVERY_MONITORING) == 0)
		return monitoring();
	if (strcmp(module, DISCOVERY_LIBRARY) == 0 && model->library)
		return json_loads(model->library, 0, NULL);
	return NULL;
}

/* The datastores that there are; all have the one schema. */
static void set_datastores(json_t *library)
{
	static const char *const names[] = {"running", "candidate", "operational"};
	const json_t *schema = json_array_get(json_object_get(library, "schema"), 0);
	json_t *list = json_array();
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "ietf-datastores:%s", names[i]);
		json_array_append_new(list, json_pack("{s:s,s:O?}", "name", name, "schema",
						      json_object_get(schema, "name")));
	}
	json_object_set_new(library, "datastore", list);
}

static void add_monitoring(json_t *sets)
{
	json_t *list = json_object_get(json_array_get(sets, 0), "module");

	json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", DISCOVERY_MONITORING,
					      "revision", "2017-01-26", "namespace",
					      "urn:ietf:params:xml:ns:yang:" DISCOVERY_MONITORING));
}

static int set_content_id(json_t *library)
{
	char *text = json_dumps(library, JSON_COMPACT), id[24];

	if (!text)
		return -ENOMEM;
	snprintf(id, sizeof(id), "%016" PRIx64, hash_add(HASH_START, text, strlen(text)));
	free(text);
	json_object_set_new(library, "content-id", json_string(id));
	return 0;
}

int discovery_library(const char *printed, char **ret_text)
{
	json_t *all = json_loads(printed, 0, NULL), *kept;
	json_t *library = json_object_get(all, DISCOVERY_LIBRARY ":yang-library");
	int r = library ? 0 : -EINVAL;

	if (r == 0) {
		set_datastores(library);
		add_monitoring(json_object_get(library, "module-set"));
		r = set_content_id(library);
	}
	if (r == 0) {
		kept = json_pack("{s:O}", DISCOVERY_LIBRARY ":yang-library", library);
		*ret_text = kept ? json_dumps(kept, JSON_COMPACT) : NULL;
		json_decref(kept);
		r = *ret_text ? 0 : -ENOMEM;
	}
	json_decref(all);
	return r;
}

void discovery_cookie(const char *token, char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	text_add(&text, SESSION_COOKIE "=%s; Path=/; HttpOnly; Secure; SameSite=Strict%s", token,
		 token[0] ? "" : "; Max-Age=0");
}
