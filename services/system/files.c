// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/files.h"

#include "base/parse.h"
#include "base/text.h"
#include "schema/machine_io.h"

#define HEAD "# By trireme-system, as the configuration says.\n"

static void write_names(const struct config_system *system, struct text *text)
{
	char address[16];

	text_add(text, HEAD);
	for (size_t i = 0; i < system->n_search; i++)
		text_add(text, "%s%s", i ? " " : "search ", system->search[i]);
	if (system->n_search)
		text_add(text, "\n");
	for (size_t i = 0; i < system->n_dns; i++)
		text_add(text, "nameserver %s\n",
			 format_ipv4(system->dns[i], address, sizeof(address)));
}

/* A line a server; an empty file: no ntpd. */
static void write_time_servers(const struct config_system *system, struct text *text)
{
	for (size_t i = 0; i < system->n_ntp; i++)
		text_add(text, "%s\n", system->ntp[i]);
}

/* The switches of busybox's syslogd; -l takes the number of the first level that is left out. */
static void write_log(const struct config_system *system, struct text *text)
{
	static const int levels[] = {[CONFIG_LOG_ERROR] = 4,
				     [CONFIG_LOG_WARNING] = 5,
				     [CONFIG_LOG_NOTICE] = 6,
				     [CONFIG_LOG_INFO] = 7};
	char address[16];

	text_add(text, "-l %d", levels[system->log_level]);
	if (system->log_address)
		text_add(text, " -L -R %s:%u",
			 format_ipv4(system->log_address, address, sizeof(address)),
			 system->log_port);
	text_add(text, "\n");
}

static void write_zone(const struct config_system *system, struct text *text)
{
	text_add(text, MACHINE_ZONES "/%s", system->time_zone);
}

int files_wanted(const struct config_system *system, struct system_files *ret_files)
{
	const struct {
		const char *name, *service, *zone;
		void (*write)(const struct config_system *system, struct text *text);
	} rows[FILES_MAX] = {
		{"resolv.conf", NULL, NULL, write_names},
		{"ntp", "ntpd", NULL, write_time_servers},
		{"syslog", "syslog", NULL, write_log},
		/* The log's times are syslogd's. */
		{"localtime", "syslog", system->time_zone, write_zone},
	};
	int r = 0;

	ret_files->n = FILES_MAX;
	for (size_t i = 0; i < FILES_MAX && r == 0; i++) {
		struct system_file *file = &ret_files->entries[i];
		struct text text = TEXT_ON(file->wanted);

		file->name = rows[i].name;
		file->service = rows[i].service;
		file->zone = rows[i].zone;
		file->current[0] = '\0';
		file->exists = file->impossible = false;
		rows[i].write(system, &text);
		r = text_result(&text);
	}
	return r;
}
