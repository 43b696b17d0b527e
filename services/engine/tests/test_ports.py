"""Services of several ports and firewall marks on a real kernel, and which parts of the firewall a change touches."""
import copy
import json
import select
import socket
import struct
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from firewall_lab import (  # noqa: E402
    LIST, PERIOD, QUICK, document, engine, is_reset, lab, listen, make, reach, sorted_elements)

__all__ = ["engine", "lab"]  # fixtures
VIP, OTHER_VIP = "203.0.113.10", "203.0.113.20"
NETLINK_NETFILTER = 12  # linux/netlink.h; Python 3.11 has no name for it
# Sees the mark of each packet to a floating address after the engine's chain has set it, before anything else.
WATCH = f"""table inet watch {{
	set seen {{ type ipv4_addr . inet_proto . inet_service . mark; flags dynamic; size 4096; }}
	chain in {{
		type filter hook prerouting priority -290; policy accept;
		ip daddr {{ {VIP}, {OTHER_VIP} }} add @seen {{ ip daddr . meta l4proto . th dport . meta mark }}
	}}
}}"""


def ports_document():
    """Besides what document() has: a service of several ports, one of a mark."""
    config = document()
    config["trireme:forwarding"] = {"masquerade-ports": {"first": 40000, "last": 40255}}
    config["trireme:firewall-mark"] = [{"mark": 7, "match": [
        {"name": "control", "address": VIP, "port-first": 21},
        {"name": "passive", "address": VIP, "port-first": 30000, "port-last": 30099},
        {"name": "other", "address": OTHER_VIP, "protocol": "udp", "port-first": 69}]}]
    config["trireme:pool"].append({"name": "several", "real-server": [{"name": "web1", "address": "10.77.0.101"}]})
    config["trireme:virtual-service"] += [
        {"name": "several", "address": VIP, "ports": ["443", "8000-8010"], "pool": "several"},
        {"name": "signals", "address": VIP, "protocol": "sctp", "ports": ["2905-2906"], "pool": "several"},
        {"name": "ftp", "firewall-mark": 7, "pool": "several", "persistence": {}}]
    return config


def service(config, name):
    return next(s for s in config["trireme:virtual-service"] if s["name"] == name)


@pytest.fixture(scope="module")
def ports(lab, engine):
    """The engine with ports_document(), and the watch."""
    times = engine.count("firewall set")
    engine.put(ports_document())
    engine.wait("firewall set", times + 1)
    (lab.scratch / "watch.nft").write_text(WATCH)
    lab.run("r1", "nft", "-f", lab.scratch / "watch.nft")
    return engine


def watched(lab, protocol, port, address=VIP):
    """Marks that packets to that port had, since the last look."""
    listing = json.loads(lab.run("r1", "nft", "-j", "list", "set", "inet", "watch", "seen"))
    found = next(item["set"] for item in listing["nftables"] if "set" in item).get("elem", [])
    lab.run("r1", "nft", "flush", "set", "inet", "watch", "seen")
    keys = [item["elem"]["val"]["concat"] if "elem" in item else item["concat"] for item in found]
    return {key[3] for key in keys if key[:3] == [address, protocol, port]}


def datagram(lab, name, address, port, protocol=socket.IPPROTO_UDP):
    """One packet with that transport protocol; of SCTP, the part with the ports."""
    with lab.inside(name):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
    with raw:
        raw.sendto((5000).to_bytes(2, "big") + port.to_bytes(2, "big") + (8).to_bytes(2, "big") + bytes(10), (address, port))
    time.sleep(0.05)


def test_each_port_of_a_service_has_its_mark_and_no_other(lab, ports):
    def mark(port, protocol="tcp", address=VIP):
        if protocol == "tcp":
            with make(lab, "client") as sock:
                sock.setblocking(False)
                sock.connect_ex((address, port))
            time.sleep(0.05)
        else:
            datagram(lab, "client", address, port, {"udp": 17, "sctp": 132}[protocol])
        seen = watched(lab, protocol, port, address)
        assert len(seen) == 1, (port, protocol, seen)
        return seen.pop()

    several = mark(443)
    assert several & 0x80000000
    assert {mark(port) for port in (8000, 8005, 8010)} == {several}
    signals = mark(2905, "sctp")
    assert signals & 0x80000000 and signals != several and mark(2906, "sctp") == signals
    assert {mark(21), mark(30000), mark(30099), mark(69, "udp", OTHER_VIP)} == {7}
    for port, protocol, address in ((80, "tcp", VIP), (7999, "tcp", VIP), (8011, "tcp", VIP), (30100, "tcp", VIP),
                                    (443, "udp", VIP), (443, "tcp", OTHER_VIP), (53, "udp", VIP), (2904, "sctp", VIP),
                                    (2905, "tcp", VIP)):
        assert mark(port, protocol, address) == 0, (port, protocol, address)


def test_what_the_router_itself_sends_has_no_mark(lab, ports):
    datagram(lab, "r1", OTHER_VIP, 69)
    assert watched(lab, "udp", 69, OTHER_VIP) == {0}


def test_a_port_of_a_range_never_leads_to_a_program_on_the_router(lab, ports):
    for port in (443, 8005, 30050):
        with listen(lab, "r1", "0.0.0.0", port):
            assert reach(lab, "client", VIP, port) == "nothing", port
    with make(lab, "r1", socket.SOCK_DGRAM, ("0.0.0.0", 69)) as tftp, make(lab, "client", socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", (OTHER_VIP, 69))
        assert select.select([tftp], [], [], QUICK) == ([], [], [])


def test_an_unknown_connection_to_a_range_ends_at_once(lab, ports):
    assert is_reset(lab, VIP, 8005)


def test_a_real_server_is_refused_by_a_range_of_its_own_subnet(lab, ports):
    with make(lab, "web1") as sock:
        with pytest.raises(OSError) as refusal:
            sock.connect((VIP, 8005))
        assert not isinstance(refusal.value, TimeoutError)


def test_ranges_do_not_fill_the_connection_table(lab, ports):
    def tracked():
        return int(lab.run("r1", "cat", "/proc/sys/net/netfilter/nf_conntrack_count"))
    before = tracked()
    for port in (443, 8000, 8010, 30000):
        reach(lab, "client", VIP, port)
    # What real servers answer, as far as the router knows of no question.
    for port in (443, 8000, 8010, 30000):
        with make(lab, "web1", socket.SOCK_STREAM, ("10.77.0.101", port)) as sock:
            sock.setblocking(False)
            sock.connect_ex(("203.0.113.1", 9))
    assert tracked() <= before


def test_masquerade_takes_the_ports_that_it_has(lab, ports):
    with listen(lab, "client", "203.0.113.1", 8080) as server:
        for _ in range(20):
            with make(lab, "web1") as sock:
                sock.connect(("203.0.113.1", 8080))
                peer, address = server.accept()
                peer.close()
            assert address[0] == "203.0.113.11" and 40000 <= address[1] <= 40255, address
    with make(lab, "client", socket.SOCK_DGRAM, ("203.0.113.1", 5353)) as server:
        with make(lab, "web1", socket.SOCK_DGRAM, ("10.77.0.101", 1024)) as sock:
            sock.sendto(b"question", ("203.0.113.1", 5353))
            address = server.recvfrom(64)[1]
            assert address[0] == "203.0.113.11" and 40000 <= address[1] <= 40255, address
            server.sendto(b"answer", address)
            assert sock.recv(64) == b"answer"
    # Without ports.
    lab.run("web1", "ping", "-c", "1", "-W", "2", "203.0.113.1")


class Events:
    """What the kernel says of changes to nftables (linux/netfilter/nf_tables.h); nft 1.0.6 cannot show elements of maps."""

    KINDS = {6: "add rule", 8: "delete rule", 9: "add set", 11: "delete set", 12: "add element", 14: "delete element"}

    def __init__(self, lab, name):
        with lab.inside(name):
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.sock.bind((0, 0))
        self.sock.setsockopt(270, 1, 7)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES

    def seen(self):
        """One line for each change: its kind, and the name of the set or chain."""
        lines = []
        while select.select([self.sock], [], [], 0.3)[0]:
            data = self.sock.recv(1 << 16)
            while len(data) >= 16:
                length, kind = struct.unpack_from("=IH", data)
                if kind >> 8 == 10 and kind & 255 in self.KINDS:  # NFNL_SUBSYS_NFTABLES
                    lines.append(f"{self.KINDS[kind & 255]} {self.name(data[20:length])}")
                data = data[(length + 3) & ~3:]
        return lines

    @staticmethod
    def name(attributes):
        """The attribute with number 2 is it in messages of all these kinds."""
        while attributes:
            length, number = struct.unpack_from("=HH", attributes)
            if number == 2:
                return attributes[4:length].rstrip(b"\0").decode()
            attributes = attributes[(length + 3) & ~3:]
        return ""


def touched(lab, engine, config):
    """What a change of the configuration does to the table."""
    times, events = engine.count("firewall set"), Events(lab, "r1")
    with events.sock:
        engine.put(config)
        engine.wait("firewall set", times + 1)
        return events.seen()


def test_a_change_of_one_service_touches_no_other(lab, ports):
    config = ports_document()
    service(config, "several")["ports"] = ["443", "8000-8011"]
    assert touched(lab, ports, config) == ["delete element service_mark", "add element service_mark",
                                           "delete element answering_range", "add element answering_range"]
    other = copy.deepcopy(config)
    other["trireme:virtual-service"].insert(0, {"name": "new", "address": OTHER_VIP, "port": 25, "method": "direct",
                                                "pool": "several"})
    assert touched(lab, ports, other) == ["add element service", "add element checked"]
    # Another mark of the same ports.
    other["trireme:firewall-mark"][0]["mark"] = service(other, "ftp")["firewall-mark"] = 9
    assert touched(lab, ports, other) == ["delete element service_mark"] * 3 + ["add element service_mark"] * 3 + [
        "delete element nat_mark", "add element nat_mark"]


def test_a_change_of_the_masquerade_touches_its_chain_alone(lab, ports):
    before = ports_document()
    touched(lab, ports, before)
    config = copy.deepcopy(before)
    config["trireme:forwarding"]["masquerade-ports"]["last"] = 41000
    # The ports' rule has a set without a name.
    assert {line for line in touched(lab, ports, config) if "__set" not in line} == {"delete rule hide", "add rule hide"}


def test_a_change_after_one_by_hand_comes_to_the_same(lab, ports):
    """The engine changes what it had made; where that is not there any more, it looks."""
    before, after = ports_document(), ports_document()
    service(after, "several")["ports"] = ["443", "8000-8009"]
    touched(lab, ports, after)
    wanted = sorted_elements(lab.run("r1", *LIST))
    # An element that the change is to delete, one that it leaves alone, a rule.
    for by_hand in (["delete", "element", "inet", "trireme", "answering_range", "{ 10.77.0.101 . 6 . 8000-8010 }"],
                    ["delete", "element", "inet", "trireme", "vip", f"{{ {VIP} }}"],
                    ["flush", "chain", "inet", "trireme", "hide"]):
        touched(lab, ports, before)
        time.sleep(0.3)
        lab.run("r1", "nft", *by_hand)
        ports.put(after)
        limit = time.monotonic() + PERIOD - 1
        while sorted_elements(lab.run("r1", *LIST)) != wanted:
            assert time.monotonic() < limit, lab.run("r1", *LIST)
            time.sleep(0.02)


def test_marks_hold_while_other_services_change(lab, ports):
    """Each packet of one service has its mark, whatever becomes of the others meanwhile."""
    turns = []
    for last in (8010, 8011):
        config = ports_document()
        service(config, "several")["ports"] = ["443", f"8000-{last}"]
        config["trireme:virtual-service"] = [s for s in config["trireme:virtual-service"] if last == 8010 or s["name"] != "signals"]
        turns.append(config)
    ports.put(turns[1])
    time.sleep(0.5)
    watched(lab, "tcp", 21)
    with make(lab, "client", socket.SOCK_DGRAM) as sock:
        for turn in range(40):
            times = ports.count("firewall set")
            ports.put(turns[turn % 2])
            limit = time.monotonic() + 30
            while ports.count("firewall set") == times:
                assert time.monotonic() < limit, ports.log.read_text()
                sock.sendto(b"x", (OTHER_VIP, 69))
                time.sleep(0.0005)
    assert watched(lab, "udp", 69, OTHER_VIP) == {7}
