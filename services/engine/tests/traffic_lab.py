"""Real traffic through the running engine's own data path, in namespaces; the host's kernel needs no IPVS.

    client 203.0.113.200 ---- eth0 router r1 eth1 ---- web1, web2, web3 10.77.0.101 …
              └────────────── (answers of direct routing) ──────────┘
                                                   app 10.77.0.50, in no pool

Every port computes its checksums itself (tx off), as frames of real cards have them. The agent's part is played here:
floating addresses, and the lease in the kernel, by hand.
"""
import json
import signal
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "ci"))

from lab import name_lookup, netns, processes, stream, web  # noqa: E402 - the path must be set first

BIN = TOP / "build/services/bin"
ENGINE, ASK = BIN / "trireme-engine", TOP / "build/services/tests/ask_daemons"
PASS = TOP / "build/services/bpf/engine/tests/pass.bpf.o"
REALSERVER = TOP / "services/realserver/realserver.sh"
YANG = TOP / "services/schema"
DEMO = json.loads((YANG / "examples/demo.json").read_text())
VIP, DIRECT, GATEWAY, CLIENT = "203.0.113.10", "203.0.113.20", "10.77.0.1", "203.0.113.200"
PRIVATE, APP = "10.77.0.20", "10.77.0.50"
FOREVER = 1 << 62  # ns of CLOCK_BOOTTIME
SERVERS = ("web1", "web2", "web3")
NAMES = {"web1": 3, "web2": 1}  # the servers of DNS, and their weights


def real_address(name):
    """The address of webN."""
    return f"10.77.0.10{name[-1]}"


def document():
    """The demonstration document; beside its services FTP, DNS, and one for a connection that stays."""
    demo = json.loads(json.dumps(DEMO))
    demo["trireme:pool"] += [
        {"name": "ftp", "real-server": [{"name": "web1", "address": "10.77.0.101"}]},
        {"name": "dns", "real-server": [{"name": name, "address": real_address(name), "weight": weight} for name, weight in NAMES.items()]}]
    demo["trireme:virtual-service"] += [{"name": "ftp", "address": VIP, "port": 21, "pool": "ftp"},
                                        {"name": "dns", "address": VIP, "protocol": "udp", "port": 53, "scheduler": "wrr", "pool": "dns"},
                                        {"name": "stream", "address": VIP, "port": stream.PORT, "pool": "web"}]
    for service in demo["trireme:virtual-service"]:
        service["health-check"] = {"type": "none"}
    return demo


def group_key(name):
    """A group's key in the array of leases (proto/agent_wire.h): FNV-1a."""
    key = 0xcbf29ce484222325
    for byte in name.encode():
        key = (key ^ byte) * 0x100000001b3 % (1 << 64)
    return key


def lease_value(deadline, epoch=1):
    """The bytes of a lease of the group main (agent/bpf/gate.h)."""
    return struct.pack("<QQQ", group_key("main"), epoch, deadline)


class Router:
    """A router with the engine, which can be killed and started again; a bpf file system and a /run of its own."""

    def __init__(self, lab, name="r1"):
        self.lab, self.name, self.folder, self.engine = lab, name, lab.scratch / name, None
        (self.folder / "bpf").mkdir(parents=True)
        (self.folder / "run/trireme").mkdir(parents=True)
        (self.folder / "run/corosync").mkdir()
        (self.folder / "run/corosync/authkey").write_bytes(b"k" * 256)
        self.log = self.folder / "log"
        (self.folder / "node").write_text(f"{name}\n")
        self.put(document())
        holder = lab.spawn(name, "unshare", "-m", "--propagation", "private", "sh", "-ec",
                           "mount --bind $0/run /run; mount -t bpf none $0/bpf; echo ready; exec sleep 1000000", self.folder,
                           stdout=subprocess.PIPE, text=True)
        assert holder.stdout.readline() == "ready\n"
        self._inside = ["nsenter", f"--target={holder.pid}", "--mount", "--"]

    def put(self, config):
        """Replaces the running configuration as trireme-config does."""
        beside = self.folder / "config.json.new"
        beside.write_text(json.dumps(config))
        beside.rename(self.folder / "config.json")

    def run(self, *command):
        return self.lab.run(self.name, *self._inside, *command)

    def start(self):
        with self.log.open("a") as log:
            self.engine = self.lab.spawn(self.name, *self._inside, ENGINE, "--config", self.folder / "config.json", "--yang", YANG,
                                         "--bpf", self.folder / "bpf", "--foreground", stderr=log)

    def kill(self):
        """As a fault ends it."""
        self.engine.send_signal(signal.SIGKILL)
        self.engine.wait(10)

    def count(self, words):
        """How often the log says it."""
        return self.log.read_text().count(words)

    def wait(self, words, times=1, seconds=30):
        def said():
            assert self.engine.poll() is None, self.log.read_text()
            return self.count(words) >= times
        processes.wait_for(f"{words!r} in the engine's log", said, seconds)

    def lease(self, deadline, epoch=1):
        """The right to serve the group main, until that nanosecond of CLOCK_BOOTTIME."""
        self.run("bpftool", "map", "update", "pinned", self.folder / "bpf/gate_leases", "key", "0", "0", "0", "0",
                 "value", *map(str, lease_value(deadline, epoch)))

    def state(self):
        """What the engine says of services and data path."""
        return json.loads(self.run(ASK))

    def synchronised(self):
        """Whether the engine says to the agent that the other routers have its connections (proto/turn.h)."""
        return bool(struct.unpack("<QQ", (self.folder / "run/trireme/engine.turn").read_bytes()[:16])[1] >> 32 & 1)

    def services(self):
        """The services of it, by name."""
        return {service["name"]: service for service in self.state()["service"]}


class Lab:
    """The network, the servers and the router; the engine runs and serves. Use as a context manager."""

    def __init__(self):
        self.lab, self.webs = netns.Lab(), {}

    def __enter__(self):
        try:
            self._build()
        except BaseException:
            self.lab.close()
            raise
        return self

    def __exit__(self, *_):
        self.lab.close()

    def _port(self, name, interface, bridge, peer, *addresses, mac=None):
        self.lab.link(name, interface, "switch", peer, bridge, mac)
        for address in addresses:
            self.lab.run(name, "ip", "addr", "add", address, "dev", interface)
        # A veth's peer takes frames of XDP only with NAPI, which it has with GRO.
        self.lab.run(name, "ethtool", "-K", interface, "tx", "off", "gro", "on")
        self.lab.run("switch", "ethtool", "-K", peer, "tx", "off", "gro", "on")

    def router_ports(self, name, ports, aliases=((), ())):
        """Both; what comes back by the port that it came from (full NAT) arrives."""
        for index, (port, bridge) in enumerate(zip(ports, ("pub", "priv"))):
            peer = f"{name}-{index}"
            self._port(name, f"eth{index}", bridge, peer, f"{port['address']}/24", *aliases[index], mac=port["mac"])
            self.lab.run("switch", "ip", "link", "set", peer, "xdp", "obj", PASS, "sec", "xdp")

    def _server(self, number):
        """A real server as realserver.sh makes one: of web (nat) and of web-direct."""
        name = f"web{number}"
        self.lab.namespace(name, {"ipv4.conf.all.rp_filter": 0, "ipv4.conf.default.rp_filter": 0})
        self._port(name, "eth0", "priv", f"{name}-1", f"10.77.0.10{number}/24")
        self._port(name, "eth1", "pub", f"{name}-0", f"203.0.113.10{number}/24")
        self.lab.run(name, "ip", "route", "del", "203.0.113.0/24")
        # Answers of direct routing leave for the client, those of nat for the router.
        self.lab.run(name, "ip", "route", "add", CLIENT, "dev", "eth1", "table", "7")
        self.lab.run(name, "ip", "rule", "add", "from", DIRECT, "lookup", "7")
        (self.lab.scratch / name / "etc/network").mkdir(parents=True)
        (self.lab.scratch / name / "etc/network/interfaces").touch()
        self.lab.run(name, "env", f"REALSERVER_ROOT={self.lab.scratch / name}", "sh", REALSERVER, "direct", "--vip", DIRECT)
        self.lab.run(name, "ip", "route", "add", "default", "via", GATEWAY)
        self.webs[name] = web.WebServer(self.lab, name)
        self.lab.spawn(name, *stream.SERVER)
        if name in NAMES:
            self.lab.spawn(name, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file",
                           "--user=root", "--bind-interfaces", f"--listen-address={real_address(name)}",
                           f"--address=/{name_lookup.NAME}/{real_address(name)}")

    def _build(self):
        self.lab.namespace("switch")
        for bridge in ("pub", "priv"):
            self.lab.bridge("switch", bridge)
        self.lab.namespace("client")
        self._port("client", "eth0", "pub", "client-0", f"{CLIENT}/24")
        self.lab.namespace("app")
        self._port("app", "eth0", "priv", "app-0", f"{APP}/24")
        ports = DEMO["trireme:cluster"]["node"][0]["port"]
        self.lab.namespace("r1")
        self.router_ports("r1", ports, ((f"{VIP}/32", f"{DIRECT}/32"), (f"{GATEWAY}/32", f"{PRIVATE}/32")))
        for number in range(1, 1 + len(SERVERS)):
            self._server(number)
        self.router = Router(self.lab)
        self.router.start()
        self.router.wait("server name: ")
        self.router.lease(FOREVER)
        # The engine looks for it in its period, and with a new configuration.
        self.router.put(document())
        self.router.wait("node r1: ", 2)
