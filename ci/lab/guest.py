"""A guest whose kernel is the image's, and whose only process is a script of the test: for what the host's kernel may not have.

The script sources /guest.sh, prints `ok TEXT` or `not ok TEXT` for each thing seen, then `end`.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import qemu

TOP = Path(__file__).resolve().parents[2]
LIMIT = 600  # seconds, on a busy machine without KVM


def kernel(scratch):
    """TRIREME_KERNEL, or the one in the build cache."""
    if "TRIREME_KERNEL" in os.environ:
        return Path(os.environ["TRIREME_KERNEL"])
    built = subprocess.run([TOP / "firmware/infra/recipe", "path", "linux"], capture_output=True, text=True, check=True)
    archive = Path(built.stdout.strip()) / "target.tar"
    assert archive.exists(), f"no kernel in the cache ({archive}): run `make linux`, or set TRIREME_KERNEL"
    subprocess.run(["tar", "-xf", archive, "-C", scratch, "--wildcards", "*boot/vmlinuz*"], check=True)
    return next(path for path in sorted(scratch.rglob("vmlinuz*")) if path.is_file())


def libraries(program):
    """What the loader would open for a program, itself included."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
    return re.findall(r"(/\S+) \(0x", done.stdout)


def install(source, root):
    """A program under its name in usr/sbin, and its libraries where it looks for them."""
    target = root / "usr/sbin" / Path(source).name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    for library in libraries(source):
        place = root / library.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            shutil.copy(library, place)


def prepare(root, init, programs):
    """The guest's files: busybox, the model in /etc/yang, these programs of the host (names) or others (paths)."""
    for program in programs:
        install(program if isinstance(program, Path) else shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"), root)
    (root / "bin").mkdir()
    shutil.copy(shutil.which("busybox"), root / "bin/busybox")
    (root / "bin/sh").symlink_to("busybox")
    shutil.copy(Path(__file__).with_name("guest.sh"), root / "guest.sh")
    shutil.copy(init, root / "init")
    (root / "init").chmod(0o755)
    (root / "etc/yang").mkdir(parents=True)
    for model in (TOP / "services/schema").glob("*.yang"):
        shutil.copy(model, root / "etc/yang")


def run(root, console, memory_mib=512, counted=False):
    """Packs root, boots it and waits for its end; returns what it said, which is in the file console, too. counted: the
    guest has one processor, and its clocks count instructions, one a nanosecond."""
    archive = root.parent / "initramfs.cpio"
    with archive.open("wb") as to:  # the kernel takes it uncompressed
        subprocess.run("find . | cpio -o -H newc --quiet", shell=True, cwd=root, stdout=to, check=True)
    console.parent.mkdir(parents=True, exist_ok=True)
    # no_timer_check: a starved guest believes that its timer does not tick, and panics.
    processors = ["-accel", "tcg,thread=multi", "-smp", "2"]
    words = "console=ttyS0 quiet loglevel=4 panic=-1 no_timer_check"
    if counted:
        processors = ["-accel", "tcg,thread=single", "-smp", "1", "-icount", "shift=0,sleep=off"]
        words += " init_on_alloc=0"  # which would be counted word by word, and is not on a machine that clears faster
    command = ["qemu-system-x86_64", "-machine", "q35", *processors, "-cpu", qemu.cpu("tcg"),
               "-m", str(memory_mib), "-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{console}",
               "-kernel", kernel(root.parent), "-initrd", archive, "-append", words]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as machine:
        try:
            machine.wait(LIMIT)
        except subprocess.TimeoutExpired:
            machine.kill()
    return console.read_text(errors="replace").replace("\r", "")


def announced(init):
    """The words of every check in the script, in order."""
    return re.findall(r'^(?:until_same \d+|same|closed|verdict \S+(?: \S+)*?) "([^"]+)"', init.read_text(), re.M)


def check(console, what):
    """Fails unless the guest has said that this is so, once."""
    seen = re.findall(rf"^(ok|not ok) {re.escape(what)}$", console, re.M)
    after = console.partition(f"not ok {what}\n")[2][:1500]
    assert seen == ["ok"], after or f"the guest did not come to it; last words: {console[-1500:]}"
