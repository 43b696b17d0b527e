"""What services/README.md says of each program (user, capabilities, where it writes), and what a machine's /proc says."""
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
README = TOP / "services/README.md"
PASSWD = TOP / "rootfs/overlay/etc/passwd"
# linux/capability.h
NAMES = ("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE "
         "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN "
         "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE "
         "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE").split()
# For each process of a name: its words, user, capabilities, and the files that it has open for writing.
LOOK = ("for p in $(pidof {name}); do echo \"== $(tr '\\0' ' ' </proc/$p/cmdline)\"; grep -E '^(Uid|CapEff)' /proc/$p/status; "
        "for f in $(grep -lE '^flags:.*[12]$' /proc/$p/fdinfo/*); do readlink /proc/$p/fd/${{f##*/}}; done; done")
# Standard output and error, and the log.
COMMON = ("/dev/null", "/dev/console", "/dev/log", "/run/service/")


def promised():
    """{words of a program that runs all the time: (user, set of capabilities or None for all, places)}."""
    found = {}
    for line in README.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 5 or cells[1] not in ("runsv", "boot, runsv"):
            continue
        program, _, user, capabilities, writes = cells
        found[program.strip("`")] = (re.match(r"[a-z-]+", user)[0],
                                     None if capabilities.startswith("all") else set(re.findall(r"\b[A-Z][A-Z_]{2,}\b", capabilities)),
                                     [place.rstrip("*") for place in re.findall(r"`(/[^`]*)`", writes)])
    return found


def user_id(name):
    return next(int(line.split(":")[2]) for line in PASSWD.read_text().splitlines() if line.startswith(f"{name}:"))


def processes_of(menu, name):
    """[(command line, uid, set of capabilities, files open for writing)] of a machine's processes of that name."""
    _, said = menu.run(LOOK.format(name=name), 60)
    found = []
    for part in said.split("== ")[1:]:
        words, *lines = part.splitlines()
        uid = int(next(line.split()[1] for line in lines if line.startswith("Uid")))
        mask = int(next(line.split()[1] for line in lines if line.startswith("CapEff")), 16)
        files = [line for line in lines if line.startswith("/") and not line.startswith(COMMON)]
        found.append((words.strip(), uid, {NAMES[bit] if bit < len(NAMES) else str(bit) for bit in range(64) if mask >> bit & 1}, files))
    return found


def differences(menu):
    """What of a running machine is not as the table says, in words; and how many processes were looked at."""
    wrong, seen = [], 0
    for program, (user, capabilities, places) in promised().items():
        name, *words = program.split()
        running = [entry for entry in processes_of(menu, name) if all(word in entry[0].split() for word in words)]
        # A helper that gives up more than its parent is in the table with it.
        main = [entry for entry in running if entry[1] == user_id(user)]
        if not main:
            wrong.append(f"{program}: no process of the user {user}: {running}")
        for words, _, has, files in main:
            seen += 1
            if capabilities is not None and not has <= capabilities:
                wrong.append(f"{words}: has {sorted(has - capabilities)} too")
            if capabilities is not None:
                wrong += [f"{words}: writes {path}" for path in files if not any(path.startswith(place) for place in places)]
    return wrong, seen
