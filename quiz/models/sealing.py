"""Secrets that the site has to read again, sealed so that a copy of the database does not tell them.

AES-256-GCM (NIST SP 800-38D) with a key made by HKDF-SHA256 (RFC 5869) from the site's own, ``SECRET_KEY``. Whose
secret it is, is sealed with it: in the row of somebody else it cannot be read.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Bytes of a nonce, new and random for each sealing.
_NONCE: Final = 12
#: What sealed texts begin with: the way they are sealed.
_WAY: Final = "1:"


def seal(text: str, owner: str, site_key: str) -> str:
    """The text as it may be stored; ``owner`` names whose it is, such as "authenticator:7"."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher(site_key).encrypt(nonce, text.encode(), owner.encode())
    return _WAY + b64encode(nonce + sealed).decode()


def is_sealed(stored: str) -> bool:
    """Whether this was made by ``seal``; what versions before it stored was not."""
    return stored.startswith(_WAY)


def unseal(stored: str, owner: str, site_key: str) -> str | None:
    """The text; None where another key sealed it, or somebody has touched it since."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- see ``_cipher``

    made = b64decode(stored.removeprefix(_WAY))
    try:
        return _cipher(site_key).decrypt(made[:_NONCE], made[_NONCE:], owner.encode()).decode()
    except InvalidTag:
        return None


@cache
def _cipher(site_key: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- slow; only where somebody has one
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 -- as above

    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"quiz: secrets in the database")
    return AESGCM(derived.derive(site_key.encode()))
