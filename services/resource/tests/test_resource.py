"""trireme-resource with OCF resource agents of all kinds: what is run when, as whom, with what, and what is said of it."""
import copy
import json
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
DEMO = json.loads((TOP / "services/schema/examples/demo.json").read_text())
NOBODY = 65534
VERSION = 1  # services/proto/resource_wire.h
SCRIPT = """#!/bin/sh
said=$HA_RSCTMP/$OCF_RESOURCE_INSTANCE
echo "$1" >>"$said.calls"
[ "$1" != start ] || { id -u; echo "$OCF_RESKEY_file $OCF_ROOT $OCF_RESOURCE_TYPE $OCF_RESOURCE_PROVIDER $OCF_RA_VERSION_MAJOR"
	grep -E 'CapEff|NoNewPrivs' /proc/self/status; } >"$said.facts"
case $1 in
start) touch "$said.runs" ;;
stop) rm -f "$said.runs" ;;
monitor) [ -e "$said.runs" ] || { echo "ocf-exit-reason:no file" >&2; exit 7; } ;;
esac
"""
AGENTS = {
    "Good": SCRIPT,
    "Refuses": SCRIPT + 'case $1 in start) echo "one" >&2; echo "no licence" >&2; exit 5 ;; esac\n',
    "Lies": SCRIPT + 'case $1 in start) rm -f "$said.runs" ;; esac\n',
    "Hangs": SCRIPT + 'case $1 in start) setsid sleep 61 & echo $! >"$said.pids"; echo $$ >>"$said.pids"; sleep 62 ;; esac\n',
    "Stays": SCRIPT + 'case $1 in stop) exit 1 ;; esac\n',
    "Daemon": SCRIPT + 'case $1 in start) setsid sleep 63 >/dev/null 2>&1 & echo $! >"$said.pids" ;; '
                       'stop) kill "$(cat "$said.pids")" ;; esac\n',
}


def resource(name, agent, **members):
    return {"name": name, "agent": f"test:{agent}", "timeout": 5, "interval": 1, **members}


class Helper:
    def __init__(self, folder):
        self.folder, self.state, self.group = folder, folder / "state", "main"
        self.state.mkdir()
        (folder / "agents/test").mkdir(parents=True)
        for name, body in AGENTS.items():
            self.add(name, body)
        for program in ("trireme-resource", "trireme-resource-run"):
            shutil.copy(BIN / program, folder)
        shutil.copytree(TOP / "services/schema", folder / "yang", ignore=shutil.ignore_patterns("*.[ch]", "tests"))
        for path in (folder, self.state):
            path.chmod(0o777)

    def add(self, name, body, mode=0o755):
        path = self.folder / "agents/test" / name
        path.write_text(body)
        path.chmod(mode)
        return path

    def configure(self, *resources):
        document = copy.deepcopy(DEMO)
        document["trireme:alias-group"][0]["resource"] = list(resources)
        self.group = document["trireme:alias-group"][0]["name"]
        new = self.folder / "new"
        new.write_text(json.dumps(document))
        new.chmod(0o644)
        new.rename(self.folder / "config")

    def start(self):
        nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        self.log = open(self.folder / "log", "ab")
        self.daemon = processes.spawn([*nobody, self.folder / "trireme-resource", "--config", self.folder / "config", "--yang",
                                       self.folder / "yang", "--node", "r1", "--socket", self.folder / "s", "--runner",
                                       self.folder / "trireme-resource-run", "--agents", self.folder / "agents", "--state",
                                       self.state, "--foreground"], stderr=self.log)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        processes.wait_for("the socket", lambda: self.socket.connect_ex(str(self.folder / "s")) == 0, 10, 0.01)

    def own(self, *groups):
        self.owned = groups
        names = b"".join(group.encode().ljust(33, b"\0") for group in groups)
        self.socket.send(struct.pack("=II", VERSION, len(groups)) + names.ljust(16 * 33, b"\0"))

    def said(self, name, what):
        path = self.state / f"{self.group}.{name}.{what}"
        return path.read_text() if path.exists() else ""

    def calls(self, name):
        return self.said(name, "calls").split()

    def logged(self):
        return (self.folder / "log").read_text()

    def wait(self, what, condition):
        """The agent goes on speaking."""
        processes.wait_for(what, lambda: self.own(*self.owned) or condition(), 30, 0.02)

    def end(self):
        self.socket.close()
        if self.daemon.poll() is None:
            self.daemon.terminate()
            assert self.daemon.wait(30) == 0


@pytest.fixture
def helper(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resource")
    for each in [folder, *folder.parents][:3]:
        each.chmod(each.stat().st_mode | stat.S_IXOTH)
    made = Helper(folder)
    yield made
    made.end()


def is_alive(pid):
    path = Path(f"/proc/{pid}/stat")
    return path.exists() and path.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_it_starts_asks_restarts_and_stops(helper):
    helper.configure(resource("one", "Good", parameter=[{"name": "file", "value": "a b"}]), resource("two", "Good", interval=0))
    helper.start()
    helper.own()
    helper.wait("what a former life has left to be stopped", lambda: helper.calls("one") == helper.calls("two") == ["stop"])
    helper.own(helper.group)
    helper.wait("both to run", lambda: "two of main is running" in helper.logged())
    assert helper.said("one", "facts").split() == [
        str(NOBODY), "a", "b", "/usr/lib/ocf", "Good", "test", "1", "CapEff:", 16 * "0", "NoNewPrivs:", "1"]
    (helper.state / f"{helper.group}.one.runs").unlink()
    helper.wait("it to run again", lambda: helper.calls("one").count("start") == 2 and helper.said("one", "facts"))
    assert "one of main is failed: 'monitor' ended with OCF_NOT_RUNNING: no file" in helper.logged()
    assert helper.calls("two") == ["stop", "start"]
    helper.own()
    helper.wait("both to be stopped", lambda: helper.logged().endswith("one of main is stopped\n"))
    assert helper.logged().splitlines()[-3].endswith("two of main is stopped"), "the last one stops first"


def test_what_fails_says_so_and_those_behind_it_wait(helper):
    helper.add("Loose", SCRIPT, 0o777)
    os.chown(helper.add("Others", SCRIPT), NOBODY, NOBODY)
    for agent, words in {"Refuses": "'start' ended with OCF_ERR_INSTALLED: no licence", "Loose": "others may change it",
                         "Others": "is not root's", "None": "there is no such resource agent"}.items():
        helper.configure(resource(agent, agent), resource("behind", "Good"))
        if agent == "Refuses":
            helper.start()
        else:
            helper.daemon.send_signal(1)
        helper.own(helper.group)
        helper.wait(words, lambda: words in helper.logged())
    assert helper.calls("behind") == ["stop"] * helper.calls("behind").count("stop")


def test_one_that_lies_is_found_out(helper):
    helper.configure(resource("liar", "Lies"))
    helper.start()
    helper.own(helper.group)
    helper.wait("it to be tried again", lambda: helper.calls("liar").count("start") == 2)
    assert helper.calls("liar")[:4] == ["start", "monitor", "stop", "start"]


def test_one_that_hangs_is_ended_with_all_that_it_started(helper):
    helper.configure(resource("slow", "Hangs", timeout=1))
    helper.start()
    helper.own(helper.group)
    helper.wait("it to be ended", lambda: "slow of main is failed: 'start' took too long" in helper.logged())
    pids = helper.said("slow", "pids").split()
    assert len(pids) == 2 and not any(is_alive(pid) for pid in pids)


def test_one_that_hangs_keeps_nobody_waiting_when_the_group_leaves(helper):
    helper.configure(resource("slow", "Hangs", timeout=60))
    helper.start()
    helper.own(helper.group)
    helper.wait("it to hang", lambda: len(helper.said("slow", "pids").split()) == 2)
    began = time.monotonic()
    helper.own()
    helper.wait("it to be stopped", lambda: helper.calls("slow") == ["start", "stop"])
    assert time.monotonic() - began < 10
    assert not any(is_alive(pid) for pid in helper.said("slow", "pids").split())


def test_one_that_does_not_stop_is_said_loudly(helper):
    helper.configure(resource("stuck", "Stays"))
    helper.start()
    helper.own(helper.group)
    helper.wait("it to run", lambda: "stuck of main is running" in helper.logged())
    helper.own()
    helper.wait("it to be given up", lambda: "stuck of main is failed: it may run on: 'stop' ended with" in helper.logged())
    assert helper.calls("stuck").count("stop") == 3


def test_what_it_started_stays_when_it_ends_well_and_stops_with_the_helper(helper):
    helper.configure(resource("sleeper", "Daemon"))
    helper.start()
    helper.own(helper.group)
    helper.wait("it to run and be asked", lambda: "monitor" in helper.calls("sleeper"))
    pid = helper.said("sleeper", "pids").strip()
    assert is_alive(pid)
    helper.end()
    assert helper.calls("sleeper")[-1] == "stop"
    processes.wait_for("it to be gone", lambda: not is_alive(pid), 30)


def test_one_that_is_changed_stops_as_it_was(helper):
    helper.configure(resource("it", "Good"))
    helper.start()
    helper.own(helper.group)
    helper.wait("it to run", lambda: "it of main is running" in helper.logged())
    helper.configure(resource("it", "Good", parameter=[{"name": "file", "value": "new"}]))
    helper.wait("it to run anew", lambda: helper.said("it", "facts").split()[1:2] == ["new"])
    assert [call for call in helper.calls("it") if call != "monitor"] == ["start", "stop", "start"]
