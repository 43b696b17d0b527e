"""The demonstration cluster natively: routers and witness as namespaces with the real corosync and the real
daemons, their configuration derived by the real trireme-config. No image, no QEMU.

    prober ── pub ═══ r1, r2, w       pub  203.0.113.0/24 (eth0)
           └─ priv ══                 priv 10.77.0.0/24   (eth1)

`switch` holds the bridges pub and priv; a node's cables end there as NODE-0 (pub) and NODE-1 (priv). Each node has
a /run, /dev/shm and /etc/corosync of its own.
"""
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

from . import config_client, faults, netns, processes, prober

TOP = Path(__file__).resolve().parents[2]
BIN = TOP / "build/services/bin"
YANG = TOP / "services/schema"
API_YANG = f"{YANG}:{TOP}/services/api"
# Of the image: rootfs/overlay/etc/passwd.
USERS = {"trireme-health": 601, "trireme-web": 602, "trireme-api": 603, "trireme-auth": 604, "trireme-fence": 606,
         "trireme-resource": 607}
RELEASE = (BIN / "trireme-config", YANG)  # of the config service, and its model
DOCUMENT = TOP / "services/schema/examples/demo.json"
NETWORKS = ("pub", "priv")
PROBERS = {"pub": "203.0.113.250", "priv": "10.77.0.250"}  # where the prober asks from
# Slower than a product's 500/600: a test machine that does other things as well must not look like a lost node.
TIMING = {"profile": "custom", "token": 1000, "consensus": 1200, "heartbeat": 50}
LEASES = {"standard": 1.330, "fast": 0.560, "custom": 2.590}  # s: L by services/agent/lease.c, custom is TIMING


def slow(document):
    """A change for Nodes: the timing that a busy machine bears."""
    document["trireme:cluster"]["timing"] = dict(TIMING)


def dual(document):
    """A change for Nodes: floating addresses of IPv6 beside those of IPv4, on both ports."""
    document["trireme:alias-group"][0]["ipv6-alias"] = [{"address": "2001:db8:113::10", "port": "eth0"},
                                                        {"address": "fd00:77::1", "port": "eth1"}]


def aliases_of(group):
    """label -> alias of a group; one of IPv6, which has no label, by its address."""
    return {alias.get("label", alias["address"]): alias for alias in group["alias"] + group.get("ipv6-alias", [])}


def port_of(alias):
    """The port that an alias is on."""
    return alias["label"].partition(":")[0] if "label" in alias else alias["port"]


class Node:
    """One machine: its namespaces, and the daemons that run in it."""
    engine = ""  # no forwarding engine runs there: the agent does not look for its sign of life

    def __init__(self, cluster, name):
        self.cluster, self.lab, self.name = cluster, cluster.lab, name
        self.entry = next(node for node in cluster.document["trireme:cluster"]["node"] if node["name"] == name)
        self.id = self.entry["id"]
        self.root = self.lab.scratch / name
        self.logs = cluster.logs
        self.daemons = {}
        self.release = cluster.releases.get(name, RELEASE)
        self._networks()
        self._holder = self._mounts()
        self._configure()

    @property
    def ports(self):
        return sorted(self.entry["port"], key=lambda port: port["name"])

    def _networks(self):
        self.lab.namespace(self.name, {"ipv4.conf.all.arp_ignore": 1, "ipv4.conf.all.arp_announce": 2,
                                       "ipv4.conf.all.promote_secondaries": 1, "ipv4.ip_forward": 1})
        for number, (port, network) in enumerate(zip(self.ports, NETWORKS)):
            self.lab.link(self.name, port["name"], "switch", f"{self.name}-{number}", network, port["mac"])
            self.cluster.faults.add_port(f"{self.name}-{number}", port["mac"])
            self.lab.run(self.name, "ip", "addr", "add", f"{port['address']}/{port['prefix-length']}", "dev",
                         port["name"])

    def _mounts(self):
        """A process that keeps the node's mounts; the folder `root` shows them from outside."""
        for folder in ("sys", "run/trireme", "run/corosync", "data", "var/lib", "var/log", "seed"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        script = ("mount -t tmpfs -o size=256m none /dev/shm; mount -t sysfs none $0/sys; mount --bind $0/var/lib /var/lib/corosync;"
                  "mount --bind $0/var/log /var/log/corosync; mkdir -p /etc/corosync;"
                  "mount --bind $0/run/corosync /etc/corosync; mount --bind $0/run /run; mkdir -p /run/bpf;"
                  "mount -t bpf none /run/bpf; hostname $1;"
                  "echo ready; exec sleep 1000000")
        holder = self.lab.spawn(self.name, "unshare", "-m", "-u", "--propagation", "private", "sh", "-ec", script,
                                self.root, self.name, stdout=subprocess.PIPE, text=True)
        if holder.stdout.readline() != "ready\n":
            raise RuntimeError(f"the mounts of {self.name} could not be made")
        return holder

    def _configure(self):
        (self.root / "seed/trireme.json").write_text(json.dumps(self.cluster.document))
        (self.root / "seed/authkey").write_bytes(self.cluster.key)
        self.load()

    def load(self):
        """What the machine does first at boot; returns what was said."""
        program, yang = self.release
        return self.run(program, "load", "--root", self.root, "--seed", self.root / "seed", "--yang", yang)

    # -- processes

    def command(self, *command):
        """The command line that runs `command` in the node; the process is the command itself."""
        return ["nsenter", f"--target={self._holder.pid}", "--mount", "--uts", "--net", "--", *map(str, command)]

    def run(self, *command, check=True, timeout=30):
        """Runs a short command in the node; returns what it printed."""
        done = subprocess.run(self.command(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, command))}: {done.stdout.strip()}")
        return done.stdout

    def spawn(self, daemon, *command):
        """Starts a daemon of the node; its words go to a file among the logs."""
        with (self.logs / f"{self.name}-{daemon}.log").open("a") as words:
            self.daemons[daemon] = processes.spawn(self.command(*command), stdout=words, stderr=subprocess.STDOUT)

    def start_corosync(self):
        for left in (self.root / "run").glob("corosync.pid"):
            left.unlink()
        self.run("sh", "-c", "rm -rf /dev/shm/qb-*")
        self.spawn("corosync", "corosync", "-f")

    def start_config(self):
        program, yang = self.release
        self.spawn("config", program, "run", "--root", self.root, "--yang", yang, "--foreground")

    def start_agent(self):
        self.spawn("agent", BIN / "trireme-agent", "--yang", YANG, "--bpf", "/run/bpf", "--engine", self.engine, "--foreground")

    def add_users(self):
        """A passwd(5) and a group(5) of the node's own, for daemons that become another user."""
        for name, form in (("passwd", "{0}:x:{1}:{1}::/:/bin/false"), ("group", "{0}:x:{1}:")):
            lines = [line for line in Path(f"/etc/{name}").read_text().splitlines() if line.split(":")[0] not in USERS]
            lines += [form.format(user, number) for user, number in USERS.items()]
            (self.root / name).write_text("\n".join(lines) + "\n")
            self.run("mount", "--bind", self.root / name, f"/etc/{name}")

    def start_api(self):
        """The broker, and the front of the local socket: what `trireme` asks."""
        self.add_users()
        self.spawn("api", BIN / "trireme-api", "--yang", API_YANG, "--data", self.root / "data/trireme", "--foreground")
        self.spawn("web-local", BIN / "trireme-web", "local", "--yang", API_YANG, "--foreground")
        processes.wait_for(f"the API of {self.name}", (self.root / "run/trireme/api.sock").exists, 30, 0.05)

    def start_gate(self):
        """As at boot, before anything can be owned: every port gets the kernel's gate."""
        self.run(BIN / "trireme-gate", "--yang", YANG, "--bpf", "/run/bpf")

    def start(self):
        self.start_gate()
        self.start_corosync()
        self.start_config()
        self.start_agent()

    def switch_over(self):
        """Gives the group to the other router, as an operator does."""
        answer = self.ask("switchover", "main")
        if answer["error"]:
            raise RuntimeError(f"{self.name}: switch-over: {answer['message']}")

    def send_signal(self, daemon, number):
        self.daemons[daemon].send_signal(number)

    def kill(self, daemon, number=signal.SIGKILL):
        self.send_signal(daemon, number)
        self.daemons[daemon].wait(10)

    def cables(self, plugged, numbers=(0, 1)):
        """Pulls or plugs the node's cables at the switch: the node sees its carrier go."""
        for number in numbers:
            self.lab.run("switch", "ip", "link", "set", f"{self.name}-{number}", "up" if plugged else "down")

    def power_off(self):
        """Everything at once, without a last word: both networks lose the node in one instant, whatever ends later."""
        self.cluster.faults.silence(self.name)
        for daemon in self.daemons.values():
            processes.kill_tree(daemon)
        self.cables(False)
        for alias in self.cluster.aliases.values():
            length = 128 if ":" in alias["address"] else 32
            self.run("ip", "addr", "del", f"{alias['address']}/{length}", "dev", port_of(alias), check=False)
        (self.root / "run/trireme/agent.vote").unlink(missing_ok=True)
        self.run("sh", "-c", "rm -f /run/bpf/gate_*")
        for port in self.ports:
            self.run("tc", "qdisc", "del", "dev", port["name"], "clsact", check=False)

    def power_on(self):
        self.cluster.faults.heal()
        self.cables(True)
        self.start()

    def repair(self):
        """Whole again: cables plugged, everything running."""
        self.cluster.faults.heal()
        self.cables(True)
        for daemon, start in (("corosync", self.start_corosync), ("config", self.start_config),
                              ("agent", self.start_agent)):
            if self.daemons[daemon].poll() is None:
                self.send_signal(daemon, signal.SIGCONT)
            else:
                start()

    # -- looking at it

    def ready(self, owner):
        """Whether the node is off, or in a quorate view in which that one owns and the other routers are fit."""
        if "agent" not in self.daemons or self.daemons["agent"].poll() is not None:
            return True
        try:
            status = self.ask("status")
        except (RuntimeError, ValueError):
            return False
        unfit = [entry["name"] for entry in status["nodes"] if entry["present"] and not entry["witness"] and not entry["fit"]]
        return status["quorum"] == 2 and status["groups"][0]["owner"] == self.cluster[owner].id and not unfit

    def labels(self):
        """Labels of the floating addresses that are on the node's ports now; IPv6 addresses themselves."""
        shown = json.loads(self.run("ip", "-json", "addr", "show"))
        known = {alias["address"]: label for label, alias in self.cluster.aliases.items()}
        return {entry.get("label", entry["local"]) for link in shown for entry in link["addr_info"]
                if entry.get("local") in known and entry["prefixlen"] in (32, 128)}

    def ask(self, request, *words):
        """Asks the agent by its socket; returns what ask_agent.py printed as JSON."""
        return json.loads(self.run("/usr/bin/python3", Path(__file__).with_name("ask_agent.py"), request, *words))

    def config(self, session=None):
        """Somebody who asks the node's config service."""
        return config_client.ConfigClient(self, session or self.name)

    def config_state(self):
        """What the config service says of itself, or nothing when it does not answer."""
        return self.config().state()

    def trireme(self, *words, code=0):
        """Runs the trireme command in the node, which asks its API (start_api()); returns what it printed."""
        done = subprocess.run(self.command(BIN / "trireme", *words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, stdin=subprocess.DEVNULL, check=False)
        if code is not None and done.returncode != code:
            raise RuntimeError(f"{self.name}: trireme {' '.join(map(str, words))}: {done.returncode}, {done.stdout.strip()}")
        return done.stdout

    def log(self, daemon="agent"):
        path = self.logs / f"{self.name}-{daemon}.log"
        return path.read_text() if path.exists() else ""


class Nodes:
    """The cluster. `change` may alter the document before it is used; `releases` says which nodes run another RELEASE;
    `node` is another class than Node, of machines that run something else."""

    def __init__(self, logs, change=None, releases=None, node=Node):
        processes.come_first()
        self.document = json.loads(DOCUMENT.read_text())
        if change:
            change(self.document)
        self.releases = releases or {}
        self.key = os.urandom(256)
        self.logs = Path(logs)
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        self.lab = netns.Lab()
        try:
            self.lab.namespace("switch")
            self.lab.namespace("prober")
            self.faults = faults.Faults(self.lab, "switch")
            for network in NETWORKS:
                self.lab.bridge("switch", network)
                self.lab.link("prober", network, "switch", f"prober-{network}", network)
                self.lab.run("prober", "ip", "addr", "add", f"{PROBERS[network]}/24", "dev", network)
            names = [entry["name"] for entry in self.document["trireme:cluster"]["node"]]
            self.nodes = {name: node(self, name) for name in names}
        except BaseException:
            self.lab.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getitem__(self, name):
        return self.nodes[name]

    def close(self):
        """Ends everything and leaves nothing but the logs."""
        self.lab.close()

    @property
    def lease(self):
        """How long, in s, an owner may serve that nobody hears any more."""
        return LEASES[self.document["trireme:cluster"].get("timing", {}).get("profile", "standard")]

    @property
    def aliases(self):
        """label -> alias, over all groups; one of IPv6 by its address."""
        return {label: alias for group in self.document["trireme:alias-group"] for label, alias in aliases_of(group).items()}

    def group_labels(self, group="main"):
        entry = next(entry for entry in self.document["trireme:alias-group"] if entry["name"] == group)
        return set(aliases_of(entry))

    def addresses(self, group="main"):
        """Floating addresses of a group."""
        return [self.aliases[label]["address"] for label in self.group_labels(group)]

    def start(self, names=None):
        for name in names or self.nodes:
            self.nodes[name].start()

    def probe(self, echo=False, period_ms=prober.PERIOD_MS):
        """A prober on both networks, by ARP and, if told so, by echo; use as a context manager."""
        names = {port["mac"]: node.name for node in self.nodes.values() for port in node.ports}
        networks = {"eth0": "pub", "eth1": "priv"}
        targets = {alias["address"]: networks[port_of(alias)] for alias in self.aliases.values()}
        return prober.Prober(self.lab, "prober", targets, names, self.logs, PROBERS if echo else None, period_ms)

    def holders(self, group="main"):
        """Nodes that have any alias of the group on a port."""
        return [name for name, node in self.nodes.items() if node.labels() & self.group_labels(group)]

    def wait_owner(self, among=None, seconds=30, group="main"):
        """Waits until exactly one node holds the whole group; returns its name."""
        among = among or self.nodes

        def one():
            holding = self.holders(group)
            if len(holding) == 1 and holding[0] in among:
                if self.nodes[holding[0]].labels() >= self.group_labels(group):
                    return holding[0]
            return None
        return processes.wait_for(f"one owner of {group} among {', '.join(among)}", one, seconds)

    def wait_current(self, names=None, seconds=30):
        """Waits until these nodes (default: all) have the same revision, agreed on; returns its number."""
        def same():
            states = [self.nodes[name].config_state() for name in names or self.nodes]
            numbers = {state.get("revision") for state in states}
            settled = all(state.get("current") and state.get("open") for state in states)
            return numbers.pop() if settled and len(numbers) == 1 else None
        return processes.wait_for("the same revision everywhere", same, seconds, 0.1)

    def wait_ready(self, owner, seconds=30):
        """Waits until every running node is in a quorate view and the routers but the owner are standby."""
        def ready():
            return all(node.ready(owner) for node in self.nodes.values())
        return processes.wait_for("every node ready", ready, seconds, 0.1)
