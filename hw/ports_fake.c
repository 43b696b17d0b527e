// SPDX-License-Identifier: GPL-2.0-or-later
#include "ports_fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ports_io {
	struct port_inventory *machine;
};

static struct port_inventory *fake_machine;
static const char *const *fake_firmware;
static size_t fake_renames;

void ports_fake_machine(struct port_inventory *machine)
{
	fake_machine = machine;
	fake_firmware = NULL;
	fake_renames = 0;
}

void ports_fake_firmware(const char *const *files)
{
	fake_firmware = files;
}

size_t ports_fake_renames(void)
{
	return fake_renames;
}

int ports_io_open(struct ports_io **ret_io)
{
	struct ports_io *io = calloc(1, sizeof(*io));

	if (!io)
		return -ENOMEM;
	io->machine = fake_machine;
	*ret_io = io;
	return 0;
}

void ports_io_close(struct ports_io *io)
{
	free(io);
}

int ports_io_list(struct ports_io *io, struct port_inventory *ret_inventory)
{
	*ret_inventory = *io->machine;
	return 0;
}

/* Like dev_change_name() of net/core/dev.c: no such interface, name taken by any interface, name
 * not valid. */
int ports_io_rename(struct ports_io *io, const struct port_rename *step)
{
	struct port_inventory *machine = io->machine;
	char *name = NULL;
	bool up = false;

	for (size_t i = 0; i < machine->n_nics; i++) {
		if (machine->nics[i].ifindex == step->ifindex) {
			name = machine->nics[i].name;
			up = machine->nics[i].up;
		}
		if (strcmp(machine->nics[i].name, step->to) == 0)
			return -EEXIST;
	}
	for (size_t i = 0; i < machine->n_others; i++) {
		if (machine->others[i].ifindex == step->ifindex) {
			name = machine->others[i].name;
			up = machine->others[i].up;
		}
		if (strcmp(machine->others[i].name, step->to) == 0)
			return -EEXIST;
	}
	if (!name || strcmp(name, step->from) != 0)
		return -ENODEV;
	if (!step->to[0] || strlen(step->to) >= PORT_NAME_SIZE)
		return -EINVAL;
	if (up && !step->up)
		return -EBUSY;
	memcpy(name, step->to, PORT_NAME_SIZE);
	fake_renames++;
	return 0;
}

bool ports_io_has_firmware(struct ports_io *io, const char *file)
{
	(void)io;
	for (size_t i = 0; fake_firmware && fake_firmware[i]; i++)
		if (strcmp(fake_firmware[i], file) == 0)
			return true;
	return false;
}
