"""The chain of seals as rows, as statements, and as lines that are published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.canonical import Statement, read_statement
from feedback_app.audit.seal_models import AuditSeal
from feedback_app.audit.sealing_key import is_signed


@dataclass(frozen=True, slots=True)
class Published:
    """One seal as everybody may keep it."""

    statement: Statement
    signature: bytes
    former_signature: bytes | None = None

    def is_signed(self) -> bool:
        """Tell whether the signatures are those of the keys that the statement names."""
        message = self.statement.signed_bytes()
        if (self.statement.former_key is None) != (self.former_signature is None):
            return False
        if self.statement.former_key is not None and not is_signed(
            self.statement.former_key, self.former_signature or b"", message
        ):
            return False
        return is_signed(self.statement.public_key, self.signature, message)

    def values(self) -> dict[str, Any]:
        """Return what is published: the statement, its hash and its signatures."""
        return {
            "seal": self.statement.values(),
            "hash": self.statement.digest().hex(),
            "signature": self.signature.hex(),
            "former_signature": None if self.former_signature is None else self.former_signature.hex(),
        }

    def line(self) -> str:
        """Return the seal as one line of a file."""
        return json.dumps(self.values(), separators=(",", ":")) + "\n"


def last_seal(session: Session) -> AuditSeal | None:
    """Return the newest seal."""
    return session.scalar(sa.select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))


def statement_of(seal: AuditSeal | sa.Row[Any]) -> Statement:
    """Return what a stored seal says."""
    return Statement(
        number=seal.number, kind=str(seal.kind), previous=seal.previous, root=seal.root, sealed_at=seal.sealed_at,
        public_key=seal.public_key, refers_to=seal.refers_to, former_key=seal.former_key,
    )  # fmt: skip


def published(seal: AuditSeal | sa.Row[Any]) -> Published:
    """Return a stored seal as it is published."""
    return Published(statement_of(seal), seal.signature, seal.former_signature)


def read_published(values: Mapping[str, Any]) -> Published:
    """Return the seal that published values make.

    Raises
    ------
    ValueError
        They make none, or the hash is not that of the statement.
    """
    try:
        statement = read_statement(values["seal"])
        former = values["former_signature"]
        seal = Published(
            statement, bytes.fromhex(values["signature"]), None if former is None else bytes.fromhex(former)
        )
        if bytes.fromhex(values["hash"]) != statement.digest():
            raise ValueError("the hash is not that of the seal")
    except (KeyError, TypeError) as error:
        raise ValueError("no published seal") from error
    return seal


def read_line(line: str) -> Published:
    """Return the seal of one line of a file of roots.

    Raises
    ------
    ValueError
    """
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError("no published seal")
    return read_published(values)
