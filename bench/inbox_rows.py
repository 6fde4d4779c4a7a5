"""Two hundred thousand cases, written into the tables at once: what is measured with them is reading."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import psycopg
import sqlalchemy as sa

from bench.copying import copy_rows
from bench.stage import Stage
from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.inbox.models import CaseWords
from feedback_app.handling.inbox.search import LANGUAGE
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.operations import create_user
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.operations import create_unit

CASES: Final = 200_000
UNITS: Final = 40
DAYS: Final = 730
# Half of the cases stand open: more than any agency could work on, so that the inbox is long.
STATUSES: Final = (
    ("new", 0.2), ("verified", 0.1), ("in_progress", 0.2), ("on_hold", 0.02), ("answered", 0.08), ("closed", 0.35),
    ("archived", 0.05),
)  # fmt: skip
ASPECTS: Final = ("delay", "queue_hours", "conduct", "fee", "requirements", "online_system", None)
URGENCIES: Final = ("normal", "normal", "normal", "high", "critical", None)
KINDS: Final = ("complaint", "complaint", "complaint", "aspiration", "information_request")
# In two reports of ten, and in two of ten thousand.
RARE_WORD: Final = "kelurahan liliba"
SEED: Final = 20_260_512
EMAILS: Final = ("kepala-dinas@bench.go.id", "kepala-bidang@bench.go.id")
PASSWORD: Final = "kata-sandi-bench-1"


def filled(stage: Stage, cases: int = CASES) -> tuple[int, int]:
    """Write cases over 40 units, 39 of them below the first; return the accounts of the first's head and of one other.

    Whoever heads the first unit reaches every case. On a stage that holds them already nothing is written.
    """
    with stage.app.app_context():
        known = db.session.execute(sa.select(User.email, User.id).where(User.email.in_(EMAILS))).all()
        if known:
            ids = {row.email: row.id for row in known}
            return ids[EMAILS[0]], ids[EMAILS[1]]
        units = [stage.unit_id, *_units(stage)]
        heads = _head(stage, units[0], EMAILS[0]), _head(stage, units[1], EMAILS[1])
        first = db.session.scalar(sa.text("SELECT coalesce(max(id), 0) FROM submissions")) or 0
        db.session.commit()
    with psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection:
        _copy(connection, stage.agency_id, units, cases, first)
        connection.execute(
            f"INSERT INTO {CaseWords.__tablename__} (agency_id, case_id, document) "
            f"SELECT c.agency_id, c.id, to_tsvector('{LANGUAGE}', l.redacted_text) FROM cases c JOIN labels l "
            "ON l.agency_id = c.agency_id AND l.submission_id = c.submission_id ON CONFLICT DO NOTHING"
        )
        connection.execute("VACUUM ANALYZE")
    return heads


def texts() -> Iterator[str]:
    """Return reports without end, put together from those of the corpus, always the same."""
    chosen, known = random.Random(SEED), [example.text for example in load_corpus()]
    while True:
        rare = f" Lokasi {RARE_WORD}." if chosen.random() < 0.0002 else ""
        yield f"{chosen.choice(known)} {chosen.choice(known)}{rare}"[:1500]


def _units(stage: Stage) -> list[int]:
    now = clock.utcnow()
    return [
        create_unit(
            db.session(), agency_id=stage.agency_id, code=f"kotak-{number}", name=f"Bidang Bench {number}",
            kind=UnitKind.SECTION, parent_id=stage.unit_id, starts_on=now.date() - timedelta(days=DAYS), now=now,
        ).id
        for number in range(1, UNITS)
    ]  # fmt: skip


def _head(stage: Stage, unit_id: int, email: str) -> int:
    session, now = db.session(), clock.utcnow()
    who = create_user(session, email=email, name="Kepala Bench", password=PASSWORD, now=now)
    session.add(
        RoleGrant(
            agency_id=stage.agency_id, user_id=who.id, role=Role.UNIT_HEAD, unit_id=unit_id,
            starts_on=now.date() - timedelta(days=1), created_at=now, reason="Untuk pengukuran.",
            source=GrantSource.CLI,
        )
    )  # fmt: skip
    session.flush()
    return who.id


def _copy(connection: psycopg.Connection, agency_id: int, units: list[int], cases: int, first: int) -> None:
    chosen, now, written = random.Random(SEED), clock.utcnow(), texts()
    rows = [_row(chosen, now, first + number, units, next(written)) for number in range(1, cases + 1)]
    tables = {
        "submissions": ("id", "unit_id", "kind", "channel", "text", "occurred_on", "received_at", "analysis"),
        "labels": ("submission_id", "redacted_text", "kind_confidence", "sentiment_confidence", "aspect",
                   "aspect_confidence", "urgency", "urgency_confidence", "urgency_source", "model_version",
                   "labelled_at"),
        "cases": ("id", "submission_id", "unit_id", "classification", "status", "outcome", "opened_at",
                  "clocks_start_at", "verify_due_at", "reply_due_at", "resolve_due_at", "first_replied_at",
                  "silence_ends_at", "closed_at", "archive_reason", "held_until", "clock", "due_at", "escalation_step",
                  "reopened_count", "version"),
    }  # fmt: skip
    copy_rows(connection, agency_id, tables, rows)


def _row(
    chosen: random.Random, now: datetime, number: int, units: list[int], text: str
) -> tuple[tuple[object, ...], ...]:
    opened = now - timedelta(days=DAYS * chosen.random())
    (status,) = chosen.choices([name for name, _ in STATUSES], [share for _, share in STATUSES])
    unit_id, kind = chosen.choice(units), chosen.choice(KINDS)
    due = opened + timedelta(days=5)
    is_over, is_closed, waits = status in {"closed", "archived"}, status == "closed", status == "answered"
    clock_name = {"new": "verify", "verified": "reply", "in_progress": "reply"}.get(status)
    return (
        (number, unit_id, kind, "open", text, opened.date(), opened, "done"),
        (number, text, 0.8, 0.8, chosen.choice(ASPECTS), 0.8, chosen.choice(URGENCIES), 0.8, "model", "bench", opened),
        (number, number, unit_id, "no_oversight", status, "silent" if is_closed else None, opened, opened, due, due,
         due + timedelta(days=14), due if waits or is_closed else None, due + timedelta(days=14) if waits else None,
         due + timedelta(days=20) if is_over else None, "unclear" if status == "archived" else None,
         now + timedelta(days=9) if status == "on_hold" else None, clock_name, due if clock_name else None,
         chosen.choice((0, 0, 1)), int(chosen.random() < 0.05), 1),
    )  # fmt: skip
