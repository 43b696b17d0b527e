"""A large configuration, and what a node's kernel is told of it: for the benches that need one."""
import subprocess
import threading
import time
from pathlib import Path

from lab import nodes, processes

SERVICES, REALS = 500, 8
FIRST_PORT, NEW_PORT = 1000, 20000


def services(document):
    """500 services with 8 real servers each."""
    document["trireme:pool"] = [
        {"name": f"p{i}", "real-server": [{"name": f"web{k}", "address": f"10.77.0.{100 + k}", "port": 8000 + i,
                                           "weight": k + 1} for k in range(REALS)]} for i in range(SERVICES)]
    document["trireme:virtual-service"] = [
        {"name": f"s{i}", "address": "203.0.113.10", "port": FIRST_PORT + i, "method": "nat", "scheduler": "wrr",
         "pool": f"p{i}"} for i in range(SERVICES)]


class Monitor:
    """What nft says of the ruleset's changes in a node, each line with the time at which it was read."""

    def __init__(self, node):
        self.lines = []
        self.process = processes.spawn(node.command("stdbuf", "-oL", "nft", "--numeric-protocol", "monitor"),
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line))

    def wait(self, port, seconds=10):
        """When the port was added; None: not in time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            for at, line in list(self.lines):
                if line.startswith("add ") and str(port) in line:
                    return at
            time.sleep(0.002)
        return None


def start_engine(node):
    node.spawn("engine", nodes.BIN / "trireme-engine", "--yang", nodes.YANG, "--config",
               node.root / "run/trireme/config.image", "--bpf", "/run", "--foreground")


def wait_loaded(node, seconds=30):
    """Until the last service is in the node's kernel."""
    wanted = str(FIRST_PORT + SERVICES - 1)
    return processes.wait_for("all services in the kernel", lambda: wanted in node.run(
        "nft", "--numeric-protocol", "list", "table", "inet", "trireme", check=False), seconds, 0.02)


def resident_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return None
