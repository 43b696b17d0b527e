"""Where a leaf's value is seen: three routers with the real corosync, config services and agents, and on r1 all other
daemons. Names of places are those of leaves.py; looking at one gives text.

    prober 10.77.0.101: real servers and data sources at ports 8001 to 8014 ---- priv ==== r1, r2, w
"""
import base64
import collections
import json
import os
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import loading, nodes, processes  # noqa: E402 - the path must be set first

LOGS = TOP / "build/test/labs/leaves"
ASK = TOP / "ci/lab/ask_config.py"
ASK_DAEMONS = TOP / "build/services/tests/ask_daemons"
SHOW_ACCESS = nodes.BIN.parent / "tests/show_access"
FIREWALL = ("nft", "--stateless", "--numeric-protocol", "--numeric-priority", "list", "table", "inet", "trireme")
REAL = "10.77.0.101"
OPEN, MUTE = (8001, 8003, 8011, 8013, 8014), "8002, 8012"
DOORS = f"""table ip doors {{
	counter refused {{ }}
	set shut {{ type inet_service; }}
	chain in {{
		type filter hook input priority 0;
		tcp dport {{ {MUTE} }} drop
		tcp dport @shut counter name refused reject with tcp reset
	}}
}}"""
WINDOW = 1.1  # seconds in which checks are looked at


class Api:
    """One client of r1's config service."""

    def __init__(self, node):
        self.process = processes.spawn(node.command("/usr/bin/python3", ASK), stdin=-1, stdout=-1, text=True)

    def ask(self, op, **members):
        self.process.stdin.write(json.dumps({"op": op, "session": "leaves", **members}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())[2]
        assert "error" not in answer, answer["error"]
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Doors(threading.Thread):
    """Accepts and closes, and notes when; a door can be shut, then connections are refused and counted."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.lab, self.seen = lab, collections.deque(maxlen=4096)
        lab.run("prober", "ip", "addr", "add", f"{REAL}/24", "dev", "priv")
        self._nft(DOORS)
        self.selector = selectors.DefaultSelector()
        with lab.inside("prober"):
            for port in OPEN:
                self.selector.register(socket.create_server((REAL, port), backlog=64), selectors.EVENT_READ, port)
        self.start()

    def _nft(self, commands):
        return self.lab.run("prober", "nft", "-j", commands)

    def run(self):
        while True:
            for key, _ in self.selector.select():
                key.fileobj.accept()[0].close()
                self.seen.append((time.monotonic(), key.data))

    def since(self, port, when):
        return [at for at, to in list(self.seen) if to == port and at >= when]

    def shut(self, port):
        self._nft(f"reset counter ip doors refused; add element ip doors shut {{ {port} }}")

    def open(self, port):
        self._nft(f"delete element ip doors shut {{ {port} }}")

    def refused(self):
        listed = json.loads(self._nft("list counter ip doors refused"))["nftables"]
        return next(entry["counter"]["packets"] for entry in listed if "counter" in entry)


class Machine:
    """r1 of a cluster with a document; `put` gives it another one."""

    def __init__(self, change):
        self.cluster = nodes.Nodes(LOGS, change)
        self.base = self.document = self.cluster.document
        self.lab, self.r1 = self.cluster.lab, self.cluster["r1"]

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.cluster.close()
            raise
        return self

    def _start(self):
        self.lab.link("r1", "eth2", "switch", "r1-2")
        for node in self.cluster.nodes.values():
            node.start()
        self.doors = Doors(self.lab)
        self.r1.spawn("system", nodes.BIN / "trireme-system", "run", "--yang", nodes.YANG, "--foreground")
        for daemon in ("engine", "health"):
            self.r1.spawn(daemon, nodes.BIN / f"trireme-{daemon}", "--yang", nodes.YANG, "--foreground")
        # As its supervisor does: whenever it ends it is started again.
        self.r1.spawn("watchdog", "sh", "-c", f": >/run/dog; while :; do {nodes.BIN}/trireme-watchdog --device /run/dog --yang {nodes.YANG} "
                                              "--foreground; sleep 0.2; done")
        owner = self.cluster.wait_owner(("r1", "r2", "w"))
        self.cluster.wait_ready(owner)
        self.cluster.wait_current()
        processes.wait_for("good checks", lambda: self.state_of("moody") == self.state_of("wavering") == "up", 30)
        self.api = Api(self.r1)
        self.before = {place: self.look(place) for place in PLACES}

    def __exit__(self, *_):
        self.api.close()
        self.cluster.close()

    def put(self, document):
        """Commits it, as somebody at r1."""
        self.document = document
        self.api.ask("edit", document=document)
        self.api.ask("commit")

    def look(self, place):
        return PLACES[place](self)

    def status(self):
        return self.r1.run(ASK_DAEMONS)

    def state_of(self, name):
        """Of the service's real server, or of the data source."""
        status = json.loads(self.status())
        for service in status["service"]:
            if service["name"] == name:
                return service["real-server"][0]["health"]
        return next((source["state"] for source in status["data-source"] if source["name"] == name), None)


def at_boot(machine):
    """Of a machine with r1's network cards that starts with the document."""
    with tempfile.TemporaryDirectory() as folder:
        booted = loading.Machine(Path(folder))
        booted.cards("52:54:00:77:01:00", "52:54:00:77:01:01")
        booted.seed_with(machine.document)
        booted.load()
        return "".join([f"node: {booted.read('run/trireme/node').decode()}", booted.read("run/trireme/ports.rules").decode(),
                        booted.read("run/corosync/corosync.conf").decode()])


def ring(machine):
    """What the running corosync has taken, and its key."""
    key = base64.b64encode((machine.r1.root / "run/corosync/authkey").read_bytes()).decode()
    return machine.r1.run("corosync-cmapctl") + f"authkey {key}\n"


def agent(machine):
    lease = [line for line in machine.r1.log("agent").splitlines() if "a lease runs for" in line][-1]
    try:
        status = machine.r1.ask("status")
    except RuntimeError:
        return ""  # it starts anew
    said = [f"{node['name']}: {node['reason']}" for node in status["nodes"]]
    said += [f"group {group['name']}: r{group['owner']}" for group in status["groups"]]
    return "\n".join([lease[lease.index("a lease"):], *said])


def successor(machine):
    """To whom the owner gives the group."""
    owner = machine.cluster.wait_owner()
    others = set(machine.cluster.nodes) - {owner}

    def moved():
        try:
            machine.r1.ask("switchover", "main")
            return machine.cluster.wait_owner(others, 3)
        except (RuntimeError, TimeoutError):
            return None  # an agent starts anew
    return f"{owner} gives to {processes.wait_for('a successor', moved, 20, 0.2)}"


def addresses(machine):
    return "".join(node.run("sh", "-c", "ip -o link && ip -o addr") for node in machine.cluster.nodes.values())


def files(machine):
    folder = machine.r1.root / "run/trireme"
    return "".join((folder / name).read_text() for name in ("resolv.conf", "ntp", "syslog")) + \
        f"zone {os.readlink(folder / 'localtime')}\n"


def checks(machine):
    """How often each door is tried."""
    def pace(port):
        times = machine.doors.since(port, time.monotonic() - WINDOW)
        gaps = [after - before for before, after in zip(times, times[1:])]
        if len(gaps) > 1:
            return f"every {round(statistics.median(gaps), 1) * 1000:.0f} ms"
        return "seldom" if times else "never"
    return "\n".join(f"{port} {pace(port)}" for port in OPEN)


def verdicts(name, port):
    """How many bad checks mean down, how many good ones up."""
    def look(machine):
        def wait(state):
            processes.wait_for(f"{name} {state}", lambda: machine.state_of(name) == state, 30, 0.01)
        wait("up")
        machine.doors.shut(port)
        wait("down")
        bad, opened = machine.doors.refused(), time.monotonic()
        machine.doors.open(port)
        wait("up")
        return f"{port} down after {bad}\n{port} up after {len(machine.doors.since(port, opened))}"
    return look


PLACES = {
    "boot": at_boot,
    "ring": ring,
    "agent": agent,
    "watchdog": lambda machine: machine.r1.log("watchdog"),
    "successor": successor,
    "addresses": addresses,
    "routes": lambda machine: machine.r1.run("ip", "route") + machine.r1.run("ip", "-6", "route"),
    "files": files,
    "firewall": lambda machine: machine.r1.run(*FIREWALL),
    "access": lambda machine: machine.r1.run(SHOW_ACCESS, machine.r1.root / "run/trireme/access.image"),
    "shown": lambda machine: json.dumps(machine.api.ask("get"), separators=(",", ":")),
    "status": Machine.status,
    "checks": checks,
    "moody": verdicts("moody", 8003),
    "wavering": verdicts("wavering", 8013),
}
