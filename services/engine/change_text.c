// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/marks.h"
#include "engine/plan.h"

#define ENDPOINT_MAX (INET6_ADDRSTRLEN + 24)

static const char *endpoint(uint16_t family, const uint8_t *address, uint16_t port, char *buf)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, address, text, sizeof(text)))
		snprintf(text, sizeof(text), "family %u", family);
	snprintf(buf, ENDPOINT_MAX, family == AF_INET6 ? "[%s]:%u" : "%s:%u", text, port);
	return buf;
}

static const char *method_name(uint32_t method)
{
	switch (method) {
	case IP_VS_CONN_F_MASQ:
		return "nat";
	case IP_VS_CONN_F_DROUTE:
		return "direct";
	case IP_VS_CONN_F_TUNNEL:
		return "tunnel";
	default:
		return "other";
	}
}

static const char *key_text(const struct ipvs_key *key, char *buf, size_t size)
{
	char text[ENDPOINT_MAX];

	if (key->mark)
		snprintf(buf, size, key->mark & MARKS_OWN ? "%smark 0x%08x" : "%smark %u",
			 key->family == AF_INET6 ? "IPv6 " : "", key->mark);
	else
		snprintf(buf, size, "%s/%s", endpoint(key->family, key->address, key->port, text),
			 format_protocol(key->protocol));
	return buf;
}

static void service_text(const char *verb, const struct ipvs_service *s, char *buf, size_t size)
{
	char key[ENDPOINT_MAX + 8], mask[INET_ADDRSTRLEN];

	key_text(&s->key, key, sizeof(key));
	if (s->key.family == AF_INET6)
		snprintf(mask, sizeof(mask), "/%u", s->netmask);
	else
		inet_ntop(AF_INET, &s->netmask, mask, sizeof(mask));
	if (s->flags & IP_VS_SVC_F_PERSISTENT)
		snprintf(buf, size, "%s service %s %s persistent %u s %s", verb, key, s->scheduler,
			 s->timeout, mask);
	else
		snprintf(buf, size, "%s service %s %s", verb, key, s->scheduler);
}

static void dest_text(const char *verb, const char *word, const struct change *c, char *buf,
		      size_t size)
{
	const struct ipvs_dest *d = c->dest;
	char key[ENDPOINT_MAX + 8], real[ENDPOINT_MAX], limit[48] = "";

	if (d->upper)
		snprintf(limit, sizeof(limit), " thresholds %u %u", d->upper, d->lower);
	snprintf(buf, size, "%s real server %s %s weight %u%s %s %s", verb,
		 endpoint(d->family, d->address, d->port, real), method_name(d->method), d->weight,
		 limit, word, key_text(&c->service->key, key, sizeof(key)));
}

const char *change_text(const struct change *c, char *buf, size_t size)
{
	switch (c->kind) {
	case CHANGE_SERVICE_ADD:
		service_text("add", c->service, buf, size);
		break;
	case CHANGE_SERVICE_EDIT:
		service_text("edit", c->service, buf, size);
		break;
	case CHANGE_SERVICE_DELETE:
		service_text("delete", c->service, buf, size);
		break;
	case CHANGE_DEST_ADD:
		dest_text("add", "to", c, buf, size);
		break;
	case CHANGE_DEST_EDIT:
		dest_text("edit", "of", c, buf, size);
		break;
	case CHANGE_DEST_DELETE:
		dest_text("delete", "from", c, buf, size);
		break;
	}
	return buf;
}
