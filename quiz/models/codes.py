"""Codes that people type, to join a course or to return to one's own account; keys that stand in links."""

from __future__ import annotations

import secrets
from hashlib import sha256

#: Crockford's base32: no I, L, O, U, so that nothing is misread or misspelt.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RETURN_CODE_LENGTH = 16  # 80 bits: nobody guesses one, so its plain SHA-256 may be stored
JOIN_CODE_LENGTH = 8
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code(length: int) -> str:
    """A random code of this many characters, five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def normal(code: str) -> str:
    """The code as it was issued, whatever case, spaces and hyphens somebody types it with."""
    return "".join(code.upper().split()).replace("-", "").translate(_MISREAD)


def grouped(code: str) -> str:
    """The code for people to read: groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def digest(code: str) -> str:
    """What is stored of a return code."""
    return sha256(normal(code).encode()).hexdigest()


def new_key() -> str:
    """A random key for a link: 256 bits, so that its plain SHA-256 may be stored."""
    return secrets.token_urlsafe(32)


def key_digest(key: str) -> str:
    """What is stored of a key."""
    return sha256(key.encode()).hexdigest()
