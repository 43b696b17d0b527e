"""Live lab: a third machine joins a running ring of two, with the real corosync, agents, config services and firewall; what
goes wrong on the way changes nothing. Logs: build/test/labs/join/."""
import fcntl
import json
import os
import shutil
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from join_lab import (  # noqa: E402
    BIN, PORT, TESTS, TOP, Cable, InBetween, Program, boot, end_all, join_to, kept, macs, make_backup, make_new, node_of, nodes, open_for, processes, reach,
    refused, restore, secret_of, set_mac, start_engine, with_other_pin, with_other_secret)
from lab.commits import history, running  # noqa: E402

LOGS = TOP / "build/test/labs/join"
ADDRESS = "10.77.0.11"  # of r1 on eth1
OUTSIDE = "203.0.113.11"
BETWEEN = "10.77.0.13"  # of w


@pytest.fixture(scope="module")
def cluster():
    """r1 and w run; r2 is in the configuration, and its machine is new."""
    with nodes.Nodes(LOGS, nodes.slow) as whole:
        whole.lab.run("prober", "ip", "addr", "add", "203.0.113.99/24", "dev", "pub")
        for name in ("r1", "w"):
            whole[name].start()
        start_engine(whole["r1"])
        make_new(whole["r2"], 1)
        whole.wait_current(("r1", "w"), 30)
        whole["r1"].start_api()
        yield whole


def wait_closed(lab):
    """The engine hears of it by itself."""
    processes.wait_for("the port to be closed", lambda: reach(lab, "w", ADDRESS) == "nothing", 30)


def give_up(cluster, member):
    """It ends before a machine has come; the engine hears of it by itself."""
    member.process.kill()
    member.process.wait(10)
    processes.wait_for("the closed port", lambda: "joins is closed" in cluster["r1"].log("engine").split("joins is open")[-1], 30)


@pytest.fixture
def unchanged(cluster):
    """Whatever happens, nothing is another one afterwards."""
    before, revisions = kept(cluster["r2"]), history(cluster["r1"])["revisions"]
    yield cluster
    for program in Program.running():
        program.process.kill()
        program.process.wait(10)
    assert kept(cluster["r2"]) == before
    assert history(cluster["r1"])["revisions"] == revisions


def test_who_cannot_be_let_in_is_named(unchanged):
    r1 = unchanged["r1"]
    assert "has no node r9" in refused(r1, "r9") and "allowed: r2, w" in refused(r1, "r9")
    assert "this machine is r1 itself" in refused(r1, "r1")
    assert "w is a member now" in refused(r1, "w")
    assert "w is a member now" in refused(r1, "--replace", "w")
    wait_closed(unchanged.lab)


def test_a_mistyped_code_is_found_before_anything_is_sent(unchanged):
    """Nobody listens there: what would be sent would have another error."""
    said = join_to(unchanged["r2"], BETWEEN, "00000000-0000000S-00000007").end(1)
    assert "mistyped: group 1 (00000000)" in said and "nothing was changed" in said
    said = join_to(unchanged["r2"], BETWEEN, None, stdin="0000000Y 0000000S\n").end(1)
    assert "a code has 24 characters, this one has 16" in said
    assert "does not let a machine join now" in join_to(unchanged["r2"], BETWEEN, "0000000Y-0000000S-00000007").end(1)


def test_a_machine_with_a_configuration_keeps_it(unchanged, tmp_path):
    w = unchanged["w"]
    before = kept(w)
    for done in (join_to(w, ADDRESS, "0000000Y-0000000S-00000007"), restore(w, tmp_path / "none", "--node", "w")):
        assert "this machine has a configuration, as w: --force puts another one in its place" in done.end(1)
    assert kept(w) == before
    assert "does not let a machine join now" in join_to(w, BETWEEN, "0000000Y-0000000S-00000007", "--force").end(1)
    folder = os.open(unchanged["r2"].root / "data/trireme", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # as another program
    assert "another trireme-join or trireme-backup is at it now" in join_to(unchanged["r2"], ADDRESS, "0000000Y-0000000S-00000007").end(1)
    os.close(folder)


def test_five_tries_of_all_kinds_close_the_port(unchanged, tmp_path):
    lab, r1, r2 = unchanged.lab, unchanged["r1"], unchanged["r2"]
    member, code = open_for(r1, "r2")

    # Open on eth1 to the own address alone; who says nothing costs no try.
    assert reach(lab, "w", ADDRESS) == "accepted"
    assert reach(lab, "prober", OUTSIDE) == "nothing"
    lab.run("prober", "ip", "route", "add", f"{ADDRESS}/32", "via", OUTSIDE, "dev", "pub")
    assert reach(lab, "prober", ADDRESS, "pub") == "nothing"
    assert "another trireme-join open runs here" in refused(r1, "r2")

    # Somebody in between learns nothing that is of the code.
    between = InBetween(lab, "w", BETWEEN, tmp_path)
    said = join_to(r2, BETWEEN, code).end(1)
    assert "is not the one that showed this code" in said and "it was not told the code" in said
    between.join(10)
    assert between.plain == b"" and between.raw and secret_of(code) not in between.raw and between.problem
    assert "try 1" not in member.said()

    assert "is not the one that showed this code" in join_to(r2, ADDRESS, with_other_pin(code)).end(1)
    assert "try 1 of 5, from 10.77.0.12, came to nothing: it found another certificate" in member.said()
    assert "the member says: the code is wrong" in join_to(r2, ADDRESS, with_other_secret(code)).end(1)
    member.wait_for("(try 2 of 5)")
    said = join_to(r2, ADDRESS, code, program=TESTS / "trireme-join-later").end(1)
    assert "the member's software is too old for the other's" in said
    assert "feature level" in member.wait_for("try 3 of 5, (.*)\n")
    for number in (4, 5):
        with lab.inside("w"), socket.create_connection((ADDRESS, PORT), 5) as one:
            one.sendall(b"GET / HTTP/1.0\r\n\r\n")
        member.wait_for(f"(try {number} of 5)")
    assert "r2 has not joined: five tries went wrong" in member.end(1)
    wait_closed(lab)


def test_a_code_that_nobody_uses_runs_out(unchanged):
    member, code = open_for(unchanged["r1"], "r2", program=TESTS / "trireme-join-brief")
    assert reach(unchanged.lab, "w", ADDRESS) == "accepted"
    assert "nobody came with the code within" in member.end(1)
    wait_closed(unchanged.lab)
    # An old code does not fit the next one's certificate.
    member, _ = open_for(unchanged["r1"], "r2")
    assert "is wrong or old" in join_to(unchanged["r2"], ADDRESS, code).end(1)
    give_up(unchanged, member)
    assert reach(unchanged.lab, "w", ADDRESS) == "nothing", "what asked for the port is dead"


def test_a_member_with_later_software(unchanged):
    member, code = open_for(unchanged["r1"], "r2", program=TESTS / "trireme-join-later")
    assert "the new machine's software is too old for the other's" in join_to(unchanged["r2"], ADDRESS, code).end(1)
    assert "the new machine's software is too old" in member.wait_for("try 1 of 5, (.*)\n")
    give_up(unchanged, member)


@pytest.mark.parametrize("size, words", [(0, "try 1 of 5"), (300, "try 1 of 5"), (2500, "r2 has not joined")])
def test_a_link_that_breaks_changes_nothing(unchanged, size, words):
    """At once, in the handshake, and while the keys and the history come."""
    member, code = open_for(unchanged["r1"], "r2")
    cable = Cable(unchanged.lab, "w", BETWEEN, ADDRESS, size)
    said = join_to(unchanged["r2"], BETWEEN, code).end(1)
    assert "the connection was ended by the other side" in said and "nothing was changed" in said
    cable.join(10)
    member.wait_for(f"({words})")
    if size == 2500:
        assert "becomes r2" in said and "the connection was ended by the other side" in member.end(1)
    else:
        give_up(unchanged, member)


def test_another_node_than_the_code_is_for(unchanged):
    member, code = open_for(unchanged["r1"], "r2")
    said = join_to(unchanged["r2"], ADDRESS, code, "--node", "w").end(1)
    assert "the code is for the node r2, this machine is to be w" in said
    assert "the new machine says: the code is for the node r2" in member.end(1)


def test_a_link_that_breaks_after_the_commit(cluster, tmp_path):
    """The member says so. Another machine that came with the same code meanwhile gets nothing."""
    r1, r2 = cluster["r1"], cluster["r2"]
    member, code = open_for(r1, "r2")
    loosen = threading.Event()
    cable = Cable(cluster.lab, "w", BETWEEN, ADDRESS, 2500, loosen)
    first = join_to(r2, BETWEEN, code)
    assert cable.held.wait(20)
    processes.wait_for("the commit", lambda: history(r1)["revisions"][0]["comment"] == "a machine joins as r2", 30)
    (tmp_path / "sys/class/net").mkdir(parents=True)
    second = Program(cluster["w"], "second-to.log", BIN / "trireme-join", "to", ADDRESS, code, "--root", tmp_path, "--yang", nodes.YANG)
    # The cable's own connection is one of the two.
    processes.wait_for("the second one", lambda: cluster["w"].run("ss", "-tnH", "state", "established").count(f"{ADDRESS}:{PORT}") == 2, 30)
    loosen.set()
    for program in (first, second):
        assert "the connection was ended by the other side\nnothing was changed" in program.end(1)
    assert "revision 2 says already that it has that machine's network cards: begin again" in member.end(1)
    assert not kept(r2) and not list((tmp_path / "data/trireme").iterdir())


def same_histories(cluster, *names):
    ids = [[entry["id"] for entry in history(cluster[name])["revisions"]] for name in names]
    assert all(entry == ids[0] for entry in ids)


def join(cluster, number, *words):
    """Another machine becomes r2; returns its network cards."""
    r2 = cluster["r2"]
    cards = make_new(r2, number)
    member, code = open_for(cluster["r1"], *words, "r2")
    # Somebody else commits meanwhile: the code is good all the same.
    cluster["r1"].trireme("set", "/cluster/node[name='w']/priority", str(50 + number))
    cluster["r1"].trireme("commit", "-m", "meanwhile")
    # And agents start anew then: the member waits until the other one is there again.
    cluster["w"].kill("agent")
    machine = join_to(r2, ADDRESS, code.lower().replace("-", " "), "--node", "r2")
    time.sleep(1)
    cluster["w"].start_agent()
    said = machine.end(0)
    assert "becomes r2 of the cluster demo" in said and "restart it now" in said
    assert "r2 has what it needs to be a member" in member.end(0)
    wait_closed(cluster.lab)
    assert set(path.name for path in (r2.root / "data/trireme").iterdir()) == {"incoming"}
    boot(r2)
    cluster.wait_current(seconds=60)
    return cards


def test_a_third_machine_joins_and_becomes_current(cluster):
    cluster["r1"].trireme("set", "/cluster/node[name='r2']/priority", "90")
    cluster["r1"].trireme("commit", "-m", "something to have a history")
    cards = join(cluster, 2)
    same_histories(cluster, "r1", "r2", "w")
    newest = history(cluster["r2"])["revisions"][0]
    assert newest["comment"] == "a machine joins as r2" and newest["revision"] == 5
    assert macs(running(cluster["r2"]), "r2") == cards
    assert (cluster["r2"].root / "run/trireme/ports.rules").read_text() == f"eth0 mac {cards[0]}\neth1 mac {cards[1]}\n"
    for name in ("authkey", "secret.key"):
        assert kept(cluster["r2"])[name] == kept(cluster["r1"])[name]
    assert "r2 is a member now" in refused(cluster["r1"], "r2")
    audit = [json.loads(line) for line in (cluster["r1"].root / "data/trireme/audit").read_text().splitlines()]
    assert {"join r2 ok", "join r2 operation-failed"} <= {" ".join(entry[key] for key in ("action", "target", "outcome")) for entry in audit}


def ring_key(node):
    return (node.root / "run/corosync/authkey").read_bytes()


def sees(node, other):
    """Whether corosync is connected with the other node."""
    shown = node.run("corosync-cmapctl", "-m", "stats", f"stats.knet.node{other}.", check=False)
    return ".connected (u8) = 1" in shown


def has_left(node, other):
    """Whether the ring was formed anew without the other node: later than the end of its links."""
    return node.run("corosync-cmapctl", "-g", f"runtime.members.{other}.status", check=False).endswith("= left\n")


def put_back(node, data):
    """The machine that had these files is switched on."""
    shutil.rmtree(node.root / "data/trireme")
    shutil.copytree(data, node.root / "data/trireme")
    boot(node)


def test_another_machine_takes_the_place_and_the_old_one_is_shut_out(cluster, tmp_path):
    r1, r2 = cluster["r1"], cluster["r2"]
    key = ring_key(r1)
    end_all(r2)
    processes.wait_for("a ring without it", lambda: has_left(r1, 2), 30)
    cluster.wait_current(("r1", "w"))
    shutil.copytree(r2.root / "data/trireme", tmp_path / "old")
    cards = join(cluster, 3, "--replace")
    entry = node_of(running(r1), "r2")
    assert entry["id"] == 4 and macs(running(r1), "r2") == cards
    assert {ring_key(r1)} == {ring_key(r2)} == {ring_key(cluster["w"])} != {key}
    assert history(r2)["revisions"][0]["comment"] == "another machine is r2 now"

    # The old one is switched on again, alone: it knows the old key.
    end_all(r2)
    shutil.copytree(r2.root / "data/trireme", tmp_path / "new")
    processes.wait_for("its absence", lambda: not sees(r1, 4), 30)
    put_back(r2, tmp_path / "old")
    processes.wait_for("no quorum", lambda: r2.config_state().get("why", "").startswith("no quorum"), 30)
    cluster.wait_current(("r1", "w"))
    assert not sees(r1, 2) and not sees(r1, 4) and not sees(r2, 1)
    end_all(r2)
    put_back(r2, tmp_path / "new")
    cluster.wait_current(seconds=60)


def test_a_machine_restored_from_a_backup_is_a_member(cluster, tmp_path):
    """With other network cards, while the others live: their history is longer than the backup's and takes its place."""
    r1, r2 = cluster["r1"], cluster["r2"]
    make_backup(r1, tmp_path / "backup")
    cluster["r1"].trireme("set", "/cluster/node[name='w']/priority", "80")
    cluster["r1"].trireme("commit", "-m", "after the backup")
    make_new(r2, 4)
    assert "this machine is r2 from its next start on" in restore(r2, tmp_path / "backup", "--node", "r2").end(0)
    r2.run(BIN / "trireme-config", "load", "--root", r2.root, "--yang", nodes.YANG)
    shown = (r2.root / "run/trireme/config.json").read_text()
    assert '"mac"' not in shown and '"pci-path"' not in shown
    r2.start()
    cluster.wait_current(seconds=60)
    same_histories(cluster, "r1", "r2", "w")
    assert history(r2)["revisions"][0]["comment"] == "after the backup"
    assert node_of(running(r2), "w")["priority"] == 80


def give_second_card(node, number):
    node.run("ip", "link", "add", "eth2", "type", "veth", "peer", "name", "other2")
    return set_mac(node, "eth2", f"02:00:00:00:{number:02x}:02")


def test_a_lost_cluster_comes_back_from_a_backup(cluster, tmp_path):
    """On three new machines at once. Where a port is a bond, each has its own network cards, and all the same history."""
    r1 = cluster["r1"]
    second = give_second_card(cluster["r2"], 4)
    bond = {"member": [{"name": "eth1a", "mac": "02:00:00:00:04:01"}, {"name": "eth1b", "mac": second}]}
    port = "/cluster/node[name='r2']/port[name='eth1']"
    r1.trireme("delete", f"{port}/mac", code=None)
    r1.trireme("set", f"{port}/bond", json.dumps(bond))
    r1.trireme("commit", "-m", "a bond")
    cluster.wait_current()
    make_backup(r1, tmp_path / "backup")
    for node in cluster.nodes.values():
        end_all(node)
    set_mac(cluster["r2"], "eth2", "02:00:00:00:06:02")
    for number, node in enumerate(cluster.nodes.values(), 5):
        make_new(node, number)
        restore(node, tmp_path / "backup", "--node", node.name).end(0)
    for node in cluster.nodes.values():
        boot(node)
    cluster.wait_current(seconds=60)
    same_histories(cluster, "r1", "r2", "w")
    rules = "eth1 virtual\neth1a mac 02:00:00:00:06:01\neth1b mac 02:00:00:00:06:02\n"
    assert (cluster["r2"].root / "run/trireme/ports.rules").read_text() == rules
