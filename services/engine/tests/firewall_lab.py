"""The router's firewall in namespaces: the engine there, sockets, packets made by hand.

    client 203.0.113.1, .12 ---- eth0 router r1 eth1 ---- web1 10.77.0.101
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


def document():
    """The demonstration document, and in it a UDP service and a floating address of IPv6."""
    demo = json.loads(json.dumps(DEMO))
    demo["trireme:alias-group"][0]["ipv6-alias"] = [{"address": "2001:db8:113::10", "port": "eth0"}]
    demo["trireme:virtual-service"].append(
        {"name": "dns", "address": "203.0.113.10", "protocol": "udp", "port": 53,
         "pool": "dns"})
    demo["trireme:pool"].append({"name": "dns", "real-server": [{"name": "web1", "address": "10.77.0.101"}]})
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
            self.process = lab.spawn("r1", ENGINE, "--config", self.folder / "config.json", "--yang", YANG, "--foreground",
                                     stderr=log)

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
        for name, *addresses in (("r1", "2001:db8:113::11/64", "2001:db8:113::10/128"), ("client", "2001:db8:113::1/64")):
            for address in addresses:
                made.run(name, "ip", "addr", "add", address, "dev", "eth0", "nodad")
        made.run("r1", "ip", "route", "add", "default", "via", "203.0.113.1")
        made.run("web1", "ip", "route", "add", "default", "via", "10.77.0.1")
        # The client knows the way to the private net, as an attacker on the same wire would.
        made.run("client", "ip", "route", "add", "10.77.0.0/24", "via", "203.0.113.11")
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
    made = make(lab, name, bound=(address, port))
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


class Wire:
    """Sees every frame that reaches a port."""

    def __init__(self, lab, name, port):
        with lab.inside(name):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
            self.sock.bind((port, 0))

    def sources(self, seconds=QUICK):
        """Source addresses of the IPv4 packets that came within that time, own ones not counted."""
        seen, limit = set(), time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            if not select.select([self.sock], [], [], left)[0]:
                break
            frame, address = self.sock.recvfrom(2048)
            if address[2] != socket.PACKET_OUTGOING:
                seen.add(socket.inet_ntoa(frame[26:30]))
        return seen


# -- packets made by hand

def tcp(source, destination, flags):
    """A TCP header without checksum."""
    return (source.to_bytes(2, "big") + destination.to_bytes(2, "big") + (1).to_bytes(4, "big") + (2).to_bytes(4, "big") +
            bytes([0x50, flags]) + (1024).to_bytes(2, "big") + bytes(4))


def checksummed(segment, source, destination):
    """The segment with its checksum (RFC 9293, 3.1)."""
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + bytes([0, 6]) + len(segment).to_bytes(2, "big")
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
            if (address[2] != socket.PACKET_OUTGOING and frame[23] == socket.IPPROTO_TCP and
                    frame[26:30] == socket.inet_aton(source)):
                return frame[34:]
    return None


def is_reset(lab, address, port):
    """Whether a segment of a connection that nobody knows, from the client to the address, is answered by a reset."""
    with listen(lab, "client", "203.0.113.1", 7000), make(lab, "client", bound=("203.0.113.1", 0)) as sock:
        segment = tcp(sock.getsockname()[1], port, 0x10)
        wire = Wire(lab, "client", "eth0")
        with lab.inside("client"):
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
        with raw:
            raw.bind(("203.0.113.1", 0))
            raw.sendto(checksummed(segment, "203.0.113.1", address), (address, port))
        frame = next_tcp(wire, address)
        return bool(frame and frame[13] & 0x04)
