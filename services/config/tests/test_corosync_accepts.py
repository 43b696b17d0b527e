"""The real corosync judges what trireme-config writes for it, and what it refuses no document may ask for."""
import base64
import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab.loading import DEMO, Machine  # noqa: E402 - the path must be set first

GOLDEN = Path(__file__).with_name("golden")
HOST = "r2"  # whose network cards a Machine has
# As in the image: the file and the key beside it, the host's name the node's. Its words go to standard error here.
JUDGE = r"""hostname $1; mount --bind $0 /etc/corosync; sed 's/to_stderr: no/to_stderr: yes/' $0/corosync.conf >$0/judged.conf
exec corosync -t -c $0/judged.conf"""
SLOWEST = {"profile": "custom", "token": 10000, "consensus": 12000, "heartbeat": 1000}
FASTEST = {"profile": "custom", "token": 126, "consensus": 151, "heartbeat": 10}


def node(number, name):
    """A router of its own."""
    return {"name": name, "id": number, "port": [
        {"name": port, "mac": f"52:54:00:77:{number:02x}:{last:02x}", "address": f"{network}.{30 + number}", "prefix-length": 24}
        for port, last, network in (("eth0", 0, "203.0.113"), ("eth1", 1, "10.77.0"))]}


def document(nodes=3, timing=None, ring=None, long_names=False, device=None):
    """The demonstration document with so many nodes."""
    made = copy.deepcopy(DEMO)
    cluster = made["trireme:cluster"]
    if nodes == 1:
        cluster["node"] = [entry for entry in cluster["node"] if entry["name"] == HOST]
    else:
        more = [node(number, f"r{number}") for number in range(len(cluster["node"]) + 1, nodes + 1)]
        cluster["node"] = cluster["node"][:nodes] + more
    if long_names:
        cluster["name"] = "c" * 32
        for entry in cluster["node"]:
            entry["name"] = entry["name"].ljust(32, "x") if entry["name"] != HOST else HOST
    if timing:
        cluster["timing"] = timing
    if ring:
        cluster["ring"] = ring
    if device is not None:
        cluster["quorum-device"] = {"host": "203.0.113.200", **device}
    return made


def key(size):
    """A key of the ring of so many bytes."""
    return base64.b64encode((bytes(range(256)) * 4)[:size]).decode()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def written(machine, made):
    """The folder with corosync.conf and authkey as the machine has them."""
    machine.seed_with(made)
    assert machine.load() == ""
    return machine.root / "run/corosync"


def judge(folder, host=HOST):
    """What corosync says of the folder's files: (accepted, words)."""
    done = subprocess.run(["unshare", "-m", "-n", "-u", "--propagation", "private", "sh", "-ec", JUDGE, folder, host], text=True,
                          capture_output=True, timeout=30, check=False)
    return done.returncode == 0, done.stderr


@pytest.mark.parametrize("made", [
    document(1), document(2), document(3), document(5), document(16, long_names=True),
    *(document(nodes, timing) for nodes in (2, 16) for timing in ({"profile": "fast"}, FASTEST, SLOWEST)),
    document(2, device={}), document(2, device={"port": 65535, "timeout": 1250, "sync-timeout": 1875}),
    document(16, SLOWEST, device={"port": 1, "timeout": 60000, "sync-timeout": 90000}),
    document(ring={"key": key(128), "cipher": "aes128", "hash": "sha384"}),
    document(ring={"key": key(1024), "cipher": "aes192", "hash": "sha512"}),
], ids=lambda made: f"{len(made['trireme:cluster']['node'])}-{json.dumps(made['trireme:cluster'].get('timing', ''))}")
def test_corosync_accepts_what_is_written(machine, made):
    accepted, words = judge(written(machine, made))
    assert accepted, words
    assert " error " not in words and " warn" not in words


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.conf")), ids=lambda golden: golden.stem)
def test_corosync_accepts_the_golden_files(tmp_path, golden):
    """Those too that no document gives at once: the links of a ring that changes."""
    (tmp_path / "corosync.conf").write_text(golden.read_text())
    (tmp_path / "authkey").write_bytes(bytes(256))
    accepted, words = judge(tmp_path, "r1")
    assert accepted, words


# Place in the document, a value that is not valid, how corosync.conf says the one that was, and how it would say this one.
REFUSED = [
    ("timing/token", 125, "\ttoken: 126\n", "\ttoken: 125\n"),
    ("timing/consensus", 49, "\tconsensus: 151\n", "\tconsensus: 49\n"),
    ("node/id", 3, "\t\tnodeid: 2\n", "\t\tnodeid: 3\n"),
    ("node/id", 0, "\t\tnodeid: 2\n", "\t\tnodeid: 0\n"),
    ("node/port/address", "fd00::12", "ring0_addr: 10.77.0.12\n", "ring0_addr: fd00::12\n"),
    ("node/port/address", "", "\t\tring0_addr: 10.77.0.12\n", ""),
    ("node/name", "", "\t\tname: w\n", ""),
    ("ring/cipher", "none of these", "crypto_cipher: aes256\n", "crypto_cipher: none of these\n"),
    ("ring/hash", "sha1024", "crypto_hash: sha256\n", "crypto_hash: sha1024\n"),
]


def put(made, place, value):
    """Sets a leaf of the cluster, of the node r2 (the name: of w), or of its port eth1."""
    target, *inner, leaf = [made["trireme:cluster"], *place.split("/")]
    for name in inner:
        target = target.setdefault(name, {})
        if name == "node":
            target = next(entry for entry in target if entry["name"] == ("w" if leaf == "name" else HOST))
        elif name == "port":
            target = next(entry for entry in target if entry["name"] == "eth1")
    target[leaf] = value


@pytest.fixture(scope="module")
def quickest(tmp_path_factory):
    """A machine with the shortest times, and what it has written: (machine, folder)."""
    machine = Machine(tmp_path_factory.mktemp("quickest"))
    folder = written(machine, document(timing=FASTEST))
    assert judge(folder)[0]
    return machine, folder


@pytest.mark.parametrize("place, bad, said, instead", REFUSED, ids=lambda part: str(part).strip())
def test_what_corosync_refuses_no_document_may_say(quickest, tmp_path, place, bad, said, instead):
    machine, folder = quickest
    text = (folder / "corosync.conf").read_text()
    assert said in text
    (tmp_path / "corosync.conf").write_text(text.replace(said, instead, 1))
    shutil.copy(folder / "authkey", tmp_path)
    accepted, words = judge(tmp_path)
    assert not accepted and "error" in words
    made = document(timing=dict(FASTEST))
    put(made, place, bad)
    (tmp_path / "bad.json").write_text(json.dumps(made))
    refused = machine.run("check", tmp_path / "bad.json")
    assert refused.returncode == 1 and "path: " in refused.stderr and "allowed: " in refused.stderr


# votequorum reads its part only when it starts: with the node's addresses, in a network of its own.
START = r"""hostname $1; mount --bind $0 /etc/corosync; for folder in /dev/shm /run /var/lib/corosync; do mount -t tmpfs none $folder; done
ip link set lo up; ip link add eth0 type dummy; ip addr add 203.0.113.12/24 dev eth0; ip addr add 10.77.0.12/24 dev eth0
ip link set eth0 up; corosync -f &
while kill -0 $! && ! corosync-quorumtool -s | grep -q '^Membership'; do sleep 0.1; done
corosync-quorumtool -s; kill $!; wait"""


def started(folder):
    """What the started corosync says of votes, nothing if it does not start."""
    done = subprocess.run(["unshare", "-m", "-n", "-u", "--propagation", "private", "sh", "-c", START, folder, HOST], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False)
    return done.stdout


def test_votes_of_two_nodes_and_a_device(machine):
    """A majority of three; with two_node beside the device corosync would not start."""
    folder = written(machine, document(2, device={}))
    words = started(folder)
    assert "Expected votes:   3\n" in words and "Quorum:           2 Activity blocked\n" in words
    text = (folder / "corosync.conf").read_text()
    (folder / "corosync.conf").write_text(text.replace("\tdevice {", "\ttwo_node: 1\n\tdevice {"))
    assert "Membership" not in started(folder)
