"""A machine that joins loses its power: at every step of what writes, it is the old one or the new one
afterwards; and bundles that cannot be used."""
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
import bundles  # noqa: E402 - the path must be set first
from lab.loading import DEMO, Machine  # noqa: E402

OLD_KEY, NEW_KEY, SECRET = b"o" * 256, b"n" * 256, b"s" * 32
NEW = json.loads(json.dumps(DEMO))
NEW["trireme:cluster"]["name"] = "joined"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("power") / "power_cut.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", path, Path(__file__).with_name("power_cut.c")], check=True)
    return path


@pytest.fixture
def machine(tmp_path):
    """r2 of another cluster, with all that a machine keeps, and a bundle by which it becomes w."""
    made = Machine(tmp_path)
    made.seed_with(key=OLD_KEY)
    made.load()
    (made.root / "data/trireme/ca.crt").write_text("old")
    (made.root / "data/trireme/password").write_text("this machine's own")
    made.bundle = tmp_path / "bundle"
    made.bundle.write_bytes(bundles.bundle(bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET),
                                           bundles.file("ca.key", b"new"), bundles.revision(7, DEMO), bundles.revision(8, NEW),
                                           bundles.node("w")))
    shutil.copytree(made.root, tmp_path / "before")
    return made


def state(machine):
    """Which machine it is, after it has been started: all of it belongs together."""
    assert machine.load() == ""
    data = machine.root / "data/trireme"
    assert (data / "password").read_text() == "this machine's own"
    left = {path.name for path in data.iterdir()} - {"config.db", "authkey", "secret.key", "password", "ring", "ring.keys",
                                                     "config.previous.json"}
    name = json.loads(machine.read("run/trireme/config.json"))["trireme:cluster"]["name"]
    if name == "joined":
        assert machine.read("data/trireme/authkey") == machine.read("run/corosync/authkey") == NEW_KEY
        assert machine.read("data/trireme/secret.key") == SECRET and machine.read("run/trireme/node") == b"w\n"
        assert left == {"node", "ca.key"}
        assert b"cluster_name: joined" in machine.read("run/corosync/corosync.conf")
    else:
        assert machine.read("data/trireme/authkey") == machine.read("run/corosync/authkey") == OLD_KEY
        assert machine.read("run/trireme/node") == b"r2\n" and left == {"ca.crt"}
    return name


def restore(machine, folder):
    shutil.rmtree(machine.root)
    shutil.copytree(folder, machine.root)


def cut(machine, library, at, *words):
    """Runs trireme-config, which loses its power before the step; whether it did."""
    done = machine.run(*words, environment={"LD_PRELOAD": str(library), "POWER_CUT_AT": str(at)})
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def steps(machine, library, folder, *words):
    count = folder / "count"
    done = machine.run(*words, environment={"LD_PRELOAD": str(library), "POWER_CUT_COUNT": str(count)})
    assert done.returncode == 0, done.stderr
    return int(count.read_text())


def test_while_it_is_laid_ready(machine, library, tmp_path):
    assert state(machine) == "demo"
    total = steps(machine, library, tmp_path, "import", machine.bundle)
    assert total > 20 and state(machine) == "joined"
    seen = []
    for at in range(1, total + 1):
        restore(machine, tmp_path / "before")
        assert cut(machine, library, at, "import", machine.bundle)
        seen.append(state(machine))
    assert seen == sorted(seen), "once it is the new one, it stays that"
    assert set(seen) == {"demo", "joined"}


def test_while_it_is_put_in_place(machine, library, tmp_path):
    """At the next start, and the one after it, until it is done."""
    assert machine.run("import", machine.bundle).returncode == 0
    shutil.copytree(machine.root, tmp_path / "ready")
    total = steps(machine, library, tmp_path, "load")
    assert total > 20
    for at in range(1, total + 1):
        restore(machine, tmp_path / "ready")
        assert cut(machine, library, at, "load")
        if at % 5 == 0:
            cut(machine, library, at // 2 + 1, "load")
        assert state(machine) == "joined", at


def test_what_a_cut_left_is_removed(machine):
    (machine.root / "data/trireme/incoming.bundle").write_bytes(machine.bundle.read_bytes())
    (machine.root / "data/trireme/incoming.new").mkdir()
    (machine.root / "data/trireme/incoming.new/authkey").write_bytes(NEW_KEY)
    assert state(machine) == "demo"


def test_the_newer_one_counts(machine):
    """Two that no start has taken up between them."""
    other = json.loads(json.dumps(NEW))
    other["trireme:cluster"]["name"] = "another"
    first = bundles.bundle(bundles.file("authkey", OLD_KEY), bundles.file("secret.key", SECRET), bundles.revision(1, other),
                           bundles.node("r1"))
    second = machine.bundle.read_bytes()
    for data in (first, second):
        machine.bundle.write_bytes(data)
        assert machine.run("import", machine.bundle).returncode == 0
    assert state(machine) == "joined"


@pytest.mark.parametrize("words, records", [
    ("lacks the cluster's keys", [bundles.file("authkey", NEW_KEY), bundles.revision(1, DEMO), bundles.node("w")]),
    ("has a file authkey of 10 bytes", [bundles.file("authkey", b"k" * 10), bundles.file("secret.key", SECRET), bundles.revision(1, DEMO)]),
    ("has a file ../../etc/passwd", [bundles.file("../../etc/passwd", b"x"), bundles.revision(1, DEMO)]),
    ("damaged or not whole", [bundles.file("authkey", NEW_KEY), bundles.file("authkey", NEW_KEY), bundles.revision(1, DEMO)]),
    ("damaged or not whole", [bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET), bundles.node("w")]),
    ("the configuration has no node r9; it has r1, r2, w",
     [bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET), bundles.revision(1, DEMO), bundles.node("r9")]),
    ("follows the model of 2031-01-01, which this software does not know",
     [bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET), bundles.revision(1, DEMO, model="2031-01-01"), bundles.node("w")]),
    ("the newest revision is not valid here",
     [bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET), bundles.revision(1, {"trireme:cluster": {}}), bundles.node("w")]),
    ("damaged or not whole", [bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET),
                              bundles.revision(1, DEMO, identity=b"i" * 32), bundles.node("w")]),
    ("it is not said which node", [bundles.file("authkey", NEW_KEY), bundles.file("secret.key", SECRET), bundles.revision(1, DEMO)]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_used_is_refused(machine, words, records):
    machine.bundle.write_bytes(bundles.bundle(*records))
    before = sorted(path.relative_to(machine.root) for path in machine.root.rglob("*"))
    done = machine.run("import", machine.bundle)
    assert done.returncode == 1 and words in done.stderr, done.stderr
    assert sorted(path.relative_to(machine.root) for path in machine.root.rglob("*")) == before


def test_a_full_disk_changes_nothing(machine, tmp_path):
    """The data partition is too small for the history."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = ('mount -t tmpfs -o size=8m none "$0" && cp -a "$1/." "$0" && free=$(stat -f -c %f "$0") && '
              'head -c $((free * 4096 - 204800)) /dev/urandom >"$0/data/filler" && '
              '"$2" import "$3" --root "$0" --yang "$4"; echo "ended $?"; cd "$0/data/trireme" && ls -A')
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, disk, machine.root, TOP / "build/services/bin/trireme-config",
                           machine.bundle, TOP / "services/schema"], capture_output=True, text=True, timeout=60, check=False,
                          env=os.environ)
    assert "it cannot be written: No space left on device" in done.stderr and "ended 1\n" in done.stdout
    assert "incoming" not in done.stdout
