"""The exact bytes that are hashed and signed, so that anybody with the rows can write them again. Pure.

JSON as RFC 8785 has it: keys sorted, no space, whole numbers, ASCII alone (`rules` lets nothing else in). Moments are
UTC with six decimals, hashes and keys hexadecimal. `docs/audit.md` says it for readers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from feedback_app.audit.merkle import leaf_hash

SEAL_PREFIX: Final = b"suara-audit-seal-v1\n"
NOTHING_BEFORE: Final = bytes(32)
PLATFORM: Final = 0  # in place of an agency's id, which begins at 1
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def written(value: Mapping[str, Any]) -> bytes:
    """Return a mapping in its one form.

    >>> written({"b": 1, "a": None})
    b'{"a":null,"b":1}'
    """
    return _ENCODER.encode(value).encode()


def moment(at: datetime) -> str:
    """Return a moment in UTC with six decimals.

    >>> moment(datetime(2026, 5, 12, 1, 2, 3, tzinfo=UTC))
    '2026-05-12T01:02:03.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the trail with its agency's id, or `PLATFORM`."""

    scope: int
    id: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    action: str
    subject_type: str
    subject_id: int | None
    detail: Mapping[str, Any]


def event_bytes(event: Event) -> bytes:
    """Return an event's bytes: every column, so that none can be edited unseen."""
    return written(event_values(event))


def event_values(event: Event) -> dict[str, Any]:
    """Return what is hashed of an event as plain values."""
    return {
        "agency": event.scope,
        "id": event.id,
        "at": moment(event.at),
        "actor_kind": event.actor_kind,
        "actor": event.actor_id,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject": event.subject_id,
        "detail": event.detail,
    }


def leaf_salt(section_salt: bytes, position: int) -> bytes:
    """Return the salt of one leaf of a section.

    An event is little more than some numbers: whoever saw its bare hash in a proof of the row beside it could try
    them all. A proof shows the salt of its own row alone.
    """
    return hmac.digest(section_salt, position.to_bytes(8, "big"), "sha256")


def event_hash(event: Event, salt: bytes) -> bytes:
    """Return the hash of an event under the salt of its leaf."""
    return leaf_hash(salt + event_bytes(event))


@dataclass(frozen=True, slots=True)
class Section:
    """What is sealed of one section: whose it is, how many events, from when to when, their root and its salt."""

    scope: int
    size: int
    first_at: datetime
    last_at: datetime
    root: bytes
    salt: bytes


def section_hash(section: Section) -> bytes:
    """Return the hash of a section as a leaf of its seal."""
    return leaf_hash(written(section_values(section)))


def section_values(section: Section) -> dict[str, Any]:
    """Return what is hashed of a section: of its salt only the hash, as a proof shows it to others."""
    return {
        "agency": section.scope,
        "size": section.size,
        "first_at": moment(section.first_at),
        "last_at": moment(section.last_at),
        "root": section.root.hex(),
        "salt_hash": hashlib.sha256(section.salt).hexdigest(),
    }


@dataclass(frozen=True, slots=True)
class Statement:
    """What a seal says and its signature covers, and all that is published. Nothing of it is about anybody.

    How many events a seal holds stays under the root: from numbers by the minute one could read who did what when.
    """

    number: int
    kind: str
    previous: bytes
    root: bytes
    sealed_at: datetime
    public_key: bytes
    refers_to: int | None = None
    former_key: bytes | None = None

    def values(self) -> dict[str, Any]:
        """Return the statement as plain values."""
        return {
            "v": 1,
            "number": self.number,
            "kind": self.kind,
            "previous": self.previous.hex(),
            "root": self.root.hex(),
            "sealed_at": moment(self.sealed_at),
            "key": self.public_key.hex(),
            "refers_to": self.refers_to,
            "former_key": None if self.former_key is None else self.former_key.hex(),
        }

    def signed_bytes(self) -> bytes:
        """Return what is signed; the prefix keeps the key's signatures from meaning anything else."""
        return SEAL_PREFIX + written(self.values())

    def digest(self) -> bytes:
        """Return the hash by which the next seal names this one."""
        return hashlib.sha256(self.signed_bytes()).digest()


def read_statement(values: Mapping[str, Any]) -> Statement:
    """Return the statement that plain values make.

    Raises
    ------
    ValueError
        They make none.
    """
    try:
        if values["v"] != 1:
            raise ValueError("a form of seal that this program does not know")
        former = values["former_key"]
        return Statement(
            number=_whole(values["number"]),
            kind=str(values["kind"]),
            previous=bytes.fromhex(values["previous"]),
            root=bytes.fromhex(values["root"]),
            sealed_at=datetime.strptime(values["sealed_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            public_key=bytes.fromhex(values["key"]),
            refers_to=None if values["refers_to"] is None else _whole(values["refers_to"]),
            former_key=None if former is None else bytes.fromhex(former),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("no seal") from error


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("no whole number")
    return value
