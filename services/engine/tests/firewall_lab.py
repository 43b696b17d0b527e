"""The router's firewall in namespaces: the engine there, sockets, packets made by hand.

    client 203.0.113.1, .12 ---- eth0 router r1 eth1 ---- web1 10.77.0.101
           2001:db8:113::1                                     fd00:77::101
"""
import json
import re
import select
import socket
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "ci"))

from lab import netns  # noqa: E402

ENGINE = TOP / "build/services/bin/trireme-engine"
YANG = TOP / "services/schema"
DEMO = json.loads((YANG / "examples/demo.json").read_text())
LIST = ("nft", "--stateless", "--numeric-protocol", "--numeric-priority", "list", "table", "inet", "trireme")
PERIOD = 5  # seconds, of the engine
QUICK = 1.5  # seconds after which a packet that has not come will not come
VIP6, CLIENT6, WEB6 = "2001:db8:113::10", "2001:db8:113::1", "fd00:77::101"


def document():
    """The demonstration document, and in it a UDP service, one at a private address, and services of IPv6."""
    demo = json.loads(json.dumps(DEMO))
    demo["trireme:alias-group"][0]["ipv6-alias"] = [{"address": VIP6, "port": "eth0"}, {"address": "fd00:77::1", "port": "eth1"}]
    for node, number in zip(demo["trireme:cluster"]["node"][:2], (11, 12)):
        for port, network in zip(node["port"], ("2001:db8:113::", "fd00:77::")):
            port["ipv6-address"] = [{"address": f"{network}{number}"}]
    demo["trireme:pool"] += [{"name": "dns", "real-server": [{"name": "web1", "address": "10.77.0.101"}]},
                             {"name": "six", "real-server": [{"name": "web1", "address": WEB6}]}]
    demo["trireme:virtual-service"] += [
        {"name": "dns", "address": "203.0.113.10", "protocol": "udp", "port": 53, "pool": "dns"},
        {"name": "private", "address": "10.77.0.1", "port": 81, "pool": "web"},
        {"name": "web6", "address": VIP6, "port": 80, "pool": "six"},
        {"name": "dns6", "address": VIP6, "protocol": "udp", "port": 53, "pool": "six"},
        {"name": "several6", "address": VIP6, "ports": ["8000-8009"], "pool": "six"},
    ]
    return demo


def sorted_elements(text):
    """A listing with blanks squeezed and the elements of its sets in order."""
    def in_order(found):
        return "{ " + ", ".join(sorted(item.strip() for item in found[1].split(","))) + " }"
    return re.sub(r"\{([^{};]*)\}", in_order, " ".join(text.split()))


class Engine:
    """trireme-engine in the router's namespace."""

    def __init__(self, lab, node="r1"):
        self.folder = lab.scratch / "run"
        self.folder.mkdir()
        self.log = self.folder / "log"
        self.put(document())
        (self.folder / "node").write_text(node + "\n")
        with self.log.open("w") as log:
            self.process = lab.spawn("r1", ENGINE, "--config", self.folder / "config.json", "--yang", YANG, "--bpf", self.folder,
                                     "--foreground", stderr=log)  # no bpf file system: nothing of the host's

    def put(self, config):
        """Replaces the running configuration as trireme-config does."""
        beside = self.folder / "config.json.new"
        beside.write_text(json.dumps(config))
        beside.rename(self.folder / "config.json")

    def count(self, words):
        """How often the log says it."""
        return self.log.read_text().count(words)

    def wait(self, words, times=1, seconds=PERIOD + 25):
        """Until the log has said it so often."""
        limit = time.monotonic() + seconds
        while self.count(words) < times:
            assert self.process.poll() is None and time.monotonic() < limit, self.log.read_text()
            time.sleep(0.02)


@pytest.fixture(scope="module")
def lab():
    with netns.Lab() as made:
        made.namespace("r1", {"ipv4.ip_forward": 0})
        made.namespace("client")
        made.namespace("web1")
        made.link("r1", "eth0", "client", "eth0")
        made.link("r1", "eth1", "web1", "eth0")
        for name, port, *addresses in (("r1", "eth0", "203.0.113.11/24", "203.0.113.10/32", "203.0.113.20/32"),
                                       ("r1", "eth1", "10.77.0.11/24", "10.77.0.1/32"),
                                       ("client", "eth0", "203.0.113.1/24", "203.0.113.12/24"),
                                       ("web1", "eth0", "10.77.0.101/24", "192.0.2.9/32")):
            for address in addresses:
                made.run(name, "ip", "addr", "add", address, "dev", port)
        for name, port, *addresses in (("r1", "eth0", "2001:db8:113::11/64", VIP6 + "/128"),
                                       ("r1", "eth1", "fd00:77::11/64", "fd00:77::1/128"),
                                       ("client", "eth0", CLIENT6 + "/64"), ("web1", "eth0", WEB6 + "/64")):
            for address in addresses:
                # Floating ones are nobody's own, as the agent adds them.
                made.run(name, "ip", "addr", "add", address, "dev", port, "nodad",
                         *(("preferred_lft", "0") if address.endswith("/128") else ()))
        made.run("web1", "ip", "-6", "route", "add", "default", "via", "fd00:77::1")
        made.run("r1", "ip", "route", "add", "default", "via", "203.0.113.1")
        made.run("web1", "ip", "route", "add", "default", "via", "10.77.0.1")
        # The client knows the way to the private net, as an attacker on the same wire would.
        made.run("client", "ip", "route", "add", "10.77.0.0/24", "via", "203.0.113.11")
        made.run("client", "ip", "-6", "route", "add", "fd00:77::/64", "via", "2001:db8:113::11")
        yield made


@pytest.fixture(scope="module")
def engine(lab):
    started = Engine(lab)
    started.wait("firewall set")
    started.wait("forwarding turned on")
    return started


def make(lab, name, kind=socket.SOCK_STREAM, bound=None, family=socket.AF_INET):
    """A socket that belongs to a namespace."""
    with lab.inside(name):
        made = socket.socket(family, kind)
    made.settimeout(QUICK)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if bound:
        made.bind(bound)
    return made


def listen(lab, name, address, port):
    made = make(lab, name, bound=(address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    made.listen(16)
    return made


def reach(lab, name, address, port, source=None):
    """What becomes of a connection: 'accepted', 'refused' or 'nothing'."""
    with make(lab, name, bound=source, family=socket.AF_INET6 if ":" in address else socket.AF_INET) as sock:
        try:
            sock.connect((address, port))
            return "accepted"
        except ConnectionRefusedError:
            return "refused"
        except (TimeoutError, OSError):
            return "nothing"


def reach_all(lab, tries, seconds=QUICK):
    """As reach(), of many at once: each (namespace, IPv6 address, port) with its verdict."""
    socks = [make(lab, name, family=socket.AF_INET6) for name, *_ in tries]
    try:
        for sock, (_, address, port) in zip(socks, tries):
            sock.setblocking(False)
            sock.connect_ex((address, port))
        time.sleep(seconds)
        errors = [sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) for sock in socks]
        done = select.select([], socks, [], 0)[1]
        return [(*one, "refused" if error else "accepted" if sock in done else "nothing")
                for one, sock, error in zip(tries, socks, errors)]
    finally:
        for sock in socks:
            sock.close()


def send6(lab, name, source, destination, segment):
    """A TCP segment in an IPv6 packet from any source."""
    with lab.inside(name):
        raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        header = bytes([0x60, 0, 0, 0]) + len(segment).to_bytes(2, "big") + bytes([socket.IPPROTO_TCP, 64])
        raw.sendto(header + socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination) +
                   segment, (destination, 0))


def is_discovery(family, frame):
    """Neighbour discovery, and what is said of multicast groups: it is on every link."""
    return family == socket.AF_INET6 and (frame[20] == 0 or frame[20] == socket.IPPROTO_ICMPV6 and 130 <= frame[54] <= 143)


class Wire:
    """Sees every frame that reaches a port."""

    def __init__(self, lab, name, port, family=socket.AF_INET):
        self.family = family
        with lab.inside(name):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                      socket.htons(0x86dd if family == socket.AF_INET6 else 0x0800))
            self.sock.bind((port, 0))

    def source(self, frame):
        """Its source address as text."""
        return socket.inet_ntop(self.family, frame[22:38] if self.family == socket.AF_INET6 else frame[26:30])

    def sources(self, seconds=QUICK):
        """Source addresses of the packets that came within that time, own ones and link-local ones not counted."""
        seen, limit = set(), time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            if not select.select([self.sock], [], [], left)[0]:
                break
            frame, address = self.sock.recvfrom(2048)
            if address[2] != socket.PACKET_OUTGOING and not is_discovery(self.family, frame):
                seen.add(self.source(frame))
        return seen


# -- packets made by hand

def tcp(source, destination, flags):
    """A TCP header without checksum."""
    return (source.to_bytes(2, "big") + destination.to_bytes(2, "big") + (1).to_bytes(4, "big") + (2).to_bytes(4, "big") +
            bytes([0x50, flags]) + (1024).to_bytes(2, "big") + bytes(4))


def checksummed(segment, source, destination):
    """The segment with its checksum (RFC 9293, 3.1)."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    pseudo = (socket.inet_pton(family, source) + socket.inet_pton(family, destination) + bytes([0, 6]) +
              len(segment).to_bytes(2, "big"))
    total = sum(int.from_bytes((pseudo + segment)[i:i + 2], "big") for i in range(0, len(pseudo + segment), 2))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return segment[:16] + (~total & 0xffff).to_bytes(2, "big") + segment[18:]


def next_tcp(wire, source):
    """The TCP header of the next segment from an address, or None."""
    limit = time.monotonic() + QUICK
    while time.monotonic() < limit:
        if select.select([wire.sock], [], [], 0.1)[0]:
            frame, address = wire.sock.recvfrom(2048)
            at, protocol = (54, frame[20]) if wire.family == socket.AF_INET6 else (34, frame[23])
            if address[2] != socket.PACKET_OUTGOING and protocol == socket.IPPROTO_TCP and wire.source(frame) == source:
                return frame[at:]
    return None


def is_reset(lab, address, port, place="client"):
    """Whether a segment of a connection that nobody knows, from there to the address, is answered by a reset."""
    family, sources = ((socket.AF_INET6, {"client": CLIENT6, "web1": WEB6}) if ":" in address else
                       (socket.AF_INET, {"client": "203.0.113.1", "web1": "10.77.0.101"}))
    client = sources[place]
    with make(lab, place, bound=(client, 0), family=family) as sock:
        segment = tcp(sock.getsockname()[1], port, 0x10)
        wire = Wire(lab, place, "eth0", family)
        with lab.inside(place):
            raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
        with raw:
            raw.bind((client, 0))
            raw.sendto(checksummed(segment, client, address), (address, 0))
        frame = next_tcp(wire, address)
        return bool(frame and frame[13] & 0x04)
