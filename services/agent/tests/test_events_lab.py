"""Live lab, as test_failover_lab.py: what else can happen to a cluster, one run each of the events that `make bench-failover`
repeats, with the prober beside it until all is as before. Logs: build/test/labs/failover-events/."""
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import events, nodes  # noqa: E402 - the path must be set first
from lab.failover import TAKEOVER, healthy, note  # noqa: E402

LOGS = TOP / "build/test/labs/failover-events"
BLINK = 0.5  # s
# The longest silence that each may cause, in s.
EVENTS = {events.carrier_lost_eth1: BLINK, events.black_hole: TAKEOVER, events.one_way_out: TAKEOVER, events.one_way_in: TAKEOVER,
          events.partition: TAKEOVER, events.one_ring_link: BLINK, events.witness_death: BLINK, events.frozen_disk: BLINK}


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, nodes.slow) as whole:
        whole.start()
        yield whole


@pytest.fixture
def pair(cluster):
    """(cluster, owner, standby), with everybody ready."""
    with healthy(cluster) as (owner, standby):
        yield cluster, owner, standby


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_event(pair, event, capsys):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        outcome = event(cluster, owner, standby)
        events.settled(cluster, outcome.owner)
    assert probe.overlaps() == []
    assert note(event.__name__.replace("_", " "), probe, capsys) < EVENTS[event]


def test_simultaneous_boot(pair):
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        outcome = events.boot(cluster, owner, standby)
        events.settled(cluster, outcome.owner)
    assert probe.overlaps() == []
    assert not any(probe.spoke(name, outcome.lost + 0.1, outcome.since) for name in (owner, standby))
