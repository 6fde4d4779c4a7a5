"""A passkey without a browser: it signs what a site asks, as an authenticator of WebAuthn does (ES256, or RS256)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """One key pair bound to a site."""

    site: str = "localhost"
    origin: str = ORIGIN
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def made(self, options: dict[str, Any]) -> str:
        """Answer a request to make a passkey, as the script of the page sends it."""
        client = self._client("webauthn.create", options)
        held = bytes(16) + struct.pack(">H", len(self.id)) + self.id + self._public()
        data = self._data(_ATTESTED) + held
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(attested), "transports": []})

    def shown(self, options: dict[str, Any]) -> str:
        """Answer a request to show the passkey."""
        self.count += 1
        client, data = self._client("webauthn.get", options), self._data(0)
        signature = self._signed(data + hashlib.sha256(client).digest())
        return self._answer(
            {
                "clientDataJSON": _text(client), "authenticatorData": _text(data), "signature": _text(signature),
                "userHandle": None,
            }
        )  # fmt: skip

    def _public(self) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            whole = self.key.public_key().public_numbers()
            return cbor2.dumps({1: 3, 3: -257, -1: whole.n.to_bytes(self.key.key_size // 8), -2: whole.e.to_bytes(3)})
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})

    def _signed(self, words: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(words, PKCS1v15(), SHA256())
        return self.key.sign(words, ec.ECDSA(SHA256()))

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _data(self, flags: int) -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        return site + struct.pack(">BI", _PRESENT | _VERIFIED | flags, self.count)

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "clientExtensionResults": {},
                "response": response,
            }
        )  # fmt: skip


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """Return the bytes of a text in base64url without its padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
