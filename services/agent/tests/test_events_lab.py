"""Live lab, as test_failover_lab.py: what else can happen to a cluster, one run each of the events that `make bench-failover`
repeats, with the prober beside it until all is as before. Logs: build/test/labs/failover-events/."""
import os
import struct
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import events, nodes, processes  # noqa: E402 - the path must be set first
from lab.failover import TAKEOVER, healthy, note, reason  # noqa: E402

GATEWAY, ITS_MAC = "203.0.113.1", "52:54:00:77:09:00"
LOGS = TOP / "build/test/labs/failover-events"
BLINK = 0.5  # s
# The longest silence that each may cause, in s.
EVENTS = {events.carrier_lost_eth1: BLINK, events.black_hole: TAKEOVER, events.one_way_out: TAKEOVER, events.one_way_in: TAKEOVER,
          events.partition: TAKEOVER, events.one_ring_link: BLINK, events.witness_death: BLINK, events.frozen_disk: BLINK}


class Forwarding(nodes.Node):
    """A node whose forwarding engine shows its sign of life (proto/turn.h), as the test wants it."""
    engine = "/run/trireme/engine.turn"

    def start_agent(self):
        self.show_engine()
        super().start_agent()

    def show_engine(self, ago=-3600, trouble=0):
        """Its last turn was so long ago, in s; what it could not apply."""
        turn = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - ago * 1_000_000_000
        sign = os.open(self.root / self.engine[1:], os.O_WRONLY | os.O_CREAT, 0o644)  # the agent has it mapped
        os.pwrite(sign, struct.pack("QQ", turn, trouble), 0)
        os.close(sign)


def tracked(document):
    """A change for Nodes: slow ones, whose group tracks a gateway."""
    nodes.slow(document)
    document["trireme:alias-group"][0]["track-address"] = [GATEWAY]


def add_gateway(whole):
    """A machine of its own on the public network; faults.lose() knows it as a sender of number 0."""
    whole.lab.namespace("gateway")
    whole.lab.link("gateway", "pub", "switch", "gateway-0", "pub", ITS_MAC)
    whole.faults.add_port("gateway-0", ITS_MAC)
    whole.lab.run("gateway", "ip", "addr", "add", f"{GATEWAY}/24", "dev", "pub")


@pytest.fixture(scope="module")
def cluster():
    with nodes.Nodes(LOGS, tracked, node=Forwarding) as whole:
        add_gateway(whole)
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


def test_owner_whose_engine_is_gone_makes_way_for_one_that_has_one(pair, capsys):
    """What it could not apply counts at once, a killed one after a while; where all are alike the group stays."""
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].show_engine(trouble=4)
        assert cluster.wait_owner((standby,), 20) == standby
        assert "the forwarding engine could not apply: services" in reason(cluster, owner, "w")
        cluster[owner].show_engine(ago=60)
        cluster[standby].show_engine(ago=60)
        for name in (owner, standby):
            processes.wait_for(f"{name} to be degraded", lambda about=name: "engine does not run" in reason(cluster, about, "w"), 10)
        time.sleep(2.5)  # longer than an owner waits for a better one
        assert cluster.holders() == [standby]
        assert "the forwarding engine does not run, but no other router is fit" in reason(cluster, standby, "w")
        for name in (standby, owner):
            cluster[name].show_engine()
        cluster.wait_ready(standby)
    assert probe.overlaps() == []
    assert note("owner without an engine", probe, capsys) < BLINK


def test_owner_whose_gateway_is_silent_makes_way_for_one_that_hears_it(pair, capsys):
    """For the owner alone the group moves; for both it stays, and it stays when both hear it again."""
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster.faults.lose(["gateway"], [owner], (0,))
        assert cluster.wait_owner((standby,), 20) == standby
        assert f"{GATEWAY} does not answer" in reason(cluster, owner, "w")
        cluster.faults.lose(["gateway"], [standby], (0,))
        silent = f"{GATEWAY} does not answer, but no other router is fit"
        processes.wait_for(f"{standby} to be degraded", lambda: silent in reason(cluster, standby, "w"), 10)
        time.sleep(2.5)  # longer than an owner waits for a better one
        assert cluster.holders() == [standby]
        cluster.faults.heal()
        cluster.wait_ready(standby)
    assert probe.overlaps() == []
    assert note("owner without its gateway", probe, capsys) < BLINK
