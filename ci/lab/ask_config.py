"""Asks the config service through its local socket (services/proto/config_ipc.h): reads one JSON request a line,
prints for each a line [sent, answered, answer], times of CLOCK_MONOTONIC in seconds. Run it inside the node."""
import ctypes
import json
import struct
import sys
import time

NAME, VERSION, PART = b"trireme-config", 1, 65536
MAX = PART + 64
REQUEST, ANSWER = struct.Struct("=i4xi4xIIII"), struct.Struct("=i4xi4xi4xIIII")


class Connection:
    """One client of the service."""

    def __init__(self):
        self.qb = qb = ctypes.CDLL("libqb.so.100", use_errno=True)
        qb.qb_ipcc_connect.restype = ctypes.c_void_p
        qb.qb_ipcc_send.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        qb.qb_ipcc_send.restype = ctypes.c_ssize_t
        qb.qb_ipcc_recv.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32]
        qb.qb_ipcc_recv.restype = ctypes.c_ssize_t
        self.handle = qb.qb_ipcc_connect(NAME, MAX)
        if not self.handle:
            raise SystemExit("the config service cannot be reached")
        self.room = ctypes.create_string_buffer(MAX)

    def part(self, data, more):
        """Sends one part; returns the answer's part and whether another one follows."""
        message = REQUEST.pack(1, REQUEST.size + len(data), VERSION, len(data), more, 0) + data
        sent = self.qb.qb_ipcc_send(self.handle, message, len(message))
        got = self.qb.qb_ipcc_recv(self.handle, self.room, MAX, 40000) if sent >= 0 else sent
        if got < ANSWER.size:
            raise SystemExit(f"no answer: {got}")
        _, _, error, _, size, following, _ = ANSWER.unpack_from(self.room.raw)
        if error:
            raise SystemExit(f"the request was not taken: {error}")
        return self.room.raw[ANSWER.size:ANSWER.size + size], following

    def ask(self, request):
        """A whole request, a whole answer; bytes."""
        while len(request) > PART:
            self.part(request[:PART], 1)
            request = request[PART:]
        answer, following = self.part(request, 0)
        while following:
            data, following = self.part(b"", 0)
            answer += data
        return answer


def main():
    connection = Connection()
    for line in sys.stdin.buffer:
        sent = time.monotonic()
        answer = connection.ask(line.rstrip(b"\n"))
        print(json.dumps([sent, time.monotonic(), json.loads(answer)]), flush=True)


if __name__ == "__main__":
    main()
