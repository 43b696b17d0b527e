/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document of many services, each with a pool of its own, on top of the example's cluster. */
#ifndef TRIREME_SCHEMA_TESTS_BIG_DOCUMENT_H
#define TRIREME_SCHEMA_TESTS_BIG_DOCUMENT_H

#include <jansson.h>
#include <stdio.h>

/* services ≤ 512, reals ≤ 64; to be freed by free(). NULL: the example cannot be read. */
static inline char *big_document(const char *example, int services, int reals)
{
	json_t *document = json_load_file(example, 0, NULL);
	json_t *list = json_array(), *pools = json_array();
	char *text;

	if (!document)
		return NULL;
	for (int i = 0; i < services; i++) {
		json_t *members = json_array();
		char name[16], address[16];

		snprintf(name, sizeof(name), "s%d", i);
		for (int j = 0; j < reals; j++) {
			char real[16];

			snprintf(real, sizeof(real), "r%d", j);
			snprintf(address, sizeof(address), "10.77.0.%d", 100 + j);
			json_array_append_new(members, json_pack("{s:s,s:s,s:i,s:i}", "name", real,
								 "address", address, "port",
								 8000 + i, "weight", j + 1));
		}
		json_array_append_new(pools,
				      json_pack("{s:s,s:o}", "name", name, "real-server", members));
		json_array_append_new(list, json_pack("{s:s,s:s,s:i,s:s,s:s,s:{s:i}}", "name", name,
						      "address", "203.0.113.10", "port", 1000 + i,
						      "scheduler", "wrr", "pool", name,
						      "health-check", "interval", 2000));
	}
	json_object_set_new(document, "trireme:virtual-service", list);
	json_object_set_new(document, "trireme:pool", pools);
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	return text;
}

#endif
