"""Synchronisation of the routers under load: a whole table to one that joins, and heartbeats beside all that.

The cluster natively (ci/lab/nodes.py): corosync, agents and engines as in the image, all on the same private network.
"""
import json
import subprocess
import threading
import time
from pathlib import Path

import bench
import histogram
from lab import nodes, processes, ring

FLOWS = 1000000
IDLE_S, LOAD_S = 20, 10
LOOK_S = 0.2  # from one look at the lag to the next
HEADERS = 28 + 44  # of a message: IP and UDP, seal
OWNER, STANDBY = "r1", "r2"
REALS = ("10.77.0.101", "10.77.0.102", "10.77.0.103")
ASK = bench.TOP / "build/services/tests/ask_daemons"
TROUBLE = ("stats.srp.operational_token_lost", "stats.srp.mcast_retx", "stats.srp.rx_msg_dropped")


class Node(nodes.Node):
    """Its agent does not look at the engine, which finds no IPVS in the host's kernel and says so."""

    def start_engine(self):
        self.spawn("engine", nodes.BIN / "trireme-engine", "--yang", nodes.YANG, "--bpf", "/run/bpf", "--foreground")

    def sync(self):
        """What the engine says of synchronisation."""
        return json.loads(self.run(ASK))["synchronisation"]


def _document(document):
    """The service that bench-forward offers packets to; heartbeats come often, so that many are counted."""
    document["trireme:cluster"]["timing"] = {"profile": "custom", "token": 500, "consensus": 600, "heartbeat": 20}
    document["trireme:alias-group"][0]["alias"].append({"label": "eth0:3", "address": "203.0.113.100"})
    document["trireme:virtual-service"] = [{"name": "offered", "address": "203.0.113.100", "port": 80, "protocol": "udp", "method": "nat",
                                            "scheduler": "mh", "pool": "web", "health-check": {"type": "none"}}]


class Routers:
    """The cluster; the owner's engine runs and serves, the standby's does not run yet. Use as a context manager."""

    def __init__(self, tool):
        self.tool = tool
        self.cluster = nodes.Nodes(bench.OUT / "forward.sync.logs", _document, node=Node)
        self.owner, self.standby = self.cluster[OWNER], self.cluster[STANDBY]

    def __enter__(self):
        try:
            self._build()
        except BaseException:
            self.cluster.close()
            raise
        return self

    def __exit__(self, *_):
        self.cluster.close()

    def _build(self):
        lab = self.cluster.lab
        lab.namespace("web")
        lab.link("web", "eth0", "switch", "web-1", "priv")
        for address in REALS:
            lab.run("web", "ip", "addr", "add", f"{address}/24", "dev", "eth0")
        for node in (self.owner, self.standby):
            for number, port in enumerate(node.ports):
                # A veth's peer takes frames of XDP only with NAPI, which it has with GRO.
                lab.run(node.name, "ethtool", "-K", port["name"], "tx", "off", "gro", "on")
                lab.run("switch", "ethtool", "-K", f"{node.name}-{number}", "tx", "off", "gro", "on")
        self.cluster.start([OWNER, "w"])
        self.owner.start_engine()
        self.cluster.wait_owner([OWNER], 60)
        self.cluster.start([STANDBY])
        processes.wait_for("the owner to serve", lambda: self.offer(self.owner, 100)["flows"] == 100, 60, 0.5)
        processes.wait_for("the whole ring", lambda: ring.all_connected(self.cluster), 60, 0.2)

    def port(self, node):
        return f"{self.cluster.lab.prefix}{node.name}:eth0"

    def offer(self, node, flows, first=0, seconds=0):
        """Packets of so many flows; what bench-forward says of them and of the table, or of what went wrong."""
        done = subprocess.run([str(self.tool), "offer", self.port(node), str(first), str(flows), str(seconds)], capture_output=True,
                              text=True, timeout=seconds + 60, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {"flows": 0, "error": done.stderr}

    def held(self, node):
        """How many flows the node's table has."""
        return self.offer(node, 0)["flows"]

    def forget(self):
        for node in (self.owner, self.standby):
            subprocess.run([str(self.tool), "clear", self.port(node)], check=True, timeout=60)

    def echoes(self):
        """The owner's heartbeats so far, by how long it took until a quorum had confirmed them."""
        return self.owner.ask("status")["times"]["echo"]["counts"]

    def trouble(self):
        """What corosync of all nodes has counted of lost tokens, repeated messages and dropped ones."""
        found = {key: 0 for key in TROUBLE}
        for node in self.cluster.nodes.values():
            for key in TROUBLE:
                found[key] += int(node.run("corosync-cmapctl", "-m", "stats", key).rpartition("=")[2])
        return found


class Load(threading.Thread):
    """New flows at the owner, as many as one processor makes."""

    def __init__(self, routers):
        super().__init__()
        self.said, self._routers = None, routers

    def run(self):
        self.said = self._routers.offer(self._routers.owner, FLOWS, seconds=LOAD_S)


def _cpu_s(node):
    fields = Path(f"/proc/{node.daemons['engine'].pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _heartbeats(routers, during):
    """What `during` returns, and the owner's heartbeats meanwhile."""
    before = routers.echoes()
    found = during()
    return found, [now - then for now, then in zip(routers.echoes(), before)]


def _load(routers, look):
    load = Load(routers)
    load.start()
    seen = []
    while load.is_alive():
        seen.append(look())
        time.sleep(LOOK_S)
    load.join()
    if "error" in load.said:
        raise RuntimeError(f"sync: {load.said['error']}")
    return {**load.said, "seen": [one for one in seen if one is not None]}


def _is_whole(routers):
    peer = next(peer for peer in routers.owner.sync()["router"] if peer["name"] == STANDBY)
    return peer["present"] and peer["complete"]


def _join(routers):
    """The standby's engine starts, and has everything."""
    held = routers.offer(routers.owner, FLOWS)["flows"]
    before, began = routers.owner.sync(), time.monotonic()
    routers.standby.start_engine()
    processes.wait_for("the standby to be whole", lambda: _is_whole(routers), 120)
    seconds, after = time.monotonic() - began, routers.owner.sync()
    told = {key: int(after[key]) - int(before[key]) for key in ("records", "messages", "bytes", "full-transfers", "repeated", "unsent")}
    return {"held": held, "seconds": seconds, "told": told, "there": routers.held(routers.standby),
            "standby": routers.standby.sync()}


def _lag(routers):
    return [int(peer["lag"]) for peer in routers.owner.sync()["router"] if peer["name"] == STANDBY][0]


def _burst(routers):
    """As many new flows at once, of which the standby knows none: seconds until it has all of them, and how many."""
    routers.forget()
    held, began = routers.offer(routers.owner, FLOWS, first=FLOWS)["flows"], time.monotonic()
    processes.wait_for("the standby to have them", lambda: routers.held(routers.standby) >= held, 120, 0.2)
    return {"seconds": time.monotonic() - began, "held": held}


def measure(tool):
    """Heartbeats when nothing happens, with packets but nobody who listens, with a transfer, with packets and synchronisation."""
    with Routers(tool) as routers:
        time.sleep(2)
        memberships, trouble = ring.memberships(routers.cluster), routers.trouble()
        found = {}
        _, found["idle"] = _heartbeats(routers, lambda: time.sleep(IDLE_S))
        found["alone"], found["packets"] = _heartbeats(routers, lambda: _load(routers, lambda: None))
        found["join"], found["transfer"] = _heartbeats(routers, lambda: _join(routers))
        cpu = _cpu_s(routers.owner), _cpu_s(routers.standby)
        found["before"] = routers.owner.sync()
        found["load"], found["loaded"] = _heartbeats(routers, lambda: _load(routers, lambda: _lag(routers)))
        found["cpu_s"] = [now - then for now, then in zip((_cpu_s(routers.owner), _cpu_s(routers.standby)), cpu)]
        began = time.monotonic()
        processes.wait_for("the standby to be whole again", lambda: _is_whole(routers), 120)
        found["settle_s"], found["after"] = time.monotonic() - began, routers.owner.sync()
        found["burst"] = _burst(routers)
        found["standby"] = routers.standby.sync()
        found["memberships"] = {name: now - memberships[name] for name, now in ring.memberships(routers.cluster).items()}
        found["trouble"] = {key: now - trouble[key] for key, now in routers.trouble().items()}
        return found


def _at(values, share):
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def rows(found):
    join, load = found["join"], found["load"]
    told = join["told"]
    wire = told["bytes"] + told["messages"] * HEADERS
    yield bench.row("sync_full_transfer_s", round(join["seconds"], 2), "s", 10,
                    f"{join['held']} flows, from the start of the standby's engine until it has all; {join['there']} there")
    yield bench.row("sync_missing_flows", join["held"] - join["there"], "", 0, "of the owner's, when the standby says that it is whole")
    yield bench.row("sync_bytes_per_flow", round(wire / join["held"], 1), "B", None,
                    f"bytes of IP; {told['messages']} messages, {told['repeated']} of them again")
    yield bench.row("sync_rate_mib_s", round(wire / join["seconds"] / (1 << 20), 2), "MiB/s", 8.5, "at most 8 MiB/s of UDP, while it lasts")
    yield bench.row("sync_offered_kflows_s", round(load["sent"] / load["ns"] * 1e6), "1000/s", None, f"new flows for {LOAD_S} s", "higher")
    yield bench.row("sync_lag_p99_ms", _at(load["seen"], 0.99), "ms", 1000, f"oldest message not there yet, {len(load['seen'])} looks")
    yield bench.row("sync_settle_s", round(found["settle_s"], 2), "s", 10, "after these 10 s, until the standby has everything")
    yield bench.row("sync_burst_s", round(found["burst"]["seconds"], 2), "s", 10,
                    f"{found['burst']['held']} new flows at once, until the standby has them")
    yield bench.row("sync_owner_cpu_pct", round(found["cpu_s"][0] / LOAD_S * 100), "%", None, "the owner's engine during these 10 s")
    yield bench.row("heartbeat_membership_changes", sum(found["memberships"].values()), "", 0, "of corosync on three nodes, all the time")
    yield bench.row("heartbeat_tokens_lost", found["trouble"][TROUBLE[0]], "", 0,
                    f"messages sent again: {found['trouble'][TROUBLE[1]]}, dropped: {found['trouble'][TROUBLE[2]]}")
    for name in ("idle", "packets", "transfer", "loaded"):
        counts = found[name]
        yield bench.row(f"cpg_rtt_p50_{name}_ms", round(histogram.at(counts, 0.5), 2), "ms", None, f"n = {sum(counts)}")
        yield bench.row(f"cpg_rtt_p99_{name}_ms", round(histogram.at(counts, 0.99), 2), "ms", 40 if name == "loaded" else None,
                        "a heartbeat until a quorum has confirmed it")
    yield bench.row("cpg_rtt_p99_ratio", round(histogram.at(found["loaded"], 0.99) / histogram.at(found["idle"], 0.99), 2), "", None,
                    "loaded over idle; the generator has one of two processors")
    yield bench.row("cpg_rtt_p99_sync_ratio", round(histogram.at(found["loaded"], 0.99) / histogram.at(found["packets"], 0.99), 2), "", None,
                    "with synchronisation over the same packets without")
