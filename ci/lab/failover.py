"""What the live labs of the agent have in common: the cluster of nodes.slow before and after a test, what its agents say, and
its gaps."""
from contextlib import contextmanager

from lab import nodes

LEASE = nodes.LEASES["custom"]  # s: L of the timing of nodes.slow
TAKEOVER = LEASE + 1.0


@contextmanager
def healthy(cluster):
    """Waits until everybody is ready and gives owner and standby; repairs afterwards what a test has left broken."""
    owner = cluster.wait_owner(("r1", "r2"))
    cluster.wait_ready(owner)
    yield owner, "r2" if owner == "r1" else "r1"
    for node in cluster.nodes.values():
        node.repair()


def reason(cluster, about, place=None):
    """What the agent of a node, or of another one, says of it."""
    said = cluster[place or about].ask("status")["nodes"]
    return next(entry["reason"] for entry in said if entry["name"] == about)


def note(what, probe, capsys):
    """Prints and returns the longest silence of any alias."""
    gap = probe.gap()
    with capsys.disabled():
        print(f" [gap {what}: {gap * 1000:.0f} ms]", end="", flush=True)
    return gap
