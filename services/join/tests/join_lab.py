"""Joining in the lab: nodes of the demonstration cluster with real corosync, and a machine that has nothing yet."""
import contextlib
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first

BIN = TOP / "build/services/bin"
TESTS = TOP / "build/services/tests"
PORT = 5410
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
QUICK = 1.0  # seconds after which a packet that has not come will not come


class Program:
    """A program of a node whose words are read while it runs."""

    made = []

    @classmethod
    def running(cls):
        return [program for program in cls.made if program.process.poll() is None]

    def __init__(self, node, log, *command, stdin=None):
        self.made.append(self)
        self.log = node.logs / log
        with self.log.open("w") as words:
            self.process = processes.spawn(node.command(*command), stdout=words, stderr=words,
                                           stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL)
        if stdin is not None:
            # Before it reads, it may have ended for a reason of its own, which is what `end` then tells.
            with contextlib.suppress(BrokenPipeError), self.process.stdin as pipe:
                pipe.write(stdin.encode())

    def said(self):
        return self.log.read_text()

    def wait_for(self, pattern, seconds=20):
        """What the first group of the pattern is in what it has said."""
        def find():
            found = re.search(pattern, self.said())
            if not found and self.process.poll() is not None:
                raise AssertionError(f"{pattern}: ended with {self.process.returncode}: {self.said()}")
            return found
        return processes.wait_for(pattern, find, seconds)[1]

    def end(self, code, seconds=60):
        """What it has said, when it has ended with this exit code."""
        ended = self.process.wait(seconds)
        assert ended == code, self.said()
        return self.said()


def open_for(node, *words, program=BIN / "trireme-join"):
    """trireme-join open on a node; the program and the code."""
    opened = Program(node, f"{node.name}-open.log", program, "open", *words, "--root", node.root)
    return opened, opened.wait_for(r"code: (\S+)\n")


def refused(node, *words):
    """What `open` says that does not let anybody in."""
    return node.run(BIN / "trireme-join", "open", *words, "--root", node.root, check=False)


def join_to(node, address, code, *words, program=BIN / "trireme-join", stdin=None):
    given = [code] if code else []
    return Program(node, f"{node.name}-to.log", program, "to", address, *given, *words, "--root", node.root, "--yang", nodes.YANG,
                   stdin=stdin)


PASSPHRASE = "correct horse battery"


def make_backup(node, path):
    Program(node, f"{node.name}-backup.log", BIN / "trireme-backup", "create", path, "--root", node.root,
            stdin=PASSPHRASE + "\n").end(0)


def restore(node, path, *words, passphrase=PASSPHRASE):
    return Program(node, f"{node.name}-restore.log", BIN / "trireme-backup", "restore", path, *words, "--root", node.root, "--yang",
                   nodes.YANG, stdin=passphrase + "\n")


def start_engine(node):
    """It guards the ports of a member; IPVS and a data path of its own are not needed."""
    node.spawn("engine", BIN / "trireme-engine", "--yang", nodes.YANG, "--bpf", "/run", "--foreground")
    processes.wait_for("the firewall", lambda: "firewall set" in node.log("engine"), 30)


def end_all(node):
    for name in sorted(node.daemons):
        if node.daemons[name].poll() is None:
            node.kill(name, signal.SIGKILL)


def make_new(node, number):
    """The node is a machine as it comes from the factory, with other network cards; its private port has an address."""
    end_all(node)
    for folder in ("data/trireme", "run/trireme", "run/corosync"):
        for path in (node.root / folder).glob("*"):
            path.unlink()
    return [set_mac(node, port["name"], f"02:00:00:00:{number:02x}:{place:02x}") for place, port in enumerate(node.ports)]


def set_mac(node, port, mac):
    node.run("ip", "link", "set", "dev", port, "address", mac)
    return mac


def boot(node):
    """As a machine does that is started again: it puts in place what it has, then its services run."""
    node.run(BIN / "trireme-config", "load", "--root", node.root, "--yang", nodes.YANG)
    node.start()


def kept(node):
    """Everything that a machine keeps: name -> bytes."""
    data = node.root / "data/trireme"
    return {str(path.relative_to(data)): path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


def node_of(document, name):
    return next(entry for entry in document["trireme:cluster"]["node"] if entry["name"] == name)


def macs(document, name):
    return [port.get("mac") for port in node_of(document, name)["port"]]


# -- codes made by hand (services/join/code.h)

def multiply(value):
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def with_checks(data):
    """21 values of data as a code."""
    groups = []
    for number in range(3):
        part = data[7 * number:7 * number + 7]
        for check in range(32):
            total = 0
            for value in reversed([*part, check]):
                total = multiply(total) ^ value
            if total == number + 1:
                groups.append("".join(ALPHABET[value] for value in [*part, check]))
    return "-".join(groups)


def data_of(code):
    return [ALPHABET.index(c) for group in code.split("-") for c in group[:7]]


def with_other_pin(code):
    data = data_of(code)
    data[0] ^= 1
    return with_checks(data)


def with_other_secret(code):
    data = data_of(code)
    data[-1] ^= 1
    return with_checks(data)


def secret_of(code):
    bits = "".join(f"{value:05b}" for value in data_of(code))
    return int(bits[64:], 2).to_bytes(6, "big")


# -- the network

def reach(lab, name, address, bound=None):
    """What becomes of a connection to the joining port: 'accepted', 'refused' or 'nothing'."""
    with lab.inside(name):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with made:
        made.settimeout(QUICK)
        if bound:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, bound.encode())
        try:
            made.connect((address, PORT))
            return "accepted"
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "nothing"


class Cable(threading.Thread):
    """Passes one connection on to the member, and breaks it after so many bytes of the member's, or, where a test says `loosen`,
    once the new machine has said something after them: what the member answers is lost."""

    def __init__(self, lab, name, address, member, size, loosen=None):
        super().__init__(daemon=True)
        self.size, self.loosen = size, loosen
        self.held = threading.Event()
        with lab.inside(name):
            self.listener = socket.create_server((address, PORT))
            self.member = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.to = (member, PORT)
        self.start()

    def run(self):
        self.member.connect(self.to)
        machine, _ = self.listener.accept()
        with machine, self.member, self.listener:
            self.pass_on(machine)

    def pass_on(self, machine):
        came = 0
        while True:
            ready, _, _ = select.select([machine, self.member], [], [], 20)
            if machine in ready:
                data = machine.recv(65536)
                if not data:
                    return
                self.member.sendall(data)
                if self.loosen and came >= self.size:
                    self.held.set()
                    self.loosen.wait(20)
                    return
            elif self.member in ready:
                data = self.member.recv(65536)
                machine.sendall(data if self.loosen else data[:self.size - came])
                came += len(data)
                if not data or (came >= self.size and not self.loosen):
                    return
            else:
                return


class InBetween(threading.Thread):
    """A machine with a certificate of its own that answers in the member's place, and passes on what it hears."""

    def __init__(self, lab, name, address, folder):
        super().__init__(daemon=True)
        key, certificate = folder / "between.key", folder / "between.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", certificate, "-subj", "/CN=between", "-days", "1"], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        with lab.inside(name):
            self.listener = socket.create_server((address, PORT))
        self.raw, self.plain, self.problem = b"", b"", None
        self.start()

    def run(self):
        connection, _ = self.listener.accept()
        with connection:
            connection.settimeout(10)
            try:
                self.talk(connection)
            except (ssl.SSLError, OSError) as problem:
                self.problem = str(problem)

    def talk(self, connection):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(incoming, outgoing, server_side=True)
        step = tls.do_handshake
        while True:
            try:
                step()
                step = self.listen_to(tls)
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                data = connection.recv(65536)
                self.raw += data
                if not data:
                    raise OSError("closed") from None
                incoming.write(data)

    def listen_to(self, tls):
        def read():
            data = tls.read(65536)
            if not data:
                raise OSError("closed")
            self.plain += data
        return read
