"""trireme-watchdog with a file in the device's place: what it writes there."""
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import processes  # noqa: E402 - the path must be set first

PROGRAM = TOP / "build/services/bin/trireme-watchdog"
PET, STOP = b"\0", b"V"


@pytest.fixture
def dog(tmp_path):
    """(device, process)"""
    device = tmp_path / "watchdog"
    device.touch()
    process = processes.spawn([PROGRAM, "--device", device, "--turn", tmp_path / "turn", "--report", tmp_path / "report",
                               "--config", tmp_path / "config.image", "--foreground"],
                              stderr=subprocess.PIPE, text=True)
    yield device, process
    processes.end(process)
    process.stderr.close()


def test_is_petted_and_stopped_in_order(dog):
    """Also where there is no configuration, and no agent has run."""
    device, process = dog
    processes.wait_for("two pets", lambda: device.read_bytes().count(PET) >= 2, 30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert set(device.read_bytes()[:-1]) == set(PET) and device.read_bytes()[-1:] == STOP


def test_tells_of_itself(dog, tmp_path):
    """As services/proto/watchdog_report.h has it."""
    device, _ = dog
    report = tmp_path / "report"
    layout = struct.Struct("=IIQIiII64s")

    def petted():
        version, verdict, told, _timeout, error, enabled, _, path = layout.unpack(report.read_bytes())
        assert (version, verdict, error, enabled, path.rstrip(b"\0")) == (1, 0, 0, 1, bytes(device))
        return told
    processes.wait_for("the report", lambda: report.exists() and report.stat().st_size == layout.size and petted(), 5)
    first = petted()
    processes.wait_for("a newer one", lambda: petted() > first, 5)


def test_that_is_killed_leaves_it_running(dog):
    device, process = dog
    processes.wait_for("a pet", lambda: PET in device.read_bytes(), 30)
    process.kill()
    process.wait(5)
    assert STOP not in device.read_bytes()


def test_without_a_device_nothing_is_done(tmp_path):
    done = subprocess.run([PROGRAM, "--device", tmp_path / "none", "--report", tmp_path / "report", "--config", tmp_path / "config.image", "--foreground"], timeout=10,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1 and "not started: No such file or directory" in done.stderr
