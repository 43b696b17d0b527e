"""send_through.py FROM MAC TO ROUTER_MAC: sends a frame of a server at interface FROM to the router that has the address MAC
there, on its way to a client at interface TO, and says whether it comes out there, from ROUTER_MAC. The router's question who
the client is gets its answer.
"""
import os
import socket
import struct
import sys
import time

DESTINATION, SOURCE = socket.inet_aton("203.0.113.200"), socket.inet_aton("10.77.0.200")


def checksum(header):
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def packet(mark):
    """A UDP datagram whose payload is the mark."""
    udp = struct.pack("!4H", 4000, 4001, 8 + len(mark), 0) + mark
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, SOURCE, DESTINATION)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + udp


def answer(question, own):
    """The reply to an ARP request."""
    return (question[6:12] + own + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 2) + own + DESTINATION + question[22:32])


def main(port_in, mac, port_out, router_mac):
    into, out = (socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _ in range(2))
    into.bind((port_in, 3))
    out.bind((port_out, 3))
    out.settimeout(0.05)
    own, router, mark = out.getsockname()[4], bytes.fromhex(router_mac.replace(":", "")), os.urandom(16)
    into.send(bytes.fromhex(mac.replace(":", "")) + into.getsockname()[4] + b"\x08\x00" + packet(mark))
    limit = time.monotonic() + 0.3
    while time.monotonic() < limit:
        try:
            frame = out.recv(2048)
        except TimeoutError:
            continue
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x01" and frame[38:42] == DESTINATION:
            out.send(answer(frame, own))
        elif frame[6:12] == router and frame.endswith(mark):
            print("forwarded")
            return
    print("nothing came out")


if __name__ == "__main__":
    main(*sys.argv[1:])
