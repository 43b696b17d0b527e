"""Live lab: the demonstration cluster in namespaces, real corosync, real agents, a prober on both networks that
asks every 4 ms who has the floating addresses. Each test leaves a healthy cluster for the next one and prints the
gap it measured. Logs and the prober's records: build/test/labs/failover/."""
import json
import math
import re
import shutil
import signal
import struct
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first
from lab.failover import LEASE, TAKEOVER, healthy, note, reason  # noqa: E402

LOGS = TOP / "build/test/labs/failover"


# A resource agent: runs while there is a file; its start takes as long as there is another one.
RESOURCE = """#!/bin/sh
runs=$HA_RSCTMP/$OCF_RESOURCE_INSTANCE
case $1 in
start)
	while [ -e "$OCF_RESKEY_delay" ]; do sleep 0.1; done
	: >"$runs"
	;;
stop) rm -f "$runs" ;;
monitor) [ -e "$runs" ] || exit 7 ;;
esac
"""


class Counted(nodes.Node):
    """A node whose agent counts what it allocates, opens and looks up (counted.c)."""

    @property
    def counts(self):
        return self.root / "run/trireme/agent.counts"

    def start_agent(self):
        self.spawn("agent", "env", "TRIREME_COUNTED=/run/trireme/agent.counts", TOP / "build/services/tests/test_agent_counted",
                   "--yang", nodes.YANG, "--bpf", "/run/bpf", "--engine", self.engine, "--foreground")

    def start(self):
        super().start()
        if self.name != "w":
            self.start_helper()

    def start_helper(self):
        """trireme-resource as in the image; its user may not look into the tree of this test."""
        own = self.root / "run/own"
        for folder in ("ocf/lab", "state"):
            (own / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(nodes.BIN / "trireme-resource-run", own)
        (own / "ocf/lab/File").write_text(RESOURCE)
        (own / "ocf/lab/File").chmod(0o755)
        (own / "state").chmod(0o777)
        self.add_users()
        processes.wait_for("the configuration", (self.root / "run/trireme/config.image").exists, 20)
        self.spawn("resource", nodes.BIN / "trireme-resource", "--runner", "/run/own/trireme-resource-run", "--agents", "/run/own/ocf",
                   "--state", "/run/own/state", "--foreground")

    def reads_and_faults(self):
        """How many bytes the agent has read from disks, and how often it waited for a page of one."""
        process = Path(f"/proc/{self.daemons['agent'].pid}")
        moved = dict(line.split(": ") for line in (process / "io").read_text().splitlines())
        faults = (process / "stat").read_text().rpartition(")")[2].split()[9]
        return int(moved["read_bytes"]), int(faults)


@contextmanager
def untouched(*members):
    """The agents of these nodes allocate nothing, open nothing, look nothing up and wait for no disk meanwhile."""
    before = [(member, member.counts.read_bytes(), member.reads_and_faults()) for member in members]
    yield
    for member, counts, disk in before:
        after = member.counts.read_bytes()
        callers = struct.unpack_from("17Q", after, 4 * 8)
        assert after == counts, [hex(caller - callers[-1]) for caller in callers[:-1]]
        assert member.reads_and_faults() == disk


def whole_group(document):
    """Both families of addresses, and two resources that follow them."""
    nodes.slow(document)
    nodes.dual(document)
    document["trireme:alias-group"][0]["resource"] = [
        {"name": "slow", "agent": "lab:File", "interval": 1, "parameter": [{"name": "delay", "value": "/run/own/delay"}]},
        {"name": "next", "agent": "lab:File", "interval": 0}]


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, whole_group, node=Counted) as whole:
        whole.start()
        yield whole


@pytest.fixture
def pair(cluster):
    """The cluster with everybody ready: (cluster, owner, standby)."""
    with healthy(cluster) as (owner, standby):
        yield cluster, owner, standby


def labels(cluster, name):
    return cluster[name].labels()


def test_one_owner_holds_the_whole_group(pair):
    cluster, owner, standby = pair
    assert labels(cluster, owner) == {"eth0:1", "eth0:2", "eth1:1", "2001:db8:113::10", "fd00:77::1"}
    assert labels(cluster, standby) == labels(cluster, "w") == set()
    shown = json.loads(cluster[owner].run("ip", "-json", "addr", "show", "dev", "eth0"))
    vip = [entry for entry in shown[0]["addr_info"] if entry["local"] == "203.0.113.10"]
    assert len(vip) == 1 and vip[0]["label"] == "eth0:1" and vip[0]["prefixlen"] == 32
    assert 0 < vip[0]["valid_life_time"] <= math.ceil(LEASE) + 1, "the kernel removes it should the agent be gone"
    assert "203.0.113.10" in cluster[owner].run("busybox", "ifconfig", "eth0:1")


def test_ipv6_aliases_are_there_at_once_and_no_source(pair):
    """Without duplicate address detection, which the lease replaces; the router's own connections have another source."""
    cluster, owner, _ = pair
    for port, address in (("eth0", "2001:db8:113::10"), ("eth1", "fd00:77::1")):
        shown = json.loads(cluster[owner].run("ip", "-json", "-6", "addr", "show", "dev", port))
        alias = next(entry for entry in shown[0]["addr_info"] if entry["local"] == address)
        assert alias["prefixlen"] == 128 and alias["nodad"] and alias["deprecated"] and alias["preferred_life_time"] == 0
        assert 0 < alias["valid_life_time"] <= math.ceil(LEASE) + 1


def test_every_node_says_why(pair):
    cluster, owner, standby = pair
    for name in cluster.nodes:
        status = cluster[name].ask("status")
        assert status["quorum"] == 2 and status["groups"][0]["owner"] == cluster[owner].id
        said = {entry["name"]: entry["reason"] for entry in status["nodes"]}
        assert re.match(r"owner since [0-9: -]+ with epoch \d+ because ", said[owner])
        assert said[standby] == f"standby: {owner} is the owner"
        assert said["w"] == "witness: votes and never owns"
        assert sum(status["times"]["reform"]["counts"]) > 0
    echo = cluster[owner].ask("status")["times"]["echo"]
    assert 0 < echo["sum_ns"] <= sum(echo["counts"]) * echo["max_ns"]


def running(cluster, name):
    """The resources that run on a node."""
    return {path.name.partition(".")[2] for path in (cluster[name].root / "run/own/state").glob("main.*")}


def test_resources_follow_the_group_and_delay_nothing(pair, capsys):
    cluster, owner, standby = pair
    delay = cluster[standby].root / "run/own/delay"
    processes.wait_for("both to run", lambda: running(cluster, owner) == {"slow", "next"}, 20)
    assert running(cluster, standby) == set()
    cluster[owner].start_api()
    shown = re.compile(r"^slow +running +main +lab:File\nnext +running +main +lab:File$", re.MULTILINE)
    processes.wait_for("them to be shown", lambda: shown.search(cluster[owner].run(nodes.BIN / "trireme", "status", check=False)), 20)
    (cluster[owner].root / "run/own/state/main.slow").unlink()
    processes.wait_for("it to be started again", lambda: running(cluster, owner) == {"slow", "next"}, 20)
    delay.touch()
    with cluster.probe() as probe, untouched(cluster[standby]):
        time.sleep(0.3)
        cluster[owner].switch_over()
        assert cluster.wait_owner((standby,), 5) == standby
        processes.wait_for("both to stop", lambda: running(cluster, owner) == set(), 20)
        assert running(cluster, standby) == set(), "it is held up"
    assert probe.overlaps() == [] and note("switch-over with a start that hangs", probe, capsys) < 0.5
    delay.unlink()
    processes.wait_for("both to run", lambda: running(cluster, standby) == {"slow", "next"}, 20)
    cluster[standby].kill("agent")
    cluster[standby].start_agent()
    assert cluster.wait_owner((standby,), 10) == standby
    time.sleep(1)
    assert running(cluster, standby) == {"slow", "next"}
    said = (LOGS / f"{standby}-resource.log").read_text()
    assert said.index("slow of main is starting") < said.index("slow of main is running") < said.index("next of main is starting")
    assert said.count("slow of main is stopping") <= 1, "at the helper's start; the agent's new life goes on"


@pytest.mark.parametrize("asked", ["owner", "standby", "witness"])
def test_switch_over_by_command(pair, asked, capsys):
    cluster, owner, standby = pair
    place = {"owner": owner, "standby": standby, "witness": "w"}[asked]
    with cluster.probe() as probe:
        time.sleep(0.3)
        answer = cluster[place].ask("switchover", "main")
        assert answer["error"] == 0 and f"main is now with {standby}" in answer["message"]
        assert cluster.wait_owner((standby,)) == standby
        time.sleep(0.3)
    assert probe.overlaps() == []
    assert probe.spoke(owner) and probe.spoke(standby)
    assert all(len(probe.announced[standby, address]) >= 3 for address in cluster.addresses()), "at 0, 50 and 200 ms"
    assert note(f"switch-over asked at {asked}", probe, capsys) < 0.5


def test_switch_over_to_nobody_is_refused(pair):
    cluster, owner, standby = pair
    cluster[standby].cables(False, (1,))
    processes.wait_for("the standby to be unfit", lambda: "eth1 has no carrier" in reason(cluster, standby, owner), 30)
    answer = cluster[owner].ask("switchover", "main")
    assert answer["error"] != 0 and "no other router is fit" in answer["message"]
    assert labels(cluster, owner) == cluster.group_labels()
    assert "no alias group 'none'" in cluster[owner].ask("switchover", "none")["message"]


def stand_by(cluster, wishes):
    """Commits, at the witness, which routers stand by."""
    for name, wish in wishes.items():
        cluster["w"].config().set(f"/cluster/node[name='{name}']/standby", str(wish).lower())
    cluster["w"].config().commit()


def entry(cluster, about):
    """What the witness's agent says of a node."""
    return next(entry for entry in cluster["w"].ask("status")["nodes"] if entry["name"] == about)


def test_standby_moves_the_group_and_online_does_not_bring_it_back(pair, capsys):
    cluster, owner, standby = pair
    cluster.wait_current()
    before = len(cluster[owner].log())
    with cluster.probe() as probe:
        time.sleep(0.3)
        stand_by(cluster, {owner: True})
        assert cluster.wait_owner((standby,)) == standby
        said = entry(cluster, owner)
        assert said["standby"] and not said["fit"] and said["reason"].startswith("standby by configuration since ")
        assert "no other router is fit" in cluster["w"].ask("switchover", "main")["message"]
        stand_by(cluster, {owner: False})
        processes.wait_for("the router to be fit again", lambda: entry(cluster, owner)["fit"], 30)
        time.sleep(0.3)
        assert cluster.holders() == [standby] and not entry(cluster, owner)["standby"]
    assert probe.overlaps() == []
    assert note("owner told to stand by", probe, capsys) < 0.5
    assert re.search("main: owner -> unfit, .*: standby by configuration\n", cluster[owner].log()[before:])
    assert "started" not in cluster[owner].log()[before:], "the agent goes on"


def test_where_all_routers_stand_by_nobody_serves(pair):
    """The operator has asked for it; the first one that may takes the group at once."""
    cluster, owner, standby = pair
    cluster.wait_current()
    stand_by(cluster, {owner: True, standby: True})
    processes.wait_for("nobody to serve", lambda: cluster.holders() == [], 30)
    processes.wait_for("both to be unfit", lambda: not entry(cluster, owner)["fit"] and not entry(cluster, standby)["fit"], 30)
    assert "though no other router is fit" in entry(cluster, owner)["reason"]
    stand_by(cluster, {standby: False})
    assert cluster.wait_owner((standby,)) == standby
    stand_by(cluster, {owner: False})
    processes.wait_for("the router to be fit again", lambda: entry(cluster, owner)["fit"], 30)


def test_recovery_is_sticky_after_power_loss(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        with untouched(cluster[standby]):
            cluster[owner].power_off()
            assert cluster.wait_owner((standby,)) == standby
            time.sleep(0.3)
        cluster[owner].power_on()
        cluster.wait_ready(standby)
        time.sleep(LEASE + 1)
        assert cluster.holders() == [standby], "the recovered router must come back as standby"
    assert probe.overlaps() == []
    assert note("power loss", probe, capsys) < TAKEOVER


def test_killed_corosync_of_the_owner(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].kill("corosync")
        assert cluster.wait_owner((standby,)) == standby
        time.sleep(0.3)
    assert probe.overlaps() == []
    assert note("corosync killed", probe, capsys) < TAKEOVER


def test_death_of_the_standby_is_not_noticed(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[standby].power_off()
        time.sleep(LEASE + 1.5)
        cluster[standby].power_on()
        cluster.wait_ready(owner)
        assert cluster.holders() == [owner]
    assert not probe.spoke(standby)
    assert note("standby lost and back", probe, capsys) < 0.5


def test_carrier_loss_moves_the_group_whole(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        with untouched(cluster[owner], cluster[standby]):
            cluster[owner].cables(False, (0,))
            assert cluster.wait_owner((standby,)) == standby
        assert labels(cluster, owner) == set()
        assert "eth0 has no carrier" in reason(cluster, owner, standby)
        time.sleep(0.3)
    assert probe.overlaps() == []
    assert note("carrier lost", probe, capsys) < 0.5


def test_without_quorum_no_alias(pair):
    cluster, owner, standby = pair
    cluster["w"].power_off()
    time.sleep(LEASE + 0.5)
    assert cluster.holders() == [owner], "two of three are a quorum"
    lost, before = time.monotonic(), len(cluster[owner].log())
    cluster[standby].power_off()
    processes.wait_for("the alias to be dropped", lambda: not cluster.holders(), 30, 0.02)
    assert time.monotonic() - lost < LEASE + 0.7
    said = cluster[owner].log()[before:]
    assert "quorum is lost" in said or "lease ran out" in said
    processes.wait_for("the reason", lambda: "not part of a quorum: " in reason(cluster, owner), 30)
    time.sleep(LEASE + 0.5)
    assert cluster.holders() == []
    cluster["w"].power_on()
    assert cluster.wait_owner((owner,)) == owner, "a quorum again"


@pytest.mark.parametrize("stopped", [("agent",), ("corosync", "agent"), ("corosync",)], ids="+".join)
def test_stopped_owner_is_silent_from_the_end_of_its_lease(pair, stopped, capsys):
    """A stopped agent cannot take its aliases away, so they stay on the ports: the kernel's gate makes them mute."""
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        began = time.monotonic()
        for daemon in stopped:
            cluster[owner].send_signal(daemon, signal.SIGSTOP)
        processes.wait_for("the standby to take over", lambda: labels(cluster, standby) == cluster.group_labels(), 30, 0.02)
        if "agent" in stopped:
            assert labels(cluster, owner) == cluster.group_labels(), "nothing but the gate is between them and the wire"
            assert not forwards(cluster, owner) and forwards(cluster, standby)
        time.sleep(0.2)
        for daemon in stopped:
            cluster[owner].send_signal(daemon, signal.SIGCONT)
        processes.wait_for("the old owner to clear", lambda: not labels(cluster, owner), 1, 0.01)
        time.sleep(0.3)
        cluster.wait_ready(standby)
    assert probe.overlaps() == []
    assert probe.spoke(owner, began) and not probe.spoke(owner, began + LEASE)
    assert note(f"{' and '.join(stopped)} stopped", probe, capsys) < TAKEOVER
    assert cluster.holders() == [standby]


def forwards(cluster, name):
    """Whether a router takes a frame of a server on the private network on to the public one."""
    private, public = (port["mac"] for port in reversed(cluster[name].ports))
    return "forwarded" in cluster.lab.run("prober", "/usr/bin/python3", HERE / "send_through.py", "priv", private, "pub", public)


def test_only_the_owner_forwards(pair):
    cluster, owner, standby = pair
    assert forwards(cluster, owner) and not forwards(cluster, standby)


def gates(cluster, name, port):
    """The programs of the gate that are on a port now, both ways."""
    return [cluster[name].run("tc", "filter", "show", "dev", port, way).count("handle 0x1 gate_" + way) for way in ("ingress", "egress")]


def test_gate_that_is_taken_away_is_put_back(pair):
    cluster, owner, _ = pair
    assert gates(cluster, owner, "eth1") == [1, 1]
    with cluster.probe() as probe:
        cluster[owner].run("tc", "qdisc", "del", "dev", "eth1", "clsact")
        processes.wait_for("the gate to be back", lambda: gates(cluster, owner, "eth1") == [1, 1], 2, 0.02)
        time.sleep(0.2)
    assert probe.gap() < 0.5 and cluster.holders() == [owner]
    assert "the agent runs, which keeps the gate" in cluster[owner].run(nodes.BIN / "trireme-gate", "--yang", nodes.YANG, "--bpf",
                                                                        "/run/bpf", check=False)


def test_port_that_takes_no_gate_makes_unfit(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        # Stopped meanwhile, so that it does not come in between.
        cluster[owner].send_signal("agent", signal.SIGSTOP)
        cluster[owner].run("sh", "-ec", "tc qdisc del dev eth1 clsact; tc qdisc add dev eth1 ingress")
        cluster[owner].send_signal("agent", signal.SIGCONT)
        assert cluster.wait_owner((standby,)) == standby
        assert "standby: eth1 has no gate (something else is in its place)" in reason(cluster, owner, standby)
        cluster[owner].run("tc", "qdisc", "del", "dev", "eth1", "ingress")
        cluster.wait_ready(standby)
        assert gates(cluster, owner, "eth1") == [1, 1]
    assert probe.overlaps() == []
    assert note("gate lost", probe, capsys) < 0.5


def test_killed_agent_adopts_its_lease(pair, capsys):
    cluster, owner, standby = pair
    before = len(cluster[owner].log())
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].kill("agent")
        cluster[owner].start_agent()
        time.sleep(LEASE + 1)
        assert cluster.holders() == [owner]
    assert "goes on with epoch" in cluster[owner].log()[before:]
    assert not probe.spoke(standby)
    assert note("agent killed and restarted", probe, capsys) < 0.5


def test_new_configuration_keeps_the_group(pair, capsys):
    """SIGHUP: the agent starts anew with the configuration as it is now, without giving up its lease."""
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].send_signal("agent", signal.SIGHUP)
        time.sleep(LEASE + 1)
        assert cluster.holders() == [owner]
    assert cluster[owner].daemons["agent"].poll() is None
    assert not probe.spoke(standby)
    assert note("agent started anew", probe, capsys) < 0.5


def test_unusable_configuration_changes_nothing(pair):
    cluster, owner, _ = pair
    document, before = cluster[owner].root / "run/trireme/access.image", len(cluster[owner].log())
    good = document.read_bytes()
    try:
        document.write_text("{ this is no document")
        cluster[owner].send_signal("agent", signal.SIGHUP)
        processes.wait_for("the refusal", lambda: "cannot be used" in cluster[owner].log()[before:], 30)
        time.sleep(LEASE + 0.5)
    finally:
        document.write_bytes(good)
    assert cluster[owner].daemons["agent"].poll() is None and cluster.holders() == [owner]
    assert "started" not in cluster[owner].log()[before:]


def test_orderly_end_hands_over(pair, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].send_signal("agent", signal.SIGTERM)
        assert cluster[owner].daemons["agent"].wait(3) == 0
        assert cluster.wait_owner((standby,)) == standby
        assert labels(cluster, owner) == set()
        time.sleep(0.3)
    assert probe.overlaps() == []
    assert note("agent ended by SIGTERM", probe, capsys) < 0.5


def test_missing_port_makes_unfit(pair):
    """A port that goes away while the node runs (and comes back, without its own address, then with it)."""
    cluster, owner, standby = pair
    node, port = cluster[standby], cluster[standby].ports[1]

    def says(text):
        processes.wait_for(text, lambda: text in reason(cluster, standby, owner), 30)
    node.run("ip", "link", "set", "eth1", "down")
    says("eth1 has no carrier")
    node.run("ip", "link", "set", "eth1", "name", "other1")
    says("eth1 is missing")
    node.run("ip", "link", "set", "other1", "name", "eth1")
    node.run("ip", "addr", "flush", "dev", "eth1")
    node.run("ip", "link", "set", "eth1", "up")
    says("eth1 does not have its own address")
    node.run("ip", "link", "add", "bridge0", "type", "bridge")
    node.run("ip", "link", "set", "eth1", "master", "bridge0")
    says("eth1 has no gate (it is a member of another port)")
    node.run("ip", "link", "set", "eth1", "nomaster")
    node.run("ip", "link", "del", "bridge0")
    time.sleep(0.2)
    says("eth1 does not have its own address")
    node.run("ip", "addr", "add", f"{port['address']}/{port['prefix-length']}", "dev", "eth1")
    says(f"standby: {owner} is the owner")
    assert cluster.holders() == [owner]


def two_groups(document):
    nodes.slow(document)
    document["trireme:alias-group"].append({"name": "second", "alias": [
        {"label": "eth0:3", "address": "203.0.113.30"}, {"label": "eth1:3", "address": "10.77.0.3"}]})
    for group, order in zip(document["trireme:alias-group"], (["r1", "r2"], ["r2", "r1"])):
        group["preferred"] = order


def test_two_groups_on_two_routers(capsys):
    """Each has another router first: both serve. Each group moves by itself, and one router holds both when the other dies."""
    with nodes.Nodes(LOGS.with_name("failover-groups"), two_groups) as cluster:
        cluster.start()
        assert cluster.wait_owner() == "r1"
        assert cluster.wait_owner(("r2",), 10, "second") == "r2"
        cluster.wait_ready("r1", 20)
        assert "name one: main, second" in cluster["r1"].ask("switchover")["message"]
        for owner in ("r1", "r2"):
            assert cluster["w"].ask("switchover", "second")["error"] == 0
            assert cluster.wait_owner((owner,), 5, "second") == owner
            assert cluster.holders("main") == ["r1"], "the other group stays where it is"
        with cluster.probe() as probe:
            time.sleep(0.3)
            cluster["r1"].power_off()
            assert cluster.wait_owner(("r2",)) == "r2"
            time.sleep(0.3)
        assert cluster.holders("second") == ["r2"]
    assert probe.overlaps_of(cluster.addresses("main")) == []
    stays = max(probe.gap(address) for address in cluster.addresses("second"))
    assert stays < 0.5, "the group of the survivor is not touched"
    assert note("power loss, two groups", probe, capsys) < TAKEOVER


def fast(document):
    document["trireme:cluster"]["timing"] = {"profile": "fast"}


def test_power_loss_with_the_fast_timing(capsys):
    """L = 560 ms. A machine that does other things as well may lose a token of 200 ms: the gap's bound is that of two
    elections, and nothing is ever doubled."""
    with nodes.Nodes(LOGS.with_name("failover-fast"), fast) as cluster:
        cluster.start()
        owner = cluster.wait_owner(("r1", "r2"))
        cluster.wait_ready(owner)
        with cluster.probe() as probe:
            time.sleep(0.3)
            owner = cluster.wait_owner(("r1", "r2"))
            cluster[owner].power_off()
            standby = "r2" if owner == "r1" else "r1"
            assert cluster.wait_owner((standby,)) == standby
            time.sleep(0.3)
    assert probe.overlaps() == []
    assert note("power loss, fast timing", probe, capsys) < TAKEOVER
