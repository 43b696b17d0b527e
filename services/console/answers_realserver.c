// SPDX-License-Identifier: GPL-2.0-or-later
/* What is typed on the real servers of a service: realserver.sh with the service's own values. */
#include <errno.h>
#include <string.h>

#include "console/command_parts.h"

#define HTTPS_PORT 443
#define PRIVATE "eth1"

static const json_t *entry_of(const json_t *list, const char *key, const char *value)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		if (strcmp(json_text_of(entry, key), value) == 0)
			return entry;
	}
	return NULL;
}

static const json_t *mark_of(const json_t *content, const json_t *service)
{
	const json_t *marks = json_object_get(content, "trireme:firewall-mark"), *mark;
	size_t i;

	json_array_foreach(marks, i, mark)
	{
		if (json_number_of(mark, "mark") == json_number_of(service, "firewall-mark"))
			return mark;
	}
	return NULL;
}

/* The group's own address for real servers, of the same family; "": it has none. */
static const char *gateway_in(const json_t *group, bool ipv6)
{
	const json_t *list = json_object_get(group, ipv6 ? "ipv6-alias" : "alias"), *alias;
	size_t i;

	json_array_foreach(list, i, alias)
	{
		const char *port = json_text_of(alias, ipv6 ? "port" : "label");
		size_t length = strcspn(port, ":");

		if (length == strlen(PRIVATE) && strncmp(port, PRIVATE, length) == 0)
			return json_text_of(alias, "address");
	}
	return "";
}

static const char *gateway_of(const json_t *content, const char *address)
{
	const json_t *groups = json_object_get(content, "trireme:alias-group"), *group;
	bool ipv6 = strchr(address, ':');
	size_t i;

	json_array_foreach(groups, i, group)
	{
		if (entry_of(json_object_get(group, ipv6 ? "ipv6-alias" : "alias"), "address",
			     address))
			return gateway_in(group, ipv6);
	}
	return "";
}

/* A router's own private address: there realserver.sh is, for who is in that network. */
static const char *router_of(const json_t *content)
{
	const json_t *nodes = json_object_get(json_object_get(content, "trireme:cluster"), "node");
	const json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
	{
		const json_t *port = entry_of(json_object_get(node, "port"), "name", PRIVATE);

		if (port && strcmp(json_text_of(node, "role"), "witness") != 0)
			return json_text_of(port, "address");
	}
	return "";
}

/* One of the words of a list with blanks between. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + length, word)) {
		if (at[length] == ' ' || at[length] == '\0')
			return true;
	}
	return false;
}

/* The words for one floating address, unless they are there already. */
static int add_address(const json_t *content, const char *address, bool nat, struct text *words,
		       struct text *text)
{
	const char *value = nat ? gateway_of(content, address) : address;
	char word[128];
	struct text one = TEXT_ON(word);

	if (!value[0]) {
		text_add(text, "the group of %s has no floating address on " PRIVATE "\n", address);
		return -ENOENT;
	}
	text_add(&one, " --%s %s", nat ? "gateway" : "vip", value);
	if (!has_word(words->buf, word))
		text_add(words, "%s", word);
	return 0;
}

static int add_addresses(const json_t *content, const json_t *service, bool nat, struct text *words,
			 struct text *text)
{
	const json_t *match, *matches;
	int r = 0;
	size_t i;

	if (json_text_of(service, "address")[0])
		return add_address(content, json_text_of(service, "address"), nat, words, text);
	matches = json_object_get(mark_of(content, service), "match");
	json_array_foreach(matches, i, match)
	{
		if (r == 0)
			r = add_address(content, json_text_of(match, "address"), nat, words, text);
	}
	return r;
}

/* What stands in the way: the words say it. */
static int check(const json_t *content, const char *name, const json_t *service, struct text *text)
{
	const json_t *https =
		json_object_get(json_object_get(content, "trireme:management"), "https");

	if (!service)
		text_add(text, "there is no virtual service '%s'\n", name);
	else if (json_is_false(json_object_get(https, "enabled")))
		text_add(text,
			 "management/https/enabled is false: no router serves realserver.sh\n");
	else
		return 0;
	return -ENOENT;
}

static void add_url(const json_t *content, struct text *text)
{
	const json_t *https =
		json_object_get(json_object_get(content, "trireme:management"), "https");
	long long port = json_number_of(https, "port");

	text_add(text, "https://%s", router_of(content));
	if (port && port != HTTPS_PORT)
		text_add(text, ":%lld", port);
	text_add(text, "/realserver.sh");
}

int answer_realserver(const struct command_line *line, const json_t *content, struct text *text)
{
	const char *name = line->arguments[0];
	const json_t *service =
		entry_of(json_object_get(content, "trireme:virtual-service"), "name", name);
	const char *method = json_text_of(service, "method");
	bool nat = strcmp(method, "direct") != 0 && strcmp(method, "tunnel") != 0;
	char buf[1024];
	struct text words = TEXT_ON(buf);
	int r = check(content, name, service, text);

	if (r == 0)
		r = add_addresses(content, service, nat, &words, text);
	if (r < 0)
		return r;
	text_add(text, "As root on each real server of pool %s:\n\n",
		 json_text_of(service, "pool"));
	text_add(text, "curl -fsSk -o realserver.sh ");
	add_url(content, text);
	text_add(text, " && echo '%s  realserver.sh' | sha256sum -c\n",
		 json_text_of(content, ANSWER_REALSERVER_SUM));
	text_add(text, "sh realserver.sh %s%s\n", nat ? "nat" : method, buf);
	return 0;
}
