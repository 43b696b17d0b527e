"""The engine and its own data path in namespaces. The host has no IPVS: what arrives was forwarded by XDP.

    client 203.0.113.1 ---- eth0 router r1 eth1 ---- web 10.77.0.101, .102
"""
import json
import os
import signal
import socket
import sys
import threading
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
VIP = "203.0.113.10"
REALS = ("10.77.0.101", "10.77.0.102")
STEP = 0.002  # seconds between two messages of a connection that is watched
QUICK = 2


def key(name):
    """agent_wire_key() of a group's name: FNV-1a."""
    value = 0xcbf29ce484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001b3 & (1 << 64) - 1
    return value


def document(weights):
    demo = json.loads(json.dumps(DEMO))
    demo["trireme:pool"] = [{"name": "web", "real-server": [
        {"name": f"web{i}", "address": REALS[i], "weight": weight} for i, weight in enumerate(weights) if weight is not None]}]
    demo["trireme:virtual-service"] = [{"name": "web", "address": VIP, "port": 80, "method": "nat", "scheduler": "rr",
                                        "pool": "web", "health-check": {"type": "none"}}]
    return demo


class Router:
    """The router's folder, its bpf file system with the agent's leases, and its engine."""

    def __init__(self, lab):
        self.lab = lab
        self.folder = lab.scratch / "run"
        self.folder.mkdir()
        self.bpf = self.folder / "bpf"
        self.bpf.mkdir()
        self.log = self.folder / "log"
        self.process = None
        lab.run("r1", "mount", "-t", "bpf", "none", self.bpf)
        (self.folder / "node").write_text("r1\n")
        self.put(document((1, 1)))
        leases = self.bpf / "gate_leases"
        lab.run("r1", "bpftool", "map", "create", leases, "type", "array", "key", "4", "value", "24", "entries", "16",
                "name", "gate_leases", "flags", "1024")
        self.hold(True)

    def hold(self, held):
        """The agent's word: the group may be served here for a year, or not."""
        deadline = time.clock_gettime_ns(time.CLOCK_BOOTTIME) + 365 * 86400 * 10 ** 9 if held else 0
        value = b"".join(word.to_bytes(8, "little") for word in (key("main"), 1, deadline))
        self.lab.run("r1", "bpftool", "map", "update", "pinned", self.bpf / "gate_leases", "key", "2", "0", "0", "0",
                     "value", *(str(byte) for byte in value))

    def put(self, config):
        beside = self.folder / "config.json.new"
        beside.write_text(json.dumps(config))
        beside.rename(self.folder / "config.json")

    def start(self):
        with self.log.open("a") as log:
            self.process = self.lab.spawn("r1", ENGINE, "--config", self.folder / "config.json", "--yang", YANG,
                                          "--bpf", self.bpf, "--foreground", stderr=log)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def wait(self, words, times=1):
        limit = time.monotonic() + 20
        while self.log.read_text().count(words) < times:
            assert self.process.poll() is None and time.monotonic() < limit, self.log.read_text()
            time.sleep(0.02)

    def program(self, port):
        link = json.loads(self.lab.run("r1", "ip", "-json", "link", "show", "dev", port))[0]
        return link["xdp"]["prog"]["id"]

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)
        self.lab.run("r1", "umount", self.bpf)


class Web:
    """Real servers: each connection gets the address that it has reached, then what it sends comes back."""

    def __init__(self, lab):
        with lab.inside("web"):
            self.sockets = [socket.socket() for _ in REALS]
        for sock, address in zip(self.sockets, REALS):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((address, 80))
            sock.listen(64)
            threading.Thread(target=self.accept, args=(sock, address.encode()), daemon=True).start()

    def accept(self, sock, name):
        while True:
            try:
                made, _ = sock.accept()
            except OSError:
                return
            threading.Thread(target=self.echo, args=(made, name), daemon=True).start()

    @staticmethod
    def echo(made, name):
        with made:
            try:
                made.sendall(name)
                while data := made.recv(4096):
                    made.sendall(data)
            except OSError:
                pass

    def close(self):
        for sock in self.sockets:
            sock.close()


@pytest.fixture(scope="module")
def lab():
    with netns.Lab() as made:
        made.namespace("r1", {"ipv4.ip_forward": 0})
        made.namespace("client")
        made.namespace("web")
        made.link("r1", "eth0", "client", "eth0")
        made.link("r1", "eth1", "web", "eth0")
        for name, port, *addresses in (("r1", "eth0", "203.0.113.11/24", "203.0.113.10/32"),
                                       ("r1", "eth1", "10.77.0.11/24", "10.77.0.1/32"),
                                       ("client", "eth0", "203.0.113.1/24"),
                                       ("web", "eth0", *(address + "/24" for address in REALS))):
            for address in addresses:
                made.run(name, "ip", "addr", "add", address, "dev", port)
        for name in ("client", "web"):
            # A checksum that is left to the card would stay wrong behind XDP; frames are taken off a veth by NAPI.
            made.run(name, "ethtool", "-K", "eth0", "tx", "off", "gro", "on")
        made.run("r1", "ip", "route", "add", "default", "via", "203.0.113.1")
        made.run("web", "ip", "route", "add", "default", "via", "10.77.0.1")
        yield made


@pytest.fixture(scope="module")
def router(lab):
    made = Router(lab)
    web = Web(lab)
    try:
        made.start()
        made.wait("data path loaded")
        made.wait("web: xdp:")
        limit = time.monotonic() + 10
        while connect(lab) is None:
            assert time.monotonic() < limit, made.log.read_text()
        yield made
    finally:
        made.close()
        web.close()


def connect(lab, timeout=0.5):
    """A connection and the real server that has it, or None."""
    with lab.inside("client"):
        sock = socket.socket()
    sock.settimeout(timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        sock.connect((VIP, 80))
        return sock, sock.recv(64).decode()
    except OSError:
        sock.close()
        return None


def echo(sock, text):
    sock.sendall(text)
    got = b""
    while len(got) < len(text):
        data = sock.recv(4096)
        assert data, "the connection has ended"
        got += data
    assert got == text


def test_shares_out(lab, router):
    made = [connect(lab) for _ in range(4)]
    assert all(made), router.log.read_text()
    assert sorted(name for _, name in made) == [REALS[0], REALS[0], REALS[1], REALS[1]]
    for sock, _ in made:
        echo(sock, b"x" * 3000)
        sock.close()


class Watch(threading.Thread):
    """A connection in use all the time: the longest wait for an answer, seconds."""

    def __init__(self, sock):
        super().__init__()
        self.sock = sock
        self.ended = threading.Event()
        self.longest, self.count, self.error = 0, 0, None

    def run(self):
        try:
            while not self.ended.wait(STEP):
                began = time.monotonic()
                echo(self.sock, b"%08d" % self.count)
                self.longest = max(self.longest, time.monotonic() - began)
                self.count += 1
        except (OSError, AssertionError) as error:
            self.error = error


def test_killed_engine(lab, router):
    """Neither a connection nor new ones notice that the engine is killed, is away, and begins anew."""
    sock, _ = connect(lab)
    sock.settimeout(QUICK)
    program = router.program("eth0")
    watch = Watch(sock)
    watch.start()
    try:
        router.kill()
        meanwhile = [connect(lab) for _ in range(4)]
        assert all(meanwhile)
        assert {name for _, name in meanwhile} == set(REALS)
        router.start()
        router.wait("data path taken over")
        router.wait("node r1: 1 services", 2)
        time.sleep(0.3)
        for one, _ in meanwhile:
            echo(one, b"still there")
            one.close()
    finally:
        watch.ended.set()
        watch.join()
        sock.close()
    assert watch.error is None, watch.error
    assert watch.count > 100
    # A packet that was lost would be sent again after 200 ms at the earliest (TCP_RTO_MIN).
    assert watch.longest < 0.2, f"{watch.longest:.3f} s"
    assert router.program("eth0") == program


def test_drain_and_removal(lab, router):
    """Weight 0 keeps its connections and gets no new ones; who is removed loses them."""
    made = [connect(lab) for _ in range(2)]
    mine = {name: sock for sock, name in made}
    router.put(document((0, 1)))
    router.wait("node r1: 1 services", 3)
    time.sleep(0.2)
    assert {connect(lab)[1] for _ in range(4)} == {REALS[1]}
    echo(mine[REALS[0]], b"drained")
    router.put(document((None, 1)))
    router.wait("node r1: 1 services", 4)
    time.sleep(0.2)
    with pytest.raises((OSError, AssertionError)):
        mine[REALS[0]].settimeout(QUICK)
        echo(mine[REALS[0]], b"gone")
    echo(mine[REALS[1]], b"still there")
    for sock in mine.values():
        sock.close()


def test_lease(lab, router):
    """Without the lease the kernel gets all packets, at once; here it has no gate (agent) and refuses the client."""
    sock, _ = connect(lab)
    echo(sock, b"held")
    router.hold(False)
    with sock, pytest.raises(ConnectionResetError):
        echo(sock, b"not held")
    assert connect(lab) is None
    router.hold(True)
    sock, _ = connect(lab)
    echo(sock, b"held again")
    sock.close()
