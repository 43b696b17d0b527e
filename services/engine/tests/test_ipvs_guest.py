"""The engine and the checker on the kernel that they are made for: the one built for the image, in a guest of its own.

The host's kernel need not have IPVS. All that happens is in guest/init; each of its lines is a test here.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(HERE))

import guest_documents  # noqa: E402

PROGRAMS = ("ip", "ipvsadm", "nft")
BUILT = TOP / "build/services/bin"
LIMIT = 600  # seconds, on a busy machine without KVM
WORDS = TOP / "build/test/engine-guest.console"
PASSWD = "root:x:0:0::/:/bin/sh\ntrireme-health:x:900:900::/:/bin/false\n"


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


def initramfs(root):
    """Fills root and packs it; the kernel takes it uncompressed."""
    for name in PROGRAMS:
        install(shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin"), root)
    for name in ("trireme-engine", "trireme-health"):
        install(BUILT / name, root)
    udp = root.parent / "udp"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-o", udp, HERE / "guest/udp.c"], check=True)
    install(udp, root)
    (root / "bin").mkdir()
    shutil.copy(shutil.which("busybox"), root / "bin/busybox")
    (root / "bin/sh").symlink_to("busybox")
    shutil.copy(HERE / "guest/init", root / "init")
    (root / "init").chmod(0o755)
    etc = root / "etc"
    (etc / "yang").mkdir(parents=True)
    for model in (TOP / "services/schema").glob("*.yang"):
        shutil.copy(model, etc / "yang")
    (etc / "passwd").write_text(PASSWD)
    demo = json.loads((TOP / "services/schema/examples/demo.json").read_text())
    every, expected = guest_documents.every(demo)
    documents = {"demo": demo, "weight": guest_documents.weight(demo), "empty": guest_documents.empty(demo), "every": every,
                 "drained": guest_documents.drained(demo)}
    for name, document in documents.items():
        (etc / f"{name}.json").write_text(json.dumps(document))
    (etc / "every.expected").write_text(expected)
    archive = root.parent / "initramfs.cpio"
    with archive.open("wb") as to:
        subprocess.run("find . | cpio -o -H newc --quiet", shell=True, cwd=root, stdout=to, check=True)
    return archive


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """Everything the guest said."""
    scratch = tmp_path_factory.mktemp("guest")
    WORDS.parent.mkdir(parents=True, exist_ok=True)
    command = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "512",
               "-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{WORDS}", "-kernel", kernel(scratch),
               "-initrd", initramfs(scratch / "root"), "-append", "console=ttyS0 quiet loglevel=4 panic=-1 no_timer_check"]
    # no_timer_check: a starved guest believes that its timer does not tick, and panics.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as guest:
        try:
            guest.wait(LIMIT)
        except subprocess.TimeoutExpired:
            guest.kill()
    return WORDS.read_text(errors="replace").replace("\r", "")


def announced():
    """The words of every check in guest/init, in order."""
    script = (HERE / "guest/init").read_text()
    return re.findall(r'^(?:until_same \d+|same|closed|verdict \S+(?: \S+)*?) "([^"]+)"', script, re.M)


def test_the_guest_came_to_its_end(console):
    assert re.search(r"^end$", console, re.M), console[-4000:]


@pytest.mark.parametrize("what", announced())
def test_in_the_guest(console, what):
    seen = re.findall(rf"^(ok|not ok) {re.escape(what)}$", console, re.M)
    after = console.partition(f"not ok {what}\n")[2][:1500]
    assert seen == ["ok"], after or f"the guest did not come to it; last words: {console[-1500:]}"
