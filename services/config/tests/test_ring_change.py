"""Live lab: commits give the ring of three real corosyncs other private addresses, another key and other times, while
agents hold the floating addresses and a connection runs through them. trireme-system, which puts addresses on ports, does
not run here: the test does its work. Logs: build/test/labs/ring-change/."""
import base64
import json
import os
import re
import stat
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes, stream  # noqa: E402 - the path must be set first
from lab.commits import running  # noqa: E402
from lab.ring import all_connected, links, memberships  # noqa: E402
from lab.share import in_full_run  # noqa: E402

LOGS = TOP / "build/test/labs/ring-change"
NEW = {"r1": "10.77.0.111", "r2": "10.77.0.112"}
EMERGENCY = "10.77.0.131"


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, nodes.slow) as whole:
        whole.lab.run("prober", "ip", "addr", "add", "203.0.113.99/24", "dev", "pub")
        for node in whole.nodes.values():
            node.start()
        owner = whole.wait_owner(("r1", "r2"))
        whole.wait_ready(owner)
        whole.wait_current()
        yield whole


@pytest.fixture
def undisturbed(cluster, capsys):
    """Around a change: the ring is never formed anew, nobody switches over, a connection lives."""
    owner = cluster.wait_owner(("r1", "r2"))
    cluster[owner].spawn("echo", *stream.SERVER)
    processes.wait_for("the echo", lambda: ":7000" in cluster[owner].run("ss", "-ltn"), 30)
    connection = stream.Stream(cluster.lab, "prober", "203.0.113.10")
    before = memberships(cluster)
    connection.start()
    yield cluster
    assert connection.end() is None
    assert memberships(cluster) == before, "the ring was formed anew"
    assert cluster.holders() == [owner]
    assert connection.gap < 1
    with capsys.disabled():
        print(f" [longest silence of the connection: {connection.gap * 1000:.0f} ms]", end="")
    cluster[owner].kill("echo")


def address_of(node):
    return f"/cluster/node[name='{node}']/port[name='eth1']/address"


def commit(cluster, changes, **members):
    """From r1; returns when it is acknowledged, which is before the ring has changed."""
    administrator = cluster["r1"].config()
    for path, value in changes.items():
        administrator.set(path, value)
    administrator.commit(**members)


def ring(node):
    return node.config_state().get("ring", "")


def wait_ring(cluster, words, seconds=20):
    processes.wait_for(f"the ring: {words}", lambda: all(ring(node).startswith(words) for node in cluster.nodes.values()),
                       seconds, 0.1)


def test_private_addresses_of_both_routers(undisturbed):
    cluster = undisturbed
    for name, address in NEW.items():
        cluster[name].run("ip", "addr", "add", f"{address}/24", "dev", "eth1")
    commit(cluster, {address_of(name): address for name, address in NEW.items()}, confirm=300)
    wait_ring(cluster, "the ring is as configured")
    for name, address in NEW.items():
        used = cluster[name].run("ss", "-Huan")
        assert f"{address}:5405" in used and ":5407" not in used
        assert "10.77.0.11:" not in used and "10.77.0.12:" not in used, "an old address is still in use"
    assert all_connected(cluster)
    cluster["r1"].config().confirm()
    cluster.wait_current()
    assert not list(cluster["r2"].root.glob("data/trireme/ring.before"))


def secrets(node, path="/"):
    """Paths of the model's secret leaves, without keys."""
    for child in node.config().ask("describe", path=path)["node"].get("children", []):
        where = f"{path.rstrip('/')}/{child['name']}"
        if child.get("secret"):
            yield where
        if child["kind"] in ("container", "list"):
            yield from secrets(node, where)


def hashes(node):
    """What the one program has that lets somebody sign in: an image that root alone reads."""
    path = node.root / "run/trireme/access.image"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    return path.read_bytes()


def everything_shown(cluster, since):
    """(Where, bytes) of what can be asked for and of every file, but for the key that corosync itself reads, and hashes()."""
    between = {"from": since - 1, "to": "running"}
    asked = [("get", {}), ("get", {"path": "/cluster/ring"}), ("get", {"target": "/trireme:cluster/ring"}), ("get", {"path": "/access"}),
             ("get", {"what": "candidate"}), ("get", {"what": since}), ("status", {}), ("diff", between),
             ("diff", {**between, "format": "patch"}), ("history", {"count": 50}), ("describe", {"path": "/cluster/ring/key"}),
             ("describe", {"path": "/access/user/password"}), ("get", {"path": "/fencing"}),
             ("describe", {"path": "/fencing/device/secret/value"})]
    for node in cluster.nodes.values():
        for op, members in asked:
            answer = node.config().ask(op, **members)
            assert "error" not in answer, (op, members)
            yield f"{node.name}: {op} {members}", json.dumps(answer).encode()
        for path in [*(node.root / "run").rglob("*"), *(node.root / "data").rglob("*"), *LOGS.iterdir()]:
            if path.is_file() and path.name != "access.image" and path != node.root / "run/corosync/authkey":
                yield str(path), path.read_bytes()


def test_key_and_times(undisturbed):
    """Secrets are canaries: nobody sees the key but corosync, hashes but root alone, and a password at all."""
    cluster = undisturbed
    key, token = os.urandom(256), os.urandom(32).hex()
    password, fencing = "Canary-" + os.urandom(8).hex(), "Canary-" + os.urandom(8).hex()
    text = base64.b64encode(key)
    canaries = {"/cluster/ring/key": text.decode(),
                "/access/user[name='boss']": json.dumps({"role": "administrator", "password": f"$0${password}"}),
                "/access/token[name='t']": json.dumps({"role": "viewer", "hash": token}),
                "/fencing/device[node='r1']": json.dumps({"agent": "fence_none", "secret": [{"name": "password", "value": f"$text${fencing}"}]})}
    assert set(secrets(cluster["r1"])) == {"/cluster/ring/key", "/access/user/password", "/access/token/hash",
                                           "/fencing/device/secret/value"}, "every secret of the model has a canary here"
    commit(cluster, {**canaries, "/cluster/timing/consensus": "1400", "/cluster/timing/token": "1100"})
    wait_ring(cluster, "the ring is as configured")
    for node in cluster.nodes.values():
        assert (node.root / "run/corosync/authkey").read_bytes() == key
        assert node.run("corosync-cmapctl", "-g", "runtime.config.totem.token").endswith("= 1100\n")
    assert all_connected(cluster)
    shown = dict(everything_shown(cluster, cluster.wait_current()))
    assert any(b"$hidden$" in said for said in shown.values())
    kept = {re.search(rb"\$y\$[./A-Za-z0-9$]+", hashes(node))[0] for node in cluster.nodes.values()}
    assert len(kept) == 1
    assert all(word.encode() in hashes(node) for word in (token, fencing) for node in cluster.nodes.values())
    for where, said in shown.items():
        for form in (key[:16], text[:20], text[100:120], key[:16].hex().encode(), password.encode(), fencing.encode(), token.encode(), *kept):
            assert form not in said, where
    administrator = cluster["r1"].config()
    administrator.set("/access/user[name='boss']/password", f"$0${password}")
    assert "no difference" in administrator.commit(refused=True), "the same password is no change"
    administrator.discard()


def test_address_that_is_not_reached_changes_nothing(undisturbed):
    """r2's new address is on a port that the others do not reach: the new link never connects, and the old one was never
    touched. Such a revision cannot be confirmed."""
    cluster = undisturbed
    cluster["r2"].run("ip", "addr", "add", "10.77.0.200/32", "dev", "lo")
    before = cluster.wait_current()
    commit(cluster, {address_of("r2"): "10.77.0.200"}, confirm=300)
    wait_ring(cluster, "the ring stays as it was: no connection between", 22)
    assert "10.77.0.200 of r2" in ring(cluster["r1"]) and "(eth1)" in ring(cluster["r1"])
    assert "cannot be kept" in cluster["r1"].config().confirm(refused=True)
    assert all_connected(cluster)
    cluster["r1"].config().rollback(before)
    wait_ring(cluster, "the ring is as configured")


def test_an_address_that_another_node_uses_is_refused(cluster):
    administrator = cluster["r1"].config()
    administrator.set(address_of("r2"), "10.77.0.113")
    administrator.set(address_of("r1"), NEW["r2"])
    said = administrator.commit(refused=True)
    assert f"r1 cannot have {NEW['r2']} while r2 has it" in said
    administrator.discard()


def test_a_machine_that_starts_again_finds_the_ring(cluster):
    """With the new addresses, the new key, and without the old addresses; from what it has on /data."""
    owner = cluster.wait_owner(("r1", "r2"))
    standby = "r2" if owner == "r1" else "r1"
    node = cluster[standby]
    for daemon in ("agent", "config", "corosync"):
        node.kill(daemon)
    old = {"r1": "10.77.0.11", "r2": "10.77.0.12"}[standby]
    node.run("ip", "addr", "del", f"{old}/24", "dev", "eth1")
    processes.wait_for("lost links", lambda: not all(links(cluster[owner]).values()), 30)
    for path in (node.root / "run/corosync").iterdir():
        path.unlink()
    node.load()
    node.start()
    processes.wait_for("all links", lambda: list(links(cluster[owner]).values()) == [True] * 4, 30)
    cluster.wait_current()


def test_a_change_waits_for_a_node_that_is_off(cluster):
    """And is finished when it is back, which knows nothing of it; old and new address are in use meanwhile."""
    owner = cluster.wait_owner(("r1", "r2"))
    standby = "r2" if owner == "r1" else "r1"
    cluster[standby].power_off()
    processes.wait_for("lost links", lambda: not all(links(cluster[owner]).values()), 30)
    cluster[owner].run("ip", "addr", "add", "10.77.0.121/24", "dev", "eth1")
    cluster[owner].config().set(address_of(owner), "10.77.0.121")
    cluster[owner].config().commit()
    processes.wait_for("the wait", lambda: f"waits for {standby}" in ring(cluster[owner]), 30)
    cluster[standby].power_on()
    wait_ring(cluster, "the ring is as configured", 40)
    assert all_connected(cluster)


@in_full_run
def test_an_emergency_address_lasts_until_the_cluster_is_back(cluster, capsys):
    """A router that is cut off takes another private address by itself: its corosync uses it. When the others are back their
    revision replaces it, and the ring is whole."""
    alone, before = cluster["r2"], running(cluster["r2"])
    old = next(node for node in before["trireme:cluster"]["node"] if node["name"] == "r2")["port"][1]["address"]
    alone.cables(False)
    processes.wait_for("no quorum", lambda: alone.config_state().get("open") is False, 30, 0.1)
    alone.run("ip", "addr", "add", f"{EMERGENCY}/24", "dev", "eth1")
    alone.config().set(address_of("r2"), EMERGENCY)
    assert "this node alone" in alone.config().commit(emergency=True)
    began = time.monotonic()
    processes.wait_for("the new address", lambda: f"{EMERGENCY}:54" in alone.run("ss", "-Huan"), 40, 0.2)
    used = time.monotonic() - began
    assert alone.config_state()["local"] and "emergency document" in alone.config_state()["summary"]
    assert running(cluster["r1"]) == before
    alone.cables(True)
    cluster.wait_current()
    wait_ring(cluster, "the ring is as configured", 40)
    processes.wait_for("all links", lambda: all_connected(cluster), 30)
    assert not alone.config_state()["local"]
    assert f"{old}:5405" in alone.run("ss", "-Huan") and f"{EMERGENCY}:" not in alone.run("ss", "-Huan")
    assert running(alone) == before
    assert "replaces this node's emergency document" in alone.log("config")
    with capsys.disabled():
        print(f" [in use after {used:.1f} s, the ring whole {time.monotonic() - began - used:.1f} s later]", end="")
