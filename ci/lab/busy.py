"""Processors that have something to do.

Busy is a machine that does other things as well; Awake keeps a virtual one from going to sleep between two questions,
from which its host may wake it up late, and takes nothing from anybody.
"""
import os

from . import processes

LOOP = ["sh", "-c", "while :; do :; done"]
WRITER = "while :; do dd if=/dev/zero of=$0 bs=1M count=16 conv=fsync status=none; done"


class Awake:
    """One endless loop for each processor that runs when nobody else wants to. Use as a context manager."""

    def __init__(self):
        self._children = []

    def _start(self, command):
        # A session of its own, like everything that does not belong to the lab (processes.come_first).
        self._children.append(processes.spawn(command, start_new_session=True))
        return self._children[-1].pid

    def __enter__(self):
        for _ in range(os.cpu_count()):
            processes.come_last(self._start(["nice", "-n", "19", *LOOP]))
        return self

    def __exit__(self, *_):
        for child in self._children:
            processes.kill_tree(child)


class Busy(Awake):
    """One endless loop for each processor, and a writer that forces everything to disk, the one of `folder`."""

    def __init__(self, folder):
        super().__init__()
        self.path = folder / "busy"

    def __enter__(self):
        for command in [LOOP] * os.cpu_count() + [["sh", "-c", WRITER, self.path]]:
            self._start(command)
        return self

    def __exit__(self, *_):
        super().__exit__()
        self.path.unlink(missing_ok=True)
