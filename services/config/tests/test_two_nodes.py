"""Live lab: two routers without a third vote, real corosync (two_node, wait_for_all), config services and agents. A router
that was off while the other one committed owns nothing and accepts nothing when it starts alone, until it has seen the
newest revision or an operator has typed the word; what the word has cost is shown. Logs: build/test/labs/two-nodes/."""
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first
from lab.commits import comments, commit, first_server, history, weight  # noqa: E402
from lab.share import in_full_run  # noqa: E402

LOGS = TOP / "build/test/labs/two-nodes"
HOLD = 3  # seconds for which a router must be seen to do nothing; one that may own takes no second


def two(document):
    """A change for Nodes: there is no witness."""
    nodes.slow(document)
    document["trireme:cluster"]["node"] = [node for node in document["trireme:cluster"]["node"] if node["name"] != "w"]


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, two) as made:
        made.start()
        made.wait_owner()
        made.wait_current()
        yield made


def missed(cluster):
    """r1 commits while r2 is off, then r1 is off and r2 starts: returns r2, which waits, and the weight it has not seen."""
    of = first_server(cluster["r1"])
    before = weight(cluster["r2"], of)
    cluster["r2"].power_off()
    cluster.wait_owner(("r1",))
    cluster.wait_current(("r1",))
    commit(cluster["r1"], of, before + 1, comment=f"r1 alone {before + 1}")
    cluster["r1"].power_off()
    node = cluster["r2"]
    node.load()
    node.power_on()
    processes.wait_for("r2's wait", lambda: "waits for r1 or an operator's override" in node.config_state().get("why", ""),
                       20, 0.1)
    assert weight(node, of) == before
    return node, of, before + 1


def does_nothing(cluster, node, of):
    """It neither owns nor accepts."""
    until = time.monotonic() + HOLD
    while time.monotonic() < until:
        state = node.config_state()
        assert not state["current"] and not state["open"]
        assert cluster.holders() == []
        time.sleep(0.2)
    before = comments(node)
    said = commit(node, of, 1000, refused=None)
    assert "no quorum" in said and "waits for r1 or an operator's override" in said
    node.config().discard()
    assert comments(node) == before


@in_full_run
def test_a_router_that_missed_a_commit_waits_for_its_peer(cluster):
    node, of, newest = missed(cluster)
    does_nothing(cluster, node, of)
    cluster["r1"].load()
    cluster["r1"].power_on()
    cluster.wait_current()
    cluster.wait_owner()
    assert weight(node, of) == weight(cluster["r1"], of) == newest
    assert history(node)["superseded"] == [] and f"r1 alone {newest}" in comments(node)


def test_a_typed_word_lets_it_go_on_and_what_that_costs_is_shown(cluster):
    """r1's commit, which was acknowledged, is replaced when r1 is back, and r1 says so; r2 goes on as the operator wanted."""
    node, of, lost = missed(cluster)
    does_nothing(cluster, node, of)
    assert "allowed is 'override'" in node.config().override(refused=True)
    assert "allowed is 'override'" in node.config().override(refused=True, word="yes")
    does_nothing(cluster, node, of)
    node.config().override(word="override")
    cluster.wait_current(("r2",))
    cluster.wait_owner(("r2",))
    assert "an operator has overridden missing nodes 1 times" in node.config_state()["summary"]
    commit(node, of, 500, comment="r2 goes on")
    cluster["r1"].load()
    cluster["r1"].power_on()
    cluster.wait_current()
    assert cluster.wait_owner() == "r2"
    assert weight(cluster["r1"], of) == weight(node, of) == 500
    assert comments(cluster["r1"]) == comments(node)
    replaced = history(cluster["r1"])["superseded"]
    assert [entry["comment"] for entry in replaced] == [f"r1 alone {lost}"]
    assert "had agreed revisions from" in cluster["r1"].log("config")
