"""The link by which a citizen stops messages: signed, without an account, and of no other use.

A mail program may open a link before its reader does, so opening the page changes nothing; its button, or the one-click
POST of RFC 8058, does.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from hashlib import blake2b
from typing import Final

_IDS: Final = struct.Struct(">QQ")
_MARK_BYTES: Final = 16
_PURPOSE: Final = b"unsubscribe"


def sign(key: bytes, agency_id: int, contact_id: int) -> str:
    """Return the token of a contact, for the address `/berhenti/<token>`."""
    ids = _IDS.pack(agency_id, contact_id)
    return base64.urlsafe_b64encode(ids + _mark(key, ids)).rstrip(b"=").decode()


def read(key: bytes, token: str) -> tuple[int, int] | None:
    """Return the agency and the contact a token was signed for, or None where it was not signed here."""
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    ids, mark = raw[: _IDS.size], raw[_IDS.size :]
    if len(raw) != _IDS.size + _MARK_BYTES or not hmac.compare_digest(mark, _mark(key, ids)):
        return None
    agency_id, contact_id = _IDS.unpack(ids)
    return agency_id, contact_id


def _mark(key: bytes, ids: bytes) -> bytes:
    return blake2b(ids, key=key, person=_PURPOSE, digest_size=_MARK_BYTES).digest()
