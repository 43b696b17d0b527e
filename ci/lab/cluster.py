"""The demonstration cluster: two routers and a witness as guests of one image, real servers and a client in
namespaces, addresses as in services/schema/examples/demo.json.

    client ── up ═══ pub ═══ r1, r2, w          client 198.51.100.10, behind the upstream router `up`
                      ║      │                  pub    203.0.113.0/24
              web1…3 ─╨───── priv               priv   10.77.0.0/24

`switch` is the namespace of both networks (bridges pub and priv), of the guests' taps, and of QEMU itself.
The real servers have a leg on pub too, for direct routing: only answers from the floating address go that way.
"""
import json
import os
import subprocess
from pathlib import Path

from . import capture, netns, processes, qemu, web

TOP = Path(__file__).resolve().parents[2]
DOCUMENT = TOP / "services/schema/examples/demo.json"
IMAGE = Path(os.environ.get("BUILD", TOP / "build")) / "images/trireme-generic-x86_64.img"

VIP, VIP_DIRECT, GATEWAY = "203.0.113.10", "203.0.113.20", "10.77.0.1"
CLIENT, UPSTREAM = "198.51.100.10", "203.0.113.1"
ROUTERS, NODES = ("r1", "r2"), ("r1", "r2", "w")
WEBS = {"web1": "10.77.0.101", "web2": "10.77.0.102", "web3": "10.77.0.103"}
NETWORKS = ("pub", "priv")
MEMORY = 320


def document():
    """The demonstration cluster's configuration."""
    return json.loads(DOCUMENT.read_text())


def private_address(node):
    """The node's own address on the private network."""
    entry = next(entry for entry in document()["trireme:cluster"]["node"] if entry["name"] == node)
    return next(port["address"] for port in entry["port"] if port["name"] == "eth1")


def macs(node):
    """MAC addresses of a node's ports eth0 and eth1."""
    nodes = {entry["name"]: entry for entry in document()["trireme:cluster"]["node"]}
    return [port["mac"] for port in sorted(nodes[node]["port"], key=lambda port: port["name"])]


def make_seed(path, text, key=None):
    """The medium of the first boot, by the tool that a user has for it. Without `key` it makes a random one."""
    source = Path(path).with_suffix(".json")
    source.write_text(text)
    done = subprocess.run([TOP / "firmware/image/make-seed", path, source, *([key] if key else [])], text=True,
                          capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"make-seed: {done.stderr}")
    return path


class Cluster:
    """The whole of it. `logs` is the folder for console logs and captures; `nics` names the model of each node's
    network cards, virtio-net-pci where it says nothing."""

    def __init__(self, logs, image=IMAGE, nics=None):
        if not Path(image).exists():
            raise RuntimeError(f"{image} is missing: `make` builds it")
        processes.come_first()
        self.logs, self.image, self.lab = Path(logs), image, netns.Lab()
        self.logs.mkdir(parents=True, exist_ok=True)
        self.machines, self.webs = {}, {}
        try:
            self._networks()
            self.webs = {name: web.WebServer(self.lab, name) for name in WEBS}
            self.seed = make_seed(self.lab.scratch / "seed.img", json.dumps(document()))
            for node in NODES:
                self.add_machine(node, (nics or {}).get(node, "virtio-net-pci"), self.seed)
        except BaseException:
            self.lab.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends everything and leaves nothing but the logs."""
        self.lab.close()

    # -- making it

    def _networks(self):
        lab = self.lab
        lab.namespace("switch")
        for network in NETWORKS:
            lab.bridge("switch", network)
        lab.namespace("up", {"ipv4.ip_forward": 1})
        lab.link("up", "pub", "switch", "up", "pub")
        lab.run("up", "ip", "addr", "add", f"{UPSTREAM}/24", "dev", "pub")
        lab.namespace("client")
        lab.link("client", "eth0", "up", "client")
        lab.run("up", "ip", "addr", "add", "198.51.100.1/24", "dev", "client")
        lab.run("client", "ip", "addr", "add", f"{CLIENT}/24", "dev", "eth0")
        lab.run("client", "ip", "route", "add", "default", "via", "198.51.100.1")
        for name, address in WEBS.items():
            self._real_server(name, address)

    def _real_server(self, name, address):
        lab = self.lab
        lab.namespace(name)
        lab.link(name, "priv", "switch", name, "priv")
        lab.link(name, "pub", "switch", f"{name}-pub", "pub")
        lab.run(name, "ip", "addr", "add", f"{address}/24", "dev", "priv")
        lab.run(name, "ip", "route", "add", "default", "via", GATEWAY)
        # An address on pub to ask by ARP with, but no route: only what comes from the floating address
        # leaves there.
        public = "203.0.113." + address.rpartition(".")[2]
        lab.run(name, "ip", "addr", "add", f"{public}/24", "dev", "pub", "noprefixroute")
        lab.run(name, "ip", "route", "add", "default", "via", UPSTREAM, "dev", "pub", "onlink", "table", "20")
        lab.run(name, "ip", "rule", "add", "from", VIP_DIRECT, "table", "20")
        self.solve_arp(name)
        lab.run(name, "ip", "addr", "add", f"{VIP_DIRECT}/32", "dev", "lo")

    def solve_arp(self, name, solved=True):
        """The ARP problem of direct routing on a real server: solved, it neither answers for nor speaks as an
        address of lo."""
        self.lab.sysctl(name, "ipv4.conf.all.arp_ignore", 1 if solved else 0)
        self.lab.sysctl(name, "ipv4.conf.all.arp_announce", 2 if solved else 0)

    def add_machine(self, node, nic, seed, *, memory=MEMORY, name=None):
        """A guest with the node's MAC addresses on the taps NAME-0 (pub) and NAME-1 (priv); not started."""
        name = name or node
        cards = []
        for number, (network, mac) in enumerate(zip(NETWORKS, macs(node))):
            self.lab.tap("switch", f"{name}-{number}", network)
            cards.append((nic, f"{name}-{number}", mac))
        disk = qemu.overlay(self.image, self.lab.scratch / f"{name}.qcow2")
        self.machines[name] = qemu.Machine(self.lab, "switch", name, disk, cards, self.logs / f"console-{name}.log",
                                           accelerator=qemu.accelerator(self.image), memory=memory, media=[seed])
        return self.machines[name]

    def replace_cards(self, name, nic):
        """Other network cards of model `nic`, with the same MAC addresses, for a machine that is off."""
        machine = self.machines[name]
        machine.set_cards([(nic, f"{name}-{number}", mac) for number, mac in enumerate(macs(name))])

    def start(self, nodes=NODES):
        """Power on."""
        for node in nodes:
            self.machines[node].start()

    # -- looking at it from outside

    def owners(self, address=VIP, seconds=0.5):
        """Who answers ARP for an address, seen from its network: names of machines and real servers, or MACs."""
        place, interface = ("web1", "priv") if address == GATEWAY else ("up", "pub")
        names = {mac: node for node in NODES for mac in macs(node)}
        found = [names.get(mac, mac) for mac in capture.arp_who(self.lab, place, interface, address, seconds)]
        return [self._web_name(name) for name in found]

    def _web_name(self, mac):
        if ":" not in mac:
            return mac
        for name in WEBS:
            if mac in self.lab.run(name, "ip", "link", "show"):
                return name
        return mac

    def owner(self):
        """The router that answers for the virtual address, "" when none does."""
        return (self.owners() or [""])[0]

    def wait_owner(self, seconds, candidates=ROUTERS):
        """Waits until one of the candidates answers for the virtual address; returns its name."""
        def who():
            name = self.owner()
            return name if name in candidates else ""
        return processes.wait_for(f"an owner among {', '.join(candidates)}", who, seconds)

    def plug(self, name, plugged):
        """Pulls (or plugs) both network cables of a guest."""
        for number in range(len(NETWORKS)):
            self.lab.run("switch", "ip", "link", "set", f"{name}-{number}", "up" if plugged else "down")

    def capture(self, network, name, packet_filter=""):
        """Records what passes on a network into NAME.pcap among the logs."""
        return capture.Capture(self.lab, "switch", network, self.logs / f"{name}.pcap", packet_filter)
