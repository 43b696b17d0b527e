// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ipvs_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ipvs_table_clear(struct ipvs_table *table)
{
	for (size_t i = 0; i < table->n_services; i++)
		free(table->services[i].dests);
	free(table->services);
	*table = (struct ipvs_table){0};
}

/* Room for one element more in an array of n, whose room is the next power of two. */
static int grow(void **array, size_t n, size_t size)
{
	void *larger;

	if (n != 0 && (n & (n - 1)) != 0)
		return 0;
	larger = reallocarray(*array, n ? 2 * n : 1, size);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	return 0;
}

int ipvs_table_add(struct ipvs_table *table, const struct ipvs_service *service,
		   struct ipvs_service **ret_service)
{
	void *array = table->services;
	struct ipvs_service *added;

	if (table->n_services >= IPVS_SERVICES_MAX)
		return -E2BIG;
	if (grow(&array, table->n_services, sizeof(*service)) < 0)
		return -ENOMEM;
	table->services = array;
	added = &table->services[table->n_services++];
	*added = *service;
	added->dests = NULL;
	added->n_dests = 0;
	*ret_service = added;
	return 0;
}

int ipvs_service_add(struct ipvs_service *service, const struct ipvs_dest *dest)
{
	void *array = service->dests;

	if (service->n_dests >= IPVS_DESTS_MAX)
		return -E2BIG;
	if (grow(&array, service->n_dests, sizeof(*dest)) < 0)
		return -ENOMEM;
	service->dests = array;
	service->dests[service->n_dests++] = *dest;
	return 0;
}

bool ipvs_key_equal(const struct ipvs_key *a, const struct ipvs_key *b)
{
	return a->family == b->family && a->protocol == b->protocol && a->mark == b->mark &&
	       a->port == b->port && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

bool ipvs_dest_equal(const struct ipvs_dest *a, const struct ipvs_dest *b)
{
	return a->family == b->family && a->port == b->port &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

struct ipvs_service *ipvs_table_find(const struct ipvs_table *table, const struct ipvs_key *key)
{
	for (size_t i = 0; i < table->n_services; i++) {
		if (ipvs_key_equal(&table->services[i].key, key))
			return &table->services[i];
	}
	return NULL;
}

struct ipvs_dest *ipvs_service_find(const struct ipvs_service *service,
				    const struct ipvs_dest *dest)
{
	for (size_t i = 0; i < service->n_dests; i++) {
		if (ipvs_dest_equal(&service->dests[i], dest))
			return &service->dests[i];
	}
	return NULL;
}
