"""What a lab's prober makes of what it hears, and the frames that a lab's switch loses."""
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab import faults, netns, prober  # noqa: E402 - the path must be set first

ADDRESS, PERIOD = "10.9.0.2", 0.01
BOTH = {"eth0": "10.9.0.9"}


def recorded(rounds, answers, sources=None):
    """A prober that asked every 10 ms, at those times, and heard those answers: (round, ms after it, sender, kinds)."""
    probe = prober.Prober(None, None, {ADDRESS: "eth0"}, {}, "/nowhere", sources, PERIOD * 1000)
    lines = [(at, f"? {at:.6f} {number}") for number, at in enumerate(rounds)]
    for number, late, sender, *kinds in answers:
        at = rounds[max(number, 0)] + late / 1000
        lines += [(at, f"{at:.6f} {ADDRESS} {sender} {number} {kind}") for kind in kinds]
    probe._read("eth0", [line for _, line in sorted(lines, key=lambda line: line[0])])
    probe.answers.sort()
    return probe


def every_10_ms(count):
    return [number * PERIOD for number in range(count)]


def test_where_everything_is_answered_there_is_no_gap():
    gap = recorded(every_10_ms(20), [(number, 1 + number % 9, "a", "arp") for number in range(20)]).gap()
    assert gap == 0 and gap.blur == pytest.approx(0)


def test_a_gap_is_the_silence_less_the_period():
    answers = [(number, 1, "a" if number < 5 else "b", "arp") for number in range(20) if not 5 <= number < 9]
    probe = recorded(every_10_ms(20), answers)
    assert probe.gap() == pytest.approx(0.04) and probe.gap().blur == pytest.approx(0)
    assert probe.gap(since=0.095) == 0 and probe.overlaps() == []


@pytest.mark.parametrize("answer", [(5, 1, "a", "arp"), (5, 1, "a", "echo"), (5, 25, "a", "arp", "echo"), (-1, 1, "a", "arp", "echo")])
def test_half_a_late_or_an_unasked_answer_is_none(answer):
    answers = [(number, 1, "a", "arp", "echo") for number in range(10) if number != 5]
    assert recorded(every_10_ms(10), answers + [answer], BOTH).gap() == pytest.approx(0.01)


def test_a_silence_at_the_end_counts():
    gap = recorded(every_10_ms(20), [(number, 1, "a", "arp") for number in range(10)]).gap()
    assert 0.055 < gap < 0.085, "the last questions may still be answered"


def test_a_prober_that_was_late_says_so():
    """Nothing is unanswered, but 50 ms were not asked about; and a gap of which 50 ms are the prober's."""
    rounds = [at + (0.05 if number > 4 else 0) for number, at in enumerate(every_10_ms(20))]
    gap = recorded(rounds, [(number, 1, "a", "arp") for number in range(20)]).gap()
    assert gap == 0 and gap.blur == pytest.approx(0.05)
    gap = recorded(rounds, [(number, 1, "a", "arp") for number in range(20) if number != 5]).gap()
    assert gap == pytest.approx(0.06) and gap.blur == pytest.approx(0.05)


def test_two_that_answer_are_an_overlap_and_a_return_is_none():
    answers = [(number, 1, "a", "arp") for number in range(40)] + [(number, 2, "b", "arp") for number in range(10, 40)]
    assert len(recorded(every_10_ms(40), answers).overlaps()) == 29, "a is heard until b is, for the last time"
    answers = [(number, 1, "b" if 10 <= number < 40 else "a", "arp") for number in range(80)]
    assert recorded(every_10_ms(80), answers).overlaps() == []


@pytest.fixture(name="lab")
def fixture_lab():
    """client and web1 on one switch, whose ports have names as those of nodes have."""
    with netns.Lab() as lab:
        lab.namespace("switch")
        lab.bridge("switch", "br")
        lab.faults = faults.Faults(lab, "switch")
        for number, name in enumerate(("client", "web1"), 1):
            lab.namespace(name)
            lab.link(name, "eth0", "switch", f"{name}-0", "br", f"52:54:00:00:00:0{number}")
            lab.run(name, "ip", "addr", "add", f"10.9.0.{number}/24", "dev", "eth0")
            lab.faults.add_port(f"{name}-0", f"52:54:00:00:00:0{number}")
        yield lab


def test_a_live_gap_is_measured(lab, tmp_path):
    names = {"52:54:00:00:00:02": "web1"}
    with prober.Prober(lab, "client", {ADDRESS: "eth0"}, names, tmp_path, {"eth0": "10.9.0.1"}, 2) as probe:
        time.sleep(0.1)
        lab.run("web1", "ip", "addr", "del", "10.9.0.2/24", "dev", "eth0")
        gone = time.monotonic()
        time.sleep(0.1)
        back = time.monotonic()
        lab.run("web1", "ip", "addr", "add", "10.9.0.2/24", "dev", "eth0")
        time.sleep(0.2)
    assert back - gone - 0.004 <= probe.gap() <= back - gone + 0.2
    assert probe.gap(since=time.monotonic() - 0.1) < 0.05 and probe.spoke("web1", since=back) and not probe.overlaps()


def test_ipv6_is_asked_for_by_neighbour_discovery(lab, tmp_path):
    """Also where there is no route to the prober."""
    names = {"52:54:00:00:00:02": "web1"}
    with prober.Prober(lab, "client", {"2001:db8::2": "eth0"}, names, tmp_path, period_ms=2) as probe:
        time.sleep(0.1)
        came = time.monotonic()
        lab.run("web1", "ip", "addr", "add", "2001:db8::2/128", "dev", "eth0", "nodad")
        time.sleep(0.2)
    assert not probe.spoke("web1", until=came) and probe.spoke("web1", since=came)
    assert probe.gap(since=came + 0.1) < 0.05 and not probe.announced


def pings(lab, name, address):
    return "1 received" in lab.run(name, "ping", "-c1", "-W0.2", address, check=False)


def heard(lab, name):
    """Echo requests that a machine got."""
    names, values = [line.split() for line in lab.run(name, "cat", "/proc/net/snmp").splitlines() if line.startswith("Icmp:")]
    return int(values[names.index("InEchos")])


def test_lost_frames_are_lost_in_the_direction_that_was_said(lab):
    assert pings(lab, "client", "10.9.0.2") and pings(lab, "web1", "10.9.0.1")
    lab.faults.lose(["web1"], ["client"], (0,))
    before = heard(lab, "web1")
    assert not pings(lab, "client", "10.9.0.2") and heard(lab, "web1") == before + 1, "only the way back is lost"
    lab.faults.heal()
    assert pings(lab, "client", "10.9.0.2")
    lab.faults.silence("web1")
    before = heard(lab, "web1")
    assert not pings(lab, "client", "10.9.0.2") and heard(lab, "web1") == before
    lab.faults.heal()
    assert pings(lab, "client", "10.9.0.2")
