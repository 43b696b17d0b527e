"""realserver.sh on hosts in namespaces: nat and direct work, ARP is not answered for the address, undo leaves what was
before; what is written for the next boot, for each way of setting up a network. Two shells: dash and BusyBox's."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import capture, netns, web  # noqa: E402 - the path must be set first

SCRIPT = TOP / "services/realserver/realserver.sh"
VIP, VIP6, GATEWAY = "203.0.113.10", "2001:db8::10", "10.77.0.1"
MADE = "etc/trireme-realserver"
# What sets up the network there: a file by which it is known, and what is written for it with nat and with direct.
MANAGERS = {
    "netplan": ("etc/netplan/01-netcfg.yaml", "etc/netplan/90-trireme-realserver-4.yaml", "etc/systemd/system/trireme-realserver.service"),
    "NetworkManager": ("etc/NetworkManager/NetworkManager.conf", "etc/NetworkManager/dispatcher.d/90-trireme-realserver",
                       "etc/systemd/system/trireme-realserver.service"),
    "systemd-networkd": ("etc/systemd/network/20-lan.network", "etc/systemd/network/20-lan.network.d/90-trireme-realserver-4.conf",
                         "etc/systemd/system/trireme-realserver.service"),
    "ifupdown": ("etc/network/interfaces", "etc/network/if-up.d/trireme-realserver", "etc/network/if-pre-up.d/trireme-realserver"),
    "systemd": ("etc/systemd/system/x.service", *["etc/systemd/system/trireme-realserver.service"] * 2),
    "local.d": ("etc/local.d/x", *["etc/local.d/trireme-realserver.start"] * 2),
    "init.d": ("etc/init.d/x", *["etc/init.d/trireme-realserver"] * 2),
}


class Host:
    """A real server: the script runs in its namespace, with files in a folder of its own."""

    def __init__(self, lab, name, root, shell):
        self.lab, self.name, self.root, self.shell = lab, name, root, shell

    def ask(self, *words, env=(), good=True):
        command = ["ip", "netns", "exec", self.lab.prefix + self.name, "env", f"REALSERVER_ROOT={self.root}", *env, *self.shell, SCRIPT, *words]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=20, check=False)
        assert (done.returncode == 0) == good, done.stdout + done.stderr
        return done.stdout + done.stderr

    def run(self, *command):
        return self.lab.run(self.name, *command)

    def state(self):
        """All that the script may change: addresses, routes, settings, files."""
        files = {str(path.relative_to(self.root)): (path.is_file() and path.read_bytes(), path.lstat().st_mode)
                 for path in self.root.rglob("*")}
        settings = self.run("sh", "-c", "grep . /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_announce")
        return self.run("ip", "-o", "addr"), self.run("ip", "-4", "route"), self.run("ip", "-6", "route"), settings, files


@pytest.fixture(params=(("dash",), ("busybox", "sh")), ids=("dash", "busybox"))
def lab(request, tmp_path):
    """client 203.0.113.200 - router (203.0.113.10, 10.77.0.1) - host (10.77.0.101), whose default route leads elsewhere."""
    with netns.Lab() as made:
        made.namespace("router", {"ipv4.ip_forward": 1, "ipv6.conf.all.forwarding": 1})
        made.namespace("host", {"ipv6.conf.default.accept_dad": 0, "ipv6.conf.all.accept_dad": 0})
        made.namespace("client")
        made.link("host", "eth0", "router", "private")
        made.link("client", "eth0", "router", "public")
        for name, interface, *addresses in (("host", "eth0", "10.77.0.101/24", "fd00:77::101/64"), ("client", "eth0", "203.0.113.200/24"),
                                            ("router", "private", f"{GATEWAY}/24", "fd00:77::1/64"), ("router", "public", f"{VIP}/24")):
            for address in addresses:
                made.run(name, "ip", "addr", "add", address, "dev", interface, *["nodad"] * (":" in address))
        made.run("host", "ip", "route", "add", "default", "via", "10.77.0.254", "dev", "eth0")
        made.run("host", "ip", "route", "add", "default", "via", "10.77.0.253", "dev", "eth0", "metric", "100")
        (tmp_path / "etc/network").mkdir(parents=True)
        (tmp_path / "etc/network/interfaces").write_text("auto eth0\niface eth0 inet static\n\taddress 10.77.0.101/24\n")
        yield Host(made, "host", tmp_path, request.param)


def answers(lab):
    """Who answers ARP for the floating address in the private network."""
    return capture.arp_who(lab.lab, "router", "private", VIP, 0.3, GATEWAY)


def test_nat_brings_answers_to_the_router(lab):
    before = lab.state()
    lab.lab.run("router", "nft", f"""table ip t {{ chain c {{ type nat hook prerouting priority -100;
        ip daddr {VIP} tcp dport 80 dnat to 10.77.0.101:80; }}; }}""")
    web.WebServer(lab.lab, "host")

    def fetch():
        return subprocess.run(["ip", "netns", "exec", lab.lab.prefix + "client", "curl", "-s", "-m", "1", f"http://{VIP}/"],
                              capture_output=True, text=True, timeout=10, check=False).returncode
    assert fetch() != 0, "answers reach the client without the script"
    said = lab.ask("nat", "--gateway", GATEWAY)
    assert f"good   default route through {GATEWAY}" in said and "WRONG" not in said
    assert fetch() == 0
    lab.run("ip", "route", "replace", "default", "via", "10.77.0.254", "dev", "eth0")
    assert "WRONG  answers to clients do not go through" in lab.ask("status", good=False)
    lab.ask("nat", "--gateway", GATEWAY)
    assert fetch() == 0
    lab.ask("nat", "--gateway", GATEWAY, "--gateway", "fd00:77::1")
    assert "default via fd00:77::1" in lab.run("ip", "-6", "route")
    assert lab.ask("undo") == "as it was before\n"
    assert lab.state() == before


def test_direct_takes_packets_and_is_silent(lab):
    before = lab.state()
    lab.run("ip", "addr", "add", f"{VIP}/32", "dev", "lo")
    assert answers(lab), "ARP is asked in vain anyway: the next question proves nothing"
    lab.run("ip", "addr", "del", f"{VIP}/32", "dev", "lo")
    said = lab.ask("direct", "--vip", VIP, "--vip", VIP6)
    assert f"good   {VIP} on lo" in said and f"good   {VIP6} on lo" in said and "WRONG" not in said
    assert answers(lab) == []
    assert "deprecated" in lab.run("ip", "-6", "addr", "show", "dev", "lo")
    # A packet to it that the router sends by the host's own hardware address is taken.
    lab.lab.run("router", "ip", "addr", "del", f"{VIP}/24", "dev", "public")
    lab.lab.run("router", "ip", "route", "add", f"{VIP}/32", "via", "10.77.0.101", "dev", "private")
    lab.lab.run("router", "ping", "-c", "1", "-W", "2", "-I", GATEWAY, VIP)
    lab.ask("direct", "--vip", VIP)
    assert VIP6 not in lab.run("ip", "-6", "addr", "show", "dev", "lo")
    lab.ask("undo")
    assert lab.state() == before


def test_tunnel_takes_what_comes_out_of_it(lab):
    """No IP in IP in this kernel: a cable that is named tunl0 is where packets of clients come out, and their answers go another way."""
    lab.lab.link("host", "tunl0", "router", "inside")
    lab.run("ip", "link", "set", "tunl0", "down")
    lab.lab.sysctl("host", "ipv4.conf.all.rp_filter", 1)
    lab.run("ip", "route", "replace", "default", "via", GATEWAY, "dev", "eth0")
    before = lab.state()
    mac = json.loads(lab.run("ip", "-j", "link", "show", "dev", "tunl0"))[0]["address"]
    lab.lab.run("router", "ip", "addr", "del", f"{VIP}/24", "dev", "public")
    lab.lab.run("router", "ip", "addr", "add", "203.0.113.1/24", "dev", "public")
    lab.lab.run("router", "ip", "route", "add", f"{VIP}/32", "dev", "inside")
    lab.lab.run("router", "ip", "neigh", "replace", VIP, "lladdr", mac, "dev", "inside")
    lab.lab.run("client", "ip", "route", "add", f"{VIP}/32", "via", "203.0.113.1")

    def reached():
        return subprocess.run(["ip", "netns", "exec", lab.lab.prefix + "client", "ping", "-c", "1", "-W", "1", VIP],
                              capture_output=True, timeout=10, check=False).returncode == 0
    said = lab.ask("tunnel", "--vip", VIP)
    assert "good   tunl0 is up" in said and f"good   {VIP} on tunl0" in said and "WRONG" not in said
    assert reached()
    lab.lab.sysctl("host", "ipv4.conf.tunl0.rp_filter", 0)
    assert not reached(), "strict reverse paths hold here: without the setting nothing comes through"
    assert "WRONG  ipv4/conf/tunl0/rp_filter is 0, not 2" in lab.ask("status", good=False)
    lab.run("sh", lab.root / MADE / "apply")
    assert reached() and "WRONG" not in lab.ask("status")
    assert answers(lab) == []
    assert "if-pre-up.d" in (lab.root / MADE / "files").read_text()
    lab.ask("direct", "--vip", VIP)
    rp_filter = lab.run("cat", "/proc/sys/net/ipv4/conf/tunl0/rp_filter")
    assert "state DOWN" in lab.run("ip", "link", "show", "dev", "tunl0") and rp_filter == "0\n"
    assert VIP not in lab.run("ip", "addr", "show", "dev", "tunl0") and VIP in lab.run("ip", "addr", "show", "dev", "lo")
    lab.ask("tunnel", "--vip", VIP)
    assert VIP in lab.run("ip", "addr", "show", "dev", "tunl0") and VIP not in lab.run("ip", "addr", "show", "dev", "lo")
    lab.ask("undo")
    assert lab.state() == before


def test_tunnel_says_what_it_would_run(lab):
    before = lab.state()
    said = lab.ask("tunnel", "--vip", VIP, "--vip", VIP6, "--dry-run")
    for line in ("[ -d /proc/sys/net/ipv4/conf/tunl0 ] || modprobe ipip", "echo 2 >/proc/sys/net/ipv4/conf/tunl0/rp_filter",
                 "ip link set tunl0 up", "[ -d /proc/sys/net/ipv6/conf/ip6tnl0 ] || modprobe ip6_tunnel", "ip link set ip6tnl0 up",
                 "echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore"):
        assert f"\n{line}\n" in said, said
    assert said.index("tunl0 up") < said.index("ip addr add") and f"ip addr add {VIP6}/128 dev lo" in said
    assert lab.state() == before
    assert "allowed with direct and tunnel" in lab.ask("nat", "--vip", VIP, good=False)


def test_settings_stand_before_the_address(lab):
    """The commands for the boot are those that were run; an order in which ARP is answered for a moment is none."""
    lab.ask("direct", "--vip", VIP)
    commands = (lab.root / MADE / "apply").read_text()
    assert commands.index("arp_ignore") < commands.index("ip addr add") and commands.index("arp_announce") < commands.index("ip addr add")
    lab.run("ip", "addr", "flush", "dev", "lo", "to", f"{VIP}/32")
    lab.lab.sysctl("host", "ipv4.conf.all.arp_ignore", 0)
    said = lab.ask("status", good=False)
    assert "WRONG  ipv4/conf/all/arp_ignore is 0, not 1: this host answers ARP" in said and f"WRONG  {VIP} is not on lo" in said
    lab.run("sh", lab.root / MADE / "apply")
    assert "WRONG" not in lab.ask("status")
    lab.run("ip", "addr", "add", f"{VIP}/24", "dev", "eth0")
    assert f"WRONG  {VIP} is on eth0 too" in lab.ask("status", good=False)


def test_from_one_to_the_other_and_back(lab):
    """What was before is what was before the first of them; an address that was there stays."""
    lab.run("ip", "addr", "add", f"{VIP}/32", "dev", "lo")
    before = lab.state()
    lab.ask("direct", "--vip", VIP, "--vip", "203.0.113.20")
    lab.ask("nat", "--gateway", GATEWAY)
    said = lab.run("sh", "-c", "cat /proc/sys/net/ipv4/conf/all/arp_ignore; ip -o addr show dev lo")
    assert said.startswith("0\n") and "203.0.113.20" not in said and VIP in said
    assert "if-pre-up.d" not in "".join(str(path) for path in lab.root.rglob("*"))
    lab.ask("direct", "--vip", "203.0.113.20")
    assert "default via 10.77.0.254" in lab.run("ip", "route")
    lab.ask("undo")
    assert lab.state() == before
    assert "nothing to undo" in lab.ask("undo")


def test_the_next_boot(lab):
    for manager, (known_by, nat, direct) in MANAGERS.items():
        host = Host(lab.lab, lab.name, lab.root / manager, lab.shell)
        (host.root / known_by).parent.mkdir(parents=True)
        (host.root / known_by).write_text("[Match]\nName=eth0 eth1\n")
        before = host.state()
        for made, words in ((nat, ("nat", "--gateway", GATEWAY)), (direct, ("direct", "--vip", VIP))):
            host.ask(*words)
            text = (host.root / made).read_text()
            assert "realserver.sh undo removes it" in text and (GATEWAY in text or "/etc/trireme-realserver/apply" in text)
            assert len({nat, direct} & set(host.state()[4])) == 1, "the other method's file is left"
        assert f"good   for the next boot: /{direct}" in host.ask("status")
        (host.root / direct).rename(host.root / "gone")
        assert f"WRONG  /{direct} is gone" in host.ask("status", good=False)
        (host.root / "gone").unlink()
        host.ask("undo")
        assert host.state() == before, manager


def test_nothing_starts_it_at_boot(lab):
    (lab.root / "etc/network/interfaces").unlink()
    said = lab.ask("direct", "--vip", VIP, good=False)
    assert "nothing was found here that runs commands at boot" in said and f"good   {VIP} on lo" in said


def test_somebody_elses_file_stays(lab):
    hook = lab.root / "etc/network/if-pre-up.d/trireme-realserver"
    hook.parent.mkdir()
    hook.write_text("mine")
    assert "/etc/network/if-pre-up.d/trireme-realserver is there and not ours" in lab.ask("direct", "--vip", VIP, good=False)
    lab.ask("undo")
    assert hook.read_text() == "mine"


def test_dry_run_changes_nothing(lab):
    before = lab.state()
    assert f"route replace default via {GATEWAY} dev eth0" in lab.ask("nat", "--gateway", GATEWAY, "--dry-run")
    assert "by ifupdown" in lab.ask("--dry-run", "direct", "--vip", VIP)
    assert lab.state() == before


REFUSED = (
    ((), "allowed is nat, direct, tunnel, status or undo"),
    (("nat",), "nat: it needs --gateway and an address"),
    (("nat", "--gateway"), "--gateway: allowed is an address behind it"),
    (("nat", "--vip", VIP), "--vip: allowed with direct"),
    (("direct", "--gateway", GATEWAY), "--gateway: allowed with nat"),
    (("nat", "status"), "status: allowed is one of"),
    (("sideways",), "sideways: allowed is nat, direct"),
    (("nat", "--gateway", "192.0.2.1"), "--gateway 192.0.2.1: allowed is an address in a network of this host"),
    (("nat", "--gateway", "10.77.0.101"), "--gateway 10.77.0.101: allowed is an address in a network of this host"),
    *((("direct", "--vip", bad), f"--vip {bad}: allowed is the address of a host") for bad in (
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "127.0.0.1", "224.0.0.1", "0.0.0.0", "1.2.3.4/32", "a.b.c.d", "1.2.3.4;id",
        "1.2.3.4 5", "*", "::1", "::", "ff02::1", "1::2::3", "1:2", "12345::1", "1:2:3:4:5:6:7:8:9", "2001:db8::1%eth0", "x::1", ":1::2",
        "1::2:")),
)


def test_what_is_not_allowed_is_named(lab):
    before = lab.state()
    for words, said in REFUSED:
        assert said in lab.ask(*words, good=False)
    assert lab.state() == before


def test_only_root_and_from_a_pipe(lab):
    said = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *lab.shell, "-s", "--", "direct", "--vip", VIP],
                          input=SCRIPT.read_text(), capture_output=True, text=True, timeout=10, check=False)
    assert said.returncode == 1 and "only root can do this" in said.stderr
