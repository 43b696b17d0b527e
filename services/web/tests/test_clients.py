"""Clients that others have written, and clients that do harm, at a front with the real broker behind it."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import web_lab  # noqa: E402 - the path must be set first
from attack import Harm, dribble, in_client, latencies, shake  # noqa: E402
from web_lab import ADDRESS, TOP  # noqa: E402
from lab import processes  # noqa: E402

LOGS = TOP / "build/test/tools/web-clients"
SERVICE = "/restconf/data/trireme:virtual-service=web"
P99_MS = 50
REQUESTS = 300
PLAYBOOK = [{"hosts": "router", "gather_facts": False, "tasks": [
    {"ansible.netcommon.restconf_get": {"path": "/data/trireme:virtual-service=web/scheduler"}, "register": "before"},
    {"ansible.netcommon.restconf_config": {"path": "/data/trireme:virtual-service=web/scheduler", "method": "patch",
                                           "content": json.dumps({"trireme:scheduler": "sh"})}, "register": "changed"},
    {"ansible.netcommon.restconf_config": {"path": "/data/trireme:virtual-service=web/scheduler", "method": "patch",
                                           "content": json.dumps({"trireme:scheduler": "sh"})}, "register": "same"},
    {"ansible.builtin.copy": {"dest": "{{ playbook_dir }}/said.json",
                              "content": "{{ {'before': before.response, 'changed': changed.changed, 'same': same.changed} | to_json }}"},
     "delegate_to": "localhost", "connection": "local"}]}]


@pytest.fixture(scope="module")
def machine():
    with web_lab.Machine(LOGS) as made:
        yield made


@pytest.fixture(scope="module")
def robot(machine):
    machine.person("alice", "administrator")
    return machine.person("robot", "operator")


@pytest.fixture(scope="module")
def token(machine):
    return machine.root("/restconf/operations/trireme-api:create-token", method="POST",
                        body={"trireme-api:input": {"name": "prometheus", "role": "viewer"}}).json()["trireme-api:output"]["token"]


def test_ansible(machine, robot, tmp_path):
    (tmp_path / "play.json").write_text(json.dumps(PLAYBOOK))
    host = {"ansible_host": ADDRESS, "ansible_connection": "ansible.netcommon.httpapi",
            "ansible_network_os": "ansible.netcommon.restconf", "ansible_httpapi_use_ssl": True,
            "ansible_httpapi_validate_certs": False, "ansible_user": "robot", "ansible_password": web_lab.PASSWORD}
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": {"router": host}}}))
    before = machine.root(f"{SERVICE}/scheduler").json()
    done = subprocess.run(in_client(machine, "env", f"HOME={tmp_path}", "ansible-playbook", "-i", tmp_path / "hosts.json",
                                    tmp_path / "play.json"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "said.json").read_text()) == {"before": before, "changed": True, "same": False}
    assert machine.root(f"{SERVICE}/scheduler").json() == {"trireme:scheduler": "sh"}


def test_prometheus(machine, token, tmp_path):
    assert machine.tls("/metrics").status == 401
    text = machine.tls("/metrics", "-H", f"Authorization: Bearer {token}")
    subprocess.run(["promtool", "check", "metrics"], input=text.body, text=True, check=True)
    job = {"job_name": "trireme", "scheme": "https", "tls_config": {"insecure_skip_verify": True},
           "authorization": {"credentials": token}, "static_configs": [{"targets": [f"{ADDRESS}:443"]}]}
    (tmp_path / "prometheus.yml").write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}))
    with (LOGS / "prometheus.log").open("w") as words:
        server = processes.spawn(in_client(machine, "prometheus", f"--config.file={tmp_path / 'prometheus.yml'}",
                                           f"--storage.tsdb.path={tmp_path / 'data'}", "--web.listen-address=127.0.0.1:9090"),
                                 stdout=words, stderr=words)

    def query(expression):
        asked = in_client(machine, "curl", "-s", "-G", "http://127.0.0.1:9090/api/v1/query", "--data-urlencode", f"query={expression}")
        answer = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=False).stdout
        # Before it is ready it says so in plain words.
        return json.loads(answer)["data"]["result"] if answer.startswith("{") else []
    try:
        processes.wait_for("a scrape", lambda: query('up{job="trireme"} == 1'), 30, 0.1)
        (info,) = query("trireme_node_info")
        assert info["metric"]["node"] == "r1"
        names = {sample["metric"]["real_server"] for sample in query('trireme_real_server_weight{service="web"}')}
        wanted = machine.root("/restconf/data/trireme-api:state/service=web/real-server?fields=name").json()
        assert names == {entry["name"] for entry in wanted.get("trireme-api:real-server", [])}
        revision = machine.root("/restconf/data/trireme-api:state/configuration/revision").json()["trireme-api:revision"]
        processes.wait_for("the revision", lambda: query(f"trireme_config_revision == {revision}"), 30, 0.1)
    finally:
        processes.end(server)


# -- limits


def test_bodies_have_a_limit(machine, robot):
    large = "x" * (2 << 20) + "x"
    refused = machine.tls(SERVICE, *robot, method="PUT", body=large)
    assert refused.status == 413 and refused.error["error-info"]["allowed"] == "2 MiB"
    chunked = machine.tls(SERVICE, *robot, "-H", "Transfer-Encoding: chunked", method="PUT", body=large)
    assert chunked.status == 413
    assert machine.tls(SERVICE, method="PUT", body="x" * 5000).status == 413, "nobody may send so much"
    assert machine.tls(f"/{'x' * 40000}").status in (0, 414, 431, 500)
    assert machine.tls(f"{SERVICE}?fields={'x' * 9000}", *robot).status == 414


def p99(machine, token):
    """Of up to three tries the first that is good, else the best: a test machine has other things to do as well."""
    best = float("inf")
    for _ in range(3):
        best = min(best, round(latencies(machine, token, SERVICE, REQUESTS)[REQUESTS * 99 // 100 - 1], 1))
        if best < P99_MS:
            break
    return best


def late(machine):
    text = machine.root("/restconf").status and machine.tls("/metrics", "-u", f"robot:{web_lab.PASSWORD}").body
    return {line.split()[0]: int(line.split()[1]) for line in text.splitlines() if line.startswith("trireme_http_")}


def test_slow_clients_do_no_harm(machine, robot, token):
    """64 of them: half are too many for one address, the others are ended after 10 s; nobody else waits for them."""
    with Harm(machine, 64, dribble, web_lab.ATTACKERS[:1]) as slow:
        processes.wait_for("slow clients", lambda: late(machine)["trireme_http_connections"] >= 30, 30, 0.1)
        found = p99(machine, token)
        assert found < P99_MS, f"p99 {found} ms beside 64 slow clients"
        counted = late(machine)
        assert counted["trireme_http_connections"] <= 40 and slow.failed > 0
        processes.wait_for("the end of slow clients", lambda: late(machine)["trireme_http_late_total"] >= 30, 30, 0.2)


def test_a_flood_of_handshakes_does_no_harm(machine, token):
    """From so many addresses that they take all that is allowed to all together; who asks seldom finds a place."""
    with Harm(machine, 12, shake) as flood:
        processes.wait_for("a flood", lambda: flood.done > 200 and flood.failed > 500, 30, 0.05)
        found = p99(machine, token)
    assert found < P99_MS, f"p99 {found} ms beside {flood.done} handshakes and {flood.failed} that were refused"
