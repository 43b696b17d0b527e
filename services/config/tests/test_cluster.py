"""Live lab: three nodes with the real corosync and config services. Revisions are agreed on, kept the same
everywhere, and nothing that was acknowledged is lost. Logs: build/test/labs/config/."""
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first
from lab.commits import WEIGHT, comments, commit, done, first_server, history, running, weight  # noqa: E402
from lab.share import FULL  # noqa: E402

LOGS = TOP / "build/test/labs/config"
NAMES = ("r1", "r2", "w")
KILLS = 1000 if FULL else 12  # of services, at random moments
LOOKS = 100                   # kills after which the histories are compared: they keep 1,000 revisions
SEED = int(os.environ.get("TEST_SEED", "20261124"))


@pytest.fixture(scope="module")
def whole():
    with nodes.Nodes(LOGS, nodes.slow) as made:
        for node in made.nodes.values():
            node.start_corosync()
            node.start_config()
        yield made


@pytest.fixture
def cluster(whole):
    """Everybody runs, is connected and has the same revision, which is on trial nowhere."""
    whole.wait_current()
    processes.wait_for("no commit on trial", lambda: not any("to-confirm" in node.config_state() for node in whole.nodes.values()), 30, 0.2)
    whole.wait_current()
    yield whole
    for node in whole.nodes.values():
        node.cables(True)
        for daemon, start in (("corosync", node.start_corosync), ("config", node.start_config)):
            if node.daemons[daemon].poll() is None:
                node.send_signal(daemon, signal.SIGCONT)
            else:
                start()


def image(node):
    return (node.root / "run/trireme/config.image").read_bytes()


def same_histories(cluster):
    """The ids of all revisions, newest first, which must be the same on every node."""
    ids = [[entry["id"] for entry in history(cluster[name])["revisions"]] for name in NAMES]
    assert ids[0] == ids[1] == ids[2]
    return ids[0]


def test_nodes_with_the_same_medium_begin_with_the_same_revision(cluster):
    ids = same_histories(cluster)
    assert len(ids) >= 1
    first = history(cluster["r1"])["revisions"][-1]
    assert (first["revision"], first["author"]) == (1, "first boot")


def test_a_commit_is_in_use_everywhere_when_it_returns(cluster):
    of = first_server(cluster["r1"])
    before = {name: image(cluster[name]) for name in NAMES}
    assert done(commit(cluster["r1"], of, 7, comment="seven"))
    cluster.wait_current()
    for name in NAMES:
        assert weight(cluster[name], of) == 7 and image(cluster[name]) != before[name]
        newest = history(cluster[name])["revisions"][0]
        assert newest["comment"] == "seven" and newest["state"] == "in use"
    same_histories(cluster)


def test_an_invalid_value_says_what_is_allowed(cluster):
    before = history(cluster["r1"])["revisions"][0]["id"]
    said = cluster["r1"].config().set(WEIGHT.format(*first_server(cluster["r1"])), 70000, refused=True)
    assert "weight" in said and "70000" in said and "0..65535" in said
    assert "nothing to commit" in cluster["r1"].config().commit(refused=True)
    assert history(cluster["r1"])["revisions"][0]["id"] == before


def test_of_two_administrators_the_second_hears_of_the_first(cluster):
    of = first_server(cluster["r1"])
    for node, value in (("r1", 21), ("r2", 22)):
        cluster[node].config().set(WEIGHT.format(*of), value)
    cluster["r1"].config().commit()
    cluster.wait_current()
    said = cluster["r2"].config().commit(refused=True)
    assert "begun on revision" in said and weight(cluster["r2"], of) == 21
    assert "was no candidate" not in cluster["r2"].config().discard()
    assert done(commit(cluster["r2"], of, 22))


def test_of_many_at_once_one_wins_and_the_others_are_told(cluster):
    of = first_server(cluster["r1"])
    answers = {}

    def one(name, session):
        administrator = cluster[name].config(session)
        administrator.set(WEIGHT.format(*of), 1000 + len(session))
        barrier.wait()
        answers[session] = administrator.commit(refused=None, comment=session)

    sessions = [(name, "x" * (number + 1) + name) for number in range(2) for name in NAMES]
    barrier = threading.Barrier(len(sessions))
    threads = [threading.Thread(target=one, args=pair) for pair in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [session for session, said in answers.items() if done(said)]
    assert len(won) == 1, answers
    cluster.wait_current()
    assert history(cluster["w"])["revisions"][0]["comment"] == won[0]
    for name, session in sessions:
        cluster[name].config(session).discard()
    same_histories(cluster)


def test_rollback_and_diff(cluster):
    of = first_server(cluster["r1"])
    first = cluster.wait_current()
    commit(cluster["r1"], of, 31)
    shown = cluster["r2"].config().diff(first, "running") if cluster.wait_current() else ""
    assert "weight" in shown and "31" in shown
    cluster["r2"].config().rollback(first, comment="back")
    cluster.wait_current()
    assert weight(cluster["w"], of) != 31
    assert history(cluster["w"])["revisions"][0]["kind"] == "rollback"
    assert cluster["r1"].config().diff(first, "running") == ""


def test_what_is_confirmed_stays(cluster):
    of = first_server(cluster["r1"])
    commit(cluster["r1"], of, 41, confirm=8)
    assert "to be confirmed" in cluster["r2"].config_state()["summary"] or cluster.wait_current()
    other = cluster["r2"].config()
    other.set(WEIGHT.format(*of), 42)
    assert "confirm" in other.commit(refused=True)
    other.discard()
    cluster["w"].config().confirm()
    time.sleep(9)
    assert {weight(cluster[name], of) for name in NAMES} == {41}


def test_what_is_not_confirmed_is_reverted(cluster):
    of = first_server(cluster["r1"])
    before = weight(cluster["r1"], of)
    commit(cluster["r1"], of, 51, confirm=3)
    assert weight(cluster["r1"], of) == 51
    processes.wait_for("the revert", lambda: {weight(cluster[name], of) for name in NAMES} == {before}, 30, 0.2)
    cluster.wait_current()
    assert history(cluster["r2"])["revisions"][0]["kind"] == "revert"
    same_histories(cluster)


def test_a_node_without_quorum_reverts_by_itself_and_learns_the_verdict(cluster):
    """The administrator confirms while the others lose it: his command waits for them to agree."""
    of = first_server(cluster["r1"])
    before = weight(cluster["r1"], of)
    commit(cluster["r1"], of, 61, confirm=8)
    cluster.wait_current()
    cluster["r2"].cables(False)
    cluster["r1"].config().confirm()
    processes.wait_for("its own revert", lambda: weight(cluster["r2"], of) == before, 30, 0.2)
    assert "reverted on this node" in cluster["r2"].config_state()["summary"]
    cluster["r2"].cables(True)
    cluster.wait_current()
    assert weight(cluster["r2"], of) == 61
    assert "the cluster keeps what this node had reverted" in cluster["r2"].log("config")


def test_the_timer_goes_on_after_a_restart(cluster):
    of = first_server(cluster["r1"])
    before = weight(cluster["r1"], of)
    commit(cluster["r1"], of, 71, confirm=4)
    for name in NAMES:
        cluster[name].kill("config")
        cluster[name].start_config()
    processes.wait_for("the revert", lambda: {weight(cluster[name], of) for name in NAMES} == {before}, 30, 0.2)


def test_without_quorum_nothing_is_accepted_but_an_emergency(cluster):
    of = first_server(cluster["r1"])
    alone, administrator = cluster["r1"], cluster["r1"].config()
    for name in ("r2", "w"):
        cluster[name].cables(False)
    processes.wait_for("no quorum", lambda: alone.config_state().get("open") is False, 30, 0.1)
    before = running(alone)
    administrator.set(WEIGHT.format(*of), 81)
    assert "quorum" in administrator.commit(refused=True)
    assert "only /trireme:cluster" in administrator.commit(refused=True, emergency=True)
    administrator.discard()
    assert running(alone) == before
    administrator.set("/cluster/node[name='r1']/priority", 9)
    assert "this node alone" in administrator.commit(emergency=True, comment="help")
    assert "emergency document" in alone.config_state()["summary"]
    for name in ("r2", "w"):
        cluster[name].cables(True)
    cluster.wait_current()
    assert running(alone) == before
    assert "replaces this node's emergency document" in alone.log("config")


def test_a_late_node_catches_up_before_it_is_current(cluster):
    of = first_server(cluster["r1"])
    late = cluster["r2"]
    late.kill("config")
    for value in range(91, 97):
        commit(cluster["r1"], of, value)
    late.start_config()
    cluster.wait_current()
    assert weight(late, of) == 96
    same_histories(cluster)


def test_partition_during_commits(cluster, capsys):
    """A node is cut off again and again while another commits: what was acknowledged is there at the end."""
    of = first_server(cluster["r1"])
    acknowledged, refused = [], []
    end = threading.Event()

    def administrator():
        value = 10000  # above what the other tests set, however many commits are made
        while not end.is_set():
            value += 1
            said = commit(cluster["r1"], of, value, refused=None, comment=f"p{value}")
            if done(said):
                acknowledged.append(f"p{value}")
            else:
                refused.append(said.strip())
                cluster["r1"].config().discard(refused=None)
            end.wait(0.02)  # a thousand revisions are kept

    thread = threading.Thread(target=administrator)
    thread.start()
    try:
        for name in ("r2", "w", "r2"):
            cluster[name].cables(False)
            time.sleep(2.5)
            cluster[name].cables(True)
            time.sleep(1.5)
    finally:
        end.set()
        thread.join()
    cluster.wait_current()
    same_histories(cluster)
    assert len(acknowledged) >= 3 and set(comments(cluster["w"])) >= set(acknowledged)
    with capsys.disabled():
        print(f" [{len(acknowledged)} acknowledged, refused: {refused}]", end="", flush=True)


def span(cluster, of):
    """Seconds that an administrator's change takes when nobody dies: kills fall into all of it."""
    began = time.monotonic()
    commit(cluster["r1"], of, 299, comment="undisturbed")
    cluster.wait_current()
    return time.monotonic() - began


def test_kill_at_random_points(cluster, capsys):
    """kill -9 of a config service while one of the three commits: what was acknowledged stays, the histories are the same."""
    of = first_server(cluster["r1"])
    chance, longest, began = random.Random(SEED), span(cluster, of), time.monotonic()
    total, new = 0, []
    for number in range(1, KILLS + 1):
        victim, author = (cluster[chance.choice(NAMES)] for _ in range(2))
        killer = threading.Timer(chance.uniform(0, longest), victim.kill, ("config",))
        killer.start()
        if done(commit(author, of, 300 + number, refused=None, comment=f"k{number}")):
            new.append(f"k{number}")
        killer.join()
        victim.start_config()
        cluster.wait_current()
        author.config().discard(refused=None)
        if number % LOOKS and number < KILLS:
            continue
        same_histories(cluster)
        assert set(comments(cluster["w"])) >= set(new), f"seed {SEED}"
        total, new = total + len(new), []
        with capsys.disabled():
            print(f" [{total} of {number} acknowledged, {(time.monotonic() - began) / number:.2f} s each, seed {SEED}]",
                  end="", flush=True)
