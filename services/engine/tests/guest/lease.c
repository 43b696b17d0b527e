// SPDX-License-Identifier: GPL-2.0-or-later
/* `lease GROUP SECONDS`: as the agent does, this router owns the group for so long, or no more (0).
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/poke_io.h"
#include "proto/agent_wire.h"
#include "proto/gate_lease.h"
#include "proto/turn.h"

#define PLACE 3 /* of the group in the map: any will do */

static int call(enum bpf_cmd command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int write_lease(const struct gate_lease *lease)
{
	const __u32 place = PLACE;
	union bpf_attr get = {.pathname = (__u64)(uintptr_t) "/sys/fs/bpf/" GATE_LEASES};
	union bpf_attr put = {.key = (__u64)(uintptr_t)&place, .value = (__u64)(uintptr_t)lease};
	int fd = call(BPF_OBJ_GET, &get);

	if (fd < 0)
		return -errno;
	put.map_fd = (__u32)fd;
	return call(BPF_MAP_UPDATE_ELEM, &put) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct gate_lease lease = {.epoch = 1};
	struct poke_io poke;
	struct timespec now;
	int r;

	if (argc != 3)
		return EXIT_FAILURE;
	clock_gettime(CLOCK_BOOTTIME, &now);
	lease.key = agent_wire_key(argv[1]);
	if (atoi(argv[2]) > 0)
		lease.deadline = (__u64)(now.tv_sec + atoi(argv[2])) * 1000000000;
	r = write_lease(&lease);
	if (r == 0)
		r = poke_io_open(&poke, ENGINE_TURN_FILE ENGINE_POKE_SUFFIX);
	if (r < 0) {
		fprintf(stderr, "lease: %s\n", strerror(-r));
		return EXIT_FAILURE;
	}
	poke_io_send(&poke);
	poke_io_close(&poke);
	return EXIT_SUCCESS;
}
