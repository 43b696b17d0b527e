#!/usr/bin/python3
"""Boots the disk image in QEMU and asserts on its serial console.

usage: boot.py IMAGE OUTDIR [NAME…]      prints "ok NAME" or "not ok NAME: why"; console logs in OUTDIR/NAME.log

Cases: bios-a, bios-b, uefi-a, uefi-b (firmware, slot, menu on the screen, read-only root, growth at the first boot
and none at the second, data kept, power button), fallback (a slot without kernel), ports-mac; names of ports against
the order of probing are looked at in all that have network cards.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))

from lab import menu, qemu  # noqa: E402

OVMF = pathlib.Path("/usr/share/OVMF")
MEMORY_MIB = 384
DISK_MIB = 1024
# Bounds, not expectations: the machine may be busy with other tests.
BOOT_SECONDS = 300
COMMAND_SECONDS = 180
# Firmware and slot of the cases that boot a second time: each of both once.
TWICE = (("bios", "A"), ("uefi", "B"))
# Network cards of the others, which have no configuration: numbers follow the place on the PCI bus, whichever driver
# probes first. The second card of the command line sits before the first one on the bus.
PCI_MODELS = {("bios", "B"): ("virtio-net-pci", "e1000"), ("uefi", "A"): ("e1000", "virtio-net-pci")}
MAC_A, MAC_B = "52:54:00:77:01:00", "52:54:00:77:01:01"


class Failure(Exception):
    """What the machine did not do."""


class Guest:
    """A booted machine, driven by the shell behind its console's menu."""

    def __init__(self, name, process, sockets):
        self.name, self._process, self._sockets = name, process, sockets
        self._console = qemu.Console(sockets / "console")
        self._console.expect(r"Choose 1-\d+: $", BOOT_SECONDS)
        self._menu = menu.Menu(self)
        # The kernel would speak in the middle of what commands print.
        self.run("dmesg -n 1")

    def console(self):
        """The serial console (for lab.menu)."""
        return self._console

    def run(self, command):
        """Runs a command in the shell, returns what it printed."""
        status, text = self._menu.run(command, COMMAND_SECONDS)
        check(status == 0, f"'{command}' failed: {text}")
        return text

    def power_off(self, button=False):
        """By command, or by the machine's power button."""
        if button:
            with socket.socket(socket.AF_UNIX) as monitor:
                monitor.connect(str(self._sockets / "monitor"))
                monitor.settimeout(10)
                answer = b""
                monitor.sendall(b"system_powerdown\n")
                while answer.count(b"(qemu)") < 2:
                    answer += monitor.recv(4096)
        else:
            self._console.send("poweroff\r")
        try:
            self._process.wait(COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure(f"does not power off within {COMMAND_SECONDS} s") from None


@contextlib.contextmanager
def powered(name, outdir, arguments):
    """QEMU's process and the folder of its sockets, which lie apart: their paths may have 107 bytes at most."""
    log = outdir / f"{name}.log"
    with tempfile.TemporaryDirectory(prefix="trireme-boot.") as sockets, log.open("ab") as words:
        process = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-m", str(MEMORY_MIB), "-smp", "1", "-display", "none", "-nodefaults",
             "-vga", "std", "-monitor", f"unix:{sockets}/monitor,server=on,wait=off",
             "-chardev", f"socket,id=con,path={sockets}/console,server=on,wait=off,logfile={log},logappend=on",
             "-serial", "chardev:con", *arguments], stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        try:
            yield process, pathlib.Path(sockets)
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def booted(name, outdir, arguments):
    """A Guest, up to its menu; ended with the context."""
    with powered(name, outdir, arguments) as (process, sockets):
        yield Guest(name, process, sockets)


def check(condition, why):
    if not condition:
        raise Failure(why)


def firmware(kind, name, outdir):
    if kind == "bios":
        return ["-machine", "pc"]
    variables = outdir / f"{name}.vars"
    shutil.copy(OVMF / "OVMF_VARS_4M.fd", variables)
    return ["-machine", "q35", "-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE_4M.fd",
            "-drive", f"if=pflash,format=raw,file={variables}"]


def disk(base, name, outdir):
    """A fresh, larger disk that holds the image; returns its path and QEMU's arguments."""
    overlay = outdir / f"{name}.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(base), str(overlay),
                    f"{DISK_MIB}M"], check=True)
    return ["-drive", f"if=none,id=disk,format=qcow2,cache=unsafe,file={overlay}", "-device", "virtio-blk-pci,drive=disk,addr=8"]


def base_for_slot(image, slot, outdir):
    """The image with that slot chosen (a sparse copy)."""
    base = outdir / f"base-{slot}.img"
    subprocess.run(["cp", "--sparse=always", str(image), str(base)], check=True)
    subprocess.run([str(TOP / "firmware/image/set-slot"), str(base), slot], check=True)
    return base


def data_mib(guest):
    device = guest.run("awk '$2 == \"/data\" { print $1 }' /proc/mounts")
    check(re.fullmatch(r"/dev/vda5", device), f"/data is on '{device}', not on partition 5")
    return int(guest.run("df -m /data | awk 'NR == 2 { print $2 }'"))


def nic(number, model, mac, address):
    return ["-netdev", f"hubport,id=n{number},hubid={number}",
            "-device", f"{model},netdev=n{number},mac={mac},addr={address},romfile="]


def check_ports(guest, cards):
    """eth0 is the card with MAC_A."""
    names = guest.run("for p in /sys/class/net/eth*; do read mac <$p/address; echo ${p##*/}=$mac; done")
    found = dict(line.split("=") for line in names.split("\n"))
    check(found == {"eth0": MAC_A, "eth1": MAC_B}, f"{cards}: {found}")


def case_slot(kind, slot, base, name, outdir):
    arguments, models = firmware(kind, name, outdir) + disk(base, name, outdir), PCI_MODELS.get((kind, slot))
    if models:
        arguments += nic(0, models[0], MAC_B, "0x6") + nic(1, models[1], MAC_A, "0x5")
    with booted(name, outdir, arguments) as guest:
        if models:
            check_ports(guest, f"{models[1]} in front of {models[0]}")
        line = guest.run("cat /proc/cmdline")
        check(f"trireme.slot={slot}" in line, f"booted another slot: {line}")
        uuid = re.search(r"root=PARTUUID=(\S+)", line)[1]
        check(uuid.startswith("54726972-656d-4500-8000-"), f"first boot from PARTUUID {uuid}")
        check(guest.run("dmesg | grep -c 'data partition has'") == "1", "the data partition did not grow")
        size = data_mib(guest)
        check(size > DISK_MIB - 320, f"the data partition has {size} MiB on a disk of {DISK_MIB}")
        efi = guest.run("if [ -d /sys/firmware/efi ]; then echo uefi; else echo bios; fi")
        check(efi == kind, f"firmware is {efi}")
        if kind == "uefi":
            screen = guest.run("cat /sys/class/graphics/fb0/name")
            check(screen == "EFI VGA", f"the screen is '{screen}'")
        # What a person in front of the machine sees.
        check(guest.run("grep -c 'Choose 1-' /dev/vcs1") == "1", "no menu on the screen")
        root = guest.run("awk '$2 == \"/\" { print $3, $4 }' /proc/mounts")
        check(re.match(r"squashfs ro[, ]?", root), f"root is '{root}'")
        check(guest.run("touch /x 2>&1 && echo written || echo refused").endswith("refused"), "root can be written")
        guest.run("echo kept >/data/boot/test")
        guest.power_off()
    if (kind, slot) not in TWICE:
        return
    with booted(name, outdir, arguments) as guest:
        line = guest.run("cat /proc/cmdline")
        check(f"trireme.slot={slot}" in line, f"second boot from another slot: {line}")
        check("54726972-656d-4500-8000-" not in line, "the disk kept the image's GUIDs")
        check(guest.run("dmesg | grep -c 'data partition has' || echo") == "0", "the second boot grew the data partition again")
        check(data_mib(guest) == size, "the data partition changed its size at the second boot")
        check(guest.run("cat /data/boot/test") == "kept", "data written before the reboot is lost")
        guest.power_off(button=True)


def case_grub(base, name, outdir):
    """The boot menu's editor and command line are for nobody: they would lead past the console's password."""
    with powered(name, outdir, disk(base, name, outdir)) as (_, sockets):
        console = qemu.Console(sockets / "console")
        for key in "ec":
            console.expect("slot B", BOOT_SECONDS)
            console.send(key)
            console.expect("Enter username:", COMMAND_SECONDS)
            console.send("nobody\r")
            console.expect("Enter password:", COMMAND_SECONDS)
            console.send("\r")
        console.expect("slot B", COMMAND_SECONDS)


@contextlib.contextmanager
def by_mac(base, name, outdir, models, places):
    """A Guest whose configuration names ports by MAC address: the place on the bus and the driver do not matter."""
    document = json.loads((TOP / "services/schema/examples/demo.json").read_text())
    seed, text = outdir / f"{name}.seed", outdir / f"{name}.json"
    text.write_text(json.dumps(document))
    subprocess.run([str(TOP / "firmware/image/make-seed"), str(seed), str(text)], check=True)
    arguments = disk(base, name, outdir)
    arguments += ["-drive", f"if=none,id=seed,format=raw,readonly=on,file={seed}",
                  "-device", "virtio-blk-pci,drive=seed,addr=9"]
    arguments += nic(0, models[0], MAC_A, places[0]) + nic(1, models[1], MAC_B, places[1])
    with booted(name, outdir, arguments) as guest:
        check_ports(guest, f"{models} at {places}")
        yield guest


def case_ports_mac(base, name, outdir):
    """The third arrangement is that of case_fallback."""
    for models, places in ((("virtio-net-pci", "virtio-net-pci"), ("0x6", "0x5")),
                           (("virtio-net-pci", "e1000"), ("0x5", "0x6"))):
        with by_mac(base, name, outdir, models, places) as guest:
            guest.power_off()


def case_fallback(image, name, outdir):
    """Slot A is chosen and has no kernel any more: the boot menu takes slot B by itself."""
    base = outdir / f"base-{name}.img"
    subprocess.run(["cp", "--sparse=always", str(image), str(base)], check=True)
    table = json.loads(subprocess.run(["sfdisk", "--json", str(base)], check=True, capture_output=True).stdout)
    start = table["partitiontable"]["partitions"][2]["start"]
    with open(base, "r+b") as file:
        file.seek(start * 512)
        file.write(bytes(1 << 20))
    with by_mac(base, name, outdir, ("virtio-net-pci", "e1000"), ("0x6", "0x5")) as guest:
        line = guest.run("cat /proc/cmdline")
        check("trireme.slot=B" in line, f"booted {line}")
        guest.power_off()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    image, outdir = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(outdir, ignore_errors=True)
    outdir.mkdir(parents=True)
    bases = {slot: base_for_slot(image, slot, outdir) for slot in "AB"}
    # The longest ones first: several run side by side.
    cases = {"ports-mac": (case_ports_mac, bases["A"])}
    cases |= {f"{kind}-{slot.lower()}": (case_slot, kind, slot, bases[slot])
              for kind, slot in (*TWICE, *PCI_MODELS)}
    cases["fallback"] = (case_fallback, image)
    cases["grub"] = (case_grub, bases["A"])
    wanted = sys.argv[3:] or list(cases)

    def attempt(name):
        function, *arguments = cases[name]
        started = time.monotonic()
        try:
            function(*arguments, name, outdir)
        except Exception as failure:  # Whatever it is, the other cases go on.
            why = f"{type(failure).__name__}: {failure}".splitlines()[0]
            print(f"not ok {name}: {why} (console: {outdir / name}.log)", flush=True)
            return False
        print(f"ok {name} ({time.monotonic() - started:.0f} s)", flush=True)
        return True

    with concurrent.futures.ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) + 1) as pool:
        results = list(pool.map(attempt, wanted))
    for leftover in [*outdir.glob("*.qcow2"), *outdir.glob("base-*.img"), *outdir.glob("*.vars")]:
        leftover.unlink()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
