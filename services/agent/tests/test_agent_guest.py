"""The gate in the kernel that it is made for: its unit tests in a guest with the image's. Each line of guest/init is a test here."""
import re
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "ci"))
from lab import guest  # noqa: E402 - the path must be set first

INIT = HERE / "guest/init"
TESTS = TOP / "build/services/tests"


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """Everything the guest said."""
    root = tmp_path_factory.mktemp("guest") / "root"
    guest.prepare(root, INIT, ("ip", "tc", "dash", "setpriv", "bpftool",
                               *(TESTS / f"test_agent_{name}" for name in ("gate", "gate_ports", "probe"))))
    shutil.copy(TOP / "build/services/bpf/agent/bpf/gate.bpf.o", root)
    return guest.run(root, TOP / "build/test/agent-guest.console", memory_mib=256)


def test_the_guest_came_to_its_end(console):
    assert re.search(r"^end$", console, re.M), console[-4000:]


@pytest.mark.parametrize("what", guest.announced(INIT))
def test_in_the_guest(console, what):
    guest.check(console, what)
