"""Abuse 18: an officer or whoever runs the database changes what happened, and the trail of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.audit.chain import published
from feedback_app.audit.findings import Wrong
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import KeyFiles, new_key, public_bytes
from feedback_app.audit.verifying import verify
from feedback_app.db_wall.roles import WEB_ROLE
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.audit.conftest import Ledger, ledger
from tests.blueprints.office import Login

__all__ = ["ledger"]


def test_the_role_of_the_web_can_add_to_the_trail_and_do_nothing_else(session: Session) -> None:
    agency = make.agency(session)
    record(session, agency_id=agency.id, actor=SYSTEM, action="x.y", subject_type="x", subject_id=1, now=make.NOW)
    seal_next(session, new_key(), now=make.NOW, whole=True)
    session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(sa.text(f"SELECT set_config('suara.agency', '{agency.id}', true)"))
    for statement in (
        "UPDATE audit_events SET action = 'x.z'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events CASCADE",
        "ALTER TABLE audit_events DISABLE TRIGGER USER",
        "DELETE FROM audit_leaves",
        "UPDATE audit_sections SET size = 1",
        "DELETE FROM audit_seals",
        "INSERT INTO audit_seals (number) VALUES (9)",
        "UPDATE platform_events SET action = 'x.z'",
        "DELETE FROM platform_events",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner"):
            _as_web(session, statement)


def _as_web(session: Session, statement: str) -> None:
    with session.begin_nested():
        session.execute(sa.text(f"SET LOCAL ROLE {WEB_ROLE}"))
        session.execute(sa.text(statement))


def test_no_page_deletes_a_complaint(app: Flask, session: Session, login: Login) -> None:
    # What an officer can do with a report is a move, and each leaves its line; none takes the report away.
    agency = make.agency(session)
    unit = make.unit(session, agency)
    case = make.case(session, make.submission(session, unit))
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, unit)
    client = login(officer)
    before = session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
    assert client.post(f"/petugas/kasus/{case.id}/ambil").status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == (before or 0) + 1
    addresses = {rule.rule for rule in app.url_map.iter_rules()}
    assert not addresses & {f"/petugas/kasus/<int:case_id>/{verb}" for verb in ("hapus", "buang", "ubah", "sunting")}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("UPDATE audit_events SET actor_id = 99 WHERE id = :id", Wrong.EDITED),
        ("DELETE FROM audit_events WHERE id = :id", Wrong.DELETED),
        ("UPDATE audit_events SET agency_id = :other WHERE id = :id", Wrong.MOVED),
    ],
)
def test_what_the_owner_of_the_database_does_is_named(ledger: Ledger, change: str, wrong: Wrong) -> None:
    one, other = ledger.agencies
    victim = ledger.session.scalar(
        sa.text("SELECT event_id FROM audit_leaves WHERE agency_id = :a AND seal_number = 1 AND position = 3"),
        {"a": one},
    )
    ledger.force(change, **({"id": victim, "other": other} if ":other" in change else {"id": victim}))
    first = ledger.verify().first
    assert first is not None
    assert (first.wrong, first.seal, first.scope, first.position, first.event_id) == (wrong, 1, one, 3, victim)


def test_whoever_rebuilds_the_whole_chain_without_the_key_is_found(ledger: Ledger) -> None:
    for table in ("audit_leaves", "platform_leaves", "audit_sections", "platform_sections", "audit_seals"):
        ledger.force(f"DELETE FROM {table}")
    ledger.force("UPDATE audit_events SET subject_id = 4711")
    ledger.session.expunge_all()
    forger: Ed25519PrivateKey = new_key()
    seal = seal_next(ledger.session, forger, now=ledger.now, whole=True)
    assert seal is not None
    known = [public_bytes(ledger.key)]
    # Even without any copy of the roots: nobody vouches for the key.
    assert Wrong.SEAL_FOREIGN in verify(ledger.session, trusted=known).counts
    found = verify(ledger.session, trusted=known, roots=ledger.roots).counts
    assert {Wrong.SEAL_FOREIGN, Wrong.REWRITTEN, Wrong.TRUNCATED} <= set(found)
    assert published(seal).is_signed()


def test_no_page_can_reach_the_key(app: Flask) -> None:
    # The web's code neither reads nor writes it: what needs it are the worker and commands.
    from feedback_app import config

    folder = config.project_root() / "feedback_app" / "blueprints"
    named = [path.name for path in folder.rglob("*.py") if "sealing_key" in path.read_text() or KeyFiles.__name__ in
             path.read_text()]  # fmt: skip
    assert named == []
