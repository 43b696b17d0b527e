"""Connections go on when their group moves to another router: two engines, their own data paths in the host's kernel, the channel
between them. The network: traffic_lab.py."""
import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import traffic_lab  # noqa: E402 - the path must be set first
from lab import processes, share, stream  # noqa: E402 - traffic_lab has set its path
from traffic_lab import DIRECT, GATEWAY, VIP  # noqa: E402

FOREVER = 1 << 62
MOVES = int(os.environ.get("MOVES", "20" if share.FULL else "2"))
SIZES = (8, 1000, 5000)  # bytes that go there and come back at a time, on connections that are used during all moves


def document():
    """All services are the data path's: of others nobody is told."""
    made = traffic_lab.document()
    made["trireme:virtual-service"] = [s for s in made["trireme:virtual-service"] if s["name"] != "ftp"]
    return made


def add_second(world):
    """r2, as r1 but without aliases; it may serve nothing yet."""
    lab, ports = world.lab, traffic_lab.DEMO["trireme:cluster"]["node"][1]["port"]
    lab.namespace("r2")
    world.router_ports("r2", ports)
    router = traffic_lab.Router(lab, "r2")
    router.put(document())
    router.start()
    router.wait("node r2: ")
    router.lease(0, 0)
    router.put(document())
    router.wait("node r2: ", 2)
    return router


def poke(router):
    """The agent's word that a lease begins or has ended (proto/turn.h)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"", str(router.folder / "run/trireme/engine.turn.poke"))


def move(world, giver, taker, epoch):
    """What the agents do. Aliases go before the lease ends: there is no gate that would drop what still comes for them, and the kernel
    would reset it. Announcements are the empty caches."""
    aliases = (("eth0", VIP), ("eth0", DIRECT), ("eth1", GATEWAY))
    for port, address in aliases:
        world.lab.run(giver.name, "ip", "addr", "del", f"{address}/32", "dev", port)
    giver.lease(0, 0)
    poke(giver)
    taker.lease(FOREVER, epoch)
    poke(taker)
    for port, address in aliases:
        world.lab.run(taker.name, "ip", "addr", "add", f"{address}/32", "dev", port)
    for name in ("client", *traffic_lab.SERVERS):
        world.lab.run(name, "ip", "neigh", "flush", "all")


def begin(world, size, place="client"):
    """A connection that is in use."""
    made = stream.Stream(world.lab, place, VIP, size)
    made.start()
    processes.wait_for("answers", lambda: made.answers > 1, 10)
    return made


def go_on(streams):
    """Each has answers that come after this moment, or has ended."""
    answered = [one.answers for one in streams]
    processes.wait_for("answers", lambda: all(one.broken or one.answers > before + 20 for one, before in zip(streams, answered)), 15)


def test_connections_go_on_with_another_router(capsys):
    with traffic_lab.Lab() as world:
        world.router.put(document())
        second = add_second(world)
        routers = [world.router, second]
        processes.wait_for("both synchronised", lambda: all(r.synchronised() for r in routers), 30)
        # Those of a real server are under full NAT.
        long = [begin(world, size, place) for place in ("client", "web2") for size in SIZES]
        over = []
        for turn in range(MOVES):
            # Begun at the last moment, it is told after the lease has ended.
            late = [begin(world, SIZES[turn % len(SIZES)], place) for place in ("client", "web3")]
            move(world, routers[turn % 2], routers[1 - turn % 2], 2 + turn)
            go_on([*long, *late])
            for one in late:
                one.end()
            over += late
        for one in long:
            one.end()
        over += long
        lost, wrong = [one for one in over if one.broken], sum(one.wrong for one in over)
        with capsys.disabled():
            print(f" [{MOVES} moves: {len(lost)} of {len(over)} connections lost, {wrong} of {sum(one.compared for one in over)} bytes"
                  f" corrupted, longest silence {max(one.gap for one in over):.2f} s]", end="", flush=True)
        assert not lost and not wrong, [f"{one.broken}, silent for {one.gap} s at {one.gap_at}" for one in lost]
        for router in routers:
            assert router.count("another key") == 0
