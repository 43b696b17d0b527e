"""Guest instructions per packet: the lab of bench forward in a guest of the image's kernel, where a nanosecond is an instruction."""
import json
import re
import shlex
import tempfile
from pathlib import Path

from forward_lab import CLIENT_MAC, Network, forwarding, ipvs, nft, real_mac
from lab import guest

FLOWS, FRAMES, ROUNDS = 1024, 8192, 3
TOOL = "bench-forward"
KINDS = ("udp", "udp-reply", "udp-new", "tcp", "tcp-reply")


def routers(ours):
    """What is measured: {name: how the router between is set up, as (namespace, words)}; r is a Network's router."""
    def of(commands):
        return lambda network: [("r", words) for words in commands]
    known = {
        "base": lambda n: [(None, [TOOL, "refuse", n.port("a"), n.port("b")])],
        "floor": lambda n: [(None, [TOOL, "floor", n.port("a"), n.port("b"), CLIENT_MAC, real_mac(1)])],
        "forwarding": of(forwarding()), "nft": of(nft()),
        "ipvs": of(ipvs()), "ipvs_direct": of(ipvs("-g")),
    }
    known.update({f"ours_{method}": (lambda method: lambda n: [(None, [TOOL, "ours", n.port("a"), n.port("b"), method])])(method)
                  for method in ours})
    return known


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
            if (name, kind) in (("ipvs_direct", "udp-reply"), ("ipvs_direct", "tcp-reply"), ("ours_direct", "udp-reply"),
                                ("ours_direct", "tcp-reply")):
                continue
            words = network.measure(kind, FLOWS, FRAMES, ROUNDS, 0)
            yield f"echo \"@ {name} {kind} $({shlex.join(words)} 2>&1)\""
        for letter in "crs":
            yield f"ip netns del {network.prefix}{letter}"
    yield "echo end\npoweroff -f"


def measure(tool, console, ours, kinds=KINDS):
    """{(name, kind): what bench-forward said}; tool: its path."""
    with tempfile.TemporaryDirectory(prefix="trireme-bench.") as scratch:
        root = Path(scratch) / "root"
        root.mkdir()
        init = Path(scratch) / "init"
        init.write_text("\n".join(script(routers(ours), kinds)) + "\n")
        guest.prepare(root, init, ("ip", "ipvsadm", "nft", tool))
        said = guest.run(root, console, 1024, counted=True)
    if "\nend\n" not in said:
        raise RuntimeError(f"the guest did not come to its end: {console}")
    return {(name, kind): json.loads(words)
            for name, kind, words in re.findall(r"^@ (\S+) (\S+) (\{.*\})$", said, re.M)}
