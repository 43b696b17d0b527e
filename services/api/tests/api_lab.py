"""One node with the real corosync, config service, agent, engine, health checker and broker, and its clients.

The daemons run as their users: the node has a passwd(5) and a group(5) of its own.
"""
import json
import os
import re
import socket
import struct
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first

USERS = nodes.USERS
PASSWORD = "correct horse battery"
ROOT = {"uid": 0, "name": "root"}
HEAD = struct.Struct(">I")


def alone(document):
    """A change for Nodes: r1 is the whole cluster."""
    cluster = document["trireme:cluster"]
    cluster["node"] = [node for node in cluster["node"] if node["name"] == "r1"]
    nodes.slow(document)


class Connection:
    """One connection to the broker, as a user of the machine."""

    def __init__(self, path, uid=0, seconds=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        before = os.getcwd()
        # By a short path: nobody else may pass through the lab's folders.
        os.chdir(path.parent)
        os.seteuid(uid)
        try:
            self.socket.connect(path.name)
        finally:
            os.seteuid(0)
            os.chdir(before)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        self.socket.sendall(HEAD.pack(len(text)) + text)

    def receive(self):
        """The next answer as text; None: the broker has ended the connection."""
        (size,) = HEAD.unpack(self._exactly(HEAD.size) or b"\0\0\0\0")
        return self._exactly(size) if size else None

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            try:
                more = self.socket.recv(min(size - len(data), 1 << 20))
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            data += more
        return data

    def ask(self, request):
        self.send(json.dumps(request).encode())
        answer = self.receive()
        return answer and json.loads(answer)


class Machine:
    """The node. Use as a context manager. `change` makes the document; further nodes run as members, without an API."""

    def __init__(self, logs, change=alone):
        self.cluster = nodes.Nodes(logs, change)
        self.node = self.cluster["r1"]
        self.answers = []  # of all requests, as text
        try:
            self.node.add_users()
            for node in self.cluster.nodes.values():
                node.start()
            # A folder without a bpf file system: no data path, whatever this machine has mounted.
            self.start("engine", "--bpf", "/run")
            self.start("health")
            self.start_broker()
            self.start_broker("second", "second")
            processes.wait_for("the cluster to decide", lambda: self.config().get("current"), 30)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.cluster.close()

    # -- programs

    def start(self, daemon, *switches):
        self.node.spawn(daemon, nodes.BIN / f"trireme-{daemon}", "--yang", nodes.YANG, *switches, "--foreground")

    def start_broker(self, name="api", at="broker"):
        path = f"/run/trireme/{at}"
        self.node.spawn(name, nodes.BIN / "trireme-api", "--yang", nodes.YANG, "--data", self.data, "--socket", path, "--foreground")
        processes.wait_for("the broker", lambda: self.node.daemons[name].poll() is None and (self.run / at).exists(), 30)

    @property
    def data(self):
        return self.node.root / "data/trireme"

    @property
    def run(self):
        return self.node.root / "run/trireme"

    @property
    def socket(self):
        return self.run / "broker"

    @property
    def second(self):
        """Of another broker that has nothing in common with the first one but the cluster's key, as another router's."""
        return self.run / "second"

    def pid(self):
        return self.node.daemons["api"].pid

    def log(self):
        return self.node.log("api")

    # -- requests

    def ask(self, op, credential=None, origin="192.0.2.1", at=None, **members):
        """One request on a connection of its own, as the front would send it that has this credential; the whole answer."""
        request = {"op": op, "from": origin, **members}
        if credential:
            request["credential"] = credential
        user = "trireme-api" if credential and "uid" in credential else "trireme-web"
        with Connection(at or self.socket, USERS[user]) as connection:
            answer = connection.ask(request)
        self.answers.append(json.dumps(answer))
        return answer

    def well(self, op, credential=None, **members):
        """The same, which must be no error."""
        answer = self.ask(op, credential, **members)
        assert "error" not in answer, f"{op} {members}: {answer}"
        return answer

    def refused(self, op, credential=None, **members):
        """The same, which must be one; tag and app-tag, and the whole error."""
        answer = self.ask(op, credential, **members)
        assert "error" in answer, f"{op} {members}: {answer}"
        return answer["error"]["tag"], answer["error"].get("app-tag"), answer["error"]

    def get(self, target="", credential=ROOT, what="running", **members):
        return self.well("get", credential, target=target, what=what, **members)

    def write(self, method, target, value=None, credential=ROOT, what="running", **members):
        if value is not None:
            members["value"] = value
        return self.well("write", credential, method=method, target=target, what=what, **members)

    def call(self, rpc, credential=ROOT, /, **values):
        """An RPC; its output."""
        return self.well("rpc", credential, name=rpc, input=values)["output"]

    def state(self, credential=ROOT):
        return self.well("state", credential, target="")["state"]["trireme-api:state"]

    def config(self):
        """What the state says of the configuration; nothing when it cannot be asked."""
        return self.state().get("configuration", {})

    def user(self, name, role, password=PASSWORD):
        """Makes or changes a user; returns his credential."""
        self.write("PUT", f"/trireme:access/user={name}",
                   {"trireme:user": [{"name": name, "role": role, "password": f"$0${password}"}]})
        return {"user": name, "password": password}


def nothing_secret_was_told(machine, secrets):
    """In the end: all that was ever answered, the audit and the logs have none of the secrets that there were."""
    hashes = re.findall(rb"\$y\$[./A-Za-z0-9$]+", (machine.node.root / "run/trireme/access.image").read_bytes())
    assert hashes, "the image that the broker reads has them"
    answers = "\n".join(machine.answers)
    secrets = [*secrets, *(found.decode() for found in hashes)]
    tokens = set(re.findall(r"[st]1\.[A-Za-z0-9_.-]{40,}", answers))
    assert len(tokens) >= 5
    places = {"log": machine.log(), "config": machine.node.log("config")}
    for name in ("audit", "audit.old"):
        if (machine.data / name).exists():
            places[name] = (machine.data / name).read_text()
    for place, text in places.items():
        for secret in [*secrets, *tokens]:
            assert secret not in text, f"{place} has {secret[:12]}..."
    for secret in secrets:
        assert secret not in answers, f"an answer has {secret[:12]}..."
    assert "$hidden$" in answers, "secrets were asked for"
