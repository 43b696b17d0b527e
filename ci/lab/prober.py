"""Asks for floating addresses every few milliseconds, by ARP or neighbour discovery and if told so those of IPv4 by
ICMP echo as well, and records who answers: gaps and overlaps.

Run as a program it is the prober itself: prober.py INTERFACE PERIOD_MS SOURCE|- ADDRESS…. One line per round of
questions, `? TIME NUMBER`, and one per answer, `TIME ADDRESS MAC NUMBER arp|nd|echo`: TIME is CLOCK_MONOTONIC in s, that
of an answer the kernel's time of receipt; NUMBER is the round's that is answered, -1 an announcement's.

Questions go to everybody: a router that has the address answers, whoever else knows where it is. ARP asks with source
0.0.0.0 (RFC 5227), so that nobody learns from it, and has the round's number in the sender's MAC, which the answer
carries back; echo asks by an IP packet in a broadcast frame, which Linux answers and never forwards. A neighbour
solicitation comes from a link-local address that nobody has, whose MAC it says is the round's number: that is where the
advertisement goes.
"""
import os
import select
import signal
import socket
import struct
import sys
import time
from bisect import bisect_right
from pathlib import Path

ETH_IP, ETH_ARP, ETH_IPV6 = 0x0800, 0x0806, 0x86dd
SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python 3.11 has no name for it
PERIOD_MS = 4
LINES = 200_000  # that a prober keeps before it prints them
IN_TIME = 0.02  # s: a later answer is none
EVERYBODY, MARK = b"\xff" * 6, b"\x02\x00"  # a MAC that begins with MARK is a round's number
ANNOUNCEMENT = -1
NOBODY = socket.inet_pton(socket.AF_INET6, "fe80::5052:4f42:4552")


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def _arp_question(own, address, number):
    return EVERYBODY + own + struct.pack("!HHHBBH2sI4s6s4s", ETH_ARP, 1, ETH_IP, 6, 4, 1, MARK, number, bytes(4), bytes(6),
                                         address)


def _echo_question(own, source, address, number):
    echo = struct.pack("!BBHHHI", 8, 0, 0, 0, 0, number)
    echo = echo[:2] + struct.pack("!H", _checksum(echo)) + echo[4:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(echo), 0, 0, 64, socket.IPPROTO_ICMP, 0, source, address)
    return EVERYBODY + own + struct.pack("!H", ETH_IP) + ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:] + echo


def _nd_question(own, address, number):
    """RFC 4861, 4.3: to the address's solicited-node group (RFC 4291, 2.7.1)."""
    group = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13] + address[13:]
    ends = NOBODY + group
    message = struct.pack("!BBHI16sBB2sI", 135, 0, 0, 0, address, 1, 1, MARK, number)
    check = _checksum(ends + struct.pack("!II", len(message), socket.IPPROTO_ICMPV6) + message)
    message = message[:2] + struct.pack("!H", check) + message[4:]
    return (b"\x33\x33" + group[12:] + own + struct.pack("!HIHBB", ETH_IPV6, 6 << 28, len(message), socket.IPPROTO_ICMPV6, 255)
            + ends + message)


def _arp_answer(frame):
    """(address, sender's MAC, number) of an ARP frame, or nothing. An announcement counts as an answer to no question:
    whoever makes it claims the address."""
    sender, address, mark, number = struct.unpack("!6s4s2sI", frame[22:38])
    return address, sender, number if mark == MARK and frame[21] == 2 else ANNOUNCEMENT


def _nd_answer(frame):
    """The same of a neighbour advertisement (RFC 4861, 4.4)."""
    if len(frame) < 78 or frame[20] != socket.IPPROTO_ICMPV6 or frame[54] != 136:
        return None
    mark, number = struct.unpack("!2sI", frame[:6])
    return frame[62:78], frame[6:12], number if mark == MARK else ANNOUNCEMENT


def _echo_answer(frame):
    """The same of an IP packet."""
    if len(frame) < 46 or frame[14] != 0x45 or frame[23] != socket.IPPROTO_ICMP or frame[34] != 0:
        return None
    return frame[26:30], frame[6:12], struct.unpack("!I", frame[42:46])[0]


def _received(ancillary):
    """The kernel's time of receipt: when this program gets to read the frame depends on how busy the machine is.
    The kernel stamps by the real-time clock, which may be set meanwhile: only its distance from now counts. The two
    clocks are read again when something came between the readings."""
    for _ in range(5):
        before, real, after = time.monotonic(), time.time(), time.monotonic()
        if after - before < 0.0001:
            break
    seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2])
    return after - (real - (seconds + nanoseconds / 1e9))


def _open(interface, protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.bind((interface, protocol))
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setblocking(False)
    return sock


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class _Asker:
    """One network's prober, in its process."""

    def __init__(self, interface, source, addresses):
        self.wanted = {socket.inet_pton(_family(address), address): address for address in addresses}
        self.arp = _open(interface, ETH_ARP)
        self.own = self.arp.getsockname()[4]
        self.readers = {self.arp: ("arp", _arp_answer)}
        self.source = None if source == "-" else socket.inet_aton(source)
        self.said = []
        if self.source:
            self.readers[_open(interface, ETH_IP)] = ("echo", _echo_answer)
        if any(len(address) == 16 for address in self.wanted):
            self.readers[_open(interface, ETH_IPV6)] = ("nd", _nd_answer)

    def ask(self, number):
        self.said.append(f"? {time.monotonic():.6f} {number}")
        for address in self.wanted:
            if len(address) == 16:
                self._send(_nd_question(self.own, address, number))
                continue
            self._send(_arp_question(self.own, address, number))
            if self.source:
                self._send(_echo_question(self.own, self.source, address, number))

    def _send(self, frame):
        try:
            self.arp.send(frame)
        except OSError as error:
            self.said.append(f"# {error}")

    def say(self, at_least=0):
        """Prints what is to be said, if it is so many lines: a disk that is busy must not look like a gap."""
        if len(self.said) > at_least:
            print("\n".join(self.said), flush=True)
            self.said.clear()

    def read(self, sock):
        """Reads what has come, one frame; notes it if it is an answer."""
        try:
            frame, ancillary, _, _ = sock.recvmsg(1514, 64)
        except OSError as error:
            if not isinstance(error, BlockingIOError):
                self.said.append(f"# {error}")
            return
        kind, reader = self.readers[sock]
        answer = reader(frame)
        if answer and answer[0] in self.wanted and answer[1] != self.own:
            self.said.append(f"{_received(ancillary):.6f} {self.wanted[answer[0]]} {answer[1].hex(':')} {answer[2]} {kind}")


def _come_first():
    """A busy machine must not look like a gap. Where nobody may run in real time (a container), as near as may be."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        os.setpriority(os.PRIO_PROCESS, 0, -20)


def main(interface, period_ms, source, addresses):
    """Asks until SIGTERM."""
    asker = _Asker(interface, source, addresses)
    _come_first()
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    period, number, due = int(period_ms) / 1000, 0, time.monotonic()
    print("ready", flush=True)
    while not ended:
        now = time.monotonic()
        if now >= due:
            asker.ask(number)
            number, due = number + 1, max(due + period, now)
            asker.say(LINES)
        for sock in select.select(list(asker.readers), [], [], max(due - time.monotonic(), 0))[0]:
            asker.read(sock)
    asker.say()


class Gap(float):
    """Seconds without an answer; `blur`: how much of it, or how much more, may be the prober's own lateness."""
    blur = 0.0


class Prober:
    """Probers on all networks. Use as a context manager; afterwards answers, gap() and overlaps()."""

    def __init__(self, lab, namespace, targets, names, logs, sources=None, period_ms=PERIOD_MS):
        """targets: address -> interface; names: MAC -> node; sources: interface -> address that asks by echo as well."""
        self.lab, self.namespace, self.names = lab, namespace, names
        self.interfaces, self.sources, self.period = {}, sources or {}, period_ms / 1000
        for address, interface in targets.items():
            self.interfaces.setdefault(interface, []).append(address)
        self.addresses, self.targets = list(targets), targets
        self.files = {interface: Path(logs) / f"prober-{interface}.txt" for interface in self.interfaces}
        self.answers, self.rounds, self._answered, self._children = [], {}, {}, []
        self.announced = {}  # (node, address) -> times

    def __enter__(self):
        for interface, addresses in self.interfaces.items():
            with self.files[interface].open("w") as out:
                self._children.append(self.lab.spawn(self.namespace, "/usr/bin/python3", __file__, interface,
                                                     round(self.period * 1000), self.sources.get(interface, "-"),
                                                     *addresses, stdout=out))
        limit = time.monotonic() + 10
        while not all(path.read_text().startswith("ready") for path in self.files.values()):
            if time.monotonic() > limit:
                raise TimeoutError("the prober did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        for child in self._children:
            child.terminate()
            child.wait(10)
        for interface, path in self.files.items():
            self._read(interface, path.read_text().splitlines()[1:])
        self.answers.sort()

    def _read(self, interface, lines):
        rounds = self.rounds[interface] = []
        for line in map(str.split, lines):
            if line[0] == "?":
                rounds.append(float(line[1]))
            elif len(line) == 5 and line[0] != "#":
                when, number = float(line[0]), int(line[3])
                node = self.names.get(line[2], line[2])
                self.answers.append((when, line[1], node))
                if number == ANNOUNCEMENT:
                    self.announced.setdefault((node, line[1]), []).append(when)
                if 0 <= number < len(rounds) and when - rounds[number] <= IN_TIME:
                    self._answered.setdefault((line[1], number), set()).add(line[4])

    def of(self, address):
        """(time, node) of every answer for an address."""
        return [(when, node) for when, known, node in self.answers if known == address]

    def gap(self, address=None, since=0.0, until=float("inf")):
        """A Gap: the longest silence over one address or the worst of all. A silence is the time between two rounds whose
        every question was answered, less the period, if a question between them was not; where every question has its
        answer there is none. What is silent at the end counts so far."""
        each = [self._silences(known, since, until) for known in ([address] if address else self.addresses)]
        longest, surely, possibly = map(max, zip(*each))
        gap = Gap(longest)
        gap.blur = possibly - surely
        return gap

    def _silences(self, address, since, until):
        """An address's longest silence; so much of it that is no lateness of the prober's; the longest that may have been."""
        rounds, kinds = self.rounds[self.targets[address]], self._kinds(address)
        longest, surely, possibly, last = 0.0, 0.0, 0.0, None
        for number, at in enumerate(rounds):
            good = self._answered.get((address, number), set()) >= kinds
            if not since <= at <= until or not (good or rounds[-1] - at > IN_TIME):
                continue
            if last is not None:
                silence = max(at - rounds[last] - self.period, 0)
                possibly = max(possibly, silence)
                if number > last + 1:
                    late = rounds[last + 1] - rounds[last] + at - rounds[number - 1] - 2 * self.period
                    longest, surely = max(longest, silence), max(surely, silence - max(late, 0))
            last = number if good else last
        return longest, surely, possibly

    def _kinds(self, address):
        """What an address has to answer."""
        if ":" in address:
            return {"nd"}
        return {"arp", "echo"} if self.sources else {"arp"}

    def overlaps(self):
        """As overlaps_of() for all addresses."""
        return self.overlaps_of(self.addresses)

    def overlaps_of(self, addresses):
        """Answers of a node that had already been succeeded by another: (time, address, node). The addresses are
        taken together, so that a group torn in two is an overlap as well."""
        found, previous, current, times = [], set(), None, {}
        answers = [answer for answer in self.answers if answer[1] in addresses]
        for when, _, node in answers:
            times.setdefault(node, []).append(when)
        for when, address, node in answers:
            if node == current:
                continue
            if node in previous and current is not None and not self._returned(times[current], when):
                found.append((when, address, node))
                continue
            if current is not None:
                previous.add(current)
            previous.discard(node)
            current = node
        return found

    @staticmethod
    def _returned(times, when):
        """Whether the group has really gone back: the current one, heard at those times, is not heard again soon after."""
        later = bisect_right(times, when)
        return later == len(times) or times[later] >= when + 0.2

    def spoke(self, node, since=0.0, until=float("inf")):
        """Whether a node answered in that time."""
        return any(since <= when <= until and who == node for when, _, who in self.answers)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
