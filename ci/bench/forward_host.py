"""The parts of bench forward that run in namespaces of this machine, everything on one processor; and what they have in common with overload."""
import json
import statistics
import subprocess

from forward_lab import Network, check, forwarding, nft, nftlb
from lab import netns

CPU = 1
ROUNDS, BURSTS = 3, 5
FRAMES, FRAMES_NEW = 131072, 65536  # of a burst; the new ones of all bursts fit into the default table of connections
FEW, MANY, COLD = 1024, 131072, 65536  # flows
KINDS = {"1k": ("udp", FEW), "131k": ("udp", MANY), "new": ("udp-new", 1), "reply_1k": ("udp-reply", FEW), "reply_131k": ("udp-reply", MANY),
         "tcp_1k": ("tcp", FEW), "tcp_reply_1k": ("tcp-reply", FEW)}
RUNS, RUNS_NEW = 1 << 20, 1 << 16
HELD = 1040000


class Router:
    """A network of namespaces with something in its middle, and bench-forward beside it."""

    def __init__(self, tool, commands):
        """commands: of a Network and a scratch folder, (namespace, words)."""
        self.lab = netns.Lab()
        for name in "crs":
            self.lab.namespace(name)
        self.network = Network(self.lab.prefix, str(tool))
        for namespace, words in [*self.network.build(), *commands(self.network, self.lab.scratch)]:
            if namespace:
                self.lab.run(namespace, *words)
            else:
                self.say(words)

    def say(self, words):
        """Runs a command outside of the namespaces; what it printed."""
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def forget(self):
        """No flow is known any more."""
        self.say([self.network.tool, "clear", self.network.port("a")])

    def measure(self, kind, flows, seconds=None):
        fresh = kind.endswith("-new")
        if fresh:
            self.forget()
        return json.loads(self.say(self.network.measure(kind, flows, FRAMES_NEW if fresh else FRAMES, BURSTS, CPU, seconds)))


def within(commands):
    return lambda network, scratch: [("r", words) for words in commands]


ROUTERS = {
    "base": lambda network, scratch: network.base(),
    "floor": lambda network, scratch: network.floor(),
    "nat": lambda network, scratch: network.ours("nat"),
    "direct": lambda network, scratch: network.ours("direct"),
    "forwarding": within(forwarding()),
    "nft": within(nft()),
    "nftlb": lambda network, scratch: [("r", words) for words in nftlb(scratch)],
}


def routers(tool, names):
    return {name: Router(tool, ROUTERS[name]) for name in names}


def close(each):
    for router in each.values():
        router.lab.close()


def lossless(tool):
    """{router: {kind: ns of a frame, round by round}}: all routers in turn, ROUNDS times; of a round's bursts the quickest."""
    each = routers(tool, ROUTERS)
    found = {name: {kind: [] for kind in KINDS} for name in ROUTERS}
    for _ in range(ROUNDS):
        for kind, (words, flows) in KINDS.items():
            for name, router in each.items():
                if name == "direct" and "reply" in kind:
                    continue  # answers do not come this way
                said = check(f"{name} {kind}", router.measure(words, flows), name != "base")
                found[name][kind].append(min(said["ns"]))
    close(each)
    return found


def testrun(tool):
    """{kind and flows: ns by BPF_PROG_TEST_RUN, run by run}."""
    each = routers(tool, ("nat", "direct"))
    found = {}
    for name, kind, all_flows in (("nat", "udp", (1, FEW, COLD)), ("nat", "udp-reply", (1, FEW, COLD)), ("nat", "tcp", (1, FEW, COLD)),
                                  ("nat", "tcp-reply", (1, FEW, COLD)), ("nat", "udp-new", (1,)), ("nat", "tcp-new", (1,)),
                                  ("nat", "udp-miss", (1, FEW, COLD)), ("direct", "udp", (1, FEW, COLD)), ("direct", "udp-new", (1,))):
        network = each[name].network
        for flows in all_flows:
            runs = RUNS_NEW if kind.endswith("-new") else RUNS
            words = [network.tool, "testrun", network.port("a"), network.port("b"), kind, str(flows), str(runs), "7", str(CPU)]
            found[f"{name} {kind} {flows}"] = json.loads(each[name].say(words))["ns"]
    close(each)
    return found


def held(tool):
    """What bench-forward says of a table that is filled through the data path."""
    each = routers(tool, ("nat",))
    said = json.loads(each["nat"].say([str(tool), "held", each["nat"].network.port("a"), str(HELD), str(CPU)]))
    close(each)
    return said


def net(found, name, kind):
    """Median over the rounds, less that of what is no router's."""
    return statistics.median(found[name][kind]) - statistics.median(found["base"][kind])
