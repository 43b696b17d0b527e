"""What bench forward makes of its parts' figures: the rows of build/bench/forward.json, and their targets."""
import statistics

import bench
import forward_overload
import forward_sync
from forward_host import COLD, FEW, KINDS, net

LOWER = {"nat_1k_net_ns": 150, "nat_131k_net_ns": 300, "direct_1k_net_ns": 110, "nat_new_net_ns": 550}
INSTRUCTIONS = {("ours_nat", "udp"): ("guest_nat_instructions", 900), ("ours_nat", "udp-reply"): ("guest_reply_instructions", 900),
                ("ours_nat", "udp-new"): ("guest_new_flow_instructions", 1300)}
WHAT = {"floor": "MACs and redirect, the least", "nat": "ours, NAT", "direct": "ours, direct routing", "forwarding": "the kernel's forwarding",
        "nft": "nftables, DNAT by jhash", "nftlb": "nftlb, DNAT by hash"}


def lab(found):
    for kind in KINDS:
        for name in WHAT:
            if not found[name][kind]:
                continue
            figure = f"{name}_{kind}_net_ns"
            target = LOWER.get(figure)
            yield bench.row("new_flow_net_ns" if figure == "nat_new_net_ns" else figure, round(net(found, name, kind)), "ns", target,
                            f"one processor, lossless, frames of 60 bytes; {WHAT[name]}")
    yield bench.row("nft_over_nat_1k_ratio", round(net(found, "nft", "1k") / net(found, "nat", "1k"), 1), "", 6, "same run", "higher")


def overload(found):
    where, windows = forward_overload.steady(found)
    arrived = {}
    for kind in forward_overload.OVERLOADS:
        for name, kinds in windows.items():
            offered, arrived[name, kind] = forward_overload.middle(kinds[kind])
            least, most = (pick(kpps for _, kpps, _ in kinds[kind]) for pick in (min, max))
            yield bench.row(f"overload_{name}_{kind}_kpps", round(arrived[name, kind]), "kpps", None,
                            f"{offered:.0f} offered; {len(kinds[kind])} windows, {least:.0f} … {most:.0f}; {WHAT[name]}", "higher")
    for kind, figure in (("1k", "overload_over_nft_ratio"), ("131k", "overload_over_nft_131k_ratio"), ("new", "overload_over_nft_new_ratio")):
        yield bench.row(figure, round(arrived["nat", kind] / arrived["nft", kind], 1), "", 5,
                        f"what arrives, {kind} flows; processors {where} a cache in common", "higher")


def testrun(found):
    for what, ns in found.items():
        name, kind, flows = what.split()
        figure, target = f"testrun_{name}_{kind.replace('-', '_')}_{flows}_ns", None
        if (name, kind) == ("nat", "udp"):
            figure, target = {1: ("testrun_nat_1_net_ns", None), FEW: ("testrun_nat_net_ns", 105),
                              COLD: ("testrun_nat_64k_net_ns", 260)}[int(flows)]
        yield bench.row(figure, round(statistics.median(ns)), "ns", target, f"BPF_PROG_TEST_RUN, {flows} flows one after the other")


def guest(found):
    base = {kind: statistics.median(said["ns"]) for kind, said in found["base"].items()}
    cost = {(name, kind): statistics.median(said["ns"]) - base[kind] for name, kinds in found.items() for kind, said in kinds.items()}
    for (name, kind), value in cost.items():
        if name == "base":
            continue
        figure, target = INSTRUCTIONS.get((name, kind), (f"guest_{name}_{kind.replace('-', '_')}_instructions", None))
        yield bench.row(figure, round(value), "", target, "of a packet on the image's kernel")
    yield bench.row("guest_ipvs_over_nat_ratio", round(cost["ipvs", "udp"] / cost["ours_nat", "udp"], 2), "", 5,
                    "UDP from clients, mh on both", "higher")


def held(said):
    yield bench.row("held_connections", said["held"], "", 1000000, f"of {said['offered']} offered, {said['slots']} places", "higher")
    yield bench.row("table_mib", round(said["table_mib"], 1), "MiB", None, f"all maps; {said['flows_mib']} of them flows of IPv4")


def connections(found):
    for name, values in found.items():
        yield bench.row(f"connections_{name}_per_s", round(statistics.median(values)), "1/s", None,
                        "a weak separator: client, router and nginx share the processors", "higher")


def rows(raw):
    """Of those parts that were measured."""
    parts = {"lab": lab, "overload": overload, "testrun": testrun, "guest": guest, "held": held, "connections": connections,
             "sync": forward_sync.rows}
    return [row for name, found in raw.items() for row in parts[name](found)]
