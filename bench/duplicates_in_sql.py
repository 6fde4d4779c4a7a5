"""The same texts as open cases in PostgreSQL, and an officer's page asking for the like of some of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import psycopg

from bench.copying import copy_rows
from bench.stage import Stage
from bench.tellings import DAYS
from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.handling.bulk.suggestions import suggested
from feedback_app.handling.models import Case
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.operations import create_user
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.nlp.duplicates.grams import rare_grams
from feedback_app.nlp.duplicates.index import Entry
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.operations import create_agency, create_unit

ASKED: Final = 200
_LABELS: Final = (
    "submission_id", "redacted_text", "kind_confidence", "sentiment_confidence", "aspect_confidence",
    "urgency_confidence", "urgency_source", "rare_grams", "model_version", "labelled_at",
)  # fmt: skip
_CASES: Final = (
    "id", "submission_id", "unit_id", "classification", "status", "opened_at", "clocks_start_at", "verify_due_at",
    "reply_due_at", "clock", "due_at", "version",
)  # fmt: skip


class SqlSearch:
    """An agency of its own whose every case is open; its head may answer all of them."""

    def __init__(self, stage: Stage, entries: Sequence[Entry[int]]) -> None:
        self._stage = stage
        with stage.app.app_context():
            self._agency_id, self._units, self._head_id = _agency({entry.unit for entry in entries})
            db.session.commit()
        with psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection:
            _copy(connection, self._agency_id, self._units, entries)

    def times(self, asked: Sequence[Entry[int]]) -> list[float]:
        """Return the milliseconds of each search; every text asked about becomes a case first."""
        some = [entry for entry in asked if entry.unit is not None][:ASKED]
        with psycopg.connect(str(self._stage.settings.database_url), autocommit=True) as connection:
            first = _copy(connection, self._agency_id, self._units, some)
        taken = []
        with self._stage.app.app_context():
            session, day = db.session(), clock.utcnow().date()
            for number in range(len(some)):
                case = session.get_one(Case, (self._agency_id, first + number))
                started = time.perf_counter()
                suggested(session, self._head_id, case, day=day)
                taken.append(1000 * (time.perf_counter() - started))
            session.rollback()
        return taken


def _agency(numbers: set[int | None]) -> tuple[int, dict[int, int], int]:
    session, now = db.session(), clock.utcnow()
    agency = create_agency(
        session,
        code="serupa",
        name="Kota Serupa",
        region_code="53.72",
        time_zone="Asia/Makassar",
        actor=SYSTEM,
        now=now,
    )
    since = now.date() - timedelta(days=2 * DAYS)
    top = create_unit(
        session,
        agency_id=agency.id,
        code="induk",
        name="Kota Serupa",
        kind=UnitKind.DEPARTMENT,
        starts_on=since,
        now=now,
    )
    units = {
        number: create_unit(
            session, agency_id=agency.id, code=f"u{number}", name=f"Unit {number}", kind=UnitKind.SECTION,
            parent_id=top.id, starts_on=since, now=now,
        ).id
        for number in sorted(number for number in numbers if number is not None)
    }  # fmt: skip
    head = create_user(session, email="serupa@bench.go.id", name="Kepala Bench", password="kata-sandi-bench-1", now=now)
    session.add(
        RoleGrant(
            agency_id=agency.id, user_id=head.id, role=Role.UNIT_HEAD, unit_id=top.id, starts_on=since, created_at=now,
            reason="Untuk pengukuran.", source=GrantSource.CLI,
        )
    )  # fmt: skip
    session.flush()
    return agency.id, units, head.id


def _copy(connection: psycopg.Connection, agency_id: int, units: dict[int, int], entries: Sequence[Entry[int]]) -> int:
    """Write texts as open cases and return the number of the first."""
    (last,) = connection.execute(
        "SELECT greatest((SELECT max(id) FROM submissions), (SELECT max(id) FROM cases), 0)"
    ).fetchone() or (0,)
    first = int(last) + 1
    rows = [_row(first + place, units[entry.unit or 0], entry) for place, entry in enumerate(entries)]
    tables = {
        "submissions": ("id", "unit_id", "kind", "channel", "text", "occurred_on", "received_at", "analysis"),
        "labels": _LABELS,
        "cases": _CASES,
    }
    copy_rows(connection, agency_id, tables, rows)
    connection.execute("VACUUM ANALYZE labels, cases, submissions")
    return first


def _row(number: int, unit_id: int, entry: Entry[int]) -> tuple[tuple[object, ...], ...]:
    at: datetime = clock.utcnow() - timedelta(days=DAYS + 20 - entry.day)
    due = at + timedelta(days=5)
    return (
        (number, unit_id, "complaint", "open", entry.redacted, at.date(), at, "done"),
        (number, entry.redacted, 0.8, 0.8, 0.8, 0.8, "model", list(rare_grams(entry.redacted)), "bench", at),
        (number, number, unit_id, "no_oversight", "verified", at, at, due, due, "reply", due, 1),
    )
