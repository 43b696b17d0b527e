"""Connections go on when their group moves to another router: two engines, their own data paths in the host's kernel, the channel
between them. The network: traffic_lab.py."""
import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import traffic_lab  # noqa: E402 - the path must be set first
from lab import processes, stream  # noqa: E402 - traffic_lab has set its path
from traffic_lab import DIRECT, GATEWAY, VIP  # noqa: E402

FOREVER = 1 << 62
MOVES = int(os.environ.get("MOVES", "2"))


def document():
    """All services are the data path's: of others nobody is told."""
    made = traffic_lab.document()
    made["trireme:virtual-service"] = [s for s in made["trireme:virtual-service"] if s["name"] != "ftp"]
    return made


def add_second(world):
    """r2, as r1 but without aliases; it may serve nothing yet."""
    lab, ports = world.lab, traffic_lab.DEMO["trireme:cluster"]["node"][1]["port"]
    lab.namespace("r2")
    world._port("r2", "eth0", "pub", "r2-0", f"{ports[0]['address']}/24", mac=ports[0]["mac"])
    world._port("r2", "eth1", "priv", "r2-1", f"{ports[1]['address']}/24", mac=ports[1]["mac"])
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


def test_connections_go_on_with_another_router():
    with traffic_lab.Lab() as world:
        world.router.put(document())
        second = add_second(world)
        routers = [world.router, second]
        processes.wait_for("both synchronised", lambda: all(r.synchronised() for r in routers), 30)
        long = stream.Stream(world.lab, "client", VIP)
        long.start()
        processes.wait_for("answers", lambda: long.answers > 20, 10)
        for turn in range(MOVES):
            # Begun at the last moment, it is told after the lease has ended.
            late = stream.Stream(world.lab, "client", VIP)
            late.start()
            processes.wait_for("answers", lambda: late.answers > 1, 10)
            move(world, routers[turn % 2], routers[1 - turn % 2], 2 + turn)
            for one in (long, late):
                answered = one.answers
                processes.wait_for("answers", lambda: one.answers > answered + 20, 15)
            assert late.end() is None
        assert long.end() is None, f"{long.broken}, silent for {long.gap} s"
        for router in routers:
            assert router.count("another key") == 0
