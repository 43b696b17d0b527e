"""One node with all its daemons and both fronts (api_lab.py has the rest of it), and clients in namespaces of their own.

    client 10.77.0.201, attacker 10.77.0.202 and 210 to 225 ─── priv ─── eth1 r1 eth0 ─── pub ─── outside 203.0.113.201
"""
import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "services/api/tests"))
import api_lab  # noqa: E402 - the path must be set first
from api_lab import PASSWORD  # noqa: E402
from lab import nodes, processes  # noqa: E402

ADDRESS = "10.77.0.11"
PUBLIC = "203.0.113.11"
YANG = "application/yang-data+json"
PATCH = "application/yang-patch+json"
MODEL = f"{TOP}/services/schema:{TOP}/services/api"
CLIENTS = {"client": ("priv", "10.77.0.201"), "attacker": ("priv", "10.77.0.202"), "outside": ("pub", "203.0.113.201")}
ATTACKERS = [f"10.77.0.{last}" for last in range(210, 226)]
PAGE = {"index.html": "<!doctype html><title>Trireme</title>",
        "realserver.sh": (Path(__file__).resolve().parents[2] / "realserver/realserver.sh").read_text(), "assets/app-1a2b.js": "1;\n", "assets/large-1.js": "1;\n" * (1 << 20)}
# As runit does it: exit 0 is started again at once.
AGAIN = 'while "$@"; do :; done'


class Answer:
    """What curl was answered."""

    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        while head.startswith("HTTP/1.1 100"):
            head, _, self.body = self.body.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0] else 0
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if ": " in line)}

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The one error of a RESTCONF error body."""
        (error,) = self.json()["ietf-restconf:errors"]["error"]
        return error

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:600]}"


class Machine(api_lab.Machine):
    """The node, both fronts and the clients. Use as a context manager. `page` is the folder with the page's files; left out,
    there are two of no use."""

    def __init__(self, logs, change=api_lab.alone, page=None):
        super().__init__(logs, change)
        self.lab = self.cluster.lab
        try:
            self._clients()
            self.page = page or self._page()
            self.start_front("local")
            self.start_front("https")
            processes.wait_for("both fronts", self.serves, 30, 0.05)
        except BaseException:
            self.close()
            raise

    def start_broker(self, name="api", at="broker"):
        """A second one would have nothing to do here."""
        if name == "api":
            super().start_broker(name, at)

    def _clients(self):
        for name, (network, address) in CLIENTS.items():
            self.lab.namespace(name)
            self.lab.link(name, "eth0", "switch", name, network)
            for one in [address, *ATTACKERS] if name == "attacker" else [address]:
                self.lab.run(name, "ip", "addr", "add", f"{one}/24", "dev", "eth0")
        self.lab.run("outside", "ip", "route", "add", "10.77.0.0/24", "via", PUBLIC)

    def _page(self):
        page = self.node.root / "page"
        for name, text in PAGE.items():
            path = page / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        subprocess.run(["gzip", "-k", page / "index.html"], check=True)
        return page

    # -- programs

    def start_front(self, which):
        more = ("--tls", self.data) if which == "https" else ()
        self.node.spawn(f"web-{which}", "sh", "-c", AGAIN, "sh", nodes.BIN / "trireme-web", which, "--yang", MODEL,
                        "--page", self.page, "--foreground", *more)

    def front(self, which):
        """Of the front itself, not of the shell that starts it."""
        parent = self.node.daemons[f"web-{which}"].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return int(children[0]) if children else 0

    def serves(self):
        """Whether both answer, with a broker and a config service behind them."""
        return self.root("/restconf/data/trireme-api:state/node").status == 200 and self.tls("/restconf").status == 200

    def front_log(self, which):
        return self.node.log(f"web-{which}")

    # -- requests

    def root(self, path, *words, **options):
        """By the local socket, as root."""
        command = self.node.command("curl", "--unix-socket", "/run/trireme/api.sock")
        return self._curl(command, f"http://trireme{path}", words, **options)

    def tls(self, path, *words, client="client", address=ADDRESS, port=443, **options):
        """By TLS, from a client."""
        command = ["nsenter", f"--net={self.lab.handle(client)}", "curl", "-k"]
        return self._curl(command, f"https://{address}:{port}{path}", words, **options)

    @staticmethod
    def _curl(command, url, words, method=None, body=None, kind=YANG, seconds=20):
        command = [*command, "-s", "-i", "--path-as-is", "--max-time", str(seconds), *words]
        if method:
            command += ["-X", method]
        if body is not None:
            command += ["-H", f"Content-Type: {kind}", "--data-binary", "@-"]
        text = body if isinstance(body, str) else json.dumps(body)
        # As bytes: text would lose the carriage returns.
        done = subprocess.run([*map(str, command), url], input=text.encode(), stdout=subprocess.PIPE, timeout=seconds + 10,
                              check=False)
        return Answer(done.stdout.decode())

    def change(self, path, method, value=None, *words, code=(201, 204)):
        """A change by root that must go well."""
        answer = self.root(path, *words, method=method, body=value)
        assert answer.status in (code if isinstance(code, tuple) else (code,)), f"{method} {path}: {answer}"
        return answer

    def operation(self, name, value=None, *words, **options):
        """An operation by TLS."""
        body = None if value is None else {"trireme-api:input": value}
        return self.tls(f"/restconf/operations/trireme-api:{name}", *words, method="POST", body=body, **options)

    def person(self, name, role):
        """Makes a user; returns curl's words for it."""
        self.user(name, role)
        return ("-u", f"{name}:{PASSWORD}")
