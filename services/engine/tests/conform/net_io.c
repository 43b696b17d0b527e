// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/net_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define COMMANDS_MAX 16384
#define READY_TRIES 200
#define READY_US 10000

/* ip(8) carries all out at once. */
static int run_ip(const char *commands)
{
	char path[] = "/tmp/conform.XXXXXX";
	_cleanup_close_ int fd = mkstemp(path);
	int status = -1;
	pid_t pid;

	if (fd < 0)
		return -errno;
	if (write(fd, commands, strlen(commands)) == (ssize_t)strlen(commands)) {
		pid = fork();
		if (pid == 0) {
			execlp("ip", "ip", "-batch", path, (char *)NULL);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			status = -1;
	}
	unlink(path);
	return status == 0 ? 0 : -EIO;
}

static int set(const char *path, const char *value)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

static int set_switches(void)
{
	static const char *const switches[][2] = {
		{"/proc/sys/net/ipv4/ip_forward", "1"},
		{"/proc/sys/net/ipv4/conf/all/rp_filter", "0"},
		{"/proc/sys/net/ipv4/conf/default/rp_filter", "0"},
		{"/proc/sys/net/ipv4/icmp_ratelimit", "0"},
		{"/proc/sys/net/ipv4/icmp_msgs_per_sec", "100000"},
		{"/proc/sys/net/ipv4/conf/all/send_redirects", "0"},
		{"/proc/sys/net/ipv4/conf/default/send_redirects", "0"},
		{"/proc/sys/net/ipv6/conf/all/forwarding", "1"},
		{"/proc/sys/net/ipv6/conf/default/accept_dad", "0"},
		{"/proc/sys/net/ipv6/icmp/ratelimit", "0"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		int r = set(switches[i][0], switches[i][1]);

		/* A counter of the whole machine, not of a namespace, before Linux 6.12. */
		if (r < 0 && !(r == -ENOENT && strstr(switches[i][0], "per_sec")))
			return r;
	}
	return 0;
}

static void add_links(struct text *t, bool vlans, int wire)
{
	for (size_t i = 0; i < WORLD_LANS; i++) {
		const struct world_lan *lan = &world_lans[i];
		uint8_t mac[6];

		world_port_mac(lan->port, mac);
		if (lan->vlan && vlans)
			text_add(t, "link add link %s name %s type vlan id %u\n",
				 world_lans[lan->port == 0 ? 0 : 2].name, lan->name, lan->vlan);
		else
			text_add(t,
				 "link add %s address %02x:%02x:%02x:%02x:%02x:%02x type veth peer "
				 "name w%zu",
				 lan->name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], i);
		if (!(lan->vlan && vlans))
			text_add(t, " netns /proc/%d/fd/%d\n", getpid(), wire);
		text_add(t, "link set %s mtu %u up\n", lan->name, lan->mtu);
	}
}

static void add_addresses(struct text *t)
{
	for (size_t i = 0; i < WORLD_LANS; i++)
		text_add(t, "addr add %s/24 dev %s\naddr add %s/64 dev %s nodad\n",
			 world_lans[i].own[0], world_lans[i].name, world_lans[i].own[1],
			 world_lans[i].name);
	for (size_t i = 0; i < WORLD_LANS; i++)
		for (int v6 = 0; v6 < 2 && world_lans[i].beyond[v6]; v6++)
			text_add(t, "route add %s/%u via %s dev %s\n", world_lans[i].beyond[v6],
				 world_lans[i].beyond_length[v6], world_lans[i].gateway[v6],
				 world_lans[i].name);
	for (size_t i = 0; i < world_n_hosts; i++)
		for (int v6 = 0; v6 < 2 && world_hosts[i].local; v6++)
			text_add(t, "addr add %s/%d dev lo%s\n", world_hosts[i].address[v6],
				 v6 ? 128 : 32, v6 ? " nodad" : "");
}

static void add_neighbours(struct text *t)
{
	for (size_t i = 0; i < world_n_hosts; i++) {
		for (int v6 = 0; v6 < 2; v6++) {
			const char *text = world_hosts[i].address[v6];
			struct world_address a, hop;
			const struct world_lan *lan;
			uint8_t mac[6];

			if (world_hosts[i].mute || world_hosts[i].local ||
			    world_address(text, &a) < 0)
				continue;
			lan = world_route(&a, &hop);
			if (!world_equal(&a, &hop))
				continue;
			world_mac(&a, mac);
			text_add(t,
				 "neigh replace %s lladdr %02x:%02x:%02x:%02x:%02x:%02x dev %s nud "
				 "permanent\n",
				 text, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], lan->name);
		}
	}
}

/* The kernel computes all checksums itself: what is left to the card is not in the frames that are
 * seen here. */
static int compute_sums(void)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (size_t i = 0; i < WORLD_LANS; i++) {
		struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM};
		struct ifreq request = {.ifr_data = (void *)&off};

		if (world_lans[i].vlan)
			continue;
		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", world_lans[i].name);
		if (ioctl(fd, SIOCETHTOOL, &request) < 0)
			return -errno;
	}
	return 0;
}

/* A packet socket at the far end; the caller is in the wire's namespace. */
static int open_end(size_t lan)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	_cleanup_close_ int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	const int on = 1;
	char name[16];

	snprintf(name, sizeof(name), "w%zu", lan);
	at.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0)
		return -errno;
	return take_fd(&fd);
}

static int open_ends(struct net *net)
{
	char commands[256] = "";

	for (size_t i = 0; i < WORLD_LANS; i++)
		if (world_lans[i].vlan == 0)
			snprintf(commands + strlen(commands), sizeof(commands) - strlen(commands),
				 "link set w%zu mtu 9000 up\n", i);
	if (run_ip(commands) < 0)
		return -EIO;
	for (size_t i = 0; i < WORLD_LANS; i++) {
		if (world_lans[i].vlan)
			continue;
		net->sockets[world_lans[i].port] = open_end(i);
		if (net->sockets[world_lans[i].port] < 0)
			return net->sockets[world_lans[i].port];
	}
	return 0;
}

/* The kernel makes an IPv6 address its own later than it takes it. */
static int wait_ready(void)
{
	for (int tries = 0; tries < READY_TRIES; tries++) {
		_cleanup_(freep) char *line = NULL;
		size_t size = 0;
		int n = 0;
		FILE *f = fopen("/proc/net/if_inet6", "re");

		if (!f)
			return -errno;
		while (getline(&line, &size, f) > 0) {
			unsigned int flags = 0x40;

			/* linux/if_addr.h: IFA_F_TENTATIVE */
			if (sscanf(line, "%*s %*s %*s %*s %x", &flags) == 1 && !(flags & 0x40))
				n++;
		}
		fclose(f);
		if (n >= WORLD_LANS)
			return 0;
		usleep(READY_US);
	}
	return -ETIMEDOUT;
}

static int make(struct net *net, bool vlans, bool wire)
{
	char commands[COMMANDS_MAX];
	struct text t = TEXT_ON(commands);
	_cleanup_close_ int router = -1;
	int r;

	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	net->wire = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net->wire < 0 || unshare(CLONE_NEWNET) < 0)
		return -errno;
	router = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	r = router < 0 ? -errno : set_switches();
	if (r < 0)
		return r;
	text_add(&t, "link set lo up\n");
	add_links(&t, vlans, net->wire);
	add_addresses(&t);
	add_neighbours(&t);
	r = text_result(&t);
	if (r == 0)
		r = run_ip(commands);
	if (r < 0 || setns(net->wire, CLONE_NEWNET) < 0)
		return r < 0 ? r : -errno;
	r = wire ? open_ends(net)
		 : run_ip("link set w0 up\nlink set w1 up\nlink set w2 up\n"
			  "link set w3 up\nlink set w4 up\n");
	if (setns(router, CLONE_NEWNET) < 0)
		return -errno;
	if (r == 0 && wire)
		r = compute_sums();
	return r < 0 ? r : wait_ready();
}

int net_make(struct net *net, bool vlans, bool wire)
{
	int r;

	*net = (struct net){.wire = -1, .sockets = {-1, -1, -1}};
	r = make(net, vlans, wire);
	for (size_t i = 0; r == 0 && i < WORLD_LANS; i++) {
		net->lans[i] = if_nametoindex(world_lans[i].name);
		if (world_lans[i].vlan == 0)
			net->ports[world_lans[i].port] = net->lans[i];
	}
	if (r < 0)
		net_close(net);
	return r;
}

void net_close(struct net *net)
{
	for (size_t i = 0; i < WORLD_PORTS; i++)
		closep(&net->sockets[i]);
	closep(&net->wire);
}

int net_send(const struct net *net, unsigned int port, const void *bytes, size_t size)
{
	return send(net->sockets[port], bytes, size, 0) < 0 ? -errno : 0;
}

/* The kernel keeps a tag beside the frame (packet(7)): puts it back. */
static size_t restore_tag(struct msghdr *message, uint8_t *bytes, size_t n)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			continue;
		memmove(bytes + 16, bytes + 12, n - 12);
		bytes[12] = (uint8_t)(aux.tp_vlan_tpid >> 8);
		bytes[13] = (uint8_t)aux.tp_vlan_tpid;
		bytes[14] = (uint8_t)(aux.tp_vlan_tci >> 8);
		bytes[15] = (uint8_t)aux.tp_vlan_tci;
		return n + 4;
	}
	return n;
}

/* 0: nothing of interest. */
static int receive(int fd, uint8_t *bytes, size_t size)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec part = {bytes, size - 4};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);
	size_t whole;

	if (n < 14)
		return 0;
	whole = restore_tag(&message, bytes, (size_t)n);
	if (bytes[0] & 1 || (bytes[12] == 8 && bytes[13] == 6) ||
	    (bytes[12] == 0x81 && bytes[16] == 8 && bytes[17] == 6))
		return 0;
	return (int)whole;
}

int net_receive(const struct net *net, int wait_ms, unsigned int *ret_port, void *bytes,
		size_t size)
{
	struct pollfd ends[WORLD_PORTS];

	for (size_t i = 0; i < WORLD_PORTS; i++)
		ends[i] = (struct pollfd){.fd = net->sockets[i], .events = POLLIN};
	while (poll(ends, WORLD_PORTS, wait_ms) > 0) {
		for (unsigned int i = 0; i < WORLD_PORTS; i++) {
			int n = ends[i].revents ? receive(ends[i].fd, bytes, size) : 0;

			if (n > 0) {
				*ret_port = i;
				return n;
			}
		}
	}
	return 0;
}
