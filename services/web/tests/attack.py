"""Clients that do harm to a front, from the attacker's namespace, and how long another one waits meanwhile."""
import json
import re
import socket
import ssl
import subprocess
import threading
import time

from lab import processes
from web_lab import ADDRESS, ATTACKERS


def in_client(machine, *command, client="client"):
    return ["nsenter", f"--net={machine.lab.handle(client)}", *map(str, command)]


class Harm:
    """Threads that do harm from the attacker's namespace, each from one of the addresses in its turn: what the front
    allows one address is no flood."""

    def __init__(self, machine, number, what, addresses=ATTACKERS):
        self.stopped = threading.Event()
        self.handle, self.what, self.context = machine.lab.handle("attacker"), what, ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.done, self.failed = 0, 0
        self.threads = [threading.Thread(target=self.run, args=[addresses[i % len(addresses)]]) for i in range(number)]

    def run(self, address):
        processes.enter_netns(self.handle)
        while not self.stopped.is_set():
            try:
                self.what(self, address)
                self.done += 1
            except OSError:
                self.failed += 1
                self.stopped.wait(0.01)

    def connect(self, address):
        return self.context.wrap_socket(socket.create_connection((ADDRESS, 443), 5, (address, 0)))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join(20)


def dribble(harm, address):
    """A header without an end, a byte ten times a second."""
    with harm.connect(address) as connection:
        for byte in b"GET /restconf HTTP/1.1\r\nHost: trireme\r\n" + b"X-More: 1\r\n" * 1000:
            if harm.stopped.wait(0.1):
                return
            connection.send(bytes([byte]))


def shake(harm, address):
    """A handshake, and nothing more."""
    harm.connect(address).close()


def raw(machine, data, half=False, seconds=3):
    """Sends bytes by TLS from the client and closes its half, if wanted; what comes back until the front closes, and the
    status of each answer in it."""
    got = []

    def talk():
        processes.enter_netns(machine.lab.handle("client"))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(socket.create_connection((ADDRESS, 443), seconds)) as connection:
            try:
                connection.sendall(data)
                if half:
                    socket.socket.shutdown(connection, socket.SHUT_WR)
                while more := connection.recv(65536):
                    got.append(more)
            except OSError:
                pass  # what came until then is the answer
    thread = threading.Thread(target=talk)
    thread.start()
    thread.join(2 * seconds)
    text = b"".join(got)
    return text, [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", text)]


class SlowReader(threading.Thread):
    """A client that asks for a large file of the page and takes it within about that many seconds. `asked` is set when the
    answer has begun; `got` is how much came."""

    def __init__(self, machine, path, size, seconds):
        super().__init__()
        self.handle, self.path, self.pause = machine.lab.handle("client"), path, seconds / size
        self.asked, self.got = threading.Event(), 0

    def run(self):
        processes.enter_netns(self.handle)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        plain.connect((ADDRESS, 443))
        with context.wrap_socket(plain) as connection:
            connection.sendall(f"GET {self.path} HTTP/1.1\r\nHost: r1\r\nConnection: close\r\n\r\n".encode())
            try:
                while more := connection.recv(65536):
                    self.asked.set()
                    self.got += len(more)
                    time.sleep(self.pause * len(more))
            except OSError:
                pass  # got says how far it came


def latencies(machine, token, path, requests):
    """Sorted, in milliseconds, of requests that ask the broker, on one connection."""
    script = """if True:
        import http.client, json, ssl, sys, time
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(sys.argv[1], context=context, timeout=10)
        taken = []
        for _ in range(int(sys.argv[3])):
            began = time.perf_counter()
            connection.request("GET", sys.argv[4], headers={"Authorization": "Bearer " + sys.argv[2]})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            taken.append(1000 * (time.perf_counter() - began))
            time.sleep(0.005)
        print(json.dumps(sorted(taken)))
    """
    done = subprocess.run(in_client(machine, "/usr/bin/python3", "-c", script, ADDRESS, token, requests, path),
                          stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    return json.loads(done.stdout)
