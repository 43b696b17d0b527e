"""trireme-config as a whole: which document counts, what it publishes, and what it says."""
import base64
import ctypes
import json
import os
import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))

from lab import processes  # noqa: E402
from lab.loading import Machine  # noqa: E402
from lab.nodes import Nodes  # noqa: E402

YANG = TOP / "services/schema"
DEMO = json.loads((YANG / "examples/demo.json").read_text())


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def changed(**cluster):
    """The demonstration document with other values in its cluster."""
    document = json.loads(json.dumps(DEMO))
    document["trireme:cluster"].update(cluster)
    return document


def test_first_boot_takes_the_seed(machine):
    machine.seed_with()
    assert machine.load() == ""
    assert machine.read("run/trireme/node") == b"r2\n"
    assert json.loads(machine.read("run/trireme/config.json")) == DEMO
    assert machine.read("run/trireme/config.image").startswith(b"TRIREMEC")
    assert machine.read("run/corosync/authkey") == machine.read("data/trireme/authkey") == b"k" * 256
    assert b"ring0_addr: 10.77.0.12" in machine.read("run/corosync/corosync.conf")
    for key in ("data/trireme/authkey", "data/trireme/secret.key", "run/corosync/authkey"):
        assert machine.mode(key) == 0o400
    assert machine.mode("data/trireme/config.db") == 0o600
    assert machine.mode("data/trireme") == 0o700
    assert not machine.has("run/trireme/config.error")


def test_the_image_says_what_the_document_says(machine):
    machine.seed_with()
    machine.load()
    shown = [machine.run("show", "--config", machine.root / "run/trireme" / name)
             for name in ("config.json", "config.image")]
    assert shown[0].returncode == shown[1].returncode == 0, shown[1].stderr
    assert shown[0].stdout == shown[1].stdout
    damaged = machine.read("run/trireme/config.image")[:-1]
    (machine.root / "run/trireme/config.image").write_bytes(damaged)
    said = machine.run("show", "--config", machine.root / "run/trireme/config.image")
    assert said.returncode == 1
    assert "allowed: a whole image: this one is damaged or cut off\n" in said.stderr


def crypted(password, setting):
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    return crypt(password.encode(), setting)


def test_a_password_of_the_medium_is_kept_as_its_hash(machine, tmp_path):
    """The same on every node, as the revision is; no file has the password, and none but root's the hashes."""
    token = "feedbeef" * 8
    document = {**DEMO, "trireme:access": {
        "user": [{"name": "boss", "role": "administrator", "password": "$0$correct horse"},
                 {"name": "bob", "role": "viewer", "password": "$0$correct horse"}],
        "token": [{"name": "t", "role": "viewer", "hash": token}]}}
    (tmp_path / "other").mkdir()
    kept = []
    for each in (machine, Machine(tmp_path / "other")):
        each.seed_with(document)
        assert each.load() == ""
        image = each.read("run/trireme/access.image")
        hashes = re.findall(rb"\$y\$[./A-Za-z0-9$]+", image)
        assert len(hashes) == 2 == len(set(hashes)), "equal passwords of two users are not seen to be equal"
        assert all(crypted("correct horse", hash) == hash for hash in hashes) and token.encode() in image
        assert each.mode("run/trireme/access.image") == 0o400
        for path in each.root.rglob("*"):
            if path.is_file() and path.name != "access.image":
                said = path.read_bytes()
                assert not any(form in said for form in (b"correct horse", token.encode(), *hashes)), path
        assert [user["password"] for user in json.loads(each.read("run/trireme/config.json"))["trireme:access"]["user"]] \
            == ["$hidden$", "$hidden$"]
        with sqlite3.connect(each.root / "data/trireme/config.db") as store:
            kept.append(store.execute("SELECT hex(id), model FROM revision").fetchall())
    assert kept[0] == kept[1] and kept[0][0][1] == "2026-11-28"


def test_later_boots_need_no_seed(machine):
    machine.seed_with()
    machine.load()
    shutil.rmtree(machine.root / "run")
    machine.seed_with(changed(name="other"), b"x" * 256)
    assert machine.load() == ""
    assert b"cluster_name: demo" in machine.read("run/corosync/corosync.conf")
    assert machine.read("run/corosync/authkey") == b"k" * 256


def test_nothing_at_all(machine):
    said = machine.run("load")
    assert said.returncode == 1
    assert "neither /data/trireme/config.db nor a medium labelled TRIREME" in said.stderr
    assert machine.read("run/trireme/config.error").decode() == said.stderr
    assert not machine.has("run/trireme/config.json")


def test_an_invalid_seed_is_not_kept(machine):
    bad = json.loads(json.dumps(DEMO))
    bad["trireme:virtual-service"][0]["scheduler"] = "fastest"
    machine.seed_with(bad)
    said = machine.load(1)
    assert "path:    /trireme:virtual-service[name='web']/scheduler\n" in said
    assert "value:   fastest\n" in said
    assert "allowed: one of: rr, wrr, lc," in said
    assert machine.read("run/trireme/config.error").decode() == said
    for left in ("data/trireme/config.db", "data/trireme/authkey", "run/trireme/config.json",
                 "run/trireme/config.image", "run/corosync/corosync.conf"):
        assert not machine.has(left)
    machine.seed_with()
    assert machine.load() == "", "a corrected medium is taken"


def forget_the_store(machine, document="{"):
    """As an older release has left it: documents, and no datastore."""
    (machine.root / "data/trireme/config.db").unlink()
    (machine.root / "data/trireme/config.json").write_text(document)


def test_an_invalid_document_leaves_the_previous_one_in_use(machine):
    machine.seed_with()
    machine.load()
    forget_the_store(machine, json.dumps(changed(timing={"profile": "custom", "token": 50})))
    shutil.rmtree(machine.root / "run")
    (machine.root / "dev").mkdir()
    (machine.root / "dev/kmsg").touch()
    said = machine.load()
    assert "path:    /trireme:cluster/timing/token\n  value:   50\n  allowed: 126..10000 milliseconds\n" in said
    assert said.endswith("the previous configuration stays in use\n")
    assert json.loads(machine.read("run/trireme/config.json")) == DEMO
    assert machine.read("run/trireme/config.error").decode() == said
    console = machine.read("dev/kmsg").decode()
    assert "<3>trireme:   allowed: 126..10000 milliseconds\n" in console
    assert "50" in machine.read("data/trireme/config.json").decode(), "what somebody wrote is not thrown away"
    assert machine.load() == "", "it is a revision now, and nobody reads the other file any more"


def test_a_document_of_an_earlier_model_is_upgraded(machine):
    """What an older release has left becomes the first revision, in the present form; the file stays as it was."""
    old = (YANG / "tests/upgrade/demo.json").read_text()
    machine.seed_with()
    machine.load()
    forget_the_store(machine, old)
    assert machine.load() == ""
    running = json.loads(machine.read("run/trireme/config.json"))
    assert running == json.loads((YANG / "tests/upgrade/demo.expected").read_text()) and running != json.loads(old)
    assert machine.read("data/trireme/config.json").decode() == old


def test_revisions_of_a_later_model_are_left_for_the_other_slot(machine, tmp_path):
    later = tmp_path / "yang"
    shutil.copytree(YANG, later)
    module = (later / "trireme.yang").read_text()
    assert "revision 2026-11-28" in module
    (later / "trireme.yang").write_text(module.replace("revision 2026-11-28", "revision 2099-01-01", 1))
    machine.seed_with()
    machine.load(yang=later)
    store, before = machine.read("data/trireme/config.db"), machine.read("run/trireme/config.json")
    assert "no revision in the datastore is of a model that this software knows" in machine.load(1)
    assert machine.read("data/trireme/config.db") == store and machine.read("run/trireme/config.json") == before
    assert machine.load(yang=later) == "", "the other slot starts with it"


def test_a_running_configuration_survives_a_bad_load(machine):
    machine.seed_with()
    machine.load()
    before = machine.read("run/trireme/config.json")
    forget_the_store(machine)
    (machine.root / "data/trireme/config.previous.json").write_text("{")
    machine.load(1)
    assert machine.read("run/trireme/config.json") == before


def test_the_error_goes_when_all_is_well_again(machine):
    machine.load(1)
    assert machine.has("run/trireme/config.error")
    machine.seed_with()
    machine.load()
    assert not machine.has("run/trireme/config.error")


def test_a_damaged_datastore_is_kept_aside(machine):
    machine.seed_with()
    machine.load()
    store = machine.root / "data/trireme/config.db"
    damaged = bytearray(store.read_bytes())
    damaged[:4096] = bytes(4096)
    store.write_bytes(damaged)
    said = machine.load()
    assert "config.db.damaged" in said and said.endswith("the previous configuration stays in use\n")
    assert machine.read("data/trireme/config.db.damaged") == damaged
    assert json.loads(machine.read("run/trireme/config.json")) == DEMO
    assert machine.load() == ""


def test_flash_is_written_only_when_something_changes(machine):
    machine.seed_with()
    machine.load()
    machine.load()
    before = {path: (path.stat().st_ino, path.read_bytes()) for path in (machine.root / "data/trireme").iterdir()}
    machine.load()
    assert before == {path: (path.stat().st_ino, path.read_bytes())
                      for path in (machine.root / "data/trireme").iterdir()}


def test_a_data_partition_that_takes_nothing_more(machine):
    machine.seed_with()
    machine.load()
    (machine.root / "data/trireme/config.previous.json").unlink()
    (machine.root / "data/trireme/config.previous.json.new").mkdir()
    assert "/data/trireme/config.previous.json cannot be written" in machine.load()
    assert b"cluster_name: demo" in machine.read("run/corosync/corosync.conf")


def test_which_node_a_machine_is_stays_on_the_machine(machine):
    document = json.loads(json.dumps(DEMO))
    document["trireme:machine"] = {"node": "r1"}
    machine.seed_with(document)
    machine.load()
    assert machine.read("run/trireme/node") == machine.read("data/trireme/node") == b"r1\n"
    assert json.loads(machine.read("run/trireme/config.json")) == DEMO
    machine.load()
    assert machine.read("run/trireme/node") == b"r1\n"


def test_the_ring_key_of_the_document_is_used_and_never_shown(machine):
    document = json.loads(json.dumps(DEMO))
    key = bytes(range(128))
    text = base64.b64encode(key).decode()
    document["trireme:cluster"]["ring"] = {"key": text}
    machine.seed_with(document)
    said = machine.load()
    assert machine.read("run/corosync/authkey") == key
    shown = json.loads(machine.read("run/trireme/config.json"))
    assert shown["trireme:cluster"]["ring"]["key"] == "$hidden$"
    canaries = [text.encode(), key[16:48]]
    places = [path for path in machine.root.rglob("*") if path.is_file() and path.name != "authkey"]
    assert not [path for path in places if any(canary in path.read_bytes() for canary in canaries)]
    assert text not in said


def test_a_seed_without_key_gets_a_random_one(machine):
    machine.seed_with(key=None)
    assert "a new random one was made" in machine.load()
    first = machine.read("data/trireme/authkey")
    assert len(first) == 256
    shutil.rmtree(machine.root / "data")
    machine.load()
    assert machine.read("data/trireme/authkey") != first, "a key must not follow from the document"


@pytest.mark.parametrize("size", (0, 127, 4097))
def test_a_key_of_a_wrong_size_is_refused(machine, size):
    machine.seed_with(key=b"k" * size)
    assert "a cluster key of 128 to 4096 bytes is needed" in machine.load(1)
    assert not machine.has("data/trireme/config.db")


def test_files_of_another_user_and_what_a_crash_left(machine):
    machine.seed_with()
    for path in machine.seed.iterdir():
        path.chmod(0o600)
        os.chown(path, 1000, 1000)
    (machine.root / "data/trireme").mkdir(parents=True)
    left = machine.root / "data/trireme/authkey.new"
    left.write_bytes(b"half")
    left.chmod(0o400)
    assert machine.load() == ""
    assert machine.read("data/trireme/authkey") == b"k" * 256 and not left.exists()


def test_a_machine_of_another_cluster(machine):
    machine.cards("52:54:00:99:00:01")
    machine.seed_with()
    said = machine.load(1)
    assert "found in this machine: 52:54:00:99:00:01\n" in said
    assert "expected for r2: eth0 52:54:00:77:02:00 eth1 52:54:00:77:02:01\n" in said
    assert not machine.has("data/trireme/config.db")
    before = machine.read("data/trireme/secret.key")
    machine.cards("52:54:00:77:02:00", "52:54:00:77:02:01")
    machine.seed_with(key=b"x" * 256)
    assert machine.load() == ""
    assert machine.read("data/trireme/secret.key") != before, "the next medium's key counts for secrets too"


def test_port_rules(machine):
    machine.seed_with()
    machine.load()
    assert machine.read("run/trireme/ports.rules") == b"eth0 mac 52:54:00:77:02:00\neth1 mac 52:54:00:77:02:01\n"


def test_show(machine):
    machine.seed_with()
    machine.load()
    shown = machine.run("show").stdout
    assert "node r2: number 2, router, priority 100\n" in shown
    assert "virtual service web: 203.0.113.10:80/tcp nat wrr\n  web1     10.77.0.101:80 weight 3\n" in shown


def test_check(machine, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(DEMO))
    bad.write_text(json.dumps(changed(name="a b")))
    done = machine.run("check", good)
    assert done.returncode == 0 and "is valid: nodes 3," in done.stdout
    done = machine.run("check", bad)
    assert done.returncode == 1 and "path:    /trireme:cluster/name\n  value:   a b\n" in done.stderr
    assert machine.run("check", tmp_path / "none.json").returncode == 1


@pytest.mark.parametrize("words", ([], ["lod"], ["check"], ["load", "more"], ["--nothing"]))
def test_wrong_usage(machine, words):
    done = machine.run(*words)
    assert done.returncode == 2 and "Usage:" in done.stderr


def witness_gone(document):
    document["trireme:cluster"]["node"].pop()


@pytest.mark.parametrize("change,votes", ((None, 3), (witness_gone, 2)))
def test_corosync_takes_what_is_derived(change, votes):
    """The real corosync, with the derived file and key, forms a ring on both links and has quorum."""
    if os.geteuid() != 0:
        pytest.fail("network namespaces need root")
    with Nodes(TOP / f"build/test/config-corosync-{votes}", change) as cluster:
        for node in cluster.nodes.values():
            node.start_corosync()
        node = cluster.nodes["r1"]
        processes.wait_for("all votes", lambda: f"Total votes:      {votes}" in
                           node.run("corosync-quorumtool", "-s", check=False), 30)
        assert "Quorate:          Yes" in node.run("corosync-quorumtool", "-s", check=False)
        processes.wait_for("both links", lambda: links(node) == {"10.77.0.11": votes, "203.0.113.11": votes}, 30)


def links(node):
    """Own address of each link, and how many nodes it reaches (itself included)."""
    found, address = {}, None
    for line in node.run("corosync-cfgtool", "-s", check=False).splitlines():
        if "addr" in line:
            address = line.split("=")[1].strip()
            found[address] = 0
        elif "nodeid:" in line and ("connected" in line.split() or "localhost" in line.split()):
            found[address] += 1
    return found
