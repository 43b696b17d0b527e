"""Child processes that never outlive the one that started them."""
import ctypes
import errno
import os
import signal
import subprocess
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWNET = 0x40000000


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command, **options):
    """Popen that the kernel kills when this process dies, even by SIGKILL. Call it from the main thread:
    the kernel watches the thread, not the process."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, preexec_fn=_die_with_parent, **options)


def end(process, patience=3.0):
    """SIGTERM, then SIGKILL; returns when the process is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _descendants(pid):
    """A process's children, their children and so on; of one that ends meanwhile, none."""
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return children + [each for child in children for each in _descendants(child)]


def kill_tree(process):
    """SIGKILL to a process, if it still runs, and to all that it started; returns when it is gone."""
    below = _descendants(process.pid) if process.poll() is None else []
    if process.poll() is None:
        process.kill()
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(10)


def come_first(group="/proc/self/autogroup"):
    """Puts this session before the machine's other ones: where the kernel groups tasks by session (autogroup,
    sched(7)), a nice value of a single process does not help it against them. A process that init started without a
    session of its own is in no such group (EINVAL), and its nice value counts as it is."""
    _rank(group, -20)


def come_last(pid):
    """The same the other way round, for a process that leads a session of its own."""
    _rank(f"/proc/{pid}/autogroup", 19)


def _rank(group, nice):
    if not Path(group).exists():
        return
    try:
        Path(group).write_text(str(nice))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def start_time(pid):
    """When a process started, in the kernel's ticks; with the pid it names the process for good. None: gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, IndexError):
        return None


def enter_netns(path):
    """Moves the calling thread into a network namespace; sockets stay in the one they were made in."""
    handle = os.open(path, os.O_RDONLY)
    try:
        if _libc.setns(handle, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(handle)


def wait_for(what, condition, seconds, step=0.05):
    """Waits until condition() is true and returns its value; after `seconds` raises TimeoutError naming `what`."""
    limit = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > limit:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(step)
