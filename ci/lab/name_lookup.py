"""Questions to a DNS server (RFC 1035), each on a socket and port of its own, and what comes back."""
import secrets
import select
import socket
import struct
import time

NAME = "who.test"
_QUESTION = b"".join(bytes([len(label)]) + label.encode() for label in (*NAME.split("."), "")) + struct.pack(">HH", 1, 1)  # A, IN
_ANSWER = 0x8000  # flags: it is an answer; the lowest four bits are its error


def _address(number, message):
    """The one address in an answer to the question with that number; ValueError: it is none."""
    got, flags, questions, answers = struct.unpack_from(">HHHH", message)
    if got != number or not flags & _ANSWER or flags & 15 or (questions, answers) != (1, 1):
        raise ValueError(f"no answer to question {number:#x}: {message.hex()}")
    if message[12:12 + len(_QUESTION)] != _QUESTION:
        raise ValueError(f"another question: {message.hex()}")
    # A name of two bytes that points to the question's, type, class, time to live, length.
    kind, family, _, size, found = struct.unpack_from(">HHIH4s", message, 12 + len(_QUESTION) + 2)
    if (kind, family, size) != (1, 1, 4):
        raise ValueError(f"no address: {message.hex()}")
    return socket.inet_ntoa(found)


def ask(lab, place, address, count, patience=5):
    """Asks so often for NAME, from as many ports; returns the addresses that were answered, in order, "" where nothing came."""
    with lab.inside(place):
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    answers, waiting = [""] * count, {}
    poll, limit = select.poll(), time.monotonic() + patience
    try:
        for index, sock in enumerate(sockets):
            number = secrets.randbelow(1 << 16)
            sock.connect((address, 53))
            sock.send(struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + _QUESTION)
            waiting[sock.fileno()] = index, number
            poll.register(sock, select.POLLIN)
            if index % 50 == 49:
                time.sleep(0.02)  # a server's queue is bounded
        while waiting and time.monotonic() < limit:
            for descriptor, _ in poll.poll(100):
                index, number = waiting.pop(descriptor)
                poll.unregister(descriptor)
                answers[index] = _address(number, sockets[index].recv(4096))
    finally:
        for sock in sockets:
            sock.close()
    return answers
