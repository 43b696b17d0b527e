"""Asks by ARP for floating addresses every few milliseconds and records who answers: gaps and overlaps.

Run as a program it is the prober itself: prober.py INTERFACE PERIOD_MS ADDRESS…, one line per answer:
time at which the kernel received it (CLOCK_MONOTONIC, s), address, MAC of the sender. The source is 0.0.0.0
(RFC 5227), so that nobody learns from the questions.
"""
import os
import socket
import struct
import sys
import time
from pathlib import Path

ETH_ARP = 0x0806
SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python 3.11 has no name for it
PERIOD_MS = 4


def _ask(sock, own, address):
    request = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, own, bytes(4), bytes(6), socket.inet_aton(address))
    sock.send(b"\xff" * 6 + own + struct.pack("!H", ETH_ARP) + request)


def _received(ancillary):
    """The kernel's time of receipt: when this program gets to read the frame depends on how busy the machine is.
    The kernel stamps by the real-time clock, which may be set meanwhile: only its distance from now counts."""
    seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2])
    return time.monotonic() - (time.time() - (seconds + nanoseconds / 1e9))


def main(interface, period_ms, addresses):
    """Asks until it is killed. An announcement counts as an answer: whoever makes it claims the address."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ARP))
    sock.bind((interface, ETH_ARP))
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    own = sock.getsockname()[4]
    os.setpriority(os.PRIO_PROCESS, 0, -20)  # a busy machine must not look like a gap
    wanted = {socket.inet_aton(address): address for address in addresses}
    period, due = int(period_ms) / 1000, time.monotonic()
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        if now >= due:
            for address in addresses:
                _ask(sock, own, address)
            due = max(due + period, now)
        sock.settimeout(max(due - time.monotonic(), 0.0001))
        try:
            frame, ancillary, _, _ = sock.recvmsg(1514, 64)
        except (TimeoutError, BlockingIOError):
            continue
        except OSError as error:
            print(f"# {error}", flush=True)
            time.sleep(0.001)
            continue
        sender, sender_ip = struct.unpack("!6s4s", frame[22:32])
        if sender_ip in wanted and sender != own:
            mac = ":".join(f"{byte:02x}" for byte in sender)
            print(f"{_received(ancillary):.6f} {wanted[sender_ip]} {mac}", flush=True)


class Prober:
    """Probers on all networks. Use as a context manager; afterwards answers, gap() and overlaps()."""

    def __init__(self, lab, namespace, targets, names, logs):
        """targets: address -> interface; names: MAC -> node."""
        self.lab, self.namespace, self.names = lab, namespace, names
        self.interfaces = {}
        for address, interface in targets.items():
            self.interfaces.setdefault(interface, []).append(address)
        self.addresses = list(targets)
        self.files = {interface: Path(logs) / f"prober-{interface}.txt" for interface in self.interfaces}
        self.answers, self._children = [], []

    def __enter__(self):
        for interface, addresses in self.interfaces.items():
            with self.files[interface].open("w") as out:
                self._children.append(self.lab.spawn(self.namespace, "/usr/bin/python3", __file__, interface,
                                                     PERIOD_MS, *addresses, stdout=out))
        limit = time.monotonic() + 10
        while not all(path.read_text().startswith("ready") for path in self.files.values()):
            if time.monotonic() > limit:
                raise TimeoutError("the prober did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        for child in self._children:
            child.kill()
            child.wait(10)
        for path in self.files.values():
            lines = [line.split() for line in path.read_text().splitlines()[1:]]
            self.answers += [(float(line[0]), line[1], self.names.get(line[2], line[2]))
                             for line in lines if len(line) == 3 and line[0] != "#"]
        self.answers.sort()

    def of(self, address):
        """(time, node) of every answer for an address."""
        return [(when, node) for when, known, node in self.answers if known == address]

    def gap(self, address=None, since=0.0):
        """The longest silence in seconds after `since`, over one address or the worst of all."""
        addresses = [address] if address else self.addresses
        worst = 0.0
        for each in addresses:
            times = [when for when, _ in self.of(each) if when >= since]
            worst = max([worst] + [later - earlier for earlier, later in zip(times, times[1:])])
        return worst

    def overlaps(self):
        """As overlaps_of() for all addresses."""
        return self.overlaps_of(self.addresses)

    def overlaps_of(self, addresses):
        """Answers of a node that had already been succeeded by another: (time, address, node). The addresses are
        taken together, so that a group torn in two is an overlap as well."""
        found, previous, current = [], set(), None
        answers = [answer for answer in self.answers if answer[1] in addresses]
        for when, address, node in answers:
            if node == current:
                continue
            if node in previous and current is not None and not self._returned(answers, when, current):
                found.append((when, address, node))
                continue
            if current is not None:
                previous.add(current)
            previous.discard(node)
            current = node
        return found

    @staticmethod
    def _returned(answers, when, current):
        """Whether the group has really gone back: the current one is not heard again soon after."""
        return not any(when < later < when + 0.2 and other == current for later, _, other in answers)

    def spoke(self, node, since=0.0, until=float("inf")):
        """Whether a node answered in that time."""
        return any(since <= when <= until and who == node for when, _, who in self.answers)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
