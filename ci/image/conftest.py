"""The cluster that the image tests share, and what they print: figures go to build/test/image/figures too."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab import cluster as lab_cluster, netns  # noqa: E402 - the path must be set first
from lab.menu import Menu  # noqa: E402

OUT = Path(os.environ.get("TEST_OUT", lab_cluster.TOP / "build/test")) / "image"

# One router per family; which one a node has is part of the whole story in test_cluster.py.
FIRST_NICS = {"r1": "virtio-net-pci", "r2": "e1000", "w": "virtio-net-pci"}


class Stage:
    """A running cluster and the hands on its consoles."""

    def __init__(self, running):
        self.cluster, self.lab = running, running.lab
        self.machines, self.webs, self._menus = running.machines, running.webs, {}

    def menu(self, name):
        """The console of a node; a machine that was started anew has a fresh one."""
        machine = self.machines[name]
        key = (name, machine.pid)
        if key not in self._menus:
            self._menus[key] = Menu(machine)
        return self._menus[key]

    def other(self, router):
        """The other router of the pair."""
        return next(name for name in lab_cluster.ROUTERS if name != router)

    def aliases(self, name):
        """Labels of the floating addresses that a node holds, by its own ifconfig, and their addresses."""
        _, text = self.menu(name).run("ifconfig -a | grep -A1 '^eth[0-9]*:' | cat", 60)
        found, label = {}, ""
        for line in text.splitlines():
            if line[:3] == "eth":
                label = line.split()[0]
            elif "inet addr:" in line and label:
                found[label] = line.split("inet addr:")[1].split()[0]
        return found


@pytest.fixture(scope="module")
def stage():
    netns.end_on_signals()
    with lab_cluster.Cluster(OUT, nics=FIRST_NICS) as running:
        running.start()
        yield Stage(running)


@pytest.fixture
def figure(capsys):
    """figure("text"): prints a measured figure into the test's output, and keeps it."""
    def note(text):
        with capsys.disabled():
            print(f"\n    {text}", flush=True)
        OUT.mkdir(parents=True, exist_ok=True)
        with (OUT / "figures").open("a") as out:
            out.write(text + "\n")
    return note
