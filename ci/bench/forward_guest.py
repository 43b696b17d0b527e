"""Guest instructions per packet: the lab of bench forward in a guest of the image's kernel, where a nanosecond is an instruction."""
import json
import re
import shlex
import tempfile
from pathlib import Path

from forward_lab import Network, check, forwarding, ipvs, nft
from lab import guest

FLOWS, FRAMES, ROUNDS = 1024, 8192, 3
TOOL = "bench-forward"
KINDS = ("udp", "udp-reply", "udp-new", "tcp", "tcp-reply")


def routers():
    """What is measured: {name: how the router between is set up, as (namespace, words), for a network}."""
    def of(commands):
        return lambda network: [("r", words) for words in commands]
    return {
        "base": Network.base, "floor": Network.floor, "forwarding": of(forwarding()), "nft": of(nft()),
        "ipvs": of(ipvs()), "ipvs_direct": of(ipvs("-g")),
        "ours_nat": lambda network: network.ours("nat"), "ours_direct": lambda network: network.ours("direct"),
    }


def script(known, kinds):
    """The guest's only process."""
    yield "#!/bin/sh\n. /guest.sh\nmkdir -p /run/netns\nulimit -l unlimited"
    yield "mount -t bpf bpf /sys/fs/bpf"
    for number, (name, router) in enumerate(known.items()):
        network = Network(f"n{number}", TOOL)
        for letter in "crs":
            yield f"ip netns add {network.prefix}{letter}; ip netns exec {network.prefix}{letter} ip link set lo up"
        for namespace, words in [*network.build(), *router(network)]:
            within = f"ip netns exec {network.prefix}{namespace} " if namespace else ""
            yield f"{within}{shlex.join(words)} || echo failed: {shlex.quote(shlex.join(words))}"
        for kind in kinds:
            if name.endswith("_direct") and kind.endswith("-reply"):
                continue  # its answers do not come this way
            if name.startswith("ours") and kind.endswith("-new"):
                yield shlex.join([TOOL, "clear", network.port("a")])
            words = network.measure(kind, FLOWS, FRAMES, ROUNDS, 0)
            yield f"echo \"@ {name} {kind} $({shlex.join(words)} 2>&1)\""
        for letter in "crs":
            yield f"ip netns del {network.prefix}{letter}"
    yield "echo end\npoweroff -f"


def measure(tool, console, kinds=KINDS):
    """{name: {kind: what bench-forward said}}; tool: its path."""
    with tempfile.TemporaryDirectory(prefix="trireme-bench.") as scratch:
        root = Path(scratch) / "root"
        root.mkdir()
        init = Path(scratch) / "init"
        init.write_text("\n".join(script(routers(), kinds)) + "\n")
        guest.prepare(root, init, ("ip", "ipvsadm", "nft", tool))
        said = guest.run(root, console, 1024, counted=True)
    if "\nend\n" not in said or "\nfailed: " in said:
        raise RuntimeError(f"the guest did not come to its end: {console}")
    found = {}
    for name, kind, words in re.findall(r"^@ (\S+) (\S+) (\{.*\})$", said, re.M):
        found.setdefault(name, {})[kind] = check(f"{name} {kind} in the guest", json.loads(words), name != "base")
    return found
