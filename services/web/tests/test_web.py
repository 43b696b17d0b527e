"""Both fronts with the real broker and config service, as clients see them."""
import hashlib
import json
import re
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import web_lab  # noqa: E402 - the path must be set first
from attack import SlowReader, raw  # noqa: E402
from web_lab import ADDRESS, PATCH, PUBLIC, TOP, YANG  # noqa: E402
from lab import nodes, processes  # noqa: E402

LOGS = TOP / "build/test/tools/web"
POOL = "/restconf/data/trireme:pool=mail"
SERVERS = {"trireme:pool": [{"name": "mail", "real-server": [{"name": "m1", "address": "10.77.0.150", "weight": 2}]}]}
SERVICE = "/restconf/data/trireme:virtual-service=web"
RUNNING = "/restconf/ds/ietf-datastores:running"
CANDIDATE = "/restconf/ds/ietf-datastores:candidate"


@pytest.fixture(scope="module")
def machine():
    with web_lab.Machine(LOGS) as made:
        yield made


@pytest.fixture(scope="module")
def alice(machine):
    return machine.person("alice", "administrator")


@pytest.fixture(scope="module")
def vera(machine):
    return machine.person("vera", "viewer")


# -- what there is


def test_discovery(machine, alice):
    found = machine.tls("/.well-known/host-meta", "-H", "Accept: application/xrd+xml")
    assert found.headers["content-type"] == "application/xrd+xml" and "<Link rel=\"restconf\" href=\"/restconf\"/>" in found.body
    root = machine.tls("/restconf").json()["ietf-restconf:restconf"]
    assert root["yang-library-version"] == "2019-01-04" and root["operations"]["trireme-api:commit"] == [None]
    library = machine.tls("/restconf/data/ietf-yang-library:yang-library", *alice).json()["ietf-yang-library:yang-library"]
    modules = {module["name"]: module for module in library["module-set"][0]["module"]}
    revision = re.search(r"revision (\S+) {", (TOP / "services/schema/trireme.yang").read_text()).group(1)
    assert modules["trireme"]["revision"] == revision and "trireme-api" in modules
    assert "ietf-datastores:candidate" in {store["name"] for store in library["datastore"]}
    assert machine.tls("/restconf/data/ietf-yang-library:yang-library").status == 401


def test_the_page_and_its_headers(machine):
    page = machine.tls("/")
    assert page.body == web_lab.PAGE["index.html"] and page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["referrer-policy"] == "no-referrer"
    assert "max-age" in page.headers["strict-transport-security"]
    assert machine.tls("/", "-H", f"If-None-Match: {page.headers['etag']}").status == 304
    packed = machine.tls("/index.html", "--compressed")
    assert packed.headers["content-encoding"] == "gzip" and packed.body == page.body
    script = machine.tls("/realserver.sh")
    assert script.body == web_lab.PAGE["realserver.sh"] and script.headers["content-type"] == "text/plain; charset=utf-8"
    assert "immutable" in machine.tls("/assets/app-1a2b.js").headers["cache-control"]
    for path in ("/../../etc/passwd", "/%2e%2e/etc/passwd", "/index.html/", "/assets", "/no"):
        assert machine.tls(path).status == 404
    local = machine.root("/")
    assert local.status == 200 and "strict-transport-security" not in local.headers


def test_tls(machine):
    """The certificate is the one whose fingerprint is shown; old versions are refused."""
    shown = (machine.node.root / "run/trireme/tls.fingerprint").read_text().strip()
    pem = (machine.data / "tls.crt").read_text()
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    assert shown.replace(":", "") == digest
    assert (machine.data / "tls.key").stat().st_mode & 0o777 == 0o600
    trusted = machine.tls("/restconf", "--cacert", machine.data / "tls.crt", "--no-insecure")
    assert trusted.status == 200, "the certificate has the address"
    assert machine.tls("/restconf", "--tlsv1.2", "--tls-max", "1.2").status == 200
    assert machine.tls("/restconf", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0").status == 0


# -- reading and writing


def test_a_resource_from_nothing_to_nothing(machine, alice):
    made = machine.tls("/restconf/data", *alice, method="POST", body=SERVERS)
    assert made.status == 201 and made.headers["location"].endswith(POOL), made
    assert machine.tls("/restconf/data", *alice, method="POST", body=SERVERS).status == 409
    read = machine.tls(POOL, *alice)
    assert read.json() == SERVERS and read.headers["content-type"] == YANG
    assert read.headers["etag"] == made.headers["etag"]
    assert machine.tls(POOL, *alice, "-H", f"If-None-Match: {read.headers['etag']}").status == 304
    assert machine.tls(POOL, *alice, "--head").headers["etag"] == read.headers["etag"]
    weight = {"trireme:weight": 5}
    merged = machine.tls(f"{POOL}/real-server=m1/weight", *alice, method="PATCH", body=weight)
    assert merged.status == 204 and merged.headers["etag"] != read.headers["etag"], merged
    old = machine.tls(f"{POOL}/real-server=m1", *alice, "-H", f"If-Match: {read.headers['etag']}", method="DELETE")
    assert old.status == 412
    assert machine.tls(f"{POOL}/real-server=m1/weight", *alice).json() == weight
    second = {"trireme:real-server": [{"name": "m2", "address": "10.77.0.151"}]}
    put = machine.tls(f"{POOL}/real-server=m2?insert=first", *alice, "-H", "If-None-Match: *", method="PUT", body=second)
    assert put.status == 201, put
    again = machine.tls(f"{POOL}/real-server=m2", *alice, "-H", "If-None-Match: *", method="PUT", body=second)
    assert again.status == 412
    names = [entry["name"] for entry in machine.tls(POOL, *alice).json()["trireme:pool"][0]["real-server"]]
    assert names == ["m2", "m1"]
    assert machine.tls(POOL, *alice, method="DELETE").status == 204
    assert machine.tls(POOL, *alice).status == 404
    assert machine.tls(POOL, *alice, method="DELETE").status in (404, 409)


def test_depth_and_fields(machine):
    shallow = machine.root("/restconf/data/trireme:cluster?depth=2").json()["trireme:cluster"]
    assert shallow["node"] == [{"name": "r1"}] and "ring" not in shallow or shallow["ring"] == {}
    some = machine.root("/restconf/data/trireme:cluster?fields=node(id;port/address)").json()["trireme:cluster"]
    assert set(some) == {"node"} and set(some["node"][0]) == {"name", "id", "port"}
    assert {"name", "address"} == set(some["node"][0]["port"][0])
    whole = machine.root("/restconf/data?depth=2").json()["ietf-restconf:data"]
    assert "trireme:cluster" in whole and "trireme-api:state" in whole
    assert "trireme-api:state" not in machine.root(f"{RUNNING}?depth=2").json()["ietf-restconf:data"]
    state = machine.root("/restconf/data?content=nonconfig&fields=trireme-api:state/node").json()["ietf-restconf:data"]
    assert state == {"trireme-api:state": {"node": "r1"}}


def test_errors_name_what_is_wrong(machine, alice):
    wrong = machine.tls(f"{SERVICE}/scheduler", *alice, method="PUT", body={"trireme:scheduler": "best"})
    assert wrong.status == 400 and "best" in json.dumps(wrong.error) and "wlc" in wrong.error["error-info"]["allowed"], wrong
    assert machine.tls(f"{SERVICE}/scheduler", *alice, method="PUT", body="{", kind=YANG).error["error-tag"] == "malformed-message"
    assert machine.tls(f"{SERVICE}/scheduler", *alice, method="PUT", body="<a/>", kind="application/xml").status == 415
    assert machine.tls(SERVICE, *alice, "-H", "Accept: application/yang-data+xml").status == 406
    assert machine.tls(f"{SERVICE}?wrong=1", *alice).error["error-info"]["value"] == "wrong"
    assert machine.tls("/restconf/data/trireme:nothing", *alice).status in (400, 404)
    refused = machine.tls("/restconf/operations/trireme-api:commit", *alice)
    assert refused.status == 405 and refused.headers["allow"] == "POST, OPTIONS"
    options = machine.tls(SERVICE, method="OPTIONS")
    assert options.status == 200 and "DELETE" in options.headers["allow"] and PATCH in options.headers["accept-patch"]
    assert machine.tls(f"{SERVICE}/address", *alice, method="DELETE").status in (400, 409), "a service needs one"


def test_yang_patch_and_candidate(machine, alice):
    edits = [{"edit-id": "1", "operation": "create", "target": "/trireme:pool=mail", "value": SERVERS},
             {"edit-id": "2", "operation": "merge", "target": "/trireme:pool=mail/real-server=m1/weight",
              "value": {"trireme:weight": 9}}]
    patch = {"ietf-yang-patch:yang-patch": {"patch-id": "both", "edit": edits}}
    done = machine.tls(CANDIDATE, *alice, method="PATCH", body=patch, kind=PATCH)
    assert done.json() == {"ietf-yang-patch:yang-patch-status": {"patch-id": "both", "ok": [None]}}, done
    mine = "/trireme:pool=mail/real-server=m1/weight"
    assert machine.tls(CANDIDATE + mine, *alice).json() == {"trireme:weight": 9}
    assert machine.tls(RUNNING + mine, *alice).status == 404
    assert machine.tls(CANDIDATE + mine, *alice, "-H", "X-Trireme-Session: other").status == 404
    edits[:] = [{**edits[0], "operation": "merge"},
                {"edit-id": "2", "operation": "delete", "target": "/trireme:pool=mail/real-server=m2"}]
    refused = machine.tls(CANDIDATE, *alice, method="PATCH", body=patch, kind=PATCH)
    status = refused.json()["ietf-yang-patch:yang-patch-status"]
    (edit,) = status["edit-status"]["edit"]
    assert refused.status >= 400 and status["patch-id"] == "both" and "ok" not in status and edit["edit-id"] == "2", refused
    assert edit["errors"]["error"][0]["error-path"].startswith("/trireme:pool"), edit
    assert machine.operation("commit", {"comment": "both"}, *alice).status == 200
    assert machine.tls(RUNNING + mine, *alice).json() == {"trireme:weight": 9}
    assert machine.tls(RUNNING + "/trireme:pool=mail", *alice, method="DELETE").status == 204


# -- who may


def test_the_local_socket_is_roots(machine):
    assert (machine.node.root / "run/trireme/api.sock").stat().st_mode & 0o777 == 0o600
    state = machine.root("/restconf/data/trireme-api:state/session").json()["trireme-api:session"]
    assert state["role"] == "administrator"


def test_roles_and_credentials(machine, alice, vera):
    assert machine.tls(SERVICE).status == 401 and "basic" in machine.tls(SERVICE).headers["www-authenticate"].lower()
    assert "www-authenticate" not in machine.tls(SERVICE, "-H", "X-Trireme: 1").headers
    assert machine.tls(SERVICE, *vera).status == 200
    assert machine.tls(f"{SERVICE}/scheduler", *vera, method="PUT", body={"trireme:scheduler": "rr"}).status == 403
    assert machine.tls("/restconf/data/trireme:access", *alice).status == 200
    assert machine.tls(SERVICE, "-u", "vera:wrong").status == 401


def test_the_pages_session(machine):
    """The token is in a cookie and nowhere else; with the cookie, a change needs the page's header field."""
    machine.person("paul", "operator")
    page = ("-H", "X-Trireme: 1")
    signed = machine.operation("sign-in", {"user": "paul", "password": web_lab.PASSWORD}, *page)
    output = signed.json()["trireme-api:output"]
    assert output["role"] == "operator" and "token" not in output
    assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(signed.headers["set-cookie"].split("; "))
    cookie = ("-b", signed.headers["set-cookie"].split(";")[0])
    assert machine.tls(SERVICE, *cookie).status == 200
    change = {"method": "PUT", "body": {"trireme:scheduler": "wlc"}}
    assert machine.tls(f"{SERVICE}/scheduler", *cookie, **change).status == 403
    assert machine.tls(f"{SERVICE}/scheduler", *cookie, *page, **change).status == 204
    assert machine.operation("sign-out", None, *cookie).status == 403
    out = machine.operation("sign-out", None, *cookie, *page)
    assert out.status == 204 and "Max-Age=0" in out.headers["set-cookie"]
    assert machine.tls(SERVICE, *cookie, *page).status == 401
    token = machine.operation("sign-in", {"user": "paul", "password": web_lab.PASSWORD}).json()["trireme-api:output"]["token"]
    assert machine.tls(SERVICE, "-H", f"Authorization: Bearer {token}").status == 200
    assert machine.tls(SERVICE, "-H", f"Authorization: Bearer {token}x").status == 401


def status_of(pid):
    """Of all threads: what /proc says of their rights (proc(5))."""
    threads = [dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)
               for task in Path(f"/proc/{pid}/task").iterdir()]
    return {name: {" ".join(thread[name].split()) for thread in threads}
            for name in ("Uid", "Gid", "Groups", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")}


@pytest.mark.parametrize("which, user", [("https", "trireme-web"), ("local", "trireme-api")])
def test_no_rights_are_left(machine, which, user):
    number, none = nodes.USERS[user], {"0" * 16}
    found = status_of(machine.front(which))
    assert found["Uid"] == found["Gid"] == {" ".join([str(number)] * 4)} and found["Groups"] == {""}
    assert found["CapPrm"] == found["CapEff"] == found["CapBnd"] == found["CapAmb"] == none
    assert found["NoNewPrivs"] == {"1"} and found["Seccomp"] == {"2"}


# -- events


def test_events_tell_of_changes(machine, alice):
    """The first event comes at once, the next ones when something has changed; a sign-in that ends ends the stream."""
    token = machine.operation("sign-in", {"user": "alice", "password": web_lab.PASSWORD}).json()["trireme-api:output"]["token"]
    bearer = ("-H", f"Authorization: Bearer {token}")
    words = machine.lab.scratch / "events"
    with words.open("wb") as out:
        stream = processes.spawn(["nsenter", f"--net={machine.lab.handle('client')}", "curl", "-k", "-s", "-N", *bearer,
                                  f"https://{ADDRESS}/events"], stdout=out)

    def events():
        return [json.loads(line[6:])["trireme-api:state"] for line in words.read_text().splitlines() if line.startswith("data: ")]
    first = processes.wait_for("the first event", events, 30, 0.02)[0]
    assert first["session"] == {"user": "alice", "role": "administrator"}
    before = first["configuration"]["revision"]
    machine.change(f"{SERVICE}/scheduler", "PUT", {"trireme:scheduler": "sed"})
    processes.wait_for("the new revision", lambda: events()[-1]["configuration"]["revision"] != before, 30, 0.05)
    assert all(event["session"]["user"] == "alice" for event in events())
    assert machine.operation("sign-out", None, *bearer).status == 204
    stream.wait(25)
    assert machine.tls("/events", *bearer).status == 401


def test_streams_are_bounded(machine, alice):
    """8 of one address; whoever goes leaves its place at once."""
    words = ["nsenter", f"--net={machine.lab.handle('client')}", "curl", "-k", "-s", "-N", *alice, "-o", "/dev/null",
             f"https://{ADDRESS}/events"]
    streams = [processes.spawn(words) for _ in range(8)]

    def status():
        return machine.tls("/events", *alice, "-o", "/dev/null", "-w", "HTTP/1.1 %{http_code} \r\n", seconds=0.5).status
    try:
        processes.wait_for("eight streams", lambda: status() == 503, 30, 0.1)
        processes.end(streams.pop())
        processes.wait_for("a free place", lambda: status() == 200, 4, 0.1)
    finally:
        for stream in streams:
            processes.end(stream)


# -- what no client should send

CLOSE = b"Connection: close\r\n\r\n"
ASK = b"GET /restconf HTTP/1.1\r\nHost: r1\r\n"
SEND = b"POST /restconf/data HTTP/1.1\r\nHost: r1\r\nContent-Type: application/yang-data+json\r\n"


# What is sent; whether the client closes its half then; the status of each answer, None: any or none.
HOSTILE = {
    "half closed": (ASK + b"\r\n", True, [200]),
    "three at once": (ASK + b"\r\n" + ASK + b"\r\n" + ASK + CLOSE, False, [200, 200, 200]),
    "300 at once": ((ASK + b"\r\n") * 300 + ASK + CLOSE, False, [200] * 301),
    "a change, then a look": (SEND + b"Content-Length: 2\r\n\r\n{}" + ASK + CLOSE, False, [401, 200]),
    "an absolute URI": (b"GET https://r1/restconf HTTP/1.1\r\nHost: r1\r\n" + CLOSE, False, [200]),
    "a long field": (ASK + b"X: " + b"a" * 40000 + b"\r\n" + CLOSE, False, [431]),
    "many fields": (ASK + b"X: a\r\n" * 3000 + CLOSE, False, [431]),
    "a long URI": (b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: r1\r\n" + CLOSE, False, [414]),
    "no Host": (b"GET /restconf HTTP/1.1\r\n" + CLOSE, False, [400]),
    "a negative length": (SEND + b"Content-Length: -1\r\n\r\n", False, [400]),
    "too large a length": (SEND + b"Content-Length: 9223372036854775808\r\n\r\n", False, [413]),
    "too much of nobody": (SEND + b"Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n", False, [413]),
    "no chunk": (SEND + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", False, [400]),
    "an endless trailer": (SEND + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: a\r\n" * 20000, False, None),
    "deep JSON": (SEND + b"Content-Length: 4000\r\nConnection: close\r\n\r\n" + b'{"a":' + b"[" * 3995, False, [400]),
    "TLS in TLS": (b"\x16\x03\x01\r\n\r\n" + CLOSE, False, None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_client_should_send(machine, name):
    data, half, wanted = HOSTILE[name]
    before = machine.front("https")
    text, found = raw(machine, data, half)
    # The library's own refusals may name their status in their text once more.
    assert wanted is None or found[:len(wanted)] == wanted, (found, text[:500])
    assert machine.front("https") == before and machine.tls("/restconf").status == 200


# -- the front when others fail


def test_without_a_broker(machine, alice):
    machine.node.kill("api")
    gone = machine.tls(SERVICE, *alice)
    assert gone.status == 503 and gone.headers["retry-after"] == "1"
    assert machine.tls("/").status == 200
    processes.wait_for("words", lambda: "does not answer" in machine.front_log("https"), 30, 0.05)
    machine.start_broker()
    processes.wait_for("the broker", lambda: machine.tls(SERVICE, *alice).status == 200, 30, 0.05)


def test_a_full_queue_says_so(machine):
    """A broker that hangs: 8 requests wait for it, 64 in the queue, and the next ones are told to come later."""
    machine.node.send_signal("api", signal.SIGSTOP)
    try:
        paths = [f"http://trireme/restconf/data/trireme:cluster/name?depth={number}" for number in range(1, 91)]
        several = machine.node.command("curl", "--unix-socket", "/run/trireme/api.sock", "-s", "-Z", "--parallel-max", "90",
                                       "--parallel-immediate", "--max-time", "2", "-w", "%{http_code}\n",
                                       *(word for path in paths for word in ("-o", "/dev/null", path)))
        began = time.monotonic()
        codes = processes.spawn(several, stdout=-1, text=True).communicate()[0].split()
        assert codes.count("503") >= 10, codes
        assert time.monotonic() - began < 20
    finally:
        machine.node.send_signal("api", signal.SIGCONT)
    processes.wait_for("the broker", lambda: machine.root(SERVICE).status == 200, 30, 0.1)


# -- where it listens; last, since the front is started again


def test_not_by_the_public_port(machine):
    assert machine.tls("/", client="outside", address=PUBLIC, seconds=0.5).status == 0
    assert machine.tls("/", client="outside", address=ADDRESS, seconds=0.5).status == 0


@pytest.mark.parametrize("which, more, words", [
    ("https", (), "TCP port 443 cannot be listened on"),
    ("local", ("--socket", "/none/api.sock"), "/none/api.sock cannot be listened on")])
def test_what_cannot_be_listened_on_is_named(machine, which, more, words):
    more = (*more, "--tls", machine.data) if which == "https" else more
    second = machine.node.command(nodes.BIN / "trireme-web", which, "--yang", web_lab.MODEL, "--page", machine.page,
                                  "--foreground", *more)
    done = subprocess.run(second, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    assert done.returncode == 1 and words in done.stdout and "not started: " in done.stdout, done.stdout


def test_it_follows_the_configuration(machine, alice):
    """The change is answered, and who reads slowly gets all; a stream of events and a body that does not come hold nothing up."""
    before = machine.front("https")
    client = ["nsenter", f"--net={machine.lab.handle('client')}", "curl", "-k", "-s", "-N", *alice]
    held = [processes.spawn([*client, f"https://{ADDRESS}/events"], stdout=subprocess.PIPE),
            processes.spawn([*client, "-T", "-", f"https://{ADDRESS}{SERVICE}"], stdin=subprocess.PIPE)]
    assert held[0].stdout.readline().startswith(b"event: ")
    large = len(web_lab.PAGE["assets/large-1.js"])
    slow = SlowReader(machine, "/assets/large-1.js", large, 1.2)
    slow.start()
    assert slow.asked.wait(30)
    put = machine.tls("/restconf/data/trireme:management/https/port", *alice, method="PUT", body={"trireme:port": 8443})
    assert put.status in (201, 204), put
    began = time.monotonic()
    processes.wait_for("the other port", lambda: machine.tls("/restconf", port=8443, seconds=1).status == 200, 30, 0.05)
    assert time.monotonic() - began < 20
    assert machine.front("https") != before and machine.tls("/restconf", seconds=1).status == 0
    slow.join(30)
    assert slow.got > large, slow.got
    held[0].communicate(timeout=30)
    processes.end(held[1])
    held[1].stdin.close()
    fingerprint = (machine.node.root / "run/trireme/tls.fingerprint").read_text()
    machine.change("/restconf/data/trireme:management", "PUT",
                   {"trireme:management": {"https": {"public": True}, "network": ["203.0.113.0/24"]}})
    processes.wait_for("the public port", lambda: machine.tls("/restconf", client="outside", address=PUBLIC, seconds=1).status == 200,
                       30, 0.05)
    assert machine.tls("/restconf", seconds=1).status == 0, "not in the network that is named"
    assert (machine.node.root / "run/trireme/tls.fingerprint").read_text() == fingerprint
    machine.change("/restconf/data/trireme:management", "PUT", {"trireme:management": {"https": {"enabled": False}}})
    processes.wait_for("nobody listens", lambda: machine.tls("/restconf", seconds=1).status == 0 and machine.front("https"), 30, 0.05)
    machine.change("/restconf/data/trireme:management", "DELETE")
    processes.wait_for("the defaults again", lambda: machine.tls("/restconf", seconds=1).status == 200, 30, 0.05)
