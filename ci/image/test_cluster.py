"""The image as a cluster: two routers, a witness, real web servers and a client (ci/lab/cluster.py draws it).

The tests stand in the order in which they tell one story on one cluster that boots once; a router that must be
active or whole for a test is brought there by `settled`.
"""
import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab import browser, cluster, processes, rights, stream
from lab.cluster import CLIENT, GATEWAY, ROUTERS, VIP, VIP_DIRECT, WEBS
from lab.load import Load
from lab.share import FULL, in_full_run

BOOT = 180.0       # seconds until a cluster of three emulated machines on two cores must serve
TAKEOVER = 3.0     # seconds without an answer at most when the active router dies
WEIGHTS = {"web1": 3, "web2": 2, "web3": 1}
REQUESTS = 1200
ALIASES = {"eth0:1": VIP, "eth0:2": VIP_DIRECT, "eth1:1": GATEWAY}
KILLS = 10 if FULL else 1
COMMIT_KILLS = 50
COMMITS = 1000 if FULL else 6  # to one service beside a connection to another one
COMMITS_AT_ONCE = 50           # in one line for the shell
PRIVATE = {"r1": "10.77.0.111", "r2": "10.77.0.112"}  # new addresses of eth1
WEIGHT = "/pool[name='web']/real-server[name='web1']/weight"
SCHEDULER = "/virtual-service[name='web']/scheduler"
PASSWORD = "correct horse 7"
SILENCE = 1.0      # seconds at most for which a connection may stand still while others' services change
# Checks of the demonstration's services: 2 failed checks, one a second, each given up after 0.8 s; one more for
# the emulated machine's own slowness.
CHECK_TIME = 2 * 1.0 + 0.8 + 1.0


def at_once(ask, things):
    """The answer about each: most of the time that an answer takes is waiting."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(things, pool.map(ask, things)))


@pytest.fixture
def settled(stage):
    """All three machines run and are ready, one router answers for all floating addresses; returns its name."""
    stage.cluster.start()

    def whole():
        owner = stage.cluster.owner()
        roles = at_once(lambda name: role(stage, name), cluster.NODES)
        expected = {**dict.fromkeys(ROUTERS, "standby"), "w": "witness", owner: "owner"}
        return owner if roles == expected and set(map(tuple, held_by(stage).values())) == {(owner,)} else ""
    return processes.wait_for("one owner, a standby and a witness", whole, BOOT, 1.0)


def give_to(stage, router):
    """Switches over by command until that router is the owner."""
    def given():
        owner = stage.cluster.owner()
        if owner in ROUTERS and owner != router:
            stage.menu(owner).run("trireme cluster switchover", 30)
        return owner == router
    processes.wait_for(f"{router} to be the owner", given, 60, 1.0)


def role(stage, name):
    """Role of a node by its own word, "" while it is not ready. While it boots the kernel may speak in the middle of
    an answer, or the console not answer at all."""
    try:
        code, said = stage.menu(name).run("trireme status --ready && trireme cluster why", 30)
    except TimeoutError:
        return ""
    found = re.search(r"^GROUP .*\n\S+ +(\w+)", said, re.M)
    return found[1] if code == 0 and found else ""


def wait_role(stage, name, roles, seconds):
    """Waits until a node is ready and has one of these roles."""
    processes.wait_for(f"{name} to be ready as {' or '.join(roles)}", lambda: role(stage, name) in roles, seconds, 0.5)


def held_by(stage):
    """Who answers for each floating address."""
    return at_once(stage.cluster.owners, ALIASES.values())


def wait_moved(stage, load, old, new, since, seconds):
    """Waits until `new` answers and traffic flows again; returns the gap from `since` on in seconds."""
    stage.cluster.wait_owner(seconds, candidates=(new,))
    load.wait_good(10, seconds, since=time.monotonic())
    assert held_by(stage) == {address: [new] for address in ALIASES.values()}, f"{old} -> {new}"
    return load.gap(since)


# -- it serves

def test_boots_from_seed_and_answers(stage, figure):
    began = time.monotonic()
    owner = stage.cluster.wait_owner(BOOT)
    with Load(stage.lab, "client", VIP, rate=20) as load:
        load.wait_good(5, 60)
    figure(f"{owner} is active and answers {time.monotonic() - began:.1f} s after the three machines were switched on")
    for machine in stage.machines.values():
        machine.wait_said(r"trireme: services up after [\d.]+ s", 90)


def test_both_aliases_on_one_router_and_nowhere_else(stage, settled):
    assert stage.aliases(settled) == ALIASES
    for name in cluster.NODES:
        if name != settled:
            assert not stage.aliases(name), f"{name} is not the owner"
    assert held_by(stage) == {address: [settled] for address in ALIASES.values()}


def test_shares_hidden_servers_and_client_address(stage, settled, figure):
    with stage.cluster.capture("pub", "nat-public") as public, stage.cluster.capture("priv", "nat-private") as private:
        with Load(stage.lab, "client", VIP, rate=400, parallel=24, patience=10) as load:
            load.wait_good(REQUESTS, 120)
    shares, total = load.shares()
    seconds = max(r.end for r in load.records) - min(r.start for r in load.records)
    figure(f"{total} requests through {settled}, {total / seconds:.0f}/s: "
           + ", ".join(f"{name} {share:.1f} %" for name, share in shares.items()))
    assert not load.failed()
    assert total >= 1000
    for name, weight in WEIGHTS.items():
        assert abs(shares.get(name, 0.0) - 100 * weight / sum(WEIGHTS.values())) <= 5, f"share of {name}"
    assert public.count(f"src host {VIP} and tcp src port 80") > total
    assert public.lines("net 10.77.0.0/24") == []
    assert private.count(f"src host {CLIENT} and tcp dst port 80") > total
    assert {entry[1] for web in stage.webs.values() for entry in web.log()} == {CLIENT}


def test_real_servers_own_traffic_is_masqueraded(stage, settled):
    with stage.lab.inside("client"):
        listener = socket.create_server((CLIENT, 8000))
    with listener, stage.cluster.capture("pub", "masquerade") as public:
        listener.settimeout(20)
        seen = []
        accepting = threading.Thread(target=lambda: seen.append(listener.accept()), daemon=True)
        accepting.start()
        with stage.lab.inside("web1"):
            outgoing = socket.socket()
        with outgoing:
            outgoing.settimeout(20)
            outgoing.connect((CLIENT, 8000))
            accepting.join(20)
    address = seen[0][1][0]
    assert address.startswith("203.0.113."), f"{settled} lets web1 appear as {address}"
    assert public.lines("net 10.77.0.0/24") == []


def test_direct_routing(stage, settled, figure):
    with stage.cluster.capture("pub", "direct-public") as public:
        with Load(stage.lab, "client", VIP_DIRECT, rate=200, parallel=16, patience=10) as load:
            load.wait_good(300, 60)
    shares, total = load.shares()
    figure(f"direct: {total} requests, " + ", ".join(f"{name} {share:.1f} %" for name, share in shares.items()))
    assert not load.failed()
    assert set(shares) == set(WEBS)
    answers = public.lines(f"src host {VIP_DIRECT} and tcp src port 80")
    assert len(answers) > total
    router = cluster.macs(settled)
    assert not [line for line in answers if line.split()[1] in router], "answers must not pass the router"
    assert public.lines("net 10.77.0.0/24") == []


def test_only_the_router_answers_arp_for_the_direct_address(stage, settled, figure):
    with stage.cluster.capture("pub", "direct-arp", "arp") as wire:
        assert stage.cluster.owners(VIP_DIRECT, 1.5) == [settled]
    replies = [line for line in wire.lines() if f"Reply {VIP_DIRECT} is-at" in line]
    assert replies
    assert {line.split("is-at ")[1].split(",")[0] for line in replies} == {cluster.macs(settled)[0]}
    # The control case: without the cure on the real servers, several answer.
    try:
        for name in WEBS:
            stage.cluster.solve_arp(name, False)
        with stage.cluster.capture("pub", "direct-arp-unsolved", "arp"):
            unsolved = stage.cluster.owners(VIP_DIRECT, 1.5)
    finally:
        for name in WEBS:
            stage.cluster.solve_arp(name)
        stage.lab.run("up", "ip", "neigh", "flush", "dev", "pub")
    figure(f"ARP for {VIP_DIRECT}: answered by {settled} alone; without the cure by {', '.join(unsolved)}")
    assert len(unsolved) > 1


def test_real_server_dies_and_returns(stage, settled, figure):
    with Load(stage.lab, "client", VIP, rate=60) as load:
        load.wait_good(60, 30)
        stage.webs["web2"].kill()
        died = time.monotonic()
        time.sleep(CHECK_TIME)
        out = time.monotonic()
        load.wait_good(200, 30, since=out)
        assert not load.failed(out), "requests failed after the check's time"
        assert "web2" not in load.shares(out)[0]
        lost = load.failed(died)
        figure(f"web2 killed: {len(lost)} requests failed, the last one "
               f"{max((r.start for r in lost), default=died) - died:.2f} s after its death")
        stage.webs["web2"].start()
        back = time.monotonic()
        processes.wait_for("web2 to serve again", lambda: "web2" in load.shares(back)[0], CHECK_TIME)
        returned = time.monotonic()
        figure(f"web2 started: serves again after {returned - back:.2f} s")
        load.wait_good(120, 30, since=returned)
        assert not load.failed(out)
    assert abs(load.shares(returned)[0]["web2"] - 100 * 2 / 6) <= 10, f"{settled}: web2's share after its return"


def command(menu, words):
    """Runs a command that must succeed; returns what it said."""
    code, said = menu.run(words, 60)
    assert code == 0, f"{menu.name}: {words}: {said}"
    return said


@pytest.fixture
def echo(stage, settled):
    """A service of its own, of port stream.PORT of web1; yields the menu of the active router, which has committed it."""
    menu = stage.menu(settled)
    server = stage.lab.spawn("web1", *stream.SERVER)
    pool, service = "/pool[name='echo']", "/virtual-service[name='echo']"
    reals = '{"name": "echo", "real-server": [{"name": "web1", "address": "%s"}]}' % WEBS["web1"]
    port = '{"name": "echo", "address": "%s", "port": %d, "method": "nat", "pool": "echo"}' % (VIP, stream.PORT)
    for path, value in ((pool, reals), (service, port)):
        command(menu, f'trireme set "{path}" \'{value}\'')
    command(menu, "trireme commit -m echo")
    processes.wait_for("web1 in the service",
                       lambda: re.search(rf":{stream.PORT:04X} +Masq", command(menu, "cat /proc/net/ip_vs")), 20, 0.5)
    yield menu
    # A thousand revisions later the one before is not kept any more.
    for words in (f'delete "{service}"', f'delete "{pool}"', f'set "{SCHEDULER}" wrr', f'set "{WEIGHT}" {WEIGHTS["web1"]}',
                  "commit -m echo-ends"):
        command(menu, f"trireme {words}")
    processes.end(server)


def test_a_connection_survives_commits_to_another_service(stage, echo, figure):
    """By turns another weight and another scheduler of the service `web`, while a connection through `echo` is in use."""
    connection = stream.Stream(stage.lab, "client", VIP)
    connection.start()
    since = time.monotonic()
    for first in range(0, COMMITS, COMMITS_AT_ONCE):
        last = min(first + COMMITS_AT_ONCE, COMMITS)
        code, said = echo.run(f"i={first}; while [ $i -lt {last} ]; do i=$((i + 1)); "
                              f'if [ $((i % 2)) -eq 0 ]; then trireme set "{WEIGHT}" $((i % 90 + 10)); '
                              f'else trireme set "{SCHEDULER}" $([ $((i % 4)) -eq 1 ] && echo wlc || echo wrr); fi && '
                              "trireme commit -m n$i || break; done >/tmp/said 2>&1; tail -n 2 /tmp/said", 300)
        assert code == 0 and re.fullmatch(r"(?:changed.*\n)?revision \d+ is in use", said), said
    seconds = time.monotonic() - since
    assert connection.end() is None
    figure(f"{COMMITS} commits to one service in {seconds:.1f} s: {connection.answers} answers through another one, longest "
           f"silence {connection.gap:.2f} s, until {connection.gap_at}")
    assert f" n{COMMITS}" in command(echo, "trireme history 1")
    assert connection.gap <= SILENCE


def serve_through(stage, figure, family, driver):
    """A router with that family of cards takes over and serves."""
    router = next(name for name in ROUTERS if stage.machines[name].family == family)
    for port in ("eth0", "eth1"):
        _, said = stage.menu(router).run(f"readlink /sys/class/net/{port}/device/driver")
        assert said.rpartition("/")[2] == driver, f"{router} {port}"
    give_to(stage, router)
    with Load(stage.lab, "client", VIP, rate=200, parallel=16, patience=10) as load:
        load.wait_good(200, 60)
    shares, total = load.shares()
    figure(f"{family}: {total} requests through {router}")
    assert not load.failed()
    assert set(shares) == set(WEBS)
    assert held_by(stage) == {address: [router] for address in ALIASES.values()}


@pytest.mark.parametrize("family, driver", [("virtio-net-pci", "virtio_net"), ("e1000", "e1000")])
def test_network_card_family_of_the_first_boot(stage, settled, figure, family, driver):
    serve_through(stage, figure, family, driver)


# -- it survives

def test_switch_over_by_command(stage, settled, figure):
    other = stage.other(settled)
    with Load(stage.lab, "client", VIP, rate=50, patience=1.0) as load:
        load.wait_good(50, 30)
        since = time.monotonic()
        code, said = stage.menu(settled).run("trireme cluster switchover", 30)
        assert code == 0, said
        gap = wait_moved(stage, load, settled, other, since, 10)
    figure(f"switch-over by command, {settled} to {other}: {gap:.2f} s without an answer")
    assert gap <= TAKEOVER
    assert not stage.aliases(settled)
    assert stage.aliases(other) == ALIASES


@in_full_run
def test_private_addresses_of_both_routers_change(stage, settled, figure):
    """One commit on one router: the ring goes over to the new addresses, the old ones leave the ports, nobody notices."""
    def changed(name):
        return "the ring is as configured" in stage.menu(name).run("trireme config", 30)[1]

    menu = stage.menu(settled)
    with Load(stage.lab, "client", VIP, rate=50, patience=1.0) as load:
        load.wait_good(50, 30)
        for name, address in PRIVATE.items():
            path = f"/cluster/node[name='{name}']/port[name='eth1']/address"
            assert menu.run(f'trireme set "{path}" {address}', 60)[0] == 0
        since = time.monotonic()
        code, said = menu.run("trireme commit --confirm 5m", 60)
        assert code == 0, said
        processes.wait_for("the ring's new addresses", lambda: all(map(changed, ROUTERS)), 60, 1.0)
        seconds = time.monotonic() - since
        assert menu.run("trireme confirm", 60)[0] == 0
        load.wait_good(50, 30, since=time.monotonic())
        gap = load.gap(since)
    for name, address in PRIVATE.items():
        held = stage.menu(name).run("ip -4 addr show dev eth1; netstat -uan", 30)[1]
        assert f" {address}/24 " in held and f"{address}:5405" in held
        assert "10.77.0.11/" not in held and "10.77.0.12/" not in held, held
    figure(f"private addresses of both routers changed in {seconds:.1f} s; {gap:.2f} s without an answer, {settled} serves on")
    assert gap <= TAKEOVER
    assert held_by(stage) == {address: [settled] for address in ALIASES.values()}


@in_full_run
@pytest.mark.parametrize("number", range(1, COMMIT_KILLS + 1))
def test_power_cut_during_commits(stage, settled, figure, number):
    """The standby commits without end, and its power is cut: afterwards nothing that it acknowledged is missing."""
    name = stage.other(settled)
    machine, moment = stage.machines[name], 3 + number * 0.7 % 2
    before = len(machine.said())
    stage.menu(name).begin(f'for i in $(seq 1 200); do trireme set "{WEIGHT}" $((10 + $i)) && '
                           f"trireme commit -m cut{number}.$i && echo acknowledged-$i; done")
    machine.wait_said(r"acknowledged-1\s", 60, since=before)
    time.sleep(moment)
    machine.kill()
    stage.cluster.replace_cards(name, "e1000e")
    acknowledged = [int(i) for i in re.findall(r"acknowledged-(\d+)\s", machine.said()[before:])]
    machine.start()
    wait_role(stage, name, ("standby",), BOOT)
    histories = [stage.menu(router).run("trireme history 40", 60)[1] for router in (settled, name)]
    assert histories[0] == histories[1]
    there = [int(i) for i in re.findall(rf"cut{number}\.(\d+)\b", histories[0])]
    assert set(acknowledged[-30:]) <= set(there), "an acknowledged revision is missing"
    # What was not acknowledged any more is there whole or not at all.
    assert max(there) - max(acknowledged) <= 1
    weight = stage.menu(name).run(f'trireme show "{WEIGHT}"', 60)[1]
    assert str(10 + max(there)) in weight
    figure(f"power of {name} cut during commits: {len(acknowledged)} acknowledged, all are there")


@pytest.mark.parametrize("number", range(1, KILLS + 1))
def test_hard_kill_of_the_active_router(stage, settled, figure, number):
    other = stage.other(settled)
    with Load(stage.lab, "client", VIP, rate=50, patience=1.0) as load:
        load.wait_good(50, 30)
        since = stage.machines[settled].kill()
        gap = wait_moved(stage, load, settled, other, since, 15)
    figure(f"{number}: power of {settled} cut: {gap:.2f} s without an answer, then {other} serves")
    assert gap <= TAKEOVER
    assert stage.aliases(other) == ALIASES


def test_power_back_becomes_standby(stage, figure):
    owner = stage.cluster.wait_owner(10)
    returning = stage.other(owner)
    machine = stage.machines[returning]
    machine.kill()  # if the test before has not left it without power
    stage.cluster.replace_cards(returning, "vmxnet3")
    before = len(machine.said())
    with Load(stage.lab, "client", VIP, rate=30) as load:
        load.wait_good(10, 10)
        since = time.monotonic()
        machine.start()
        up = machine.wait_said(r"trireme: services up after ([\d.]+) s", BOOT, since=before)[1]
        wait_role(stage, returning, ("standby",), 60)
        time.sleep(3)  # time in which it could wrongly take over
        assert not load.failed(since), "the return of a router must not be felt"
    figure(f"power of {returning} back: its services are up after {up} s, and it is standby")
    assert held_by(stage) == {address: [owner] for address in ALIASES.values()}
    assert not stage.aliases(returning)


def test_router_without_quorum_holds_no_alias(stage, settled, figure):
    other = stage.other(settled)
    with Load(stage.lab, "client", VIP, rate=50, patience=1.0) as load:
        load.wait_good(50, 30)
        stage.cluster.plug(settled, False)
        since = time.monotonic()
        try:
            processes.wait_for(f"{settled} to drop its aliases", lambda: not stage.aliases(settled), 10, 0.2)
            dropped = time.monotonic() - since
            gap = wait_moved(stage, load, settled, other, since, 15)
            time.sleep(3)  # alone for a while: it must not take them back
            assert not stage.aliases(settled)
        finally:
            stage.cluster.plug(settled, True)
        rejoined = time.monotonic()
        wait_role(stage, settled, ("standby",), 60)
        assert held_by(stage) == {address: [other] for address in ALIASES.values()}
        assert not load.failed(rejoined), "the return of a router must not be felt"
    figure(f"{settled} cut off: no alias left {dropped:.2f} s later; {gap:.2f} s without an answer, then {other} serves")
    assert gap <= TAKEOVER


# -- it runs on other network cards

@pytest.mark.parametrize("family, driver", [("e1000e", "e1000e"), ("vmxnet3", "vmxnet3")])
def test_network_card_family(stage, settled, figure, family, driver):
    """The routers that were without power have got them; after many kills one may have to boot with them once more."""
    if family not in [stage.machines[name].family for name in ROUTERS]:
        router = stage.other(settled)
        stage.machines[router].kill()
        stage.cluster.replace_cards(router, family)
        stage.cluster.start()
        wait_role(stage, router, ("standby",), BOOT)
    serve_through(stage, figure, family, driver)


# -- a person at the console

def test_status_on_the_menu(stage, settled):
    stage.menu("w").live_status(rf"\nmain +\S+ +{settled} ")


def test_switch_over_from_the_menu(stage, settled):
    other = stage.other(settled)
    assert f" {other}" in stage.menu(settled).switch_over()
    stage.cluster.wait_owner(15, candidates=(other,))


def test_damaged_datastore_and_reboot_from_the_menu(stage, settled, figure):
    """A router's datastore is damaged: it says so, starts with the document it had, and gets the others' revisions."""
    name = stage.other(settled)
    machine, menu = stage.machines[name], stage.menu(name)
    code, said = menu.run(f'trireme set "{WEIGHT}" 70000')
    assert code == 1 and "0..65535" in said
    assert menu.run(f'trireme set "{WEIGHT}" 4 && trireme commit -m two', 60)[0] == 0
    newest = menu.run("trireme history 1")[1]
    assert " two" in newest
    # A service that runs would put back from the datastore's log what is overwritten.
    command(menu, "sv -w 20 stop /etc/service/config")
    command(menu, "dd if=/dev/zero of=/data/trireme/config.db bs=4096 count=1 conv=notrunc")
    before, began = len(machine.said()), time.monotonic()
    menu.reboot()
    machine.wait_said(r"config\.db\.damaged[\s\S]*the previous configuration stays in use", BOOT, since=before)
    wait_role(stage, name, ("standby",), BOOT)
    figure(f"{name} with a damaged datastore: standby again {time.monotonic() - began:.1f} s after the reboot")
    assert held_by(stage) == {address: [settled] for address in ALIASES.values()}
    assert stage.menu(name).run("trireme history 1")[1] == newest


def test_shell_asks_for_the_password_once_one_is_set(stage, settled):
    menu = stage.menu("w")
    assert menu.run("id -u")[1] == "0", "none is set: none is asked for"
    menu.set_password(PASSWORD)
    assert menu.refused("wrong horse 7") >= 1
    assert menu.run("id -u")[1] == "0"
    _, stored = menu.run("cat /data/trireme/password")
    assert stored.startswith("$y$")
    assert settled in menu.run("trireme status")[1]


# -- its API and its page

def curl(stage, name, path, *words):
    """What a machine of the private network is answered by a router's API; its certificate is its own."""
    return stage.lab.run("web1", "curl", "-sk", "--max-time", "20", *words, f"https://{cluster.private_address(name)}{path}")


def test_every_daemon_has_the_rights_that_are_written_down(stage, settled):
    wrong, seen = rights.differences(stage.menu(settled))
    assert not wrong
    assert seen >= 8


def test_the_hardware_watchdog_runs(stage, settled):
    """It is petted, or the machine would not have lived for longer than its timeout."""
    said = command(stage.menu(settled), "for dog in /sys/class/watchdog/*; do echo $(cat $dog/identity $dog/state $dog/timeout); done; "
                                        "cut -d. -f1 /proc/uptime")
    assert re.search(r"^i6300ESB timer active 30$", said, re.M) and re.search(r"^Software Watchdog inactive ", said, re.M), said
    assert int(said.split()[-1]) > 30


@in_full_run
def test_machine_whose_agent_hangs_restarts(stage, settled, figure):
    """One that is stopped, so that SIGALRM does not end it either, after it was well for a minute."""
    name = stage.other(settled)
    machine, menu = stage.machines[name], stage.menu(name)
    command(menu, "trireme set /cluster/watchdog/timeout 5 && trireme commit -m watchdog")
    time.sleep(60)
    before, stopped = len(machine.said()), time.monotonic()
    menu.begin("kill -STOP $(pidof trireme-agent)")
    machine.wait_said(r"Linux version", 60, since=before)
    figure(f"{name} with a stopped agent: restarted after {time.monotonic() - stopped:.1f} s")
    wait_role(stage, name, ("standby",), BOOT)
    command(stage.menu(settled), "trireme delete /cluster/watchdog && trireme commit -m watchdog-ends")


def test_the_password_of_the_console_opens_the_api(stage, settled):
    """On the other router as well: users and sessions are the cluster's."""
    assert not stage.menu(settled).password
    stage.menu(settled).set_password(PASSWORD)
    value = json.dumps({"trireme-api:input": {"user": "admin", "password": PASSWORD}})
    signed = json.loads(curl(stage, settled, "/restconf/operations/trireme-api:sign-in", "-H",
                             "Content-Type: application/yang-data+json", "-d", value))["trireme-api:output"]
    assert signed["role"] == "administrator"
    for name in ROUTERS:
        group = json.loads(curl(stage, name, "/restconf/data/trireme-api:state/group=main", "-H",
                                f"Authorization: Bearer {signed['token']}"))["trireme-api:group"][0]
        assert group["owner"] == settled
    assert "<title>" in curl(stage, settled, "/")
    script = (cluster.TOP / "services/realserver/realserver.sh").read_text()
    assert curl(stage, settled, "/realserver.sh").strip() == script.strip()
    assert stage.lab.run("up", "curl", "-sk", "--max-time", "2", "-o", "/dev/null", "-w", "%{http_code}", f"https://{VIP}/",
                         check=False) == "000", "nothing of it on the public side"


def tiers_show(stage, page, node, tries=3):
    """The page shows what is so. That the owner changes while it is looked at is no fault of the page."""
    for last in (n == tries - 1 for n in range(tries)):
        owner = stage.cluster.wait_owner(BOOT)
        try:
            return page("tiers_show", node=node, owner=owner, addresses=[VIP, VIP_DIRECT, GATEWAY], services=["web", "web-direct"])
        except AssertionError:
            if last or stage.cluster.owner() == owner:
                raise


def test_the_page_of_the_booted_image(stage, settled):
    """In Chromium, by the password of the console."""
    page = browser.Page(stage.lab, "web1", f"https://{cluster.private_address(settled)}", stage.cluster.logs)
    try:
        page("sign_in", user="admin", password=PASSWORD)
        tiers_show(stage, page, settled)
        assert page("faults") == []
    finally:
        page.close()


# -- it says what is wrong (last: the cluster is switched off to make room)

def test_invalid_document_is_explained_on_the_console(stage):
    for machine in stage.machines.values():
        machine.kill()
    wrong = cluster.document()
    wrong["trireme:virtual-service"][0]["scheduler"] = "fastest"
    seed = cluster.make_seed(stage.lab.scratch / "wrong.img", json.dumps(wrong))
    machine = stage.cluster.add_machine("r1", "virtio-net-pci", seed, name="bad")
    machine.start()
    # Path, value and what is allowed.
    machine.wait_said(r"virtual-service\[name='web'\]/scheduler[\s\S]*fastest[\s\S]*wrr", BOOT)
    assert not stage.aliases("bad"), "the menu works, and nothing is served"
