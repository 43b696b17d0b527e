"""VLANs and bonds on the kernel that they are made for: the one built for the image, in a guest of its own.

The host's kernel need not have either. All that happens is in guest/init; each of its lines is a test here.
"""
import copy
import json
import re
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path[:0] = [str(TOP / "ci"), str(TOP / "services/schema/tests")]

import leaves  # noqa: E402
from lab import guest  # noqa: E402

INIT = HERE / "guest/init"
PROGRAM = TOP / "build/services/bin/trireme-system"
WORDS = TOP / "build/test/system-guest.console"


def documents():
    """By name, in the order of their use."""
    demo = json.loads((TOP / "services/schema/examples/demo.json").read_text())
    walk = leaves.links(demo)
    node = demo["trireme:cluster"]["node"][0]
    node["port"] += [
        {"name": "eth3", "vlan": {"parent": "eth2", "id": 10}, "mtu": 9000, "address": "198.51.100.1",
         "additional-address": [{"address": "198.51.100.9", "prefix-length": 32}]},
        {"name": "eth4", "vlan": {"parent": "eth1", "id": 4094}, "address": "172.16.0.1"},
        {"name": "eth2", "bond": {"member": [{"name": f"eth2{letter}", "mac": f"52:54:00:77:01:0{letter}"} for letter in "ab"],
                                  "monitor-interval": 50}, "mtu": 9000, "address": "192.0.2.1"}]
    node["route"] = [{"destination": "10.1.0.0/16", "via": "198.51.100.2"}]
    made = {"leaves.before": walk, "leaves.after": leaves.changed(walk, *leaves.LINKS), "layers": demo}

    def after(before, name):
        made[name] = copy.deepcopy(made[before])
        ports = made[name]["trireme:cluster"]["node"][0]["port"]
        return {port["name"]: port for port in ports}

    ports = after("layers", "smaller")
    ports["eth2"]["bond"]["monitor-interval"] = 1000
    ports["eth2"]["mtu"], ports["eth3"]["mtu"] = 1500, 1400
    after("smaller", "lacp")["eth2"]["bond"].update({"mode": "802.3ad", "hash-policy": "layer3+4"})
    after("lacp", "fast")["eth2"]["bond"]["lacp-rate"] = "fast"
    after("fast", "number")["eth3"]["vlan"]["id"] = 11
    after("layers", "plain")
    plain = made["plain"]["trireme:cluster"]["node"][0]
    del plain["port"][2:], plain["route"]
    return made


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """Everything the guest said."""
    root = tmp_path_factory.mktemp("guest") / "root"
    guest.prepare(root, INIT, ("ip", PROGRAM))
    for name, document in documents().items():
        (root / f"etc/{name}.json").write_text(json.dumps(document))
    (root / "etc/leaves.wanted").write_text(leaves.lines(leaves.LINKS))
    (root / "usr/share/zoneinfo").mkdir(parents=True)
    (root / "usr/share/zoneinfo/UTC").write_bytes(Path("/usr/share/zoneinfo/UTC").read_bytes())
    return guest.run(root, WORDS, memory_mib=256)


def test_the_guest_came_to_its_end(console):
    assert re.search(r"^end$", console, re.M), console[-4000:]


@pytest.mark.parametrize("what", guest.announced(INIT))
def test_in_the_guest(console, what):
    guest.check(console, what)
