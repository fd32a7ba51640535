"""A device that makes passkeys and answers with them, as a browser hands its answers on (WebAuthn level 3)."""

import json
import secrets
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as b64

PRESENT, VERIFIED, MADE = 1, 4, 64


class Device:
    """Holds one key. ``verified``: it recognises its owner, by a finger or a figure."""

    def __init__(self, verified=True, id_bytes=16):
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(id_bytes)
        self.flags = PRESENT | (VERIFIED if verified else 0)
        self.count = 0

    def make(self, challenge, site, cose=None):
        """The answer to a wish for a new key; ``cose``: as what it says that its key is."""
        point = self.key.public_key().public_numbers()
        mine = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        told = cbor2.dumps(mine if cose is None else cose)
        made = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + told
        held = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._said(site, MADE) + made})
        client = self._client("webauthn.create", challenge, site)
        return self._answer({"attestationObject": b64(held), "clientDataJSON": b64(client)})

    def use(self, challenge, site):
        """The answer to a wish for a signature."""
        self.count += 1
        said, client = self._said(site), self._client("webauthn.get", challenge, site)
        signature = self.key.sign(said + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"authenticatorData": b64(said), "clientDataJSON": b64(client), "signature": b64(signature)}
        )

    def _said(self, site, more=0):
        return (
            sha256(site.host.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")
        )

    def _client(self, kind, challenge, site):
        return json.dumps({"type": kind, "challenge": b64(challenge), "origin": site.origin}).encode()

    def _answer(self, response):
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
