"""A backup's key and a chunk as backup_format.h says them, worked out in another way: prints the bytes of check and chunk."""
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SETTING = b"$y$jBT$k2XAnEHBqQ1Ct2aMXFKNa/HAmA1BpMnBsYHMWB4NZN4"
HASH = SETTING + b"$WpLqrjwOY9CEDmDeMhX.ncqbu5dY2phXPCypN1i4zVA"


def expand(middle, label, size):
    return hmac.new(middle, label + b"\x01", hashlib.sha256).digest()[:size]


def printed(data):
    return "".join(f"0x{byte:02x}," + ("\n" if place % 12 == 11 else " ") for place, byte in enumerate(data)).rstrip() + "\n"


middle = hmac.new(SETTING, HASH, hashlib.sha256).digest()
check = expand(middle, b"trireme backup 1 check", 16)
digest = hashlib.sha256(b"TRIREMEK\x01" + SETTING.ljust(64, b"\0") + check).digest()
nonce = (258).to_bytes(8, "little") + b"\x01\0\0\0"
chunk = AESGCM(expand(middle, b"trireme backup 1 key", 32)).encrypt(nonce, b"plain", digest)
print("check:\n" + printed(check) + "chunk:\n" + printed(chunk))
