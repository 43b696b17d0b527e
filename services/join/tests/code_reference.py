"""The code as code.h says it, worked out in another way: prints golden_codes.h."""
import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
POWERS = [1]  # of a generator of GF(32)
for _ in range(30):
    double = POWERS[-1] << 1
    POWERS.append(double ^ 0b100101 if double & 32 else double)
LOGARITHMS = {value: power for power, value in enumerate(POWERS)}


def times(one, other):
    return POWERS[(LOGARITHMS[one] + LOGARITHMS[other]) % 31] if one and other else 0


def code(pin, secret):
    bits = f"{int.from_bytes(pin, 'big'):064b}{int.from_bytes(secret, 'big'):041b}"
    groups = []
    for number in (1, 2, 3):
        part = bits[35 * (number - 1):35 * number]
        data = [int(part[i:i + 5], 2) for i in range(0, 35, 5)]
        total = number
        for power, value in enumerate(data):
            total ^= times(POWERS[power], value)
        data.append(times(total, POWERS[31 - 7]))  # divided by a^7
        groups.append("".join(ALPHABET[value] for value in data))
    return "-".join(groups)


def row(pin, secret):
    def listed(data):
        return "{" + ", ".join(f"0x{byte:02x}" for byte in data) + "}"
    return f'{{{{{listed(pin)},\n  {listed(secret)}}},\n "{code(pin, secret)}"}},'


def main():
    print("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/* Printed by code_reference.py. */\n/* clang-format off */")
    print(row(bytes(8), bytes(6)))
    print(row(b"\xff" * 8, b"\x01" + b"\xff" * 5))
    for number in range(6):
        digest = hashlib.sha256(b"%d" % number).digest()
        print(row(digest[:8], bytes([digest[8] & 1]) + digest[9:14]))


main()
