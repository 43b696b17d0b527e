"""Data sources: the checker against real servers of every type but one, and against wrong ones.

    router r1 eth1 10.77.0.11 ---- data eth0 10.77.0.201: PostgreSQL, MariaDB, tgt, nfs-ganesha

Samba is too large for this machine: smbd 4.17.12 has been asked the same once, and what it answered is said again here.
"""
import json
import os
import pwd
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

from lab import netns, processes  # noqa: E402

BUILT = TOP / "build/services/bin"
YANG = TOP / "services/schema"
DEMO = json.loads((YANG / "examples/demo.json").read_text())
DATA = "10.77.0.201"
POSTGRES = Path("/usr/lib/postgresql/15/bin")
NFS, SMB, ISCSI, POSTGRESQL, MYSQL = 2049, 445, 3260, 5432, 3306

GANESHA = """
NFS_CORE_PARAM {{ Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; NFS_Port = 2049; }}
NFSv4 {{ RecoveryBackend = fs; RecoveryRoot = {folder}; Graceless = true; }}
"""
# The answer's first 76 bytes: status, command 0, the flag of an answer, dialect 3.0.2.
SMBD = """
import socket
server = socket.create_server(("0.0.0.0", 445))
while True:
    connection, _ = server.accept()
    with connection:
        if connection.recv(4096)[4:8] == b"\\xfeSMB":
            connection.sendall(bytes.fromhex("000000cafe534d424000000000000000000001000100000000000000" + 80 * "0"
                                             + "0000000041000100020300"))
        else:
            connection.recv(4096)  # says nothing to strangers, as smbd
"""


class Server:
    """A server in the namespace `data`, which listens on a port; its folder belongs to the user it runs as."""

    def __init__(self, lab, name, port, user=None):
        self.lab, self.name, self.port, self.user = lab, name, port, user
        self.folder = lab.scratch / name
        self.folder.mkdir()
        if user:
            shutil.chown(self.folder, user)
        self.process = None

    def start(self, *command, **environment):
        """Starts it, and does not wait."""
        ids = pwd.getpwnam(self.user) if self.user else None
        become = ["setpriv", f"--reuid={ids.pw_uid}", f"--regid={ids.pw_gid}", "--clear-groups"] if ids else []
        with (self.folder.parent / f"{self.name}.log").open("a") as log:
            self.process = self.lab.spawn("data", *become, *command, stdout=log, stderr=subprocess.STDOUT,
                                          env={**os.environ, **environment}, cwd=self.folder)

    def wait(self):
        """Until it listens."""
        def listens():
            assert self.process.poll() is None, (self.folder.parent / f"{self.name}.log").read_text()
            with self.lab.inside("data"):
                sock = socket.socket()
            with sock:
                return sock.connect_ex(("127.0.0.1", self.port)) == 0
        processes.wait_for(self.name, listens, 30)


def start_postgresql(lab):
    server = Server(lab, "postgresql", POSTGRESQL, "postgres")
    server.start("sh", "-ec", f'{POSTGRES}/initdb -A trust --no-sync -D data && exec {POSTGRES}/postgres -D data '
                 f'-k {server.folder} -h 0.0.0.0 -c fsync=off')
    return server


def start_mariadb(lab):
    server = Server(lab, "mariadb", MYSQL, "nobody")
    server.start("mariadbd", "--no-defaults", f"--datadir={server.folder}", "--skip-grant-tables", "--skip-networking=0",
                 "--bind-address=0.0.0.0", f"--socket={server.folder}/socket", "--innodb-log-file-size=4M")
    return server


def start_tgt(lab):
    """With one target: tgtd does not talk to anybody before."""
    server = Server(lab, "tgt", ISCSI)
    server.start("tgtd", "-f", TGT_IPC_SOCKET=str(server.folder / "socket"))
    server.wait()
    lab.run("data", "env", f"TGT_IPC_SOCKET={server.folder}/socket", "tgtadm", "--lld", "iscsi", "--op", "new", "--mode", "target",
            "--tid", "1", "-T", "iqn.2026-11.invalid.test:disk")
    return server


def start_ganesha(lab):
    server = Server(lab, "ganesha", NFS)
    (server.folder / "conf").write_text(GANESHA.format(folder=server.folder))
    server.start("ganesha.nfsd", "-F", "-f", server.folder / "conf", "-L", server.folder / "log", "-p", server.folder / "pid")
    return server


def start_smb(lab):
    server = Server(lab, "smb", SMB)
    server.start("/usr/bin/python3", "-c", SMBD)
    return server


def source(name, kind, port, *pools):
    return {"name": name, "type": kind, "address": DATA, "port": port, "consumer": list(pools),
            "check": {"interval": 500, "timeout": 400, "fall": 2}}


GOOD = [source("files", "nfs", NFS, "web"), source("shares", "smb", SMB), source("disks", "iscsi", ISCSI),
        source("db", "postgresql", POSTGRESQL, "web", "web-direct"), source("shop", "mysql", MYSQL, "web"),
        source("any", "tcp", MYSQL), source("cluster", "pacemaker", POSTGRESQL)]
WRONG = {
    "nfs-at-mysql": ("nfs", MYSQL, "answers, but not as an NFS server"),
    "nfs-at-postgresql": ("nfs", POSTGRESQL, "closes the connection without an answer"),
    "smb-at-mysql": ("smb", MYSQL, "answers, but not as an SMB server"),
    "iscsi-at-mysql": ("iscsi", MYSQL, "answers, but not as an iSCSI target"),
    "postgresql-at-mysql": ("postgresql", MYSQL, "answers, but not as a PostgreSQL server"),
    "mysql-at-smb": ("mysql", SMB, "accepts the connection, but does not answer within 400 ms"),
    "nobody": ("nfs", 9, "Connection refused"),
}


class Health:
    """trireme-health as its own user, as on the appliance."""

    def __init__(self, lab):
        self.lab, self.folder, self.log = lab, lab.scratch / "run", lab.scratch / "health.log"
        self.folder.mkdir()
        (self.folder / "node").write_text("r1\n")
        yang = shutil.copytree(YANG, lab.scratch / "yang")  # this tree may lie where only root can read
        passwd = lab.scratch / "passwd"
        passwd.write_text(Path("/etc/passwd").read_text() + "trireme-health:x:29900:29900::/:/bin/false\n")
        self.put(GOOD + [source(name, *how[:2]) for name, how in WRONG.items()])
        with self.log.open("a") as log:
            lab.spawn("r1", "unshare", "-m", "sh", "-c", f'mount --bind {passwd} /etc/passwd && exec "$@"', "sh",
                      BUILT / "trireme-health", "--config", self.folder / "config.json", "--yang", yang, "--foreground", stderr=log)

    def put(self, sources, weight=1):
        """As trireme-config does."""
        document = json.loads(json.dumps(DEMO)) | {"trireme:data-source": sources}
        document["trireme:pool"][0]["real-server"][0]["weight"] = weight
        (self.folder / "config.json.new").write_text(json.dumps(document))
        (self.folder / "config.json.new").rename(self.folder / "config.json")

    def sources(self):
        """What the checker says of each; of nothing before it is there."""
        done = subprocess.run(self.lab.command("r1", BUILT.parent / "tests/ask_daemons"), capture_output=True, text=True,
                              timeout=30, check=False)
        return {one["name"]: one for one in json.loads(done.stdout)["data-source"]}

    def wait(self, **states):
        """Until these sources are in these states; returns all."""
        def reached():
            seen = self.sources()
            return seen if all(seen.get(name, {}).get("state") == state for name, state in states.items()) else None
        end = time.monotonic() + 30
        while not (seen := reached()):
            assert time.monotonic() < end, f"{states}: {self.sources()}\n{self.log.read_text()}"
            time.sleep(0.05)
        return seen

    def lines(self, *words):
        return [line for line in self.log.read_text().splitlines() if all(word in line for word in words)]


@pytest.fixture
def lab():
    with netns.Lab() as made:
        os.chmod(made.scratch, 0o755)
        for name in ("r1", "data"):
            made.namespace(name)
        made.link("r1", "eth1", "data", "eth0")
        made.run("r1", "ip", "addr", "add", "10.77.0.11/24", "dev", "eth1")
        made.run("data", "ip", "addr", "add", f"{DATA}/24", "dev", "eth0")
        yield made


def reasons(health):
    """Why the wrong ones are down; on a starved machine one may have been too late at first."""
    seen = health.sources()
    return {name: seen[name]["reason"] for name in WRONG}


def test_data_sources(lab):
    servers = [start(lab) for start in (start_postgresql, start_mariadb, start_ganesha, start_smb, start_tgt)]
    for server in servers:
        server.wait()
    postgresql = servers[0]
    health = Health(lab)

    # All of them, right and wrong.
    health.wait(**{one["name"]: "up" for one in GOOD}, **{name: "down" for name in WRONG})
    seen = processes.wait_for("the reasons", lambda: reasons(health) == {name: how[2] for name, how in WRONG.items()} and health.sources(), 30)
    assert seen["db"]["type"] == "postgresql" and seen["db"]["consumer"] == ["web", "web-direct"]
    assert (seen["db"]["address"], seen["db"]["port"], seen["db"].get("reason")) == (DATA, POSTGRESQL, None)

    # One fails and returns: the log names who depends on it.
    postgresql.process.send_signal(signal.SIGQUIT)  # at once, but it takes its shared memory away
    postgresql.process.wait(10)
    seen = health.wait(db="down")
    assert seen["db"]["reason"] == "Connection refused" and seen["files"]["state"] == "up"
    assert len(health.lines("data source db (postgresql, 10.77.0.201:5432) is down: Connection refused; "
                            "pools that depend on it: web, web-direct")) == 1

    # A commit that does not concern them: nothing begins anew.
    ups, downs = (len(health.lines(*words)) for words in (("data source files", "is up"), ("data source db", "is down")))
    health.put([one for one in GOOD if one["name"] != "any"], weight=7)
    processes.wait_for("the next configuration", lambda: len(health.lines("node r1: ")) == 2, 30)
    after = health.sources()
    assert sorted(after) == sorted(one["name"] for one in GOOD if one["name"] != "any")
    for name, one in after.items():
        assert one["state"] == seen[name]["state"] and int(one["for"]) >= int(seen[name]["for"]), one
    time.sleep(1)
    assert len(health.lines("data source files", "is up")) == ups and len(health.lines("data source db", "is down")) == downs
