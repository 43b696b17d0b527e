"""The engine's firewall on a real kernel, with real packets, in namespaces. (IPVS itself: test_ipvs_guest.py.)"""
import re
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from firewall_lab import (  # noqa: E402
    CLIENT6, LIST, PERIOD, QUICK, VIP6, WEB6, Engine, Wire, checksummed, document, engine, is_reset, lab, listen, make, netns,
    reach, reach_all, send6, sorted_elements, tcp)
from lab import processes  # noqa: E402 - firewall_lab has set its path

__all__ = ["engine", "lab"]  # fixtures
GOLDEN = sorted((HERE / "golden/ruleset").glob("*.nft"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_kernel_lists_what_was_written(path):
    """Else the engine would see a difference in every period."""
    load = f"nft -c -f {path} && nft -f {path} && {' '.join(LIST)}"
    done = subprocess.run(["unshare", "-n", "sh", "-c", load], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted_elements(done.stdout) == sorted_elements(path.read_text())


def test_masquerade(lab, engine):
    with listen(lab, "client", "203.0.113.1", 8080) as server, make(lab, "web1") as sock:
        wire = Wire(lab, "client", "eth0")
        sock.connect(("203.0.113.1", 8080))
        peer, address = server.accept()
        with peer:
            assert address[0] == "203.0.113.11"
            peer.sendall(b"answer")
            assert sock.recv(16) == b"answer"
        assert wire.sources(0.3) == {"203.0.113.11"}


def test_masquerade_udp(lab, engine):
    with make(lab, "client", socket.SOCK_DGRAM, ("203.0.113.1", 5353)) as server:
        with make(lab, "web1", socket.SOCK_DGRAM) as sock:
            sock.sendto(b"question", ("203.0.113.1", 5353))
            data, address = server.recvfrom(64)
            assert (data, address[0]) == (b"question", "203.0.113.11")
            server.sendto(b"answer", address)
            assert sock.recv(64) == b"answer"


def test_management_is_closed_on_eth0(lab, engine):
    with listen(lab, "r1", "0.0.0.0", 443):
        for address in ("203.0.113.11", "203.0.113.10", "10.77.0.11", "10.77.0.1"):
            assert reach(lab, "client", address, 443) == "nothing", address


def test_management_is_open_on_eth1_at_the_own_address(lab, engine):
    with listen(lab, "r1", "0.0.0.0", 443):
        assert reach(lab, "web1", "10.77.0.11", 443) == "accepted"
        assert reach(lab, "web1", "10.77.0.1", 443) == "nothing", "a floating address is no router's own"
        assert reach(lab, "web1", "203.0.113.10", 443) == "nothing"
        assert reach(lab, "web1", "10.77.0.11", 443, ("192.0.2.9", 0)) == "nothing", "not of the subnet"
    with listen(lab, "r1", "0.0.0.0", 8443):
        assert reach(lab, "web1", "10.77.0.11", 8443) == "nothing"


def test_management_where_the_document_says(lab, engine):
    """Another port, on eth0 too, for one network."""
    other, times = document(), engine.count("firewall set")
    other["trireme:management"] = {"https": {"port": 8443, "public": True}, "network": ["203.0.113.0/29"]}
    with listen(lab, "r1", "0.0.0.0", 8443), listen(lab, "r1", "0.0.0.0", 443):
        engine.put(other)
        engine.wait("firewall set", times + 1)
        assert reach(lab, "client", "203.0.113.11", 8443) == "accepted"
        assert reach(lab, "client", "203.0.113.11", 8443, ("203.0.113.12", 0)) == "nothing"
        assert reach(lab, "web1", "10.77.0.11", 8443) == "nothing", "its network is not named"
        engine.put(document())
        engine.wait("firewall set", times + 2)
        assert reach(lab, "web1", "10.77.0.11", 443) == "accepted"


def test_a_service_never_leads_to_a_program_on_the_router(lab, engine):
    """Here IPVS is not even in the kernel."""
    with listen(lab, "r1", "0.0.0.0", 80), make(lab, "r1", socket.SOCK_DGRAM, ("0.0.0.0", 53)) as dns:
        assert reach(lab, "client", "203.0.113.10", 80) == "nothing"
        assert reach(lab, "web1", "203.0.113.20", 80) == "nothing"
        with make(lab, "client", socket.SOCK_DGRAM) as sock:
            sock.sendto(b"x", ("203.0.113.10", 53))
        assert select.select([dns], [], [], QUICK) == ([], [], [])


def test_an_unknown_connection_to_a_service_ends_at_once(lab, engine):
    """As after a failover: the client's next segment is answered by a reset."""
    assert is_reset(lab, "203.0.113.10", 80)
    assert is_reset(lab, "203.0.113.10", 80, "web1"), "full NAT has been its way"


def test_the_private_net_cannot_be_reached_from_outside(lab, engine):
    with listen(lab, "web1", "0.0.0.0", 80):
        assert reach(lab, "client", "10.77.0.101", 80) == "nothing"


def test_a_stray_answer_never_leaves(lab, engine):
    """A real server's packet from a service's port that belongs to no connection of IPVS."""
    wire = Wire(lab, "client", "eth0")
    with make(lab, "web1", socket.SOCK_DGRAM, ("10.77.0.101", 53)) as sock:
        sock.sendto(b"answer", ("203.0.113.1", 4000))
    assert reach(lab, "web1", "203.0.113.1", 9998, ("10.77.0.101", 80)) == "nothing"
    with lab.inside("web1"):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    with raw:
        for port in (80, 8080):  # of a service, and of none: a SYN-ACK, an ACK and a FIN of nothing known
            for flags in (0x12, 0x10, 0x11):
                raw.sendto(checksummed(tcp(port, 4000, flags), "10.77.0.101", "203.0.113.1"), ("203.0.113.1", 4000))
    assert wire.sources() == set()


def test_a_private_address_as_source_does_not_come_from_outside(lab, engine):
    """IPVS would hand it to a real server as if it came from that one's neighbour."""
    wire = Wire(lab, "web1", "eth0")
    with lab.inside("client"):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        segment = checksummed(tcp(4000, 80, 0x10), "10.77.0.101", "203.0.113.10")
        header = bytes([0x45, 0, 0, 40, 0, 1, 0, 0, 64, socket.IPPROTO_TCP, 0, 0])
        raw.sendto(header + socket.inet_aton("10.77.0.101") + socket.inet_aton("203.0.113.10") + segment, ("203.0.113.10", 0))
    assert "203.0.113.10" not in wire.sources(), "not even a reset goes to the address that was forged"


def test_a_floating_address_as_source_does_not_come_from_inside(lab, engine):
    wire = Wire(lab, "client", "eth0")
    lab.sysctl("r1", "ipv4.conf.all.rp_filter", 0)
    lab.sysctl("r1", "ipv4.conf.eth1.rp_filter", 0)
    lab.run("web1", "ip", "addr", "add", "203.0.113.10/32", "dev", "lo")
    lab.run("r1", "ip", "addr", "del", "203.0.113.10/32", "dev", "eth0")  # a standby: the kernel itself sees no forgery
    try:
        with make(lab, "web1", socket.SOCK_DGRAM, ("203.0.113.10", 53)) as sock:
            sock.sendto(b"forged", ("203.0.113.1", 4000))
        assert wire.sources() == set()
    finally:
        lab.run("web1", "ip", "addr", "del", "203.0.113.10/32", "dev", "lo")
        lab.run("r1", "ip", "addr", "add", "203.0.113.10/32", "dev", "eth0")


def test_a_real_server_is_refused_by_a_nat_service_of_its_own_subnet(lab, engine):
    with make(lab, "web1") as sock:
        began = time.monotonic()
        with pytest.raises(OSError) as refusal:
            sock.connect(("203.0.113.10", 80))
        assert not isinstance(refusal.value, TimeoutError) and time.monotonic() - began < QUICK


def test_a_nat_service_at_a_private_address_is_not_for_the_outside(lab, engine):
    """Its answers would not leave: IPVS does not even get the request."""
    rule = r'iifname "eth0" ip daddr 10\.77\.0\.0/24 ip daddr \. meta l4proto \. th dport @nat_service counter packets (\d+)'

    def dropped():
        return int(re.search(rule, lab.run("r1", "nft", "list", "chain", "inet", "trireme", "refuse"))[1])
    before = dropped()
    assert reach(lab, "client", "203.0.113.10", 80) == "nothing"
    assert dropped() == before
    assert reach(lab, "client", "10.77.0.1", 81) == "nothing"
    assert dropped() > before


def test_the_ring_of_the_cluster(lab, engine):
    """Only between the nodes' own addresses, and not through the masquerade of this router."""
    with make(lab, "r1", socket.SOCK_DGRAM, ("203.0.113.11", 5405)) as ring:
        for source, heard in (("203.0.113.12", True), ("203.0.113.1", False)):
            with make(lab, "client", socket.SOCK_DGRAM, (source, 5405)) as sock:
                sock.sendto(b"token", ("203.0.113.11", 5405))
                assert bool(select.select([ring], [], [], QUICK)[0]) == heard, source
                if heard:
                    ring.recv(16)
                    ring.sendto(b"token", (source, 5405))
                    assert sock.recv(16) == b"token"
    with make(lab, "client", socket.SOCK_DGRAM, ("203.0.113.12", 5405)) as peer:
        with make(lab, "web1", socket.SOCK_DGRAM, ("0.0.0.0", 5405)) as sock:
            sock.sendto(b"forged", ("203.0.113.12", 5405))
        assert select.select([peer], [], [], QUICK) == ([], [], [])


def test_connections_of_ipvs_are_taken_of_other_routers_alone(lab, engine):
    """As the kernel's sync daemons say them: to a group on eth1, and nothing is sealed."""
    lab.run("web1", "ip", "addr", "add", "10.77.0.12/32", "dev", "eth0")
    try:
        with make(lab, "r1", socket.SOCK_DGRAM, ("224.0.0.81", 8848)) as backup:
            own = socket.inet_aton("224.0.0.81") + socket.inet_aton("10.77.0.11")
            backup.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, own)
            for source, heard in (("10.77.0.12", True), ("10.77.0.101", False)):
                with make(lab, "web1", socket.SOCK_DGRAM, (source, 0)) as sock:
                    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
                    sock.sendto(b"connections", ("224.0.0.81", 8848))
                    assert bool(select.select([backup], [], [], QUICK)[0]) == heard, source
                if heard:
                    backup.recv(16)
    finally:
        lab.run("web1", "ip", "addr", "del", "10.77.0.12/32", "dev", "eth0")


def test_neither_services_nor_checks_nor_ring_fill_the_connection_table(lab, engine):
    before = int(lab.run("r1", "cat", "/proc/sys/net/netfilter/nf_conntrack_count"))
    with make(lab, "client", socket.SOCK_DGRAM, ("203.0.113.12", 5405)) as ring:
        for _ in range(5):
            ring.sendto(b"token", ("203.0.113.11", 5405))
    with listen(lab, "web1", "10.77.0.101", 80):
        for _ in range(3):
            reach(lab, "client", "203.0.113.10", 80)
            assert reach(lab, "r1", "10.77.0.101", 80) == "accepted"
    assert reach(lab, "r1", "10.77.0.101", 80) == "refused", "the checker hears that, too"
    assert int(lab.run("r1", "cat", "/proc/sys/net/netfilter/nf_conntrack_count")) <= before


def test_echo_and_the_routers_own_connections(lab, engine):
    for address in ("203.0.113.11", "203.0.113.10"):
        lab.run("client", "ping", "-c", "1", "-W", "2", address)
    with listen(lab, "client", "203.0.113.1", 8081), listen(lab, "web1", "10.77.0.101", 80):
        assert reach(lab, "r1", "203.0.113.1", 8081) == "accepted"
        assert reach(lab, "r1", "10.77.0.101", 80) == "accepted", "the health check"


def test_ipv6_answers_echo_at_the_configurations_addresses(lab, engine):
    """They are found by neighbour discovery; what each port has of itself is not for anybody to talk to."""
    for address in (VIP6, "2001:db8:113::11"):
        lab.run("client", "ping", "-c", "1", "-W", "2", address)
    link_local = re.search(r"inet6 (fe80::\S+)/64", lab.run("r1", "ip", "addr", "show", "dev", "eth0"))[1]
    assert "0 received" in lab.run("client", "ping", "-c", "1", "-W", "1", f"{link_local}%eth0", check=False)


def test_ipv6_leads_neither_to_programs_nor_through_the_router(lab, engine):
    """Here IPVS is not even in the kernel: no service answers, and nobody but IPVS makes a way between the networks."""
    tries = [("client", VIP6, 80), ("client", VIP6, 8005), ("client", VIP6, 443), ("client", "2001:db8:113::11", 443),
             ("client", WEB6, 80), ("web1", CLIENT6, 8080), ("web1", "fd00:77::11", 443), ("web1", "fd00:77::1", 443)]
    with ExitStack() as stack:
        for name, ports in (("r1", (80, 8005, 443)), ("web1", (80,)), ("client", (8080,))):
            for port in ports:
                stack.enter_context(listen(lab, name, "::", port))
        dns = stack.enter_context(make(lab, "r1", socket.SOCK_DGRAM, ("::", 53), socket.AF_INET6))
        sender = stack.enter_context(make(lab, "client", socket.SOCK_DGRAM, family=socket.AF_INET6))
        sender.sendto(b"x", (VIP6, 53))
        assert [(name, address, port, "nothing") for name, address, port in tries] == reach_all(lab, tries)
        assert select.select([dns], [], [], 0) == ([], [], [])


def test_an_unknown_connection_to_an_ipv6_service_ends_at_once(lab, engine):
    assert is_reset(lab, VIP6, 80)
    assert is_reset(lab, VIP6, 8005), "by its mark"
    assert is_reset(lab, VIP6, 80, "web1") and is_reset(lab, VIP6, 8005, "web1")


def test_ipv6_sources_that_cannot_be_and_stray_answers(lab, engine):
    """A private source from outside, a floating one from inside, an answer that belongs to no connection of IPVS."""
    outside, inside = Wire(lab, "client", "eth0", socket.AF_INET6), Wire(lab, "web1", "eth0", socket.AF_INET6)
    lab.run("r1", "ip", "addr", "del", VIP6 + "/128", "dev", "eth0")  # a standby: the kernel itself sees no forgery
    try:
        for name, source, destination, port, flags in (
                ("web1", VIP6, CLIENT6, 53, 0x12), ("web1", WEB6, CLIENT6, 80, 0x12), ("web1", WEB6, CLIENT6, 8005, 0x10),
                ("web1", WEB6, CLIENT6, 8443, 0x10)):
            send6(lab, name, source, destination, checksummed(tcp(port, 4000, flags), source, destination))
        assert outside.sources() == set()
    finally:
        lab.run("r1", "ip", "addr", "add", VIP6 + "/128", "dev", "eth0", "nodad", "preferred_lft", "0")
    send6(lab, "client", WEB6, VIP6, checksummed(tcp(4000, 80, 0x10), WEB6, VIP6))
    assert VIP6 not in inside.sources(0.5), "not even a reset goes to the address that was forged"


def test_an_ipv6_real_server_is_refused_by_a_nat_service_of_its_own_subnet(lab, engine):
    with make(lab, "web1", family=socket.AF_INET6) as sock:
        began = time.monotonic()
        with pytest.raises(OSError) as refusal:
            sock.connect((VIP6, 80))
        assert not isinstance(refusal.value, TimeoutError) and time.monotonic() - began < QUICK


def test_neither_ipv6_services_nor_checks_fill_the_connection_table(lab, engine):
    before = int(lab.run("r1", "cat", "/proc/sys/net/netfilter/nf_conntrack_count"))
    with listen(lab, "web1", WEB6, 80):
        for _ in range(3):
            assert reach(lab, "r1", WEB6, 80) == "accepted"
        assert [verdict for *_, verdict in reach_all(lab, 3 * [("client", VIP6, 80)], 0.2)] == 3 * ["nothing"]
    assert reach(lab, "r1", WEB6, 80) == "refused", "the checker hears that, too"
    assert int(lab.run("r1", "cat", "/proc/sys/net/netfilter/nf_conntrack_count")) <= before


def test_ipv6_is_forwarded_while_it_has_services(lab, engine):
    def forwards():
        return lab.run("r1", "cat", "/proc/sys/net/ipv6/conf/all/forwarding") == "1\n"
    other, times = document(), engine.count("firewall set")
    other["trireme:virtual-service"] = other["trireme:virtual-service"][:-3]
    assert forwards()
    for config, there in ((other, False), (document(), True)):
        times += 1
        engine.put(config)
        engine.wait("firewall set", times)
        processes.wait_for(f"forwarding of IPv6: {there}", lambda there=there: forwards() == there, PERIOD)
    assert engine.count("changed by hand") == 0


def test_nothing_is_replaced_that_is_right(lab, engine):
    wanted = lab.run("r1", "nft", "-a", "list", "table", "inet", "trireme")
    time.sleep(PERIOD + 1)
    engine.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert handles(lab.run("r1", "nft", "-a", "list", "table", "inet", "trireme")) == handles(wanted)
    assert engine.count("changed by hand") == 0


@pytest.mark.parametrize("harm", [
    "flush chain inet trireme guard",
    "add rule inet trireme input accept",
    "delete element inet trireme cluster { 203.0.113.12 }",
    "add chain inet trireme input { policy accept; }",
    "delete table inet trireme",
])
def test_what_is_changed_by_hand_is_put_right(lab, engine, harm):
    wanted, times = lab.run("r1", *LIST), engine.count("changed by hand")
    lab.run("r1", "nft", harm)
    engine.wait("changed by hand", times + 1)
    assert sorted_elements(lab.run("r1", *LIST)) == sorted_elements(wanted)


def test_a_change_leaves_chains_and_sets_in_their_places(lab, engine):
    """A chain that is made anew is for an instant without rules."""
    def places():
        listing = lab.run("r1", "nft", "-a", "list", "table", "inet", "trireme")
        return re.findall(r"(?:table|chain|set) \w+.*# handle \d+", listing)
    before, times, other = places(), engine.count("firewall set"), document()
    assert len(before) > 10
    other["trireme:pool"][0]["real-server"].pop()
    for config in (other, document()):
        engine.put(config)
        times += 1
        engine.wait("firewall set", times)
        assert places() == before


def test_never_an_instant_without_rules(lab, engine):
    """While the ruleset is replaced again and again, nobody gets through, and the ring loses nothing."""
    other, times, tries, turn = document(), engine.count("firewall set"), 0, 0
    other["trireme:virtual-service"].pop()
    ring = make(lab, "r1", socket.SOCK_DGRAM, ("203.0.113.11", 5405))
    peer = make(lab, "client", socket.SOCK_DGRAM, ("203.0.113.12", 5405))
    with listen(lab, "r1", "0.0.0.0", 443) as server, ring, peer:
        while tries < 200 and turn < 100:
            engine.put(other if turn % 2 == 0 else document())
            limit = time.monotonic() + 30
            while engine.count("firewall set") <= times + turn:
                assert time.monotonic() < limit, engine.log.read_text()
                with make(lab, "client") as sock:
                    sock.setblocking(False)
                    sock.connect_ex(("203.0.113.11", 443))
                    tries += 1
                peer.sendto(b"token", ("203.0.113.11", 5405))
                assert ring.recv(16) == b"token"
            turn += 1
        assert tries >= 200
        assert select.select([server], [], [], QUICK) == ([], [], [])


def test_forwarding_changed_by_hand_is_put_right(lab, engine):
    lab.sysctl("r1", "ipv4.ip_forward", 0)
    engine.wait("forwarding was changed by hand")
    assert lab.run("r1", "cat", "/proc/sys/net/ipv4/ip_forward") == "1\n"


def test_without_a_firewall_nothing_is_forwarded():
    """The kernel refuses the table, which belongs to another process, until that one ends."""
    with netns.Lab() as made:
        made.namespace("r1", {"ipv4.ip_forward": 0})
        with made.spawn("r1", "nft", "-i", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as owner:
            owner.stdin.write(b"add table inet trireme { flags owner; }\n")
            owner.stdin.flush()
            while "trireme" not in made.run("r1", "nft", "list", "tables"):
                time.sleep(0.02)
            engine = Engine(made)
            engine.wait("cannot set the firewall")
            time.sleep(PERIOD + 1)
            assert made.run("r1", "cat", "/proc/sys/net/ipv4/ip_forward") == "0\n"
            assert engine.count("cannot set the firewall") == 1
        engine.wait("forwarding turned on")
        assert made.run("r1", "cat", "/proc/sys/net/ipv4/ip_forward") == "1\n"


def test_a_witness_forwards_nothing(lab, engine):
    times = engine.count("firewall set")
    (engine.folder / "node.new").write_text("w\n")
    (engine.folder / "node.new").rename(engine.folder / "node")
    engine.wait("firewall set", times + 1)
    engine.wait("forwarding turned off")
    assert lab.run("r1", "cat", "/proc/sys/net/ipv4/ip_forward") == "0\n"
    assert reach(lab, "web1", "203.0.113.1", 22) == "nothing"
    assert "masquerade" not in lab.run("r1", *LIST) and "snat" not in lab.run("r1", *LIST)


def test_a_bad_document_changes_nothing(lab, engine):
    wanted = lab.run("r1", *LIST)
    bad = document()
    bad["trireme:virtual-service"][0]["port"] = 99999
    engine.put(bad)
    engine.wait("99999")
    assert lab.run("r1", *LIST) == wanted
    engine.process.terminate()
    assert engine.process.wait(5) == 0
    assert lab.run("r1", *LIST) == wanted, "the kernel goes on without the engine"


def handles(text):
    """Rules with their handles, counters left out."""
    return re.sub(r"packets \d+ bytes \d+", "", text)
