"""A backup of a member, whose config service runs in a namespace, and machines in folders that are made from it. (One that
joins the ring: test_join.py.) Logs: build/test/labs/backup/."""
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from join_lab import BIN, PASSPHRASE, TOP, Program, make_backup, nodes, processes  # noqa: E402
from lab.loading import Machine  # noqa: E402

LOGS = TOP / "build/test/labs/backup"
CHUNK = 65536 + 16
HEADER = 8 + 1 + 64 + 16 + 32
CARDS = ["02:00:00:00:05:00", "02:00:00:00:05:01", "02:00:00:00:05:02"]


def with_bonds(document):
    """eth1 of the routers is a bond of two cards; and so much else that a backup has more than one chunk."""
    for node in document["trireme:cluster"]["node"][:2]:
        eth1 = node["port"][1]
        eth1["bond"] = {"member": [{"name": "eth1a", "mac": eth1.pop("mac")},
                                   {"name": "eth1b", "pci-path": "0000:04:00.0"}]}
    for number in range(8):
        reals = [{"name": f"real-server-{number}-{place}", "address": f"10.77.0.{101 + place % 100}", "port": 1000 + place}
                 for place in range(200)]
        document["trireme:pool"].append({"name": f"large-{number}", "real-server": reals})


class Folder:
    """As lab.nodes.Node, for what a restore needs."""

    def __init__(self, folder, logs):
        self.name, self.logs = "new", logs
        self.machine = Machine(folder)
        self.root = self.machine.root
        for place, mac in enumerate(CARDS):
            card = self.root / f"sys/class/net/eth{place}"
            card.mkdir()
            for name, value in (("type", "1"), ("address", mac), ("uevent", f"INTERFACE=eth{place}")):
                (card / name).write_text(value + "\n")

    def command(self, *command):
        return [str(word) for word in command]

    def restore(self, path, *words, passphrase=PASSPHRASE):
        return Program(self, "restore.log", BIN / "trireme-backup", "restore", path, *words, "--root", self.root, "--yang", nodes.YANG,
                       stdin=passphrase + "\n")


@pytest.fixture(scope="module")
def member():
    with nodes.Nodes(LOGS, with_bonds_later) as whole:
        node = whole["r1"]
        document = whole.document
        with_bonds(document)
        (node.root / "seed/trireme.json").write_text(json.dumps(document))
        for path in (node.root / "data/trireme").iterdir():
            path.unlink()
        node.load()
        data = node.root / "data/trireme"
        for name in ("ca.crt", "tls.key", "tls.crt", "password"):
            (data / name).write_text(f"{name} of r1")
        node.start_config()
        processes.wait_for("the config service", lambda: node.config_state(), 30)
        yield node


def with_bonds_later(document):
    """The lab makes its cables from the document, which has no bonds yet."""


@pytest.fixture(scope="module")
def backup(member, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "file"
    make_backup(member, path)
    return path


@pytest.fixture
def new(tmp_path):
    return Folder(tmp_path, LOGS)


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bonds(document):
    """Addresses of the members of all bonds, and what else binds a card."""
    found = {}
    for node in document["trireme:cluster"]["node"]:
        for port in node["port"]:
            found[node["name"]] = [member.get("mac") for member in port.get("bond", {}).get("member", [])]
            assert "mac" not in port and "pci-path" not in port
    return found


def test_what_is_in_it_is_what_makes_a_member(member, backup, new):
    assert backup.stat().st_mode & 0o777 == 0o600 and backup.stat().st_size > HEADER + CHUNK
    assert "this machine is r2 from its next start on" in new.restore(backup, "--node", "r2").end(0)
    incoming = new.root / "data/trireme/incoming"
    assert {path.name for path in incoming.iterdir()} == {"authkey", "secret.key", "ca.crt", "ca.key", "cards", "node", "config.db"}
    for name in ("authkey", "secret.key", "ca.crt"):
        assert (incoming / name).read_bytes() == (member.root / "data/trireme" / name).read_bytes()
    with sqlite3.connect(f"file:{incoming}/config.db?mode=ro&immutable=1", uri=True) as store:
        number, author, comment, text = store.execute("select number, author, comment, text from revision join body on body = digest").fetchone()
    assert (number, author, comment) == (1, "first boot", "the document this cluster began with")
    document = json.loads(text)
    assert bonds(document) == {"r1": ["02:74:72:01:00:01", "02:74:72:01:00:02"], "r2": ["02:74:72:02:00:01", "02:74:72:02:00:02"], "w": []}
    assert new.machine.load() == ""
    assert new.machine.read("run/trireme/node") == b"r2\n"
    rules = new.machine.read("run/trireme/ports.rules").decode()
    assert rules == f"eth1 virtual\neth1a mac {CARDS[1]}\neth1b mac {CARDS[2]}\n"


def test_nothing_of_it_can_be_read(member, backup):
    """Neither keys nor configuration are in the file as they are."""
    data = backup.read_bytes()
    for name in ("authkey", "secret.key", "ca.crt"):
        assert (member.root / "data/trireme" / name).read_bytes() not in data
    for words in (b"large-3", b"trireme:cluster", b"203.0.113", b"52:54:00"):
        assert words not in data


def test_two_backups_have_nothing_in_common(member, backup, tmp_path):
    make_backup(member, tmp_path / "second")
    first, second = backup.read_bytes(), (tmp_path / "second").read_bytes()
    assert len(first) == len(second)
    assert not any(first[at:at + 16] == second[at:at + 16] for at in range(HEADER, len(first) - 16, 16))


def damage(data):
    """(What is done to the file, what is said of it.)"""
    def flipped(at):
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
    yield flipped(0), "is no backup of Trireme"
    yield b"", "cannot be read"
    yield data[:HEADER - 1], "is no backup of Trireme"
    yield flipped(8), "of later software"
    for at in (9, 20, 80, HEADER - 1):
        yield flipped(at), "is damaged: its beginning"
    for at in (HEADER, HEADER + CHUNK - 1, HEADER + CHUNK, len(data) - 1):
        yield flipped(at), "is damaged or cut off"
    for at in (HEADER, HEADER + 16, HEADER + CHUNK, len(data) - 1):
        yield data[:at], "is damaged or cut off"
    yield data + b"x", "is damaged or cut off"
    yield data[:HEADER] + data[HEADER + CHUNK:], "is damaged or cut off"
    yield data[:HEADER + CHUNK] + data[HEADER:], "is damaged or cut off"


def test_a_damaged_file_is_not_taken_for_a_wrong_passphrase(backup, new):
    before = tree(new.root)
    other = backup.with_name("damaged")
    for data, words in damage(backup.read_bytes()):
        other.write_bytes(data)
        said = new.restore(other, "--node", "r2").end(1)
        assert words in said and "nothing was changed on this machine" in said
        assert tree(new.root) == before
    said = new.restore(backup, "--node", "r2", passphrase=PASSPHRASE + "?").end(1)
    assert "the passphrase is wrong" in said and tree(new.root) == before


def test_the_node_must_be_one_of_the_backups(backup, new):
    before = tree(new.root)
    assert "say with --node which node this machine is to be; the backup has r1, r2, w" in new.restore(backup).end(1)
    assert "the configuration has no node r9" in new.restore(backup, "--node", "r9").end(1)
    for path in (new.root / "sys/class/net/eth2").iterdir():
        path.unlink()
    (new.root / "sys/class/net/eth2").rmdir()
    before = tree(new.root)
    assert "r2 has 3 network cards in the configuration, the machine has 2" in new.restore(backup, "--node", "r2").end(1)
    assert tree(new.root) == before


def test_a_person_is_asked(backup, new):
    """Which node it is; the passphrase is not shown."""
    command = [BIN / "trireme-backup", "restore", backup, "--root", new.root, "--yang", nodes.YANG]
    with pexpect.spawn(str(command[0]), [str(word) for word in command[1:]], encoding="utf-8", timeout=60) as terminal:
        terminal.expect("passphrase: ")
        terminal.sendline(PASSPHRASE)
        terminal.expect("The backup has r1, r2, w.\r\nnode: ")
        assert PASSPHRASE not in terminal.before
        terminal.sendline("w")
        terminal.expect("this machine is w from its next start on")
        terminal.expect(pexpect.EOF)
    assert terminal.wait() == 0


def test_a_weak_passphrase_makes_no_backup(member, tmp_path):
    program = Program(member, "weak.log", BIN / "trireme-backup", "create", tmp_path / "weak", "--root", member.root, stdin="12345678901\n")
    assert "allowed are 12 to 256 characters" in program.end(1)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays(member, tmp_path):
    """Also one of the name that the writing goes by; a passphrase is not asked for in vain."""
    path = tmp_path / "backup"
    for name in ("backup", "backup.new"):
        (tmp_path / name).write_text("of somebody")

    def create(*words, passphrase=PASSPHRASE):
        return Program(member, "again.log", BIN / "trireme-backup", "create", *words, "--root", member.root, stdin=passphrase + "\n")
    assert f"{path} is there already: --force replaces it" in create(path, passphrase="").end(1)
    create(path, "--force").end(0)
    assert path.read_bytes().startswith(b"TRIREMEK") and path.stat().st_mode & 0o777 == 0o600
    assert f"{tmp_path}/none/backup: No such file or directory" in create(tmp_path / "none/backup").end(1)
    assert (tmp_path / "backup.new").read_text() == "of somebody" and len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_leaves_no_half_of_a_file(member, tmp_path):
    script = ('mount -t tmpfs -o size=64k none "$0" && "$1" create "$0/backup" --root "$2"; echo "ended $?"; ls -A "$0"')
    done = subprocess.run(member.command("unshare", "-m", "sh", "-c", script, tmp_path, BIN / "trireme-backup", member.root),
                          input=PASSPHRASE + "\n", capture_output=True, text=True, timeout=30, check=False)
    assert "backup: No space left on device" in done.stderr and done.stdout == "ended 1\n"


def test_a_backup_can_go_through_a_pipe(member, backup):
    command = [BIN / "trireme-backup", "create", "-", "--root", member.root]
    done = subprocess.run(member.command(*command), input=PASSPHRASE.encode() + b"\n", capture_output=True, timeout=30, check=True)
    assert len(done.stdout) == backup.stat().st_size and done.stdout.startswith(b"TRIREMEK\x01")
