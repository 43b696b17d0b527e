"""A TCP connection that is used all the time: what is sent must come back, and the longest silence is noted."""
import itertools
import random
import select
import socket
import threading
import time

PORT = 7000
_SERVER = f"""import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while got := self.request.recv(9999):
            self.request.sendall(got)
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("", {PORT}), Echo).serve_forever()
"""
SERVER = ("/usr/bin/python3", "-c", _SERVER)  # sends back what it gets
PATIENCE = 5  # seconds without an answer after which the connection counts as broken


class Stream(threading.Thread):
    """From a namespace to PORT of an address, where SERVER runs; `size` bytes each time, 8 at least, which are never the same
    again. Start it, then end() it."""

    def __init__(self, lab, place, address, size=8):
        super().__init__(daemon=True)
        self._filling = random.randbytes(size - 8)
        with lab.inside(place):
            self.connection = socket.create_connection((address, PORT), PATIENCE)
        self.gap, self.gap_at = 0.0, ""  # the longest silence, and when it ended
        self.answers, self.broken, self.over = 0, None, threading.Event()
        self.compared = self.wrong = 0  # bytes that came back, and those of them that are others than were sent

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
                turn = number % (len(self._filling) + 1)
                sent = number.to_bytes(8, "big") + self._filling[turn:] + self._filling[:turn]
                self.connection.sendall(sent)
                got = self._receive(len(sent))
                self.compared += len(sent)
                if got != sent:
                    self.wrong += sum(ours != theirs for ours, theirs in zip(sent, got))
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
