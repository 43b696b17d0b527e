"""Bundles made by hand (services/proto/bundle.h)."""
import hashlib
import json
import struct

FILE, NODE, REVISION, END = range(1, 5)
MODEL = "2026-11-24"


def record(kind, payload):
    return bytes([kind]) + struct.pack("<I", len(payload)) + payload


def file(name, data):
    return record(FILE, bytes([len(name)]) + name.encode() + data)


def node(name):
    return record(NODE, name.encode())


def text(value):
    return struct.pack("<H", len(value)) + value.encode()


def revision(number, document, parent=bytes(32), model=MODEL, comment="", identity=bytes(32)):
    """A change; without an identity it has the one that its content gives it."""
    body = document if isinstance(document, bytes) else json.dumps(document, separators=(",", ":")).encode()
    return record(REVISION, struct.pack("<QQQ", number, 0, 0) + parent + identity + struct.pack("<IIq", 1, 0, 1764000000 + number) +
                  text("root") + text(comment) + text(model) + body)


def bundle(*records):
    whole = b"TRIREMEB\x01" + b"".join(records)
    return whole + record(END, hashlib.sha256(whole).digest())
