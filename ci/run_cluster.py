#!/usr/bin/python3
"""run_cluster.py [--seconds N] [--port N]: boots the demonstration cluster from build/images and shows it live.

Two routers and a witness in QEMU, three real web servers and a client in network namespaces. Type a command
and Enter: `kill r1`, `start r1`, `switchover`, `stop`. Ctrl-C ends it and takes everything away. Without a
terminal it prints a line every 5 seconds; --seconds ends it by itself, and then it fails if the cluster
never answered a request.
"""
import argparse
import contextlib
import os
import selectors
import shutil
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from lab import cluster, netns  # noqa: E402 - the path must be set first
from lab.load import Load  # noqa: E402
from lab.menu import Menu  # noqa: E402

RATE = 50.0       # requests a second of the client
WINDOW = 5.0      # seconds that rate and shares are averaged over
GAP_SHOWN = 0.25  # seconds without an answer from which on it counts as an interruption


class Relay:
    """A door for the browser: connections to a port of 127.0.0.1 go on from a machine of the lab to an address there."""

    def __init__(self, lab, port, scheme, place, target):
        self._lab, self._place, self._target = lab, place, target
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for candidate in (*range(port, port + 20), 0):
            try:
                self._listener.bind(("127.0.0.1", candidate))
                break
            except OSError:
                continue
        self._listener.listen(16)
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser):
        with browser:
            try:
                with self._lab.inside(self._place):
                    service = socket.socket()
                with service:
                    service.settimeout(5)
                    service.connect(self._target)
                    self._pass_on(browser, service)
            except OSError:
                return  # the browser sees the closed connection

    @staticmethod
    def _pass_on(browser, service):
        with selectors.DefaultSelector() as waiting:
            waiting.register(browser, selectors.EVENT_READ, service)
            waiting.register(service, selectors.EVENT_READ, browser)
            while events := waiting.select(30):
                for key, _ in events:
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    key.data.sendall(data)

    def close(self):
        self._listener.close()


class Watch:
    """What the live line says: owner, rate, shares, the last interruption."""

    def __init__(self, lab_cluster, load):
        self._cluster, self._load = lab_cluster, load
        self.owner, self.gap, self.ready_after = "", "", None
        self._began, self._last, self._seen = time.monotonic(), None, 0.0
        self._before = ""

    def update(self):
        """Asks who answers and reads the client's record; half a second at most."""
        found = self._cluster.owners(seconds=0.3)
        owner = "+".join(found)
        now = time.monotonic()
        good = sorted((r for r in self._load.good(now - 60) if r.end > self._seen), key=lambda r: r.end)
        for record in good:
            if self._last is not None and record.end - self._last > GAP_SHOWN:
                self._note_gap(record.end - self._last, owner)
            self._last = self._seen = record.end
        if self._last is not None and self.ready_after is None:
            self.ready_after = self._last - self._began
        if owner:
            self._before = owner
        self.owner = owner

    def _note_gap(self, seconds, owner):
        moved = f" ({self._before}→{owner})" if owner and self._before not in ("", owner) else ""
        self.gap = f"{seconds:.2f} s{moved}"

    def line(self):
        """Fits 80 columns; what may be cut off stands last."""
        now = time.monotonic()
        recent = [r for r in self._load.good(now - WINDOW) if r.end > now - WINDOW]
        counts = Counter(r.server for r in recent)
        shares = " ".join(f"{name} {100 * counts[name] / len(recent):.0f}%" for name in cluster.WEBS) if recent else "-"
        power = " ".join(name for name, machine in self._cluster.machines.items() if machine.running) or "none"
        return " | ".join([f"active {self.owner or 'none'}", f"{len(recent) / WINDOW:.0f}/s",
                           f"gap {self.gap or 'none'}", shares, f"on {power}"])


class Screen:
    """The live line: redrawn above the prompt on a terminal, a line every 5 seconds elsewhere."""

    def __init__(self):
        self._terminal = sys.stdout.isatty()
        self._printed, self._drawn = 0.0, False

    def say(self, text):
        if self._drawn:
            sys.stdout.write("\r\x1b[K\x1b[A\x1b[K")
            self._drawn = False
        print(text, flush=True)

    def show(self, line):
        if not self._terminal:
            if time.monotonic() - self._printed >= 5:
                self._printed = time.monotonic()
                print(time.strftime("%H:%M:%S ") + line, flush=True)
            return
        line = line[:shutil.get_terminal_size().columns - 1]
        if self._drawn:
            sys.stdout.write(f"\x1b7\x1b[A\r\x1b[K{line}\x1b8")
        else:
            sys.stdout.write(f"{line}\n> ")
            self._drawn = True
        sys.stdout.flush()

    def entered(self):
        """The person pressed Enter: the cursor is on a new line."""
        self._drawn = False


class Control:
    """Commands from standard input."""

    def __init__(self, lab_cluster, watch, screen):
        self._cluster, self._watch, self._screen = lab_cluster, watch, screen
        self._pending, self._open = b"", True
        self.stopped = False

    def wait(self, seconds):
        """Carries out what is typed during that time."""
        limit = time.monotonic() + seconds
        with selectors.DefaultSelector() as waiting:
            try:
                waiting.register(0, selectors.EVENT_READ)
            except (PermissionError, ValueError, OSError):
                self._open = False  # a file or nothing: no commands
            while (left := limit - time.monotonic()) > 0 and not self.stopped:
                if not self._open:
                    time.sleep(left)
                    return
                for _ in waiting.select(left):
                    self._read()

    def _read(self):
        data = os.read(0, 4096)
        if not data:
            self._open = False
            return
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self._screen.entered()
            self.obey(line.decode(errors="replace").split())

    def obey(self, words):
        machines = self._cluster.machines
        if words == ["stop"]:
            self.stopped = True
        elif len(words) == 2 and words[0] in ("kill", "start") and words[1] in machines:
            machine = machines[words[1]]
            if words[0] == "kill":
                machine.kill()
                self._screen.say(f"{words[1]}: power cut")
            else:
                machine.start()
                self._screen.say(f"{words[1]}: power on, pid {machine.pid}")
        elif words == ["switchover"]:
            self._switchover()
        elif words:
            self._screen.say(f"'{' '.join(words)}' is no command; allowed: kill NODE, start NODE, switchover, stop; "
                             f"nodes: {', '.join(machines)}")

    def _switchover(self):
        name = self._watch.owner
        if name not in cluster.ROUTERS:
            self._screen.say("switchover: no router is active at the moment")
            return
        machine = self._cluster.machines[name]
        menu = None
        try:
            menu = Menu(machine)
            _, said = menu.run("trireme cluster switchover", 15)
            self._screen.say(f"{name}: {said}")
            menu.leave_shell(15)
        except (TimeoutError, OSError):
            self._give_up(menu)
            self._screen.say(f"{name}: its console does not answer (a password is set, or somebody is attached): "
                             "use the menu there")
        finally:
            machine.release_console()

    @staticmethod
    def _give_up(menu):
        """Whoever attaches next finds the menu, not a half answered question."""
        with contextlib.suppress(OSError):
            if menu:
                menu.give_up()


def introduce(screen, lab_cluster, relay, pages):
    """How to look at it and what to do with it."""
    said = ["", "The cluster boots; it answers in about a minute.", ""]
    for name, machine in lab_cluster.machines.items():
        said.append(f"  {name:3} pid {machine.pid:<8} console: socat -,raw,echo=0,escape=0x1d unix-connect:{machine.console_path}")
    said += ["      (leave a console with Ctrl-]; what it said is in "
             f"{os.path.relpath(lab_cluster.logs)}/console-NODE.log)", "",
             "  the line: active router | requests answered a second | last gap between answers | shares | power on", "",
             f"  browser: {relay.url}  (goes to the floating address {cluster.VIP} as a client's request)", "",
             *(f"  page of {name}: {page.url}  (its certificate is its own; sign in as admin, once a console's menu has set the password)"
               for name, page in pages.items()), "",
             "  type and press Enter:  kill r1 (cuts its power; so does kill -9 of its pid)   start r1   switchover   stop",
             "  Ctrl-C ends everything and leaves nothing behind.", ""]
    screen.say("\n".join(said))


def run(options):
    screen = Screen()
    screen.say("starting: networks, three web servers, a client …")
    logs = cluster.TOP / "build/run"
    shutil.rmtree(logs, ignore_errors=True)
    with cluster.Cluster(logs, options.image) as lab_cluster:
        lab_cluster.start()
        relay = Relay(lab_cluster.lab, options.port, "http", "client", (cluster.VIP, 80))
        pages = {name: Relay(lab_cluster.lab, options.port + 363, "https", "web1", (cluster.private_address(name), 443))
                 for name in cluster.ROUTERS}
        introduce(screen, lab_cluster, relay, pages)
        with Load(lab_cluster.lab, "client", cluster.VIP, rate=RATE, patience=1.0, keep=20_000) as load:
            watch = Watch(lab_cluster, load)
            control = Control(lab_cluster, watch, screen)
            limit = time.monotonic() + options.seconds if options.seconds else float("inf")
            announced = False
            while not control.stopped and time.monotonic() < limit:
                watch.update()
                if watch.ready_after is not None and not announced:
                    announced = True
                    screen.say(f"the cluster answers, {watch.ready_after:.1f} s after power on")
                screen.show(watch.line())
                control.wait(min(1.0, max(0.0, limit - time.monotonic())))
        for door in (relay, *pages.values()):
            door.close()
    screen.say("stopped; nothing is left running")
    return 0 if watch.ready_after is not None or not options.seconds else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0, help="end after that time; 0: at Ctrl-C or stop")
    parser.add_argument("--port", type=int, default=8080, help="local port for the browser (default 8080)")
    parser.add_argument("--image", default=cluster.IMAGE, type=Path, help="the disk image")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("run-cluster: must run as root: it makes network namespaces")
    netns.end_on_signals()
    try:
        return run(options)
    except KeyboardInterrupt:
        netns.close_all()
        print("\nstopped; nothing is left running")
        return 0
    except (RuntimeError, TimeoutError) as error:
        sys.exit(f"run-cluster: {error}")


sys.exit(main())
