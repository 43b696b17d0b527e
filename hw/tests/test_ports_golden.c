// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands over a made-up machine. A golden case is NAME.in (cards, other interfaces, firmware
 * files, then the rules) and NAME.out: what apply prints, its result, and the list afterwards.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"
#include "ports_cmd_io.h"
#include "ports_fake.h"

#define GOLDEN "hw/tests/golden"
#define FILE_MAX 65536
#define FIRMWARE_MAX 8

struct machine {
	struct port_inventory inventory;
	char firmware[FIRMWARE_MAX][64];
	const char *firmware_list[FIRMWARE_MAX + 1];
	size_t n_firmware;
};

static void read_nic(const char *line, struct nic *nic)
{
	char mac[18] = "", up[8] = "";

	assert_in_range(sscanf(line, "nic %u %15s %17s %63s %31s %u %7s", &nic->ifindex, nic->name,
			       mac, nic->path, nic->driver, &nic->dev_port, up),
			6, 7);
	assert_int_equal(parse_mac(mac, nic->mac), 0);
	nic->up = strncmp(up, "up", 2) == 0;
	nic->carrier = strcmp(up, "up+") == 0;
}

static void read_below(const char *line, struct port_other *other)
{
	char up[8] = "";

	assert_in_range(sscanf(line, "below %u %15s %7s", &other->ifindex, other->name, up), 2, 3);
	other->below = true;
	other->up = strcmp(up, "up") == 0;
}

/* Reads the part before the line "rules"; returns the rest. */
static const char *read_machine(char *text, struct machine *machine)
{
	struct port_inventory *inventory = &machine->inventory;
	char *rules = strstr(text, "rules\n");
	char *rest = NULL;

	assert_non_null(rules);
	*rules = '\0';
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "nic ", 4) == 0) {
			read_nic(line, &inventory->nics[inventory->n_nics++]);
		} else if (strncmp(line, "other ", 6) == 0) {
			assert_int_equal(copy_text(inventory->others[inventory->n_others++].name,
						   PORT_NAME_SIZE, line + 6),
					 0);
		} else if (strncmp(line, "below ", 6) == 0) {
			read_below(line, &inventory->others[inventory->n_others++]);
		} else if (strncmp(line, "firmware ", 9) == 0) {
			machine->firmware_list[machine->n_firmware] =
				machine->firmware[machine->n_firmware];
			assert_int_equal(
				copy_text(machine->firmware[machine->n_firmware++], 64, line + 9),
				0);
		} else {
			assert_int_equal(line[0], '#');
		}
	}
	return rules + strlen("rules\n");
}

static struct nic_table *read_table(char **ret_text)
{
	struct nic_table *table = calloc(1, sizeof(*table));
	unsigned int line;
	size_t size;

	assert_non_null(table);
	assert_int_equal(file_read(GOLDEN "/table.tsv", FILE_MAX, ret_text, &size), 0);
	assert_int_equal(nic_table_parse(*ret_text, table, &line), 0);
	return table;
}

/* Output and complaints of apply and list, in the order printed. */
static char *run_case(const char *rules, const struct nic_table *table)
{
	_cleanup_(ports_io_closep) struct ports_io *io = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r;

	assert_non_null(out);
	assert_int_equal(ports_io_open(&io), 0);
	r = ports_cmd_apply(io, rules, table, out, out);
	fprintf(out, "result: %s\n", r == 0 ? "0" : strerrorname_np(-r));
	assert_int_equal(ports_cmd_list(io, table, out, out), 0);
	fclose(out);
	return text;
}

static void check_case(const char *name, const struct nic_table *table)
{
	_cleanup_free_ char *input = NULL, *expected = NULL, *found = NULL;
	struct machine machine = {};
	char path[128];
	const char *rules;
	size_t size;

	print_message("golden case %s\n", name);
	snprintf(path, sizeof(path), GOLDEN "/%s.in", name);
	assert_int_equal(file_read(path, FILE_MAX, &input, &size), 0);
	snprintf(path, sizeof(path), GOLDEN "/%s.out", name);
	assert_int_equal(file_read(path, FILE_MAX, &expected, &size), 0);
	rules = read_machine(input, &machine);
	ports_fake_machine(&machine.inventory);
	ports_fake_firmware(machine.firmware_list);
	found = run_case(rules, table);
	assert_string_equal(found, expected);
}

static void golden_cases(void **state)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ struct nic_table *table = read_table(&text);
	struct dirent **entries = NULL;
	int n = scandir(GOLDEN, &entries, NULL, alphasort), cases = 0;

	(void)state;
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char *end = strstr(entries[i]->d_name, ".in");

		if (end && end[3] == '\0') {
			*end = '\0';
			check_case(entries[i]->d_name, table);
			cases++;
		}
		free(entries[i]);
	}
	free(entries);
	assert_true(cases >= 8);
}

#define CARDS 5

/* Machine whose card i sits at place i and was found as card `found[i]`, with the names the kernel
 * then gives. */
static void probe(struct port_inventory *machine, const int found[CARDS])
{
	memset(machine, 0, sizeof(*machine));
	machine->n_nics = CARDS;
	for (int i = 0; i < CARDS; i++) {
		struct nic *nic = &machine->nics[found[i]];

		nic->ifindex = 2 + (uint32_t)found[i];
		snprintf(nic->name, sizeof(nic->name), "eth%d", found[i]);
		snprintf(nic->path, sizeof(nic->path), "0000:00:0%d.0", i + 3);
		snprintf(nic->driver, sizeof(nic->driver), "e1000");
		nic->mac[5] = (uint8_t)i;
	}
}

/* Place of the card that has the name now. */
static int place_of(const struct port_inventory *machine, const char *name)
{
	for (size_t i = 0; i < machine->n_nics; i++)
		if (strcmp(machine->nics[i].name, name) == 0)
			return machine->nics[i].mac[5];
	return -1;
}

static void check_order(const int found[CARDS], const char *rules, const int places[CARDS])
{
	struct port_inventory machine;

	probe(&machine, found);
	ports_fake_machine(&machine);
	free(run_case(rules, NULL));
	for (int i = 0; i < CARDS; i++) {
		char name[PORT_NAME_SIZE];

		snprintf(name, sizeof(name), "eth%d", i);
		assert_int_equal(place_of(&machine, name), places[i]);
	}
	assert_true(ports_fake_renames() <= 2 * (size_t)CARDS);
}

/* Every order in which drivers can find five cards leads to the same ports, by place as by rules.
 */
static void whatever_the_probing_order(void **state)
{
	static const int by_place[CARDS] = {0, 1, 2, 3, 4};
	static const int by_rule[CARDS] = {3, 4, 0, 1, 2};
	static const char rules[] = "eth1 mac 00:00:00:00:00:04\neth0 pci 0000:00:06.0\n";
	int orders = 0;

	(void)state;
	for (int code = 0; code < CARDS * CARDS * CARDS * CARDS * CARDS; code++) {
		int found[CARDS], rest = code, seen = 0;

		for (int i = 0; i < CARDS; i++, rest /= CARDS) {
			found[i] = rest % CARDS;
			seen |= 1 << found[i];
		}
		if (seen != (1 << CARDS) - 1)
			continue;
		check_order(found, "", by_place);
		check_order(found, rules, by_rule);
		orders++;
	}
	assert_int_equal(orders, 120);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(golden_cases),
		cmocka_unit_test(whatever_the_probing_order),
	};

	return cmocka_run_group_tests_name("hw ports golden", all, NULL, NULL);
}
