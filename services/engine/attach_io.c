// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/attach_io.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file_io.h"
#include "base/parse.h"
#include "engine/attach_ports_io.h"

#define DRIVERS_SIZE_MAX 262144 /* bytes of hw/nics.tsv */
#define TURN_MS 5000		/* longer than the other process needs, a card's reset included */

static const uint32_t mode_flags[] = {
	[ATTACH_GENERIC] = XDP_FLAGS_SKB_MODE,
	[ATTACH_NATIVE] = XDP_FLAGS_DRV_MODE,
};

static void read_drivers(struct attach_io *io, const char *path)
{
	unsigned int line = 0;
	size_t size;
	int r = file_read(path, DRIVERS_SIZE_MAX, &io->text, &size);

	if (r == 0)
		r = nic_table_parse(io->text, &io->drivers, &line);
	if (r < 0)
		qb_log(LOG_WARNING, "%s, line %u: %s; every driver is tried", path, line,
		       strerror(-r));
}

int attach_io_open(struct attach_io *io, int program, int map, int folder, struct fwd_link *table,
		   const char *drivers)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int r = bpf_obj_get_info_by_fd(program, &info, &size);

	*io = (struct attach_io){.program = program,
				 .map = map,
				 .folder = folder,
				 .table = table,
				 .program_id = info.id,
				 .offload.fd = -1,
				 .n_cpus = n_cpus > 0 ? (uint32_t)n_cpus : 1};
	if (r == 0)
		r = offload_io_open(&io->offload);
	if (r < 0)
		return r;
	read_drivers(io, drivers);
	return 0;
}

void attach_io_close(struct attach_io *io)
{
	/* Zeroed memory has not been opened: 0 is nobody's program. */
	if (io->program_id)
		offload_io_close(&io->offload);
	free(io->text);
	*io = (struct attach_io){0};
}

/* The kernel forgets the number of an interface that goes. */
static int read_numbers(struct attach_io *io)
{
	for (uint32_t n = 0; n < FWD_PORTS_MAX; n++) {
		struct bpf_devmap_val value = {0};
		int r = bpf_map_lookup_elem(io->map, &n, &value);

		if (r < 0 && r != -ENOENT)
			return r;
		io->numbers.numbers[n] = r == 0 ? value.ifindex : 0;
	}
	return 0;
}

static uint32_t program_in(const struct bpf_xdp_query_opts *there, enum attach_mode mode)
{
	return mode == ATTACH_NATIVE ? there->drv_prog_id : there->skb_prog_id;
}

/* Whether the port has exactly this program in exactly this mode. */
static bool has_program(const struct attach_io *io, const struct link *link, enum attach_mode mode)
{
	return link->xdp_native == (mode == ATTACH_NATIVE ? io->program_id : 0) &&
	       link->xdp_generic == (mode == ATTACH_GENERIC ? io->program_id : 0);
}

/* -EIO: the kernel says that it has attached it, and another one is there. */
static int attach(struct attach_io *io, struct attach_port *port)
{
	enum attach_mode other = port->mode == ATTACH_NATIVE ? ATTACH_GENERIC : ATTACH_NATIVE;
	LIBBPF_OPTS(bpf_xdp_query_opts, there);
	int index = (int)port->index, r = bpf_xdp_query(index, 0, &there);

	/* Native and generic ones exclude each other. */
	if (r == 0 && program_in(&there, other))
		r = bpf_xdp_detach(index, mode_flags[other], NULL);
	if (r == 0 && program_in(&there, port->mode) != io->program_id) {
		port->renewed = true;
		r = bpf_xdp_attach(index, io->program, mode_flags[port->mode], NULL);
	}
	if (r == 0)
		r = bpf_xdp_query(index, 0, &there);
	if (r == 0 && program_in(&there, port->mode) != io->program_id)
		r = -EIO;
	return r;
}

static int detach(const struct link *link)
{
	int r = 0;

	if (link->xdp_native)
		r = bpf_xdp_detach((int)link->index, XDP_FLAGS_DRV_MODE, NULL);
	if (r == 0 && link->xdp_generic)
		r = bpf_xdp_detach((int)link->index, XDP_FLAGS_SKB_MODE, NULL);
	return r;
}

static int try_port(struct attach_io *io, struct attach_port *port)
{
	int r = attach(io, port);

	port->refused[port->mode] = r;
	if (r < 0)
		copy_text(port->words[port->mode], ATTACH_WORDS_MAX, strerror(-r));
	return r;
}

/* Tries what was decided, and decides anew when the kernel refuses, until it does not. */
static void attach_all(struct attach_io *io, const struct links *links, struct attach_port *ports,
		       size_t n)
{
	bool refused = true;

	for (size_t tries = 0; refused && tries <= ATTACH_NATIVE * n; tries++) {
		refused = false;
		attach_decide(&io->drivers, io->n_cpus, ports, n);
		for (size_t i = 0; i < n && !refused; i++) {
			const struct link *link = links_by_index(links, ports[i].index);

			if (ports[i].mode == ATTACH_NONE ||
			    (tries == 0 && has_program(io, link, ports[i].mode)))
				continue;
			refused = try_port(io, &ports[i]) < 0;
		}
	}
}

static bool serves(const struct attach_port *ports, size_t n, uint32_t index)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i].index == index && ports[i].mode != ATTACH_NONE)
			return true;
	return false;
}

/*
 * First the data path stops sending there, then the program goes: the engine that sees it gone puts
 * it back, with a number of its own.
 */
static int leave_former(struct attach_io *io, const struct links *links,
			const struct attach_port *ports, size_t n_ports, bool *changed)
{
	struct link_numbers before = io->numbers;
	int result = 0;

	for (uint32_t n = 0; n < FWD_PORTS_MAX; n++)
		if (before.numbers[n] && !serves(ports, n_ports, before.numbers[n]))
			io->numbers.numbers[n] = 0;
	*changed |= links_publish(links, &io->numbers, io->table);
	for (uint32_t n = 0; n < FWD_PORTS_MAX; n++) {
		const struct link *link = links_by_index(links, before.numbers[n]);
		int r;

		if (before.numbers[n] == io->numbers.numbers[n])
			continue;
		r = bpf_map_delete_elem(io->map, &n);
		if (link && (r == 0 || r == -ENOENT))
			r = detach(link);
		if (r < 0 && r != -ENOENT && r != -ENODEV)
			result = r;
		else if (link)
			qb_log(LOG_NOTICE, "%s: no port of the data path any more", link->name);
	}
	return result;
}

static int enter(struct attach_io *io, const struct attach_port *port)
{
	struct bpf_devmap_val value = {.ifindex = port->index};
	uint32_t n = 0;
	int r;

	if (link_number(&io->numbers, port->index) >= 0)
		return 0;
	while (n < FWD_PORTS_MAX && io->numbers.numbers[n])
		n++;
	if (n == FWD_PORTS_MAX)
		return -ENOSPC;
	r = bpf_map_update_elem(io->map, &n, &value, BPF_ANY);
	if (r == 0)
		io->numbers.numbers[n] = port->index;
	return r;
}

static int enter_all(struct attach_io *io, struct attach_port *ports, size_t n)
{
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		int r = ports[i].mode == ATTACH_NONE ? 0 : enter(io, &ports[i]);

		if (r < 0)
			result = r;
	}
	return result;
}

/* Also a program that somebody else has taken away or put there. */
static void log_port(const struct attach_port *port, const struct attach_port *before)
{
	if (!before || strcmp(before->reason, port->reason) != 0)
		qb_log(LOG_NOTICE, "%s: %s", port->name, port->reason);
	else if (port->mode != ATTACH_NONE && before->index == port->index && port->renewed)
		qb_log(LOG_WARNING, "%s: the data path's program was changed by hand: put right",
		       port->name);
}

static bool keep(struct attach_io *io, const struct attach_port *ports, size_t n)
{
	bool changed = n != io->n_ports;

	for (size_t i = 0; i < n; i++) {
		const struct attach_port *before =
			attach_port_find(io->ports, io->n_ports, ports[i].name);

		changed |=
			!before || before->mode != ports[i].mode || before->index != ports[i].index;
		log_port(&ports[i], before);
	}
	memcpy(io->ports, ports, n * sizeof(*ports));
	io->n_ports = n;
	return changed;
}

static int apply(struct attach_io *io, const struct links *links, const struct config_node *node)
{
	static struct attach_port ports[CONFIG_PORTS_MAX];
	bool changed = false;
	int r = read_numbers(io), refused, entered;
	size_t n;

	if (r < 0)
		return r;
	n = attach_ports_read(io, links, node, ports);
	attach_decide(&io->drivers, io->n_cpus, ports, n);
	/* Before the others: a card that has become a bond's member must be free of its own. */
	r = leave_former(io, links, ports, n, &changed);
	attach_all(io, links, ports, n);
	for (size_t i = 0; i < n; i++)
		attach_ports_stop_merging(io, &ports[i]);
	refused = leave_former(io, links, ports, n, &changed);
	entered = enter_all(io, ports, n);
	changed |= links_publish(links, &io->numbers, io->table);
	changed |= keep(io, ports, n);
	if (r == 0)
		r = refused < 0 ? refused : entered;
	return r < 0 ? r : changed;
}

int attach_io_apply(struct attach_io *io, const struct links *links, const struct config_node *node)
{
	int r;

	if (io->folder >= 0)
		file_wait_turn(io->folder, TURN_MS);
	r = apply(io, links, node);
	if (io->folder >= 0)
		flock(io->folder, LOCK_UN);
	return r;
}
