"""A TCP connection that is used all the time: what is sent must come back, and the longest silence is noted."""
import itertools
import select
import socket
import threading
import time

PORT = 7000
_SERVER = f"""import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while got := self.request.recv(99):
            self.request.sendall(got)
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("", {PORT}), Echo).serve_forever()
"""
SERVER = ("/usr/bin/python3", "-c", _SERVER)  # sends back what it gets
PATIENCE = 5  # seconds without an answer after which the connection counts as broken


class Stream(threading.Thread):
    """From a namespace to PORT of an address, where SERVER runs. Start it, then end() it."""

    def __init__(self, lab, place, address):
        super().__init__(daemon=True)
        with lab.inside(place):
            self.connection = socket.create_connection((address, PORT), PATIENCE)
        self.gap, self.gap_at = 0.0, ""  # the longest silence, and when it ended
        self.answers, self.broken, self.over = 0, None, threading.Event()

    def _receive(self, size):
        got = b""
        while len(got) < size:
            if not select.select([self.connection], [], [], PATIENCE)[0]:
                raise ConnectionError("no answer")
            part = self.connection.recv(size - len(got))
            if not part:
                raise ConnectionError("closed")
            got += part
        return got

    def run(self):
        last = time.monotonic()
        try:
            for number in itertools.count():
                if self.over.is_set():
                    return
                sent = number.to_bytes(8, "big")
                self.connection.sendall(sent)
                if self._receive(len(sent)) != sent:
                    raise ConnectionError("another answer than was sent")
                now = time.monotonic()
                if now - last > self.gap:
                    self.gap, self.gap_at = now - last, time.strftime("%H:%M:%S")
                last, self.answers = now, number + 1
                time.sleep(0.01)
        except OSError as error:
            self.broken = error

    def end(self):
        """Closes it; returns what it was broken by, None: it lived."""
        self.over.set()
        self.join()
        self.connection.close()
        return self.broken
