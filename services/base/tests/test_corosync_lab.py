"""Three members of a group on real corosync in namespaces: one order for all, no message lost, the votes, and a loop
that goes on while corosync is stopped. Logs: build/test/labs/corosync/."""
import json
import signal
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes  # noqa: E402 - the path must be set first

LOGS = TOP / "build/test/labs/corosync"
MEMBER = TOP / "build/services/tests/test_base_corosync"
STOPPED = 1.0  # s, less than the token of nodes.slow


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, nodes.slow) as whole:
        for node in whole.nodes.values():
            node.start_corosync()
        yield whole


def start(cluster, count):
    for node in cluster.nodes.values():
        (LOGS / f"{node.name}-member.log").unlink(missing_ok=True)
        node.spawn("member", MEMBER, "3", str(count))


def results(cluster, seconds):
    """What the members have printed when all have ended well."""
    for node in cluster.nodes.values():
        assert node.daemons["member"].wait(seconds) == 0, node.log("member")
    return [json.loads(node.log("member").splitlines()[-1]) for node in cluster.nodes.values()]


def test_one_order_and_the_votes(cluster):
    start(cluster, 500)
    said = results(cluster, 60)
    assert len({entry["hash"] for entry in said}) == 1, "all have the same messages in the same order"
    for entry in said:
        assert entry["full"] > 0, "the queue was full, and nothing was lost by it"
        assert (entry["expected"], entry["total"], entry["quorum"], entry["device"]) == (3, 3, 2, 0)
        assert entry["votes"] == {"1": 1, "2": 1, "3": 1}


def test_the_loop_goes_on_while_corosync_is_stopped(cluster):
    start(cluster, 3000)
    node = next(iter(cluster.nodes.values()))
    time.sleep(1)
    node.send_signal("corosync", signal.SIGSTOP)
    try:
        time.sleep(STOPPED)
        assert all(other.daemons["member"].poll() is None for other in cluster.nodes.values()), "they still send"
    finally:
        node.send_signal("corosync", signal.SIGCONT)
    said = results(cluster, 120)
    assert len({entry["hash"] for entry in said}) == 1
    assert max(entry["longest_ms"] for entry in said) < STOPPED * 1000 / 2
