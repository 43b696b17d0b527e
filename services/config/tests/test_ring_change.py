"""Live lab: the ring of three real corosyncs gets other private addresses, another key and other times, while agents
hold the floating addresses and a connection runs through them. Logs: build/test/labs/ring-change/."""
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first

LOGS = TOP / "build/test/labs/ring-change"
DRIVER = TOP / "build/services/tests/ring_driver"
ECHO = "import socket; s = socket.create_server(('', 7000)); c, _ = s.accept()\nwhile b := c.recv(99): c.sendall(b)"
NEW = {"r1": "10.77.0.111", "r2": "10.77.0.112"}


class Drivers:
    """A ring_driver on every node, and what it has said."""

    def __init__(self, cluster):
        self.cluster, self.processes = cluster, {}
        self.commands = 0
        for node in cluster.nodes.values():
            with (LOGS / f"{node.name}-driver.log").open("w") as words:
                self.processes[node.name] = processes.spawn(
                    node.command(DRIVER, nodes.YANG, node.id, "/run/corosync"), stdin=subprocess.PIPE, stdout=words,
                    stderr=subprocess.STDOUT)

    def tell(self, word, document, key):
        """`start` or `aim`, to all."""
        self.commands += 1
        for name, process in self.processes.items():
            folder = self.cluster[name].root
            (folder / f"document{self.commands}").write_text(json.dumps(document))
            (folder / f"key{self.commands}").write_bytes(key)
            process.stdin.write(f"{word} {folder}/document{self.commands} {folder}/key{self.commands}\n".encode())
            process.stdin.flush()

    def said(self, name):
        return (LOGS / f"{name}-driver.log").read_text().splitlines()

    def wait(self, what, seconds=20):
        """Until each has said so once more than before `tell`."""
        processes.wait_for(what, lambda: all(self.said(name).count(what) >= self.expected[name] + 1
                                             for name in self.processes), seconds, 0.05)

    def aim(self, document, key):
        self.expected = {name: self.said(name).count("done") for name in self.processes}
        self.tell("aim", document, key)
        self.wait("done")


def memberships(cluster):
    """How often each corosync has begun to look for a new membership."""
    def gathered(node):
        shown = node.run("corosync-cmapctl", "-m", "stats", "stats.srp.gather_entered")
        return int(shown.rpartition("=")[2])
    return {name: gathered(node) for name, node in cluster.nodes.items()}


def links(node):
    """{(peer, link): connected}, without the node's own."""
    shown = node.run("corosync-cmapctl", "-m", "stats", "stats.knet.")
    found = {}
    for line in shown.splitlines():
        key, _, value = line.partition(" (u8) = ")
        if key.endswith(".connected"):
            peer, link = key.split(".")[2:4]
            if peer != f"node{node.id}":
                found[peer, link] = value == "1"
    return found


class Stream(threading.Thread):
    """A TCP connection from the prober through a floating address: something is sent, and echoed, all the time."""

    def __init__(self, cluster, address):
        super().__init__()
        with cluster.lab.inside("prober"):
            self.connection = socket.create_connection((address, 7000), 5)
        self.gap, self.broken, self.over = 0.0, None, threading.Event()

    def run(self):
        last = time.monotonic()
        try:
            while not self.over.is_set():
                self.connection.sendall(b"x")
                if not select.select([self.connection], [], [], 5)[0] or not self.connection.recv(99):
                    raise ConnectionError("no echo")
                now = time.monotonic()
                self.gap, last = max(self.gap, now - last), now
                time.sleep(0.01)
        except OSError as error:
            self.broken = error

    def end(self):
        self.over.set()
        self.join()
        self.connection.close()
        return self.broken


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, nodes.slow) as whole:
        whole.lab.run("prober", "ip", "addr", "add", "203.0.113.99/24", "dev", "pub")
        whole.drivers = Drivers(whole)
        # The files are the driver's before corosync reads them.
        whole.drivers.tell("start", whole.document, whole.key)
        processes.wait_for("the drivers", lambda: all("started" in whole.drivers.said(name) for name in whole.nodes),
                           10)
        for node in whole.nodes.values():
            node.start()
        owner = whole.wait_owner(("r1", "r2"), 20)
        whole.wait_ready(owner, 20)
        processes.wait_for("three drivers", lambda: all(any(line.endswith(": 1 2 3") for line in
                                                            whole.drivers.said(name)) for name in whole.nodes), 10)
        yield whole


@pytest.fixture
def undisturbed(cluster, capsys):
    """Around a change: the ring is never formed anew, nobody switches over, a connection lives."""
    owner = cluster.wait_owner(("r1", "r2"), 5)
    cluster[owner].spawn("echo", "/usr/bin/python3", "-c", ECHO)
    processes.wait_for("the echo", lambda: ":7000" in cluster[owner].run("ss", "-ltn"), 5)
    stream = Stream(cluster, "203.0.113.10")
    before = memberships(cluster)
    stream.start()
    yield cluster
    broken = stream.end()
    assert broken is None
    assert memberships(cluster) == before, "the ring was formed anew"
    assert cluster.holders() == [owner]
    assert stream.gap < 0.5
    with capsys.disabled():
        print(f" [longest silence of the connection: {stream.gap * 1000:.0f} ms]", end="")
    cluster[owner].daemons["echo"].wait(5)


def with_new_addresses(document):
    document = json.loads(json.dumps(document))
    for node in document["trireme:cluster"]["node"]:
        for port in node["port"]:
            if port["name"] == "eth1":
                port["address"] = NEW.get(node["name"], port["address"])
    return document


def test_private_addresses_of_both_routers(undisturbed):
    cluster = undisturbed
    for name, address in NEW.items():
        cluster[name].run("ip", "addr", "add", f"{address}/24", "dev", "eth1")
    cluster.document = with_new_addresses(cluster.document)
    cluster.drivers.aim(cluster.document, cluster.key)
    for name, address in NEW.items():
        used = cluster[name].run("ss", "-Huan")
        assert f"{address}:5405" in used and ":5407" not in used
        assert "10.77.0.11:" not in used and "10.77.0.12:" not in used, "an old address is still in use"
    for node in cluster.nodes.values():
        assert len(links(node)) == 4 and all(links(node).values())
    writes = [line for line in cluster.drivers.said("r1") if line.startswith("write")]
    assert writes == ["write links 7", "write links 6", "write links 7", "write links 3"]


def test_key_and_times(undisturbed):
    cluster = undisturbed
    cluster.key = os.urandom(256)
    cluster.document["trireme:cluster"]["timing"]["token"] = 1100
    cluster.document["trireme:cluster"]["timing"]["consensus"] = 1400
    cluster.drivers.aim(cluster.document, cluster.key)
    for node in cluster.nodes.values():
        assert (node.root / "run/corosync/authkey").read_bytes() == cluster.key
        assert node.run("corosync-cmapctl", "-g", "runtime.config.totem.token").endswith("= 1100\n")
        assert all(links(node).values())


def test_address_that_is_not_reached_changes_nothing(undisturbed):
    """r2's new address is on no port: the new link never connects, and the old one was never touched."""
    cluster = undisturbed
    document = json.loads(json.dumps(cluster.document))
    document["trireme:cluster"]["node"][1]["port"][1]["address"] = "10.77.0.200"
    cluster.drivers.tell("aim", document, cluster.key)
    processes.wait_for("the failure", lambda: all(cluster.drivers.said(name)[-1].startswith("failed: no connection to")
                                                  for name in cluster.nodes), 20)
    for node in cluster.nodes.values():
        assert len(links(node)) == 4 and all(links(node).values())


def test_node_that_starts_again_finds_the_ring(cluster):
    """With the new addresses, the new key, and without the old addresses."""
    owner = cluster.wait_owner(("r1", "r2"), 5)
    standby = "r2" if owner == "r1" else "r1"
    cluster[standby].kill("agent")
    cluster[standby].kill("corosync")
    old = {"r1": "10.77.0.11", "r2": "10.77.0.12"}[standby]
    cluster[standby].run("ip", "addr", "del", f"{old}/24", "dev", "eth1")
    processes.wait_for("lost links", lambda: not all(links(cluster[owner]).values()), 5)
    cluster[standby].start_corosync()
    processes.wait_for("all links", lambda: list(links(cluster[owner]).values()) == [True] * 4, 15)
