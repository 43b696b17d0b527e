"""trireme-system in a network namespace of its own: everything is set once, and repaired after drift; by call and as
a daemon."""
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))

from lab import processes  # noqa: E402
from lab.netns import Lab  # noqa: E402

PROGRAM = TOP / "build/services/bin/trireme-system"
YANG = TOP / "services/schema"
DOCUMENT = YANG / "examples/demo.json"


class Machine:
    """A namespace with two cables; its host name is its own as well."""

    def __init__(self, lab):
        self.lab, self.document = lab, lab.scratch / "config.json"
        self.document.write_text(DOCUMENT.read_text())
        lab.namespace("r1")
        lab.namespace("net")
        for port in ("eth0", "eth1"):
            lab.link("r1", port, "net", f"to-{port}")
        self.run("ip", "link", "set", "eth0", "down")
        self.run("ip", "link", "set", "lo", "down")

    def run(self, *command):
        return self.lab.run("r1", *command)

    def apply(self, *switches, code=0, node="r1"):
        """Returns the lines; the host name that was set goes with the process."""
        done = subprocess.run(
            self.lab.command("r1", "unshare", "--uts", "sh", "-c", 'hostname before; "$@"; c=$?; echo "host $(hostname)"; exit $c',
                             "-", PROGRAM, "apply", "--config", self.document, "--yang", YANG, "--node", node, *switches),
            capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        *lines, self.host = done.stdout.splitlines()
        self.errors = done.stderr
        return [line for line in lines if not line.startswith("set the host name")]

    def configure(self, **settings):
        """Changes the first node's document: its ports by name, `node`, and `system`."""
        document = json.loads(DOCUMENT.read_text())
        node = document["trireme:cluster"]["node"][0]
        node.update(settings.pop("node", {}))
        document["trireme:system"] = settings.pop("system", {})
        for name, port in settings.items():
            known = [entry for entry in node["port"] if entry["name"] == name]
            if known:
                known[0].update(port)
            else:
                node["port"].append({"name": name, **port})
        self.document.write_text(json.dumps(document))

    def mtu(self, port):
        return json.loads(self.run("ip", "-json", "link", "show", "dev", port))[0]["mtu"]

    def file(self, name):
        """A file for another program."""
        return (self.document.parent / name).read_text()

    def addresses(self, port):
        shown = json.loads(self.run("ip", "-json", "addr", "show", "dev", port))
        return {(a["local"], a["prefixlen"], a.get("label")) for a in shown[0]["addr_info"] if a["family"] == "inet"}

    def routes(self):
        return {(r["gateway"], r["dev"]) for r in json.loads(self.run("ip", "-json", "route", "show", "default"))}

    def sysctl(self, path):
        return self.run("cat", f"/proc/sys/net/{path}").strip()


class Daemon:
    """`trireme-system run` with its log; it follows a document of its own."""

    def __init__(self, machine, period, node="r1"):
        self.folder = machine.lab.scratch / "run"
        self.folder.mkdir()
        self.put(json.loads(DOCUMENT.read_text()))
        machine.document = self.folder / "config.json"
        self.log = machine.lab.scratch / "system.log"
        with self.log.open("w") as log:
            self.process = machine.lab.spawn("r1", "unshare", "--uts", PROGRAM, "run", period, "--foreground", "--config",
                                             self.folder / "config.json", "--yang", YANG, "--node", node, stderr=log)
        self.wait(f"node {node}: looked at every {period} s")

    def put(self, document):
        """As trireme-config does."""
        (self.folder / "config.json.new").write_text(json.dumps(document))
        (self.folder / "config.json.new").rename(self.folder / "config.json")

    def said(self, words):
        """How many lines of the log end with these words."""
        return sum(line.endswith(words) for line in self.log.read_text().splitlines())

    def wait(self, words, seconds=8):
        try:
            processes.wait_for(words, lambda: self.said(words), seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}:\n{self.log.read_text()}") from error

    def changes(self):
        """Each thing done, in the order of the log."""
        return [line.partition("done: ")[2] for line in self.log.read_text().splitlines() if "done: " in line]


@pytest.fixture
def machine():
    with Lab() as lab:
        yield Machine(lab)


def test_everything_is_set_and_then_left_alone(machine):
    assert machine.apply() != []
    assert machine.host == "host r1"
    assert machine.addresses("eth0") == {("203.0.113.11", 24, "eth0")}
    assert machine.addresses("eth1") == {("10.77.0.11", 24, "eth1")}
    assert machine.routes() == {("203.0.113.1", "eth0")}
    assert [machine.sysctl(f"ipv4/{path}") for path in
            ("conf/all/arp_ignore", "conf/all/arp_announce", "conf/eth1/promote_secondaries",
             "conf/eth0/send_redirects", "conf/eth0/rp_filter")] == ["1", "2", "1", "0", "0"]
    assert "UP" in machine.run("ip", "-br", "link", "show", "eth0")
    assert machine.apply() == [], "a second time there is nothing to do"


def test_dry_run_changes_nothing(machine):
    planned = machine.apply("--dry-run")
    assert machine.host == "host before"
    assert machine.addresses("eth0") == set() and machine.sysctl("ipv4/conf/eth0/arp_ignore") == "0"
    assert machine.apply() == planned, "it does what it said"


def test_drift_is_repaired_and_floating_addresses_stay(machine):
    machine.apply()
    machine.run("ip", "addr", "add", "203.0.113.10/32", "dev", "eth0", "label", "eth0:1")
    machine.run("ip", "addr", "add", "10.77.0.1/32", "dev", "eth1")
    machine.run("ip", "addr", "add", "10.77.0.99/24", "dev", "eth1")
    machine.run("ip", "addr", "del", "203.0.113.11/24", "dev", "eth0")
    machine.run("ip", "route", "del", "default")
    machine.run("ip", "route", "add", "default", "via", "10.77.0.254", "metric", "7")
    machine.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore")
    assert machine.apply() == [
        "set net/ipv4/conf/all/arp_ignore to 1 (it is 0)",
        "eth0: add address 203.0.113.11/24",
        "eth0: default route via 203.0.113.1",
        "remove the default route via 10.77.0.254 metric 7",
        "eth1: remove address 10.77.0.99/24",
    ]
    assert machine.addresses("eth0") == {("203.0.113.11", 24, "eth0"), ("203.0.113.10", 32, "eth0:1")}
    assert machine.addresses("eth1") == {("10.77.0.11", 24, "eth1"), ("10.77.0.1", 32, "eth1")}
    assert machine.apply() == []


def test_a_port_that_is_not_there(machine):
    machine.run("ip", "link", "set", "eth1", "down")
    machine.run("ip", "link", "set", "eth1", "name", "other")
    machine.apply(code=1)
    assert "eth1: this machine has no such port" in machine.errors
    assert machine.addresses("eth0") == {("203.0.113.11", 24, "eth0")}, "the rest is done"


def test_mtu_additional_addresses_and_routes(machine):
    machine.apply()
    machine.configure(node={"route": [{"destination": "10.1.0.0/16", "via": "10.77.0.2"},
                                      {"destination": "10.2.0.0/16", "via": "172.16.0.2"}]},
                      eth1={"mtu": 1400, "additional-address": [{"address": "172.16.0.1", "prefix-length": 24},
                                                                {"address": "198.51.100.1", "prefix-length": 32}]})
    machine.run("ip", "route", "add", "10.9.0.0/16", "via", "10.77.0.9")
    machine.run("ip", "route", "add", "10.8.0.0/16", "via", "10.77.0.9", "proto", "static")
    assert machine.apply() == [
        "eth1: set the MTU to 1400 (it is 1500)",
        "eth1: add address 172.16.0.1/24",
        "eth1: add address 198.51.100.1/32",
        "eth1: route to 10.1.0.0/16 via 10.77.0.2",
        "eth1: route to 10.2.0.0/16 via 172.16.0.2",
        "remove the route to 10.8.0.0/16 via 10.77.0.9",
    ]
    assert machine.mtu("eth1") == 1400
    assert machine.addresses("eth1") == {("10.77.0.11", 24, "eth1"), ("172.16.0.1", 24, "eth1"), ("198.51.100.1", 32, "eth1")}
    shown = {(r["dst"], r["gateway"]) for r in json.loads(machine.run("ip", "-json", "route")) if "gateway" in r}
    assert shown == {("default", "203.0.113.1"), ("10.1.0.0/16", "10.77.0.2"), ("10.2.0.0/16", "172.16.0.2"),
                     ("10.9.0.0/16", "10.77.0.9")}, "what a person has set is left alone"
    assert machine.apply() == []
    machine.configure()
    assert machine.apply() == [
        "eth1: set the MTU to 1500 (it is 1400)",
        "remove the route to 10.1.0.0/16 via 10.77.0.2",
        "remove the route to 10.2.0.0/16 via 172.16.0.2",
        "eth1: remove address 172.16.0.1/24",
        "eth1: remove address 198.51.100.1/32",
    ]


def ipv6(machine, port):
    """Its addresses but for the link-local one, with length and flags that matter."""
    shown = json.loads(machine.run("ip", "-6", "-json", "addr", "show", "dev", port))
    return {(a["local"], a["prefixlen"], a.get("tentative", False)) for entry in shown for a in entry.get("addr_info", ())
            if a["scope"] == "global"}


def default_of_ipv6(machine):
    return {(r["gateway"], r["dev"]) for r in json.loads(machine.run("ip", "-6", "-json", "route", "show", "default"))}


def test_ipv6_addresses_and_the_way_out(machine):
    """No address waits for an answer of others, none comes from the network, and floating ones are the agent's."""
    machine.configure(node={"ipv6-gateway": "2001:db8:113::1"},
                      eth0={"ipv6-address": [{"address": "2001:db8:113::11"}]},
                      eth1={"ipv6-address": [{"address": "fd00:77::11", "prefix-length": 56}]})
    document = json.loads(machine.document.read_text())
    document["trireme:alias-group"][0]["ipv6-alias"] = [{"address": "2001:db8:113::10", "port": "eth0"}]
    machine.document.write_text(json.dumps(document))
    planned = machine.apply("--dry-run")
    assert {"eth0: add address 2001:db8:113::11/64", "eth1: add address fd00:77::11/56",
            "eth0: default route of IPv6 via 2001:db8:113::1"} <= set(planned)
    assert machine.apply() == planned
    assert ipv6(machine, "eth0") == {("2001:db8:113::11", 64, False)}
    assert ipv6(machine, "eth1") == {("fd00:77::11", 56, False)}
    assert "tentative" not in machine.run("ip", "-6", "addr", "show", "dev", "eth0"), "nor does the link-local one"
    assert default_of_ipv6(machine) == {("2001:db8:113::1", "eth0")}
    assert [machine.sysctl(f"ipv6/conf/eth0/{name}") for name in ("accept_ra", "autoconf", "accept_dad")] == ["0", "0", "0"]
    assert machine.apply() == [], "a second time there is nothing to do"
    machine.run("ip", "addr", "add", "2001:db8:113::10/128", "dev", "eth0", "nodad", "preferred_lft", "0")  # as the agent does
    machine.run("ip", "addr", "add", "2001:db8:113::99/64", "dev", "eth0", "nodad")
    machine.run("ip", "addr", "del", "fd00:77::11/56", "dev", "eth1")
    machine.run("ip", "-6", "route", "replace", "default", "via", "2001:db8:113::2", "metric", "5")
    assert machine.apply() == ["eth1: add address fd00:77::11/56",
                               "remove the default route of IPv6 via 2001:db8:113::2 metric 5",
                               "eth0: remove address 2001:db8:113::99/64"]
    assert ipv6(machine, "eth0") == {("2001:db8:113::11", 64, False), ("2001:db8:113::10", 128, False)}
    assert default_of_ipv6(machine) == {("2001:db8:113::1", "eth0")}
    machine.configure()
    assert machine.apply() == ["remove the default route of IPv6 via 2001:db8:113::1",
                               "eth0: remove address 2001:db8:113::11/64", "eth1: remove address fd00:77::11/56"]


def has_kind(machine, kind, *arguments):
    try:
        machine.run("ip", "link", "add", "try", *arguments, "type", kind, *(("id", "1") if kind == "vlan" else ()))
        machine.run("ip", "link", "del", "try")
    except RuntimeError:
        return False
    return True


def test_kinds_that_the_kernel_may_not_have(machine):
    """What becomes of them where they exist is test_system_guest.py's; here, that the rest goes on."""
    machine.configure(eth2={"bond": {"member": [{"name": "eth2a", "mac": "52:54:00:77:01:0a"}]}, "address": "192.0.2.1"},
                      eth3={"vlan": {"parent": "eth1", "id": 10}, "address": "198.51.100.1"})
    kinds = {"eth2: make the bond": has_kind(machine, "bond"), "eth3: make VLAN": has_kind(machine, "vlan", "link", "eth1")}
    lines = machine.apply(code=1)
    assert "eth2a: this machine has no such network card" in machine.errors
    for words, known in kinds.items():
        assert any(line.startswith(words) for line in lines) == known
        assert (f"failed: {words}" in machine.errors) != known
    if not kinds["eth2: make the bond"]:
        assert "failed: eth2: make the bond, mode active-backup: this kernel has no bonds\n" in machine.errors
    if not kinds["eth3: make VLAN"]:
        assert "failed: eth3: make VLAN 10 of eth1: this kernel has no VLANs\n" in machine.errors
    assert machine.addresses("eth1") == {("10.77.0.11", 24, "eth1")}


def test_files_for_other_programs(machine):
    machine.apply()
    assert machine.file("ntp") == "" and machine.file("syslog") == "-l 6\n"
    assert (machine.document.parent / "localtime").readlink() == Path("/usr/share/zoneinfo/UTC")
    machine.configure(system={"dns": {"server": ["192.0.2.53"], "search": ["example.org"]}, "ntp": {"server": ["192.0.2.123"]},
                              "time-zone": "Europe/Berlin", "log": {"remote": {"address": "192.0.2.5"}, "level": "info"}})
    assert machine.apply() == ["write resolv.conf", "write ntp", "write syslog", "set the time zone to Europe/Berlin"]
    assert machine.file("resolv.conf").splitlines()[1:] == ["search example.org", "nameserver 192.0.2.53"]
    assert machine.file("ntp") == "192.0.2.123\n"
    assert machine.file("syslog") == "-l 7 -L -R 192.0.2.5:514\n"
    assert (machine.document.parent / "localtime").readlink() == Path("/usr/share/zoneinfo/Europe/Berlin")
    assert machine.apply() == []


@pytest.mark.parametrize("zone", ("Mars/Olympus_Mons", "Europe", "zone1970"))
def test_a_time_zone_that_nobody_knows(machine, zone):
    machine.configure(system={"time-zone": zone})
    machine.apply(code=1)
    assert f"failed: time zone {zone}: this firmware does not know it: No such file" in machine.errors
    assert machine.addresses("eth1") == {("10.77.0.11", 24, "eth1")}, "the rest is done"
    assert not (machine.document.parent / "localtime").is_symlink()


def test_forwarding_is_the_engines(machine):
    """Turned on here, it would forward before there is a firewall."""
    for value in ("0", "1"):
        machine.lab.sysctl("r1", "ipv4.ip_forward", value)
        machine.lab.sysctl("r1", "ipv6.conf.all.forwarding", value)
        machine.apply()
        assert machine.sysctl("ipv4/ip_forward") == machine.sysctl("ipv6/conf/all/forwarding") == value


def test_a_witness(machine):
    machine.apply(node="w")
    assert machine.addresses("eth1") == {("10.77.0.13", 24, "eth1")}


def test_a_node_that_is_not_in_the_document(machine):
    machine.apply(node="r9", code=1)
    assert "the configuration has no node r9" in machine.errors


def test_a_document_that_is_not_valid(machine, tmp_path):
    machine.document = tmp_path / "bad.json"
    machine.document.write_text("{}")
    machine.apply(code=1)
    assert "/trireme:cluster/node" in machine.errors


def test_the_daemon_repairs_drift_and_logs_it(machine):
    daemon = Daemon(machine, period=1)
    daemon.wait("done: eth0: default route via 203.0.113.1")
    processes.wait_for("the files", (daemon.folder / "ntp").exists, 30)
    at_start = daemon.changes()
    machine.run("ip", "addr", "add", "203.0.113.10/32", "dev", "eth0", "label", "eth0:1")
    machine.run("ip", "addr", "add", "10.77.0.1/32", "dev", "eth1")
    machine.run("ip", "addr", "add", "10.77.0.99/24", "dev", "eth1")
    machine.run("ip", "addr", "del", "203.0.113.11/24", "dev", "eth0")
    machine.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore")
    (daemon.folder / "ntp").unlink()
    for repair in ("write ntp", "set net/ipv4/conf/all/arp_ignore to 1 (it is 0)", "eth1: remove address 10.77.0.99/24",
                   "eth0: add address 203.0.113.11/24", "eth0: default route via 203.0.113.1"):
        daemon.wait(f"done: {repair}")
    processes.wait_for("the port's own address", lambda: ("203.0.113.11", 24, "eth0") in machine.addresses("eth0"), 30)
    processes.wait_for("the default route", lambda: machine.routes() == {("203.0.113.1", "eth0")}, 30)
    assert machine.sysctl("ipv4/conf/all/arp_ignore") == "1"
    assert ("203.0.113.10", 32, "eth0:1") in machine.addresses("eth0"), "the agent's"
    assert ("10.77.0.1", 32, "eth1") in machine.addresses("eth1"), "the agent's"
    assert machine.apply() == [], "nothing was left"
    assert not [line for line in daemon.changes()[len(at_start):] if "/32" in line]
    processes.end(daemon.process)
    assert daemon.process.returncode == 0


def test_the_daemon_hears_of_a_port_that_comes_late(machine):
    machine.run("ip", "link", "set", "eth1", "down")
    machine.run("ip", "link", "set", "eth1", "name", "other")
    daemon = Daemon(machine, period=3600)
    missing = "failed: eth1: this machine has no such port: No such device"
    daemon.wait(missing)
    daemon.process.send_signal(signal.SIGHUP)
    processes.wait_for("a second round", lambda: daemon.said("looked at every 3600 s") == 2, 30)
    machine.run("ip", "link", "set", "other", "name", "eth1")
    daemon.wait("done: eth1: add address 10.77.0.11/24", seconds=4)
    assert machine.sysctl("ipv4/conf/eth1/arp_ignore") == "1"
    assert daemon.said(missing) == 1, "what does not change is said once"


def test_the_daemon_follows_the_document(machine):
    daemon = Daemon(machine, period=3600)
    daemon.wait("done: eth0: default route via 203.0.113.1")
    daemon.put({})
    processes.wait_for("the refusal", lambda: "cannot be used" in daemon.log.read_text(), 30)
    document = json.loads(DOCUMENT.read_text())
    text = json.dumps(document).replace('"10.77.0.11"', '"10.77.0.21"')
    assert text != json.dumps(document)
    daemon.put(json.loads(text))
    daemon.wait("done: eth1: remove address 10.77.0.11/24")
    assert machine.addresses("eth1") == {("10.77.0.21", 24, "eth1")}
    assert machine.addresses("eth0") == {("203.0.113.11", 24, "eth0")}, "a document that is refused changes nothing"


def test_the_daemon_gives_up_its_rights(machine):
    daemon = Daemon(machine, period=3600)
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    assert [line.split()[1] for line in status.splitlines() if line.startswith(("CapEff", "CapBnd"))] == [f"{1 << 12 | 1 << 21:016x}"] * 2


@pytest.mark.parametrize("command", (["run", "0"], ["run", "soon"], ["run", "--every"], ["go"], []))
def test_wrong_usage(command):
    done = subprocess.run([PROGRAM, *command], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and "--config" in done.stderr
