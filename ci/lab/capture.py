"""What is on the wire: captures by tcpdump, and questions asked by ARP."""
import re
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

from . import processes

ETH_ARP = 0x0806


class Capture:
    """tcpdump on an interface, into a file that stays. Use as a context manager; count() afterwards."""

    def __init__(self, lab, name, interface, path, packet_filter=""):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._words = self.path.with_suffix(".log")
        with self._words.open("w") as words:
            # -Z root: it must not give up the right to write into a folder of root's.
            self._process = lab.spawn(name, "tcpdump", "-n", "-U", "--immediate-mode", "-s", "256", "-B", "16384", "-Z", "root",
                                      "-i", interface, "-w", self.path, *packet_filter.split(),
                                      stdout=words, stderr=subprocess.STDOUT)
        processes.wait_for(f"tcpdump on {interface}", self._listening, 30)

    def _listening(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"tcpdump ended: {self._words.read_text()}")
        return "listening on" in self._words.read_text()

    def stop(self):
        """Ends the capture; a packet the kernel had to drop makes it worthless and is an error."""
        if self._process.poll() is None:
            time.sleep(0.2)  # what is on its way through the socket
            self._process.send_signal(signal.SIGINT)
            self._process.wait(10)
        dropped = re.search(r"(\d+) packets? dropped by kernel", self._words.read_text())
        if not dropped or int(dropped[1]):
            raise RuntimeError(f"capture {self.path} is not whole: {self._words.read_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def lines(self, packet_filter=""):
        """The packets of the file that match, a line each, link-level header included."""
        done = subprocess.run(["tcpdump", "-n", "-e", "-r", self.path, *packet_filter.split()], text=True,
                              capture_output=True, timeout=60, check=True)
        return done.stdout.splitlines()

    def count(self, packet_filter=""):
        """How many packets of the file match."""
        return len(self.lines(packet_filter))


def _mac(raw):
    return ":".join(f"{byte:02x}" for byte in raw)


def arp_who(lab, name, interface, address, seconds=1.0, source="0.0.0.0"):
    """Asks by ARP who has `address` and returns the MAC addresses of all that answer within `seconds`, in the
    order of their answers. The default source is that of a probe (RFC 5227): nobody learns from it."""
    with lab.inside(name):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ARP))
    with sock:
        sock.bind((interface, ETH_ARP))
        own = sock.getsockname()[4]
        request = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, own, socket.inet_aton(source), bytes(6),
                              socket.inet_aton(address))
        sock.send(b"\xff" * 6 + own + struct.pack("!H", ETH_ARP) + request)
        answers, limit = [], time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                frame = sock.recv(1514)
            except TimeoutError:
                break
            operation, sender, sender_ip = struct.unpack("!6xH6s4s", frame[14:32])
            mac = _mac(sender)
            if operation == 2 and sender_ip == socket.inet_aton(address) and mac not in answers:
                answers.append(mac)
        return answers
