"""The part overload of bench forward: more than any router can take, made on one processor and taken by a thread on the other."""
import json
import statistics
import subprocess
import time
from pathlib import Path

from forward_host import CPU, KINDS, ROUTERS, close, routers

OTHER_CPU = 0  # the router's; the generator's is CPU
NAMES = [name for name in ROUTERS if name != "base"]
OVERLOADS = ("1k", "131k", "new")
SECONDS = 0.25  # of one window
NEAR_NS = 150  # a round trip between processors that share a cache is shorter, between others longer
WANTED, ENOUGH = 5, 3  # windows of each router and kind with processors near each other
PATIENCE = 65  # s, in which no other round begins


def _threads():
    """Kernel threads that poll devices: {pid: name}."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            name = path.read_text().strip()
        except OSError:
            continue  # it ended meanwhile
        if name.startswith("napi/"):
            found[int(path.parent.name)] = name
    return found


def _poll_elsewhere(router):
    """What arrives from the client is taken by a thread on the other processor."""
    before = set(_threads())
    router.lab.run("r", "ip", "netns", "exec", router.lab.prefix + "r", "sh", "-c", "echo 1 > /sys/class/net/eth0/threaded")
    for pid in set(_threads()) - before:
        subprocess.run(["taskset", "-pc", str(OTHER_CPU), str(pid)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["chrt", "-f", "-p", "1", str(pid)], check=True)


def _window(name, router, kind):
    """[offered, arrived] in 1000 frames a second."""
    words, flows = KINDS[kind]
    said = router.measure(words, flows, SECONDS)
    if said["wrong"] or (kind != "new" and said["warm"] != flows):
        raise RuntimeError(f"overload, {name} {kind}: {said}")
    ms = said["ns"][0] / 1e6
    return [said["sent"] / ms, said["arrived"] / ms]


def _round(each, order, found):
    """A window of every router and kind, those of one kind one right after the other, and how far the processors were apart about it."""
    def distance():
        return json.loads(each["nat"].say([each["nat"].network.tool, "distance", str(CPU), str(OTHER_CPU)]))["ns"]
    before = distance()
    for kind in OVERLOADS:
        for name in order:
            figures, after = _window(name, each[name], kind), distance()
            found[name][kind].append([*figures, max(before, after)])
            before = after


def _where(found, near):
    """The windows with near processors, or those with far ones."""
    return {name: {kind: [window for window in windows if (window[2] <= NEAR_NS) is near] for kind, windows in kinds.items()}
            for name, kinds in found.items()}


def _least(found):
    """Of all routers and kinds: the smallest number of windows."""
    return min(len(windows) for kinds in found.values() for windows in kinds.values())


def measure(tool):
    """{router: {kind: [offered, arrived, ns between the processors] round by round}}."""
    each = routers(tool, NAMES)
    for router in each.values():
        _poll_elsewhere(router)
    found = {name: {kind: [] for kind in OVERLOADS} for name in NAMES}
    order, until = list(NAMES), time.monotonic() + PATIENCE
    while _least(_where(found, True)) < WANTED and time.monotonic() < until:
        _round(each, order, found)
        order.reverse()
    close(each)
    return found


def steady(found):
    """Whether the processors have a cache in common in the windows that count, and those: near ones, or far ones, or all, as there are enough."""
    for word, near in (("with", True), ("WITHOUT", False)):
        windows = _where(found, near)
        if _least(windows) >= ENOUGH:
            return word, windows
    return "PARTLY WITH", found


def middle(windows):
    """Median of what was offered, and of what arrived."""
    return [statistics.median(values) for values in list(zip(*windows))[:2]]
