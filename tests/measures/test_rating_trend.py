"""Weekly ratings against the rows they are folded from."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Signal
from feedback_app.measures.rating_trend import Week, rating_weeks
from tests.blueprints.office import Office, new_office

TUESDAY = date(2026, 5, 12)


def _weeks(session: Session, office: Office, *, unit_id: int | None = None, weeks: int = 3) -> list[Week]:
    head = office.staff(Role.UNIT_HEAD)
    return rating_weeks(
        session, head.id, agency_id=office.agency.id, unit_id=unit_id, day=TUESDAY, weeks=weeks
    )  # fmt: skip


def test_ratings_stand_in_the_week_of_service_by_their_proof(session: Session) -> None:
    office = new_office(session)
    office.rate(4, TUESDAY)
    office.rate(1, TUESDAY - timedelta(days=1), visited=False)
    office.rate(2, TUESDAY - timedelta(days=2))
    office.drain()
    sunday, this = _weeks(session, office)[1:]
    assert this == Week(date(2026, 5, 11), 1, 4, 1, 1)
    assert sunday == Week(date(2026, 5, 4), 1, 2, 0, 0)
    assert (this.proven_mean, this.open_mean, sunday.open_mean) == (4.0, 1.0, None)


def test_what_looks_automatic_is_taken_off(session: Session) -> None:
    office = new_office(session)
    for rating in (1, 3):
        office.rate(rating, TUESDAY, visited=False)
    office.drain()
    worst = next(row for row in session.query(Submission).filter_by(unit_id=office.unit.id) if row.rating == 1)
    worst.signals = [Signal.HONEYPOT]
    session.flush()
    assert _weeks(session, office, weeks=1) == [Week(date(2026, 5, 11), 0, 0, 1, 3)]


def test_units_out_of_reach_are_not_in_it(session: Session) -> None:
    office, other = new_office(session), new_office(session)
    other.rate(4, TUESDAY)
    other.drain()
    head = office.staff(Role.UNIT_HEAD)
    found = rating_weeks(
        session, head.id, agency_id=other.agency.id, unit_id=other.unit.id, day=TUESDAY, weeks=1
    )  # fmt: skip
    assert found == [Week(date(2026, 5, 11), 0, 0, 0, 0)]
