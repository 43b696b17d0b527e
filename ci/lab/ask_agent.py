"""Asks the failover agent through its local socket (services/proto/agent_ipc.h) and prints the answer as JSON:
ask_agent.py status | switchover [GROUP]. Run it inside the node."""
import ctypes
import json
import struct
import sys

VERSION = 2
HISTOGRAM = struct.Struct("=QQ62Q")  # services/base/histogram.h
NODE, GROUP = 248, 3272  # bytes of agent_status_node, agent_status_group


def _text(raw):
    return raw.split(b"\0", 1)[0].decode()


def exchange(number, group, size):
    """Sends one request; returns the raw answer."""
    qb = ctypes.CDLL("libqb.so.100", use_errno=True)
    qb.qb_ipcc_connect.restype = ctypes.c_void_p
    qb.qb_ipcc_disconnect.argtypes = [ctypes.c_void_p]
    qb.qb_ipcc_send.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    qb.qb_ipcc_send.restype = ctypes.c_ssize_t
    qb.qb_ipcc_recv.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32]
    qb.qb_ipcc_recv.restype = ctypes.c_ssize_t
    connection = qb.qb_ipcc_connect(b"trireme-agent", 65536)
    if not connection:
        raise SystemExit("the agent cannot be reached")
    # Both fields of the header are int32_t aligned to 8 bytes (qb/qbipc_common.h).
    request = struct.pack("=i4xi4xI33s11x", number, 64, VERSION, group.encode())
    answer = ctypes.create_string_buffer(size)
    sent = qb.qb_ipcc_send(connection, request, len(request))
    if sent < 0:
        raise SystemExit(f"the request could not be sent: {sent}")
    got = qb.qb_ipcc_recv(connection, answer, size, 6000)
    qb.qb_ipcc_disconnect(connection)
    if got < 0:
        raise SystemExit(f"no answer: {got}")
    return answer.raw[:got]


def status():
    raw = exchange(1, "", 65536)
    error = struct.unpack_from("=i", raw, 16)[0]
    _, node_id, quorum, n_nodes, n_groups, lease, guard, ring = struct.unpack_from("=IIB3xIIII4xQ", raw, 24)
    at, nodes, groups = 64, [], []
    for index in range(n_nodes):
        number, present, fit, witness, standby, name, reason = struct.unpack_from("=IBBBB33s200s", raw, at + NODE * index)
        nodes.append({"id": number, "present": present, "fit": fit, "witness": witness, "standby": standby,
                      "name": _text(name), "reason": _text(reason)})
    at += 16 * NODE
    for index in range(n_groups):
        name, role, owner, epoch, left = struct.unpack_from("=33sB2xIQq", raw, at + GROUP * index)
        groups.append({"name": _text(name), "role": role, "owner": owner, "epoch": epoch, "lease_left_ms": left})
    at += 16 * GROUP
    if at + 2 * HISTOGRAM.size != len(raw):
        raise SystemExit(f"the agent's status has {len(raw)} bytes, another form than this program knows")
    times = {}
    for index, name in enumerate(("echo", "reform")):
        total, longest, *counts = HISTOGRAM.unpack_from(raw, at + index * HISTOGRAM.size)
        times[name] = {"sum_ns": total, "max_ns": longest, "counts": counts}
    return {"error": error, "node_id": node_id, "quorum": quorum, "ring_seq": ring, "lease_ms": lease, "guard_ms": guard, "nodes": nodes, "groups": groups,
            "times": times}


def switchover(group):
    raw = exchange(2, group, 4096)
    return {"error": struct.unpack_from("=i", raw, 16)[0], "message": _text(raw[24:])}


if __name__ == "__main__":
    print(json.dumps(status() if sys.argv[1] == "status" else switchover("".join(sys.argv[2:]))))
