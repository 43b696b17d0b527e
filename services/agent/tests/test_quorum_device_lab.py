"""Live lab: two routers and the third vote of a real corosync-qnetd, asked by a real corosync-qdevice on each of them, a
prober on both networks. Logs and the prober's records: build/test/labs/quorum-device/."""
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first
from lab.failover import healthy, note  # noqa: E402

LOGS = TOP / "build/test/labs/quorum-device"
HOST = "203.0.113.200"
DEVICE = {"host": HOST, "timeout": 1250, "sync-timeout": 1875}
SYNC = DEVICE["sync-timeout"] / 1000
LEASE = nodes.LEASES["custom"] + SYNC  # s: L by services/agent/lease.c
# s: until the ring is formed and the server misses the owner, then 2S + L, a second until the first lease, and the margins.
TAKEOVER = 2.2 + SYNC + 2 * SYNC + LEASE + 2.0
BLINK = 0.5


def change(document):
    """Two routers, no witness, and the device."""
    nodes.slow(document)
    cluster = document["trireme:cluster"]
    cluster["node"] = [node for node in cluster["node"] if node["name"] != "w"]
    cluster["quorum-device"] = dict(DEVICE)


# As runsv does.
SUPERVISED = "mkdir -p /run/service; while :; do busybox sh $0; sleep 0.2; done"


class Router(nodes.Node):
    """A router whose corosync-qdevice runs beside its corosync, by the image's own script."""

    def start_corosync(self):
        super().start_corosync()
        if "qdevice" not in self.daemons or self.daemons["qdevice"].poll() is not None:
            self.spawn("qdevice", "sh", "-c", SUPERVISED, TOP / "rootfs/init/service/qdevice/run")

    def has_third_vote(self):
        return "Total votes:      3\n" in self.run("corosync-quorumtool", "-s", check=False)

    def is_quorate(self):
        return "Quorate:          Yes\n" in self.run("corosync-quorumtool", "-s", check=False)


class Cluster(nodes.Nodes):
    """With the server, in a namespace of its own on the public network."""

    def __init__(self):
        super().__init__(LOGS, change, node=Router)
        self.server = None
        self.lab.namespace("qnetd")
        self.lab.link("qnetd", "eth0", "switch", "qnetd", "pub")
        self.lab.run("qnetd", "ip", "addr", "add", f"{HOST}/24", "dev", "eth0")
        self.start_server()

    def start_server(self, port=5403):
        files = self.lab.scratch / "qnetd"
        with (LOGS / "qnetd.log").open("a") as words:
            self.server = self.lab.spawn("qnetd", "corosync-qnetd", "-f", "-s", "off", "-p", port, "-S",
                                         f"lock_file={files}.pid,local_socket_file={files}.sock", stdout=words, stderr=words)

    def chosen(self):
        """The router that has a quorum, if it is one alone."""
        quorate = [name for name, node in self.nodes.items() if node.is_quorate()]
        return quorate if len(quorate) == 1 else None

    def wait_votes(self):
        """Until every router that runs has the server's vote."""
        processes.wait_for("three votes", lambda: all(node.has_third_vote() for node in self.nodes.values()), 30, 0.2)


@pytest.fixture(scope="module")
def cluster():
    with Cluster() as whole:
        whole.start()
        yield whole


@pytest.fixture
def pair(cluster):
    """(cluster, owner, standby), with everybody ready and all votes there."""
    with healthy(cluster) as (owner, standby):
        cluster.wait_votes()
        yield cluster, owner, standby


def test_the_server_may_be_lost(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster.server.kill()
        cluster.server.wait(10)
        processes.wait_for("two votes", lambda: not any(node.has_third_vote() for node in cluster.nodes.values()), 30, 0.1)
        time.sleep(0.5)
        cluster.start_server()
        cluster.wait_votes()
        assert cluster.holders() == [owner]
    assert probe.overlaps() == [] and not probe.spoke(standby)
    assert note("server lost and back", probe, capsys) < BLINK


def test_the_server_may_move(pair, capsys):
    """A commit names its new port; corosync-qdevice is started anew."""
    cluster, owner, standby = pair
    cluster.wait_current()
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster.server.kill()
        cluster.server.wait(10)
        cluster.start_server(5404)
        cluster[owner].config().set("/cluster/quorum-device/port", "5404")
        cluster[owner].config().commit()
        asked = f"{HOST}:5404"
        processes.wait_for("the new port", lambda: all(asked in node.run("ss", "-Htn") for node in cluster.nodes.values()), 30, 0.2)
        cluster.wait_votes()
        assert cluster.holders() == [owner]
    assert probe.overlaps() == [] and not probe.spoke(standby)
    assert note("server moved", probe, capsys) < BLINK


def test_death_of_the_standby_is_not_noticed(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[standby].power_off()
        time.sleep(LEASE + SYNC)
        assert cluster.holders() == [owner]
        cluster[standby].power_on()
        cluster.wait_ready(owner)
    assert probe.overlaps() == [] and not probe.spoke(standby)
    assert note("standby lost and back", probe, capsys) < BLINK


def test_survivor_takes_over_with_the_third_vote(pair, capsys):
    """Without asking the ports: it has a majority."""
    cluster, owner, standby = pair
    before = len(cluster[standby].log())
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].power_off()
        assert cluster.wait_owner((standby,)) == standby
        time.sleep(0.3)
        cluster[owner].power_on()
        cluster.wait_ready(standby)
        assert cluster.holders() == [standby]
    assert probe.overlaps() == []
    assert "probe" not in cluster[standby].log()[before:]
    assert note("power loss", probe, capsys) < TAKEOVER


def test_of_two_that_are_parted_one_serves(pair, capsys):
    """Both reach the server, which gives its vote to one."""
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster.faults.lose([owner], [standby])
        cluster.faults.lose([standby], [owner])
        chosen = processes.wait_for("one half with the vote", cluster.chosen, 30, 0.2)
        serving = cluster.wait_owner(chosen)
        time.sleep(SYNC)
        assert cluster.chosen() == cluster.holders() == [serving]
        cluster.faults.heal()
        cluster.wait_ready(serving)
        assert cluster.holders() == [serving]
    assert probe.overlaps() == []
    assert note("routers parted", probe, capsys) < TAKEOVER
