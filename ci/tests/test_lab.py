"""The labs library itself: what every lab relies on, and that nothing is left behind."""
import errno
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab import capture, netns, prober, processes, qemu  # noqa: E402 - the path must be set first
from lab.load import Load  # noqa: E402
from lab.web import WebServer  # noqa: E402


@pytest.fixture(name="pair")
def fixture_pair():
    """client and web1 on one switch."""
    with netns.Lab() as lab:
        lab.namespace("switch")
        lab.bridge("switch", "br")
        for number, name in enumerate(("client", "web1"), 1):
            lab.namespace(name)
            lab.link(name, "eth0", "switch", name, "br")
            lab.run(name, "ip", "addr", "add", f"10.9.0.{number}/24", "dev", "eth0")
        yield lab


def namespaces(prefix):
    return [path.name for path in Path("/run/netns").glob(prefix + "*")]


def test_load_records_what_answers_and_what_fails(pair):
    server = WebServer(pair, "web1")
    with Load(pair, "client", "10.9.0.2", rate=200) as load:
        load.wait_good(100, 20)
        assert load.shares()[0] == {"web1": 100.0}
        assert not load.failed()
        server.kill()
        died = time.monotonic()
        processes.wait_for("failures", lambda: len(load.failed(died)) > 10, 30)
        server.start()
        back = time.monotonic()
        load.wait_good(20, 10, since=back)
        assert load.gap(died) >= back - died - 0.1
    assert {entry[1] for entry in server.log()} >= {"10.9.0.1"}


def test_capture_sees_what_others_send(pair, tmp_path):
    WebServer(pair, "web1")
    with capture.Capture(pair, "switch", "br", tmp_path / "all.pcap") as seen:
        with Load(pair, "client", "10.9.0.2") as load:
            load.wait_good(10, 10)
    assert seen.count("tcp dst port 80 and tcp[tcpflags] & tcp-syn != 0") >= 10
    assert seen.count("host 10.9.0.3") == 0


def test_arp_names_everybody_who_answers(pair):
    mac = pair.run("web1", "ip", "-o", "link", "show", "eth0").split("link/ether ")[1].split()[0]
    processes.wait_for("an answer", lambda: capture.arp_who(pair, "client", "eth0", "10.9.0.2", 0.5) == [mac], 30)
    assert capture.arp_who(pair, "client", "eth0", "10.9.0.7", 0.2) == []
    pair.run("switch", "ip", "link", "add", "other", "type", "veth", "peer", "name", "eth0", "netns",
             pair.prefix + pair.namespace("impostor"))
    pair.run("switch", "ip", "link", "set", "other", "master", "br", "up")
    pair.run("impostor", "ip", "link", "set", "eth0", "up")
    pair.run("impostor", "ip", "addr", "add", "10.9.0.2/24", "dev", "eth0")
    processes.wait_for("two answers", lambda: len(capture.arp_who(pair, "client", "eth0", "10.9.0.2", 0.5)) == 2, 30)


def test_a_clock_that_is_set_is_no_gap(monkeypatch):
    for step in (0.0, 3600.0, -3600.0):
        monkeypatch.setattr(prober.time, "time", lambda: 1_700_000_000.25 + step)
        stamp = struct.pack("=qq", 1_700_000_000 + int(step), 0)
        age = time.monotonic() - prober._received([(socket.SOL_SOCKET, prober.SO_TIMESTAMPNS, stamp)])
        assert abs(age - 0.25) < 0.1


def test_close_leaves_nothing():
    with netns.Lab() as lab:
        lab.namespace("a")
        child = lab.spawn("a", "sleep", "1000")
        scratch, prefix = lab.scratch, lab.prefix
        assert namespaces(prefix)
    assert child.poll() is not None
    assert not namespaces(prefix)
    assert not scratch.exists()
    assert not (netns.RECORDS / f"{prefix}.json").exists()


OWNER = """
import sys, time
sys.path.insert(0, {path!r})
from lab import netns
netns.end_on_signals()
lab = netns.Lab()
lab.namespace("a")
child = lab.spawn("a", {command})
time.sleep(0.2)  # in which a shell sets its trap
print(lab.prefix, child.pid, lab.scratch, flush=True)
time.sleep(1000)
"""


def start_owner(command='"sleep", "1000"'):
    code = OWNER.format(path=str(Path(__file__).resolve().parents[1]), command=command)
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    prefix, pid, scratch = owner.stdout.readline().split()
    assert namespaces(prefix)
    return owner, prefix, int(pid), Path(scratch)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_leaves_nothing(number):
    owner, prefix, pid, scratch = start_owner()
    owner.send_signal(number)
    owner.wait(20)
    assert not namespaces(prefix)
    assert processes.start_time(pid) is None
    assert not scratch.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_does_not_end_the_cleaning_up(number):
    """An impatient person presses Ctrl-C again while a process that does not listen is being ended."""
    owner, prefix, pid, scratch = start_owner(r'''"sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"''')
    for _ in range(3):
        owner.send_signal(number)
        time.sleep(0.3)
    owner.wait(20)
    assert not namespaces(prefix)
    assert processes.start_time(pid) is None
    assert not scratch.exists()


def test_what_a_killed_owner_leaves_is_swept():
    owner, prefix, pid, scratch = start_owner()
    owner.kill()
    owner.wait(20)
    processes.wait_for("the child to die with its owner", lambda: processes.start_time(pid) is None, 30)
    assert namespaces(prefix)
    assert netns.sweep() == [f"{prefix}a"]
    assert not namespaces(prefix)
    assert not scratch.exists()


def test_sweep_spares_the_living():
    with netns.Lab() as lab:
        lab.namespace("a")
        netns.sweep()
        assert namespaces(lab.prefix)


def test_probe_tells_a_guest_that_runs_from_one_that_does_not():
    assert qemu.sector_speaks("tcg", 20)
    assert not qemu.sector_speaks("no-such-accelerator", 5)
    assert os.path.exists("/dev/kvm") or not qemu.kvm_works("/nonexistent")


def test_wait_names_what_it_waited_for():
    with pytest.raises(TimeoutError, match="the moon"):
        processes.wait_for("the moon", lambda: False, 0.1)


class Autogroup(type(Path())):
    """A file that refuses as the kernel does."""
    number = 0

    def exists(self):
        return True

    def write_text(self, *_):
        raise OSError(self.number, os.strerror(self.number))


def test_a_session_comes_first_where_there_are_sessions(monkeypatch):
    """Init's children are in no session's group (seen where CI runs): the kernel refuses, and nothing is needed."""
    monkeypatch.setattr(processes, "Path", Autogroup)
    monkeypatch.setattr(Autogroup, "number", errno.EINVAL)
    processes.come_first()
    monkeypatch.setattr(Autogroup, "number", errno.EPERM)
    with pytest.raises(PermissionError):
        processes.come_first()


def test_a_session_of_its_own_comes_first():
    code = f"import sys; sys.path.insert(0, {str(Path(processes.__file__).parents[1])!r}); " \
        "from lab import processes; processes.come_first(); print(open('/proc/self/autogroup').read())"
    done = subprocess.run([sys.executable, "-c", code], start_new_session=True, capture_output=True, text=True, check=True)
    assert "nice -20" in done.stdout
