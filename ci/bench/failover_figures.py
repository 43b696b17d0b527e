"""What bench failover makes of its runs: the rows of build/bench/failover.json and the table beside keepalived."""
import json
import statistics
from dataclasses import asdict, dataclass, field

import bench

ROUTERS_OWN = ("standard", "fast", "loaded")  # systems that are Trireme
# Event (of the standard timing, unless named): targets in ms of the median and of the worst run.
TARGETS = {"switchover": (10, 50), "carrier_loss": (20, 80), "power_loss_fast": (600, 800), "power_loss_standard": (1400, 1700),
           "agent_killed": (0, 0), "standby_death": (0, 0), "witness_death": (0, 0), "ring_link_loss": (0, 0)}
WHAT = {
    "quiet": "no event at all",
    "switchover": "asked for at the owner; keepalived: SIGTERM",
    "carrier_loss": "the owner loses the carrier of eth0 or eth1",
    "carrier_loss_eth0": "the owner loses the carrier of eth0",
    "carrier_loss_eth1": "the owner loses the carrier of eth1",
    "power_loss": "the owner is gone at once",
    "agent_killed": "kill -9 of the owner's agent, started anew at once",
    "agent_stopped": "SIGSTOP of the owner's agent until the standby serves, then SIGCONT",
    "corosync_killed": "kill -9 of the owner's corosync",
    "corosync_stopped": "SIGSTOP of the owner's corosync until the standby serves, then SIGCONT",
    "black_hole": "both networks swallow the owner's frames in both directions, then heal",
    "one_way_out": "the other nodes do not hear the owner on either network, then heal",
    "one_way_in": "the owner does not hear the other nodes on either network, then heal",
    "partition": "the owner and the other nodes do not hear each other, then heal",
    "ring_link_loss": "the nodes do not hear each other on eth0's network, then heal",
    "standby_online": "the configuration tells the owner to stand by, then not any more",
    "standby_death": "power loss of the standby, and its return",
    "witness_death": "power loss of the witness, and its return",
    "quorum_loss": "the witness is lost, then the standby; from then to the owner's last answer",
    "boot": "all nodes get power at once; from then until every address answers",
    "frozen_disk": "the owner's disk is frozen; then a switch-over",
}


@dataclass
class Run:
    """One run; times in s."""
    gap: float | None      # none where the service was down by intent
    blur: float            # how uncertain the gap is
    overlaps: int          # answers of a router that another one had succeeded
    overlap: float         # from the first of these to the last
    moved: bool
    service: float | None = None  # from the power's return to every address's first answer
    served: float | None = None   # from the loss of the quorum to the last answer

    @classmethod
    def of(cls, probe, outcome, owner):
        """From what a prober recorded during an event (lab.events.Outcome) that began with that owner; without an outcome,
        whether there were two."""
        doubled = [when for when, _, _ in probe.overlaps()]
        run = cls(None, 0.0, len(doubled), max(doubled) - min(doubled) if doubled else 0.0,
                  outcome is not None and outcome.owner != owner)
        if outcome is None:
            return run
        if outcome.since is None:
            gap = probe.gap()
            run.gap, run.blur = float(gap), gap.blur
        else:
            each = [[when for when, _ in probe.of(address)] for address in probe.addresses]
            run.service = max(min(when for when in times if when > outcome.since) for times in each) - outcome.since
            if not all(any(outcome.lost - 0.1 < when < outcome.lost for when in times) for times in each):
                raise RuntimeError("the group was not served when the event began")
            run.served = max(when for times in each for when in times if when < outcome.since) - outcome.lost
        return run


@dataclass
class Series:
    """All runs of one event on one system. Blurred ones were made again."""
    system: str
    event: str
    good: list = field(default_factory=list)
    blurred: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # in words
    failed: list = field(default_factory=list)    # their runs, as far as they went

    @property
    def name(self):
        if self.event == "power_loss" and self.system in ("standard", "fast"):
            return f"power_loss_{self.system}"
        return self.event if self.system == "standard" else f"{self.system}_{self.event}"

    @property
    def measures(self):
        """{suffix of the name: values in ms}."""
        if self.event == "quorum_loss":
            return {"served_ms": [run.served * 1000 for run in self.good]}
        if self.event == "boot":
            return {"service_ms": [run.service * 1000 for run in self.good]}
        return {"gap_ms": [run.gap * 1000 for run in self.good]}

    @property
    def context(self):
        return f"{WHAT[self.event]}; {len(self.good)} runs, uncertain by {max(run.blur for run in self.good) * 1000:.0f} ms at most"

    @property
    def doubled(self):
        """Runs with two owners."""
        return [run for run in self.good + self.blurred + self.failed if run.overlaps]

    def __str__(self):
        parts = [f"{suffix} {spread(values)}" for suffix, values in self.measures.items() if values]
        return (f"{self.name}: {', '.join(parts) or 'nothing measured'}; {len(self.good)} runs, {len(self.blurred)} repeated, "
                f"{len(self.failures)} failed, {len(self.doubled)} with two owners")


def spread(values):
    return f"{min(values):.0f} / {statistics.median(values):.0f} / {max(values):.0f}" if values else "–"


def _rows(name, suffix, values, context):
    """Smallest, median and worst; where nothing was measured no row, which the row `failed_runs` tells."""
    if not values:
        return []
    median, worst = TARGETS.get(name, (None, None)) if suffix == "gap_ms" else (None, None)
    rows = [bench.row(f"{name}_{suffix}_median", round(statistics.median(values), 1), "ms", median, context),
            bench.row(f"{name}_{suffix}_worst", round(max(values), 1), "ms", worst, "the same, the longest"),
            bench.row(f"{name}_{suffix}_min", round(min(values), 1), "ms", None, "the same, the shortest")]
    if name in ("standby_death", "witness_death"):
        rows.append({**rows[1], "name": f"{name}_{suffix}_max"})
    return rows


def _both_ports(done):
    """The owner's carrier, lost on either port: one series more."""
    parts = [each for each in done if each.system == "standard" and each.event.startswith("carrier_loss_")]
    both = Series("standard", "carrier_loss", [run for each in parts for run in each.good])
    return [both] if both.good else []


def rows(done):
    """Of all series: what the issue names first, then everything."""
    own = [each for each in done if each.system in ROUTERS_OWN]
    others = [each for each in done if each.system not in ROUTERS_OWN]

    def doubled(some):
        words = [f"{each.name} in {len(each.doubled)} of {len(each.good + each.blurred + each.failed)}, up to "
                 f"{max(run.overlap for run in each.doubled) * 1000:.0f} ms" for each in some if each.doubled]
        return sum(len(each.doubled) for each in some), "runs in which two routers answered: " + ("; ".join(words) or "none")
    count, words = doubled(own)
    found = [bench.row("overlaps", count, "runs", 0, words)]
    for each in sorted(own + _both_ports(done), key=lambda each: each.name not in TARGETS) + others:
        for suffix, values in each.measures.items():
            found += _rows(each.name, suffix, values, each.context if values else "")
    if others:
        count, words = doubled(others)
        found.append(bench.row("keepalived_overlaps", count, "runs", None, words))
    moved = [each.name for each in own for run in each.good if TARGETS.get(each.event) == (0, 0) and run.moved]
    return found + [
        bench.row("needless_moves", len(moved), "runs", 0, "the group moved where it should stay: " + (", ".join(moved) or "none")),
        bench.row("failed_runs", sum(len(each.failures) for each in done), "runs", 0, "what must follow did not, in 30 s"),
        bench.row("runs", sum(len(each.good) for each in done), "runs", None, "measured", "higher"),
        bench.row("repeated_runs", sum(len(each.blurred) for each in done), "runs", None,
                  "made again, since the machine stalled: the prober was late by more than 10 ms"),
    ]


def table(done):
    """Markdown: min / median / max in ms, runs with two owners; beside keepalived where it has the event too."""
    known = {(each.system, each.event): each for each in done}
    known.update({("standard", "carrier_loss"): each for each in _both_ports(done)})

    def cell(system, event):
        each = known.get((system, event))
        if not each:
            return ""
        values = "; ".join(spread(values) for values in each.measures.values())
        return values + (f" ({len(each.doubled)} × two owners)" if each.doubled else "")
    systems = [system for system in ("standard", "fast", "loaded", "keepalived", "keepalived_tuned")
               if any(each.system == system for each in done)]
    lines = ["| event | " + " | ".join(systems) + " |", "|" + "---|" * (len(systems) + 1)]
    for event in dict.fromkeys(each.event for each in done):
        lines.append(f"| {WHAT[event]} | " + " | ".join(cell(system, event) for system in systems) + " |")
    return "\n".join(lines) + "\n"


def write(done, seconds):
    """The raw figures, the table and the rows."""
    bench.OUT.mkdir(parents=True, exist_ok=True)
    (bench.OUT / "failover.raw.json").write_text(json.dumps({"seconds": round(seconds), "series": list(map(asdict, done))}, indent=1))
    (bench.OUT / "failover.md").write_text(table(done))
    print(f"\n{seconds / 60:.0f} minutes; min / median / max in ms:\n\n{table(done)}")
    bench.report("failover", rows(done))
