"""trireme-health and trireme-engine as processes: what the one sees, the other hears.

    router r1 eth1 10.77.0.11 ---- bridge ---- web1 10.77.0.101, web2 .102; .103 is nobody
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))

from lab import netns, web  # noqa: E402

BUILT = TOP / "build/services/bin"
YANG = TOP / "services/schema"
DEMO = json.loads((YANG / "examples/demo.json").read_text())


class Daemon:
    """One of the two, with its log."""

    def __init__(self, lab, program, folder):
        self.lab, self.program, self.folder = lab, program, folder
        # No bpf file system: no data path of its own, nothing of the host's.
        self.switches = ("--bpf", folder) if program == "trireme-engine" else ()
        self.log = lab.scratch / f"{program}.log"
        self.process = None
        self.start()

    def start(self):
        """Starts it (again); the log goes on."""
        with self.log.open("a") as log:
            self.process = self.lab.spawn("r1", BUILT / self.program, "--config", self.folder / "config.json", "--yang", YANG,
                                          *self.switches, "--foreground", stderr=log)

    def wait(self, *words, times=1, seconds=30):
        """Until so many lines of the log have all these words; returns how long that took."""
        began = time.monotonic()
        while self.count(*words) < times:
            assert time.monotonic() < began + seconds, f"{words} not in:\n{self.log.read_text()}"
            time.sleep(0.01)
        return time.monotonic() - began

    def count(self, *words):
        """Lines that have all these words."""
        return sum(all(word in line for word in words) for line in self.log.read_text().splitlines())


@pytest.fixture
def lab():
    with netns.Lab() as made:
        made.namespace("switch")
        made.bridge("switch", "br")
        for name, port, address in (("r1", "eth1", "10.77.0.11"), ("web1", "eth0", "10.77.0.101"),
                                    ("web2", "eth0", "10.77.0.102")):
            made.namespace(name)
            made.link(name, port, "switch", name, "br")
            made.run(name, "ip", "addr", "add", f"{address}/24", "dev", port)
        folder = made.scratch / "run"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(DEMO))
        (folder / "node").write_text("r1\n")
        os.chmod(made.scratch, 0o755)
        yield made


@pytest.fixture
def folder(lab):
    return lab.scratch / "run"


def rights(process):
    """What /proc says of a process's capabilities (linux/capability.h)."""
    lines = (line.split() for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return {words[0]: int(words[1], 16) for words in lines if words[0] in ("CapPrm:", "CapEff:", "CapBnd:", "NoNewPrivs:")}


def only(capabilities):
    return {"CapPrm:": capabilities, "CapEff:": capabilities, "CapBnd:": capabilities, "NoNewPrivs:": 1}


def put(folder, document):
    """As trireme-config does."""
    (folder / "config.json.new").write_text(json.dumps(document))
    (folder / "config.json.new").rename(folder / "config.json")


def test_up_down_and_up_again(lab, folder):
    servers = {name: web.WebServer(lab, name) for name in ("web1", "web2")}
    engine, health = Daemon(lab, "trireme-engine", folder), Daemon(lab, "trireme-health", folder)
    engine.wait("web: web1 is up")
    engine.wait("web-direct: web2 is up")
    engine.wait("web: web3 is down: ")  # nobody answers there: 2 tries of 800 ms, or no ARP answer
    assert health.count("10.77.0.101:80") == 1, "both services share one check"

    servers["web1"].kill()
    assert engine.wait("web: web1 is down", "refused") < 6, "interval 1 s, fall 2"
    servers["web1"].start()
    assert engine.wait("web: web1 is up", times=2) < 6, "rise 1"

    lab.run("web2", "ip", "link", "set", "eth0", "down")
    assert engine.wait("web: web2 is down") < 8
    lab.run("web2", "ip", "link", "set", "eth0", "up")
    engine.wait("web: web2 is up", times=2)


def test_a_real_server_of_ipv6(lab, folder):
    """Beside one of IPv4 with the same port."""
    document = json.loads(json.dumps(DEMO))
    document["trireme:alias-group"][0]["ipv6-alias"] = [{"address": "2001:db8:113::10", "port": "eth0"},
                                                        {"address": "fd00:77::1", "port": "eth1"}]
    for node, number in zip(document["trireme:cluster"]["node"][:2], (11, 12)):
        node["port"][1]["ipv6-address"] = [{"address": f"fd00:77::{number}"}]
    document["trireme:pool"] = [{"name": name, "real-server": [{"name": "web1", "address": address}]}
                                for name, address in (("four", "10.77.0.101"), ("six", "fd00:77::101"))]
    document["trireme:virtual-service"] = [{"name": name, "address": address, "port": 80, "pool": name,
                                            "health-check": {"interval": 100, "timeout": 90}}
                                           for name, address in (("four", "203.0.113.10"), ("six", "2001:db8:113::10"))]
    put(folder, document)
    for name, port, address in (("r1", "eth1", "fd00:77::11"), ("web1", "eth0", "fd00:77::101")):
        lab.run(name, "ip", "addr", "add", f"{address}/64", "dev", port, "nodad")
    with lab.inside("web1"):
        server = socket.socket(socket.AF_INET6)
    server.bind(("fd00:77::101", 80))
    server.listen(64)
    engine, health = Daemon(lab, "trireme-engine", folder), Daemon(lab, "trireme-health", folder)
    engine.wait("six: web1 is up")
    engine.wait("four: web1 is down: Connection refused")
    server.close()
    engine.wait("six: web1 is down: Connection refused")
    assert health.count("[fd00:77::101]:80 is down: Connection refused") == 1


def test_the_engine_restarts(lab, folder):
    web.WebServer(lab, "web1")
    engine, health = Daemon(lab, "trireme-engine", folder), Daemon(lab, "trireme-health", folder)
    engine.wait("web: web1 is up")
    engine.wait("web: web3 is down")
    engine.process.kill()
    engine.process.wait()
    engine.start()
    engine.wait("web: web1 is up", times=2)
    engine.wait("web: web3 is down", times=2)
    assert health.count("10.77.0.101:80 is up") == 1, "told again, not checked anew"


def test_the_engine_comes_later(lab, folder):
    web.WebServer(lab, "web1")
    health = Daemon(lab, "trireme-health", folder)
    health.wait("10.77.0.101:80 is up")
    time.sleep(1)
    Daemon(lab, "trireme-engine", folder).wait("web: web1 is up")


def test_the_engine_hangs(lab, folder):
    """Checks go on meanwhile and are not taken for failed; afterwards the engine hears what it missed."""
    servers = {name: web.WebServer(lab, name) for name in ("web1", "web2")}
    engine, health = Daemon(lab, "trireme-engine", folder), Daemon(lab, "trireme-health", folder)
    engine.wait("web: web2 is up")
    engine.process.send_signal(signal.SIGSTOP)
    servers["web1"].kill()
    health.wait("10.77.0.101:80 is down")
    health.wait("engine does not answer")
    servers["web1"].start()
    health.wait("10.77.0.101:80 is up", times=2)
    servers["web1"].kill()
    health.wait("10.77.0.101:80 is down", times=2)
    assert engine.count("web1 is down") == 0
    engine.process.send_signal(signal.SIGCONT)
    engine.wait("web: web1 is down")
    assert health.count("10.77.0.102:80 is down") == 0
    assert health.process.poll() is None


def test_a_shortage_that_ends(lab, folder):
    """Of descriptors: no result meanwhile, and two words in the log; and libqb, which cannot connect to the engine
    either, closes nothing that is not its own."""
    def limit(files):
        subprocess.run(["prlimit", f"--pid={health.process.pid}", f"--nofile={files}:"], check=True)
    web.WebServer(lab, "web1")
    health = Daemon(lab, "trireme-health", folder)
    health.wait("10.77.0.101:80 is up")
    limit(3)
    health.wait("checks are late", "Too many open files")
    time.sleep(2)
    assert os.readlink(f"/proc/{health.process.pid}/fd/0") == "/dev/null"
    limit(1024)
    health.wait("checks are in time again")
    assert health.count("checks are late") == 1 and health.count("10.77.0.101:80 is down") == 0


def test_another_configuration(lab, folder):
    web.WebServer(lab, "web1")
    engine = Daemon(lab, "trireme-engine", folder)
    Daemon(lab, "trireme-health", folder)
    engine.wait("web: web1 is up")
    engine.wait("web: web3 is down")
    document = json.loads(json.dumps(DEMO))
    document["trireme:virtual-service"][0]["name"] = "other"
    document["trireme:pool"][0]["real-server"][2]["address"] = "10.77.0.102"
    document["trireme:pool"][0]["real-server"][1]["address"] = "10.77.0.104"
    put(folder, document)
    engine.wait("other: web1 is up")
    engine.wait("other: web3 is down", "refused")
    engine.wait("other: web2 is down")


def test_a_witness_checks_nothing(lab, folder):
    (folder / "node").write_text("w\n")
    health = Daemon(lab, "trireme-health", folder)
    health.wait("node w: 0 checks")
    time.sleep(1)
    assert health.process.poll() is None


def test_the_checker_gives_up_its_privileges(lab, folder):
    """In a mount namespace of its own, where the user exists."""
    web.WebServer(lab, "web1")
    engine = Daemon(lab, "trireme-engine", folder)
    yang = shutil.copytree(YANG, lab.scratch / "yang")  # this tree may lie where only root can read
    passwd = lab.scratch / "passwd"
    passwd.write_text(Path("/etc/passwd").read_text() + "trireme-health:x:29900:29900::/:/bin/false\n")
    engine.process.terminate()
    engine.process.wait()
    processes = []
    for program, switches, log in (("trireme-engine", engine.switches, engine.log),
                                   ("trireme-health", (), lab.scratch / "health.log")):
        script = f'mount --bind {passwd} /etc/passwd && exec "$@"'
        with log.open("a") as to:
            processes.append(lab.spawn("r1", "unshare", "-m", "sh", "-c", script, "sh", BUILT / program, "--config",
                                       folder / "config.json", "--yang", yang, *switches, "--foreground", stderr=to))
    engine.wait("web: web1 is up")
    assert "Uid:\t29900\t29900\t29900\t29900" in Path(f"/proc/{processes[1].pid}/status").read_text()
    assert rights(processes[1]) == only(0)
    assert rights(processes[0]) == only(1 << 12 | 1 << 39 | 1 << 38 | 1 << 0 | 1 << 1 | 1 << 3), \
        "NET_ADMIN, BPF, PERFMON, CHOWN, DAC_OVERRIDE, FOWNER"


def test_without_its_user_the_checker_has_no_privileges_either(lab, folder):
    health = Daemon(lab, "trireme-health", folder)
    health.wait("node r1: ")
    assert rights(health.process) == only(0)


@pytest.mark.parametrize("program", ["trireme-engine", "trireme-health"])
def test_a_bad_start_is_explained(lab, folder, program):
    """No document, a bad document, a node that is not in it, an unknown option."""
    def words(*options):
        done = subprocess.run([BUILT / program, "--foreground", *options], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode != 0
        return done.stderr
    at = ("--yang", str(YANG), "--config", str(folder / "config.json"))
    assert "nowhere.json" in words("--yang", str(YANG), "--config", "/nowhere.json")
    assert "'r9'" in words(*at, "--node", "r9")
    assert program in words("--nonsense")
    put(folder, {"trireme:cluster": {"node": [{"name": "r1", "id": 77, "port": []}]}})
    assert "77" in words(*at)
