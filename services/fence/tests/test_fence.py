"""trireme-fence with fence agents of all kinds: what is answered, how soon, as whom they run, and what they are told."""
import os
import shutil
import socket
import stat
import struct
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import processes  # noqa: E402 - the path must be set first

BIN = TOP / "build/services/bin"
NOBODY = 65534
VERSION, PARAMETERS = 1, 24  # services/proto/fence_wire.h
SECRET = "open-sesame"
AGENTS = {
    "good": "case $action in off) exit 0 ;; status) exit 2 ;; esac",
    "mute": "exit 0",
    "fails": "echo 'no answer' >&2; exit 1",
    "tells": "echo \"bad password $password\" >&2; exit 1",
    "hangs": "sleep 60",
}
SCRIPT = """#!/bin/sh
while IFS='=' read -r name value; do eval "$name=\\$value"; echo "$name=$value" >>"$0.said"; done
id -u >"$0.user"; echo "$*" >"$0.words"; env >"$0.env"; grep -E 'CapEff|NoNewPrivs' /proc/self/status >"$0.rights"
echo $$ >"$0.pid"
"""


def parameter(name, value, secret=0):
    return struct.pack("=33s257sB5x", name.encode(), value.encode(), secret)


def request(number, agent, timeout_ms=5000, reboot=0, verify=1):
    head = struct.pack("=IIIBBB2x33s33sx", VERSION, number, timeout_ms, reboot, verify, 2, b"r1", agent.encode())
    body = parameter("ip", "10.77.0.9") + parameter("password", SECRET, 1)
    return (head + body).ljust(84 + PARAMETERS * 296, b"\0")


class Helper:
    def __init__(self, folder):
        self.folder = folder
        for name, body in AGENTS.items():
            self.add(name, body)
        for program in ("trireme-fence", "trireme-fence-run"):
            shutil.copy(BIN / program, folder)
        run = folder / "run"
        run.mkdir()
        run.chmod(0o777)
        nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        self.daemon = processes.spawn([*nobody, folder / "trireme-fence", "--socket", run / "s", "--runner",
                                       folder / "trireme-fence-run", "--agents", folder])
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(10)
        processes.wait_for("the socket", lambda: self.socket.connect_ex(str(run / "s")) == 0, 30, 0.01)

    def add(self, name, body, mode=0o755):
        path = self.folder / f"fence_{name}"
        path.write_text(SCRIPT + body + "\n")
        path.chmod(mode)
        return path

    def ask(self, agent, **how):
        self.socket.send(request(7, agent, **how))
        version, number, result, text = struct.unpack("=IIi160s", self.socket.recv(4096))
        assert (version, number) == (VERSION, 7)
        return result, text.split(b"\0")[0].decode()

    def told(self, name, what):
        return (self.folder / f"fence_{name}.{what}").read_text()


@pytest.fixture
def helper(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fence")
    # Whoever the daemon becomes writes what the agents were told there.
    for each in [folder, *folder.parents][:3]:
        each.chmod(each.stat().st_mode | stat.S_IXOTH)
    folder.chmod(0o777)
    made = Helper(folder)
    yield made
    made.socket.close()
    made.daemon.terminate()
    assert made.daemon.wait(5) == 0


def test_a_node_that_is_off(helper):
    assert helper.ask("fence_good") == (0, "")
    said = helper.told("good", "said").splitlines()
    assert said.count("password=" + SECRET) == said.count("ip=10.77.0.9") == said.count("nodename=r1") == 2
    assert [line for line in said if line.startswith("action=")] == ["action=off", "action=status"]
    assert helper.told("good", "user") == f"{NOBODY}\n" and helper.told("good", "words") == "\n"
    assert SECRET not in helper.told("good", "env")
    assert helper.told("good", "rights").split() == ["CapEff:", 16 * "0", "NoNewPrivs:", "1"]


def test_what_is_no_success_says_why(helper):
    assert helper.ask("fence_mute") == (-5, "'status' ended with 0"), "it says that the node is on"
    assert helper.ask("fence_mute", verify=0) == (0, "")
    assert helper.ask("fence_mute", reboot=1) == (0, "")
    assert helper.ask("fence_fails") == (-5, "'off' ended with 1: no answer")
    assert helper.ask("fence_tells") == (-5, "'off' ended with 1"), "its words have the password in them"
    assert helper.ask("fence_none") == (-2, "there is no such fence agent on this machine")


def test_who_may_change_a_fence_agent_gets_no_password(helper):
    helper.add("loose", "exit 0", 0o777)
    os.chown(helper.add("others", "exit 0"), NOBODY, NOBODY)
    for agent in ("loose", "others"):
        result, text = helper.ask(f"fence_{agent}")
        assert result == -1 and "others may change it" in text


def test_one_that_hangs_is_ended_and_keeps_nobody_waiting(helper):
    began = time.monotonic()
    helper.socket.send(request(1, "fence_hangs", timeout_ms=1500))
    assert helper.ask("fence_good") == (0, "")
    _, number, result, text = struct.unpack("=IIi160s", helper.socket.recv(4096))
    assert (number, result) == (1, -110) and text.startswith(b"'off' took too long")
    assert time.monotonic() - began < 15
    pid = int(helper.told("hangs", "pid"))
    processes.wait_for("the agent to be gone", lambda: not Path(f"/proc/{pid}").exists(), 30)


def test_what_is_no_request_ends_the_connection(helper):
    helper.socket.send(request(1, "fence_good/../x"))
    assert helper.socket.recv(4096) == b""
