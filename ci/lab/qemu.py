"""Guests: QEMU processes with a serial console on a Unix socket, and disks that are thrown away."""
import functools
import re
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from . import processes

# A boot sector that says "KVM" on the first serial port and halts.
_SECTOR = bytes.fromhex(
    "31c0 8ed8 be157c"  # xor ax,ax; mov ds,ax; mov si,text
    "ba f803"           # mov dx,0x3f8
    "ac 84c0 7403"      # next: lodsb; test al,al; jz stop
    "ee ebf8"           # out dx,al; jmp next
    "f4 ebfd"           # stop: hlt; jmp stop
    ) + b"\0"


def _boot_sector():
    code = _SECTOR[:-1]
    text = 0x7C00 + len(code)
    code = code[:5] + text.to_bytes(2, "little") + code[7:]
    return (code + b"KVM\0").ljust(510, b"\0") + b"\x55\xaa"


@functools.cache
def kvm_works(image):
    """Whether guests really run under KVM: a boot sector must speak at once, and the image's own kernel soon.
    /dev/kvm alone proves nothing, and there are machines where a sector runs, slowly, and a kernel hangs."""
    if not Path("/dev/kvm").exists() or not sector_speaks("kvm", 2.0):
        return False
    return _speaks("kvm", f"file={image},format=raw,if=virtio,snapshot=on", rb"\[ +\d+\.\d+\]", 20.0, 320)


def accelerator(image):
    """What QEMU's -accel takes on this machine. The translation cache is bounded: several guests share the RAM."""
    return "kvm" if kvm_works(image) else "tcg,tb-size=128"


def cpu(accel):
    """What QEMU's -cpu takes. TCG carries out `rep stosb` and `rep movsb` byte by byte: of a processor without fast ones
    (erms, fsrm), kernel and C library clear and copy memory in words instead."""
    return "max,-erms,-fsrm" if accel.startswith("tcg") else "max"


def sector_speaks(accel, seconds):
    """Whether a talking boot sector runs under an accelerator in that time."""
    with tempfile.NamedTemporaryFile(prefix="trireme-probe.") as disk:
        disk.write(_boot_sector() + bytes(1024 * 1024 - 512))
        disk.flush()
        return _speaks(accel, f"file={disk.name},format=raw,if=ide", b"KVM", seconds, 32)


def _speaks(accel, drive, pattern, seconds, memory):
    with tempfile.NamedTemporaryFile(prefix="trireme-probe.") as words:
        guest = processes.spawn(
            ["qemu-system-x86_64", "-machine", "q35", "-accel", accel, "-m", str(memory), "-nodefaults",
             "-display", "none", "-drive", drive, "-serial", f"file:{words.name}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            limit = time.monotonic() + seconds
            while time.monotonic() < limit and guest.poll() is None:
                if re.search(pattern, Path(words.name).read_bytes()):
                    return True
                time.sleep(0.05)
            return False
        finally:
            guest.kill()
            guest.wait(10)


def overlay(base, path):
    """A disk that begins as `base` and keeps its changes in `path`."""
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", Path(base).resolve(), path],
                   check=True, timeout=60)
    return path


# Cursor movements, colours and carriage returns: what is left is the text as a person reads it.
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]|\r")


class Console:
    """The other end of a guest's serial line. What the guest says is read all the time, without escapes."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        processes.wait_for(f"console {path}", lambda: self._socket.connect_ex(str(path)) == 0, 30)
        self._text, self._changed = "", threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            try:
                data = self._socket.recv(4096)
            except OSError:
                data = b""
            if not data:
                return
            with self._changed:
                self._text = _ESCAPES.sub("", self._text[-100_000:] + data.decode("latin-1"))
                self._changed.notify_all()

    def send(self, text):
        """Types text; end a line with \\r. In small pieces: a serial port has a buffer of 16 bytes."""
        for start in range(0, len(text), 12):
            self._socket.sendall(text[start:start + 12].encode())
            time.sleep(0.02)

    def expect(self, pattern, seconds):
        """Waits until the unread text matches the pattern; what stands before and in the match is read. Raises
        TimeoutError with the last lines."""
        limit = time.monotonic() + seconds
        with self._changed:
            while not (match := re.search(pattern, self._text, re.S)):
                left = limit - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"console: no {pattern!r} within {seconds} s; last:\n{self._text[-2000:]}")
                self._changed.wait(left)
            self._text = self._text[match.end():]
            return match

    def drain(self):
        """Forgets what was said so far and returns it."""
        with self._changed:
            text, self._text = self._text, ""
            return text

    def close(self):
        self._socket.close()


class Machine:
    """A guest in a namespace. nics: (model, tap, MAC) in the order the guest finds them on its PCI bus.

    disk and media are files; `memory` in MiB; `accelerator` as accelerator() says. The console's text goes to `log` too, all starts in one
    file.
    """

    def __init__(self, lab, namespace, name, disk, nics, log, *, accelerator, memory=320, media=()):
        self._lab, self._namespace, self.name, self.log = lab, namespace, name, Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.console_path = lab.scratch / f"{name}.console"
        self._process, self._console, self._cards = None, None, nics
        self._command = [
            "qemu-system-x86_64", "-name", name, "-machine", "q35", "-accel", accelerator, "-cpu", cpu(accelerator),
            "-smp", "1", "-m", str(memory), "-nodefaults", "-display", "none", "-vga", "std",
            "-device", "virtio-rng-pci", "-device", "i6300esb",
            "-chardev", f"socket,id=s0,path={self.console_path},server=on,wait=off,logfile={self.log},logappend=on",
            "-serial", "chardev:s0",
            "-drive", f"file={disk},if=virtio,format=qcow2,cache=unsafe"]
        for medium in media:
            self._command += ["-drive", f"file={medium},if=virtio,format=raw,readonly=on"]

    @property
    def command(self):
        """QEMU's command line."""
        cards = []
        for number, (model, tap, mac) in enumerate(self._cards):
            cards += ["-netdev", f"tap,id=n{number},ifname={tap},script=no,downscript=no",
                      "-device", f"{model},netdev=n{number},mac={mac}"]
        return self._command + cards

    @property
    def family(self):
        """Model of the first network card."""
        return self._cards[0][0]

    def set_cards(self, nics):
        """Other network cards from the next start on."""
        self._cards = nics

    @property
    def pid(self):
        """Process id of the guest, None when it is off."""
        return self._process.pid if self.running else None

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def start(self):
        """Power on."""
        if self.running:
            return
        words = self.log.with_suffix(".qemu")
        with words.open("a") as output:
            self._process = self._lab.spawn(self._namespace, *self.command, stdout=output, stderr=output)
        processes.wait_for(f"{self.name} to start", lambda: self.console_path.exists() or not self.running, 30)
        if not self.running:
            raise RuntimeError(f"{self.name}: QEMU ended: {words.read_text()}")

    def kill(self):
        """Power off the hard way; returns the moment (monotonic) at which the machine was gone."""
        self.release_console()
        if self._process:
            self._process.kill()
            self._process.wait(20)
        self.console_path.unlink(missing_ok=True)
        return time.monotonic()

    def console(self):
        """The serial console, attached at the first call; while it is, nobody else can be."""
        if not self._console:
            self._console = Console(self.console_path)
        return self._console

    def release_console(self):
        """Lets somebody else attach."""
        if self._console:
            self._console.close()
            self._console = None

    def said(self):
        """All that the console ever said."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait_said(self, pattern, seconds, since=0):
        """Waits until the console's text after character `since` matches; returns the match."""
        def found():
            match = re.search(pattern, self.said()[since:])
            if not match and not self.running:
                raise RuntimeError(f"{self.name} ended; see {self.log}")
            return match
        return processes.wait_for(f"{self.name}: {pattern!r} on the console (see {self.log})", found, seconds, 0.2)
