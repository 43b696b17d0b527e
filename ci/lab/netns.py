"""Network namespaces of one lab, with all that is in them.

Names begin with `tl-<pid>-`; nothing is ever made in the host's own namespace. A record under
RECORDS says which process owns a lab (pid and start time), so that what a killed one left can be swept.
"""
import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from . import processes

RECORDS = Path("/run/trireme-lab")
HANDLES = Path("/run/netns")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_labs = []


def _run(*command, check=True):
    # In a process group of its own: a terminal's Ctrl-C must not end the command that takes a namespace away.
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30,
                          stdin=subprocess.DEVNULL, check=False, process_group=0)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout.strip() or done.returncode}")
    return done.stdout


def _delete(namespace):
    """Kills what still runs in a namespace and deletes it."""
    for pid in _run("ip", "netns", "pids", namespace, check=False).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except (OSError, ValueError):
            continue
    _run("ip", "netns", "del", namespace, check=False)


def sweep():
    """Removes labs whose owner is gone; returns the names of the namespaces that were left over."""
    left = []
    for record in sorted(RECORDS.glob("*.json")):
        try:
            owner = json.loads(record.read_text())
        except (OSError, ValueError):
            continue  # being written or removed by its owner
        if processes.start_time(owner["pid"]) == owner["start"]:
            continue
        for handle in HANDLES.glob(owner["prefix"] + "*"):
            left.append(handle.name)
            _delete(handle.name)
        if owner["scratch"].startswith(tempfile.gettempdir()):
            shutil.rmtree(owner["scratch"], ignore_errors=True)
        record.unlink(missing_ok=True)
    return left


@contextmanager
def _undisturbed():
    """A signal that ends the process comes after the block."""
    came = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])


class Lab:
    """Namespaces and processes of one test or run. Use as a context manager, or call close()."""

    def __init__(self):
        sweep()
        self.prefix = f"tl-{os.getpid()}-{len(_labs)}-" if _labs else f"tl-{os.getpid()}-"
        self.scratch = Path(tempfile.mkdtemp(prefix="trireme-lab."))
        self._namespaces, self._children, self._closed = [], [], False
        RECORDS.mkdir(exist_ok=True)
        self._record = RECORDS / f"{self.prefix}.json"
        self._record.write_text(json.dumps({"pid": os.getpid(), "start": processes.start_time(os.getpid()),
                                            "prefix": self.prefix, "scratch": str(self.scratch)}))
        _labs.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends every process, deletes every namespace and scratch file; safe to call twice."""
        if self._closed:
            return
        with _undisturbed():
            for child in reversed(self._children):
                processes.end(child)
            for name in self._namespaces:
                _delete(name)
            shutil.rmtree(self.scratch, ignore_errors=True)
            self._record.unlink(missing_ok=True)
            self._closed = True

    # -- namespaces and links

    def namespace(self, name, sysctls=None):
        """Makes a namespace with lo up; sysctls as {'ipv4.ip_forward': 1}."""
        full = self.prefix + name
        self._namespaces.append(full)
        _run("ip", "netns", "add", full)
        self.run(name, "ip", "link", "set", "lo", "up")
        for key, value in (sysctls or {}).items():
            self.sysctl(name, key, value)
        return name

    def handle(self, name):
        """Path that names the namespace for setns(2) and nsenter(1)."""
        return HANDLES / (self.prefix + name)

    def sysctl(self, name, key, value):
        """Sets net.KEY in a namespace, e.g. 'ipv4.ip_forward'."""
        path = "/proc/sys/net/" + key.replace(".", "/")
        self.run(name, "sh", "-c", f"echo {value} > {path}")

    def bridge(self, name, bridge):
        """A switch without spanning tree that learns; frames on it are never seen by a firewall."""
        self.run(name, "ip", "link", "add", "name", bridge, "type", "bridge", "forward_delay", "0", "stp_state", "0")
        self.sysctl(name, f"ipv6.conf.{bridge}.disable_ipv6", 1)
        self.run(name, "ip", "link", "set", "dev", bridge, "up")

    def link(self, name, interface, to, peer, bridge=None, mac=None):
        """A cable from `interface` in namespace `name` to `peer` in `to` (there a port of `bridge`, if given)."""
        address = ["address", mac] if mac else []
        self.run(name, "ip", "link", "add", "name", interface, *address, "type", "veth",
                 "peer", "name", peer, "netns", self.prefix + to)
        if bridge:
            self.run(to, "ip", "link", "set", "dev", peer, "master", bridge)
            self.sysctl(to, f"ipv6.conf.{peer}.disable_ipv6", 1)
        self.run(to, "ip", "link", "set", "dev", peer, "up")
        self.run(name, "ip", "link", "set", "dev", interface, "up")

    def tap(self, name, interface, bridge):
        """A tap as port of a bridge, for a guest's network card."""
        self.run(name, "ip", "tuntap", "add", interface, "mode", "tap")
        self.sysctl(name, f"ipv6.conf.{interface}.disable_ipv6", 1)
        self.run(name, "ip", "link", "set", "dev", interface, "master", bridge, "up")

    # -- processes

    def command(self, name, *command):
        """The command line that runs `command` inside a namespace; the process is the command itself."""
        return ["nsenter", f"--net={self.handle(name)}", "--", *map(str, command)]

    def run(self, name, *command, check=True):
        """Runs a short command inside a namespace; returns what it printed, raises RuntimeError when it fails."""
        return _run(*self.command(name, *command), check=check)

    def spawn(self, name, *command, **options):
        """Starts a process inside a namespace that ends with the lab at the latest."""
        child = processes.spawn(self.command(name, *command), **options)
        self._children = [old for old in self._children if old.poll() is None] + [child]
        return child

    @contextmanager
    def inside(self, name):
        """The calling thread is in the namespace meanwhile: sockets made in it belong there."""
        home = f"/proc/self/task/{threading.get_native_id()}/ns/net"
        back = os.open(home, os.O_RDONLY)
        try:
            processes.enter_netns(self.handle(name))
            yield
        finally:
            processes.enter_netns(f"/proc/self/fd/{back}")
            os.close(back)


@atexit.register
def close_all():
    """Closes what is left open; nothing but SIGKILL ends the process from here on."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    for lab in _labs:
        lab.close()


def end_on_signals():
    """SIGTERM and SIGHUP end the process as Ctrl-C does, so that labs are taken away (a SystemExit would be one
    failed test to pytest, and the next one would begin); and so does SIGINT in a job started in the background."""
    def leave(number, _frame):
        raise KeyboardInterrupt(signal.Signals(number).name)
    for number in ENDING:
        signal.signal(number, leave)
