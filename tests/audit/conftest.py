"""A trail that is sealed, a way past its triggers, and its verification."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from feedback_app.audit.chain import Published, published
from feedback_app.audit.findings import Verdict
from feedback_app.audit.operations import SYSTEM, person, record, record_platform
from feedback_app.audit.seal_models import AuditSeal
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import new_key, public_bytes
from feedback_app.audit.verifying import verify
from tests import factories as make

NOW = make.NOW
TABLES = (
    "audit_events", "platform_events", "audit_leaves", "platform_leaves", "audit_sections", "platform_sections",
    "audit_seals",
)  # fmt: skip


@dataclass
class Ledger:
    """Two agencies with events; `roots` is what was published."""

    session: Session
    key: Ed25519PrivateKey = field(default_factory=new_key)
    agencies: list[int] = field(default_factory=list)
    roots: list[Published] = field(default_factory=list)
    now: datetime = NOW

    def act(self, agency: int, count: int = 1, *, at: datetime | None = None) -> list[int]:
        """Note acts and return the ids of their events."""
        for number in range(count):
            record(
                self.session, agency_id=agency, actor=person(7) if number % 2 else SYSTEM, action="handling.review",
                subject_type="case", subject_id=number, now=at or self.now, verdict="upheld", count=number,
            )  # fmt: skip
        rows = sa.text("SELECT id FROM audit_events WHERE agency_id = :a ORDER BY id DESC LIMIT :n")
        return sorted(self.session.scalars(rows, {"a": agency, "n": count}))

    def act_on_platform(self) -> None:
        """Note an act that belongs to no agency."""
        record_platform(
            self.session, actor=SYSTEM, action="audit.test", subject_type="audit_seal", subject_id=None, now=self.now
        )

    def seal(self, *, whole: bool = True) -> AuditSeal:
        """Seal what waits, a minute later, and publish."""
        self.now += timedelta(minutes=1)
        made = seal_next(self.session, self.key, now=self.now, whole=whole)
        assert made is not None
        self.roots.append(published(made))
        return made

    def verify(self, *, roots: bool = True, only: int | None = None) -> Verdict:
        """Verify, with what was published unless told otherwise."""
        self.session.flush()
        known = list(self.roots) if roots else None
        return verify(self.session, trusted=[public_bytes(self.key)], roots=known, only=only)

    def force(self, statement: str, **values: object) -> int:
        """Do what somebody with the owner's rights can, who first takes triggers, keys and checks away."""
        self.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table in TABLES:
            self.session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        query = sa.text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE conrelid::regclass::text = ANY(:tables) AND contype IN ('f', 'c')"
        )
        for table, name in self.session.execute(query, {"tables": list(TABLES)}).all():
            self.session.execute(sa.text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        done = self.session.execute(sa.text(statement), values)
        return int(done.rowcount)  # type: ignore[attr-defined]


@pytest.fixture
def ledger(session: Session) -> Ledger:
    """Three seals: six events of one agency, four of another with one of the installation, five of the first."""
    made = Ledger(session)
    made.agencies = [make.agency(session).id, make.agency(session).id]
    # What setting up noted stands in the first seal, as it would.
    one, other = made.agencies
    made.act(one, 6)
    made.seal()
    made.act(other, 4)
    made.act_on_platform()
    made.seal()
    made.act(one, 5)
    made.act(other, 2)
    made.seal()
    return made
