"""A counter, a change that waits, a declared level, a list and a key of the personnel system, of one unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.identity.models import User
from feedback_app.organisation.models import Assignment, Employee, Unit
from feedback_app.organisation.people.changes import Wish, ask
from feedback_app.organisation.people.counters import add_counter
from feedback_app.organisation.people.imports import preview
from feedback_app.organisation.people.imports.fields import guess
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.models import AttributionRule, PeopleImport, SyncKey
from feedback_app.organisation.people.post_edits import fields_of
from feedback_app.organisation.people.post_rules import OfficeMoment, as_payload, with_days
from feedback_app.organisation.people.rules import AttributionLevel, ChangeKind


@dataclass(frozen=True)
class PeopleThings:
    """Their ids, with that of a post of the unit."""

    post_id: int
    counter_id: int
    change_id: int
    level_id: int
    import_id: int


def people_things(session: Session, unit: Unit, who: Employee, *, by: User) -> PeopleThings:
    """Make one of each; the change ends the post of `who` with the day before yesterday."""
    now = clock.utcnow()
    today = clock.office_day(now)
    post = session.scalars(sa.select(Assignment).where(Assignment.employee_id == who.id)).one()
    counter = add_counter(
        session, unit.agency_id, unit.id, code="loket-1", name="Loket 1", service_id=None, actor=person(by.id), now=now
    )
    gone = today - timedelta(days=2)
    wish = Wish(
        agency_id=unit.agency_id, kind=ChangeKind.END, touches=(gone, today - timedelta(days=1)),
        payload={"edits": [{"before": post.id, "after": as_payload(with_days(fields_of(post), ends_on=gone))}]},
        concerned=frozenset({who.id}), reason="Surat terlambat", employee_id=who.id, assignment_id=post.id,
    )  # fmt: skip
    change = ask(session, wish, actor=person(by.id), now=now)
    level = AttributionRule(
        agency_id=unit.agency_id, unit_id=unit.id, starts_on=today + timedelta(days=9), level=AttributionLevel.UNIT,
        reason="Loket bergantian", declared_at=now, declared_by=by.id,
    )  # fmt: skip
    session.add(level)
    session.flush()
    listed = _list(session, unit, by=by)
    return PeopleThings(post.id, counter.id, change.id, level.id, listed.id)


def _list(session: Session, unit: Unit, *, by: User) -> PeopleImport:
    now = clock.utcnow()
    header, row = ("NIP", "Nama"), {0: "198609262015051001", 1: "Maria Contoh"}
    made = preview.take_in(
        session, unit.agency_id, preview.Source("file", "simpeg.csv", "0" * 64), header, [(2, row)],
        actor=person(by.id), now=now,
    )  # fmt: skip
    chosen = replace(read_choices(made.mapping), columns=guess(header))
    preview.choose(session, made, chosen, at=OfficeMoment(now, clock.office_day(now), None))
    return made


def sync_key(session: Session, agency_id: int, key_id: int) -> None:
    """Make a key with a number that another kind of key has too: an address names both alike."""
    session.add(SyncKey(agency_id=agency_id, id=key_id, name="SIMPEG", key_hash=bytes(32), created_at=clock.utcnow()))
    session.flush()
