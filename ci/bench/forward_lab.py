"""The lab of bench forward: client, router and real servers as namespaces, in words that the host and a guest carry out.

The generator stands at the client's port, a sink at that of the real servers (services/engine/bench); both are programs of
the kernel, so that what is between them is all that runs. Real servers are eight addresses and MACs at one port.
"""
import json
from dataclasses import dataclass

VIP, PORT, REAL_PORT, REALS = "203.0.113.100", 80, 8080, 8
CLIENTS = "198.18.0.0/15"
CLIENT_MAC, ROUTER_MACS = "02:00:00:00:01:01", ("02:00:00:00:02:01", "02:00:00:00:02:02")


def real(number):
    """Address of a real server, 1 …; its MAC ends with the same number."""
    return f"10.99.0.{number}"


def real_mac(number):
    return f"02:00:00:00:03:{number:02x}"


LOSS = 1e-4  # of frames: what may still be on its way when it is counted


def check(what, said, arrives):
    """What `bench-forward measure` said, if (next to) nothing was lost and every frame was right."""
    least, most = (said["sent"] * (1 - LOSS), said["sent"]) if arrives else (0, 0)
    if said["wrong"] or not least <= said["arrived"] <= most:
        raise RuntimeError(f"{what}: {said}")
    return said


def dnat(protocol):
    choice = ", ".join(f"{n} : {real(n + 1)}" for n in range(REALS))
    return (f"add table ip bench; add chain ip bench pre {{ type nat hook prerouting priority -100; }}; "
            f"add rule ip bench pre ip daddr {VIP} {protocol} dport {PORT} "
            f"dnat to jhash ip saddr . {protocol} sport mod {REALS} map {{ {choice} }}:{REAL_PORT}")


def forwarding():
    """No translation: what is for the service's address is routed to the first real server."""
    return [["ip", "route", "add", f"{VIP}/32", "via", real(1)]]


def nft():
    return [["ip", "addr", "add", f"{VIP}/32", "dev", "eth0"]] + [["nft", dnat(protocol)] for protocol in ("udp", "tcp")]


def ipvs(method="-m", scheduler="mh"):
    commands = [["ip", "addr", "add", f"{VIP}/32", "dev", "eth0"]]
    port = PORT if method == "-g" else REAL_PORT
    for letter in "ut":
        commands.append(["ipvsadm", "-A", f"-{letter}", f"{VIP}:{PORT}", "-s", scheduler])
        commands += [["ipvsadm", "-a", f"-{letter}", f"{VIP}:{PORT}", "-r", f"{real(n)}:{port}", method]
                     for n in range(1, REALS + 1)]
    return commands


def nftlb(scratch):
    """Debian's nftlb makes rules of nftables from its own file, and ends."""
    def farm(protocol):
        backends = [{"name": f"real{n}", "ip-addr": real(n), "port": str(REAL_PORT), "weight": "1", "priority": "1", "state": "up"}
                    for n in range(1, REALS + 1)]
        return {"name": protocol, "family": "ipv4", "virtual-addr": VIP, "virtual-ports": str(PORT), "mode": "dnat", "state": "up",
                "protocol": protocol, "scheduler": "hash", "sched-param": "srcip srcport", "backends": backends}
    path = scratch / "nftlb.json"
    path.write_text(json.dumps({"farms": [farm("udp"), farm("tcp")]}))
    return [["ip", "addr", "add", f"{VIP}/32", "dev", "eth0"], ["nftlb", "-c", str(path), "-e"]]


@dataclass
class Network:
    """One router under test. prefix: of the namespaces' names; tool: the command bench-forward."""
    prefix: str
    tool: str

    def port(self, letter):
        """c: the client's port, a and b: the router's, s: the real servers'."""
        name, interface = {"c": ("c", "eth0"), "a": ("r", "eth0"), "b": ("r", "eth1"), "s": ("s", "eth0")}[letter]
        return f"{self.prefix}{name}:{interface}"

    def build(self):
        """Commands (namespace or None, words) that make the network; the router forwards, and does no more."""
        p = self.prefix
        yield None, ["ip", "link", "add", "name", "eth0", "address", CLIENT_MAC, "netns", f"{p}c", "type", "veth",
                     "peer", "name", "eth0", "address", ROUTER_MACS[0], "netns", f"{p}r"]
        yield None, ["ip", "link", "add", "name", "eth0", "address", real_mac(0xff), "netns", f"{p}s", "type", "veth",
                     "peer", "name", "eth1", "address", ROUTER_MACS[1], "netns", f"{p}r"]
        for name, interfaces in (("c", ["eth0"]), ("s", ["eth0"]), ("r", ["eth0", "eth1"])):
            for key in ("ipv6/conf/all/disable_ipv6=1", "ipv6/conf/default/disable_ipv6=1", "ipv4/conf/all/rp_filter=0",
                        "ipv4/conf/default/rp_filter=0", "ipv4/ip_forward=1"):
                path, value = key.split("=")
                yield name, ["sh", "-c", f"echo {value} > /proc/sys/net/{path}"]
            for interface in interfaces:
                yield name, ["ip", "link", "set", interface, "up"]
        yield "c", ["ip", "addr", "add", "203.0.113.1/24", "dev", "eth0"]
        yield "s", ["ip", "addr", "add", "10.99.255.1/16", "dev", "eth0"]
        yield "r", ["ip", "addr", "add", "203.0.113.11/24", "dev", "eth0"]
        yield "r", ["ip", "addr", "add", "10.99.255.254/16", "dev", "eth1"]
        yield "r", ["ip", "neigh", "add", "203.0.113.1", "lladdr", CLIENT_MAC, "nud", "permanent", "dev", "eth0"]
        for number in range(1, REALS + 1):
            yield "r", ["ip", "neigh", "add", real(number), "lladdr", real_mac(number), "nud", "permanent", "dev", "eth1"]
        yield "r", ["ip", "route", "add", CLIENTS, "via", "203.0.113.1"]
        yield None, [self.tool, "gro", self.port("a"), self.port("b")]

    def base(self):
        """What is taken off every figure: the frames are made, and dropped where the router would take them."""
        return [(None, [self.tool, "refuse", self.port("a"), self.port("b")])]

    def floor(self):
        """The least that leads on: MACs are written, the frame is redirected."""
        return [(None, [self.tool, "floor", self.port("a"), self.port("b"), CLIENT_MAC, real_mac(1)])]

    def ours(self, method):
        return [(None, [self.tool, "ours", self.port("a"), self.port("b"), method])]

    def measure(self, kind, flows, frames, rounds, cpu, seconds=None):
        """The command that measures; it prints one line of JSON."""
        more = [str(seconds)] if seconds else []
        return [self.tool, "measure", self.port("c"), self.port("s"), kind, str(flows), str(frames), str(rounds), str(cpu),
                *ROUTER_MACS, *more]
