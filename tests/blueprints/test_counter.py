"""Visits counted by hand beside the tokens handed out."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from babel.dates import format_date
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.rules import Role
from feedback_app.intake.counter_keys import create_key, keys_of
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.counter_queries import WeekLine, weeks
from feedback_app.intake.counters import DayCount, count_by_key
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.intake.withholding import Finding, UseFinding
from tests import factories as make
from tests.blueprints.office import KEY, Login, Office, new_office

MONDAY = date(2026, 5, 11)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def head(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.UNIT_HEAD))


def local_today() -> date:
    return clock.utcnow().astimezone(ZoneInfo("Asia/Makassar")).date()


def stored(session: Session, office: Office) -> list[tuple[int, bool]]:
    rows = session.scalars(sa.select(VisitCount).where(VisitCount.unit_id == office.unit.id)).all()
    session.expire_all()
    return [(row.transactions, row.recorded_by is not None) for row in rows]


def test_a_count_can_be_corrected_and_each_time_is_noted(head: FlaskClient, session: Session, office: Office) -> None:
    for transactions in (40, 42):
        answer = head.post(
            "/petugas/loket/hitungan",
            data={"unit_id": office.unit.id, "day": local_today().isoformat(), "transactions": transactions},
        )
        assert answer.status_code == 303
    assert stored(session, office) == [(42, True)]
    assert [act.detail["transactions"] for act in office.acts("intake.count_visits")] == [40, 42]
    assert "Kunjungan (n)" in head.get("/petugas/loket").get_data(as_text=True)


def test_what_the_machine_counted_is_not_changed_by_hand(
    app: Flask, head: FlaskClient, session: Session, office: Office
) -> None:
    today, now = local_today(), clock.utcnow()
    create_key(
        session, agency_id=office.agency.id, unit_id=office.unit.id, name="mesin", tokens_a_day=9, actor=SYSTEM,
        key=app.config["TRACKING_KEY"], now=now,
    )  # fmt: skip
    [key] = keys_of(session, office.agency.id)
    count_by_key(session, key, DayCount(office.unit.id, None, today, 90), today=today, now=now)
    session.commit()
    answer = head.post(
        "/petugas/loket/hitungan",
        data={"unit_id": office.unit.id, "day": today.isoformat(), "transactions": 60},
    )
    assert answer.status_code == 409
    assert "hitungan mesin tidak diubah" in answer.get_data(as_text=True)
    assert stored(session, office) == [(90, False)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("transactions", "-1"), ("transactions", "x"), ("transactions", ""), ("day", "besok"), ("unit_id", "999999")],
)
def test_a_count_that_makes_no_sense_is_refused_at_its_field(
    head: FlaskClient, session: Session, office: Office, field: str, value: str
) -> None:
    data = {"unit_id": office.unit.id, "day": local_today().isoformat(), "transactions": "5", field: value}
    answer = head.post("/petugas/loket/hitungan", data=data)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    assert stored(session, office) == []


@pytest.mark.parametrize("back", [-1, 46])
def test_a_day_to_come_or_of_a_closed_month_is_refused(head: FlaskClient, office: Office, back: int) -> None:
    day = local_today() - timedelta(days=back)
    data = {"unit_id": office.unit.id, "day": day.isoformat(), "transactions": 5}
    assert head.post("/petugas/loket/hitungan", data=data).status_code == 422


def _issue(office: Office, day: date, count: int, service_id: int | None = None, *, used: int = 0) -> None:
    tokens = issue_visit_tokens(
        office.session, agency_id=office.agency.id, unit_id=office.unit.id, service_id=service_id, visited_on=day,
        count=count, issued_by=None, key=KEY, now=make.NOW,
    )  # fmt: skip
    for token in tokens[:used]:
        draft = Draft(
            agency_id=office.agency.id, unit_id=office.unit.id, kind=SubmissionKind.RATING, occurred_on=day,
            service_id=service_id, rating=3, visit_token=token,
        )  # fmt: skip
        submit(office.session, draft, key=KEY, now=make.NOW, today=day)


def _count(office: Office, day: date, transactions: int, service_id: int | None = None) -> None:
    office.session.add(
        VisitCount(
            agency_id=office.agency.id, unit_id=office.unit.id, service_id=service_id, day=day,
            transactions=transactions, recorded_at=make.NOW,
        )
    )  # fmt: skip
    office.session.flush()


def _lines(office: Office, *, today: date = make.TODAY, shown: int = 1) -> list[WeekLine]:
    return weeks(office.session, office.agency.id, [office.unit.id], today=today, shown=shown)


def test_tokens_are_compared_on_the_days_that_were_counted_alone(office: Office) -> None:
    service = make.service(office.session, office.unit).id
    _issue(office, MONDAY, 38, service, used=5)
    _count(office, MONDAY, 40, service)
    _issue(office, make.TODAY, 30, service)  # nobody counted this day
    line, whole = _lines(office)
    assert (line.transactions, line.issued_compared, line.issued, line.used) == (40, 38, 68, 5)
    assert (line.finding, line.use) == (Finding.AS_EXPECTED, UseFinding.STILL_OPEN)
    assert (whole.is_whole_unit, whole.transactions, whole.issued) == (True, 40, 68)


def test_tokens_without_a_service_leave_only_the_unit_to_be_judged(office: Office) -> None:
    service = make.service(office.session, office.unit).id
    _count(office, MONDAY, 40, service)
    _issue(office, MONDAY, 39)
    lines = _lines(office)
    assert {line.finding for line in lines if not line.is_whole_unit} == {None}
    [whole] = [line for line in lines if line.is_whole_unit]
    # Visits of one service are known, the tokens could belong to any: nothing to compare.
    assert whole.finding is Finding.NO_COUNT


def test_a_count_of_the_whole_unit_covers_the_tokens_of_all_services(office: Office) -> None:
    services = [make.service(office.session, office.unit).id for _ in range(2)]
    _count(office, MONDAY, 80)
    for service in services:
        _issue(office, MONDAY, 20, service)
    [whole] = [line for line in _lines(office) if line.is_whole_unit]
    assert (whole.transactions, whole.issued_compared, whole.finding) == (80, 40, Finding.WITHHELD)


def test_a_fall_in_use_is_judged_when_the_tokens_have_expired(office: Office) -> None:
    service = make.service(office.session, office.unit).id
    first = MONDAY - timedelta(weeks=10)
    for number in range(6):
        _issue(office, first + timedelta(weeks=number), 60, service, used=30 if number < 5 else 3)
    fallen = first + timedelta(weeks=5)
    found = {line.starts_on: line.use for line in _lines(office, shown=12) if not line.is_whole_unit}
    assert found[fallen] is UseFinding.FALLEN
    assert found[fallen - timedelta(weeks=1)] is UseFinding.AS_EXPECTED
    early = fallen + timedelta(days=6)
    still = {line.starts_on: line.use for line in _lines(office, today=early, shown=12) if not line.is_whole_unit}
    assert still[fallen] is UseFinding.STILL_OPEN


def test_the_form_comes_first_and_weeks_without_counts_are_folded_under_one_sentence(
    head: FlaskClient, office: Office
) -> None:
    service = make.service(office.session, office.unit).id
    for back in (1, 8, 15):
        _issue(office, local_today() - timedelta(days=back), 5, service)
    page = head.get("/petugas/loket").get_data(as_text=True)
    assert page.index('name="transactions"') < page.index("Yang perlu ditanyakan") < page.index("<table")
    assert page.count("Kunjungan belum dihitung") == 1
    assert page.count("<details") == 1
    assert page.index("<details") < page.index("<table")
    assert f'value="{local_today().isoformat()}"' in page


def test_counted_weeks_stand_open_the_latest_first(head: FlaskClient, office: Office) -> None:
    days = [local_today() - timedelta(weeks=back) for back in (0, 1, 2)]
    for day in days:
        _issue(office, day, 5)
    for day in days[:2]:
        _count(office, day, 6)
    page = head.get("/petugas/loket").get_data(as_text=True)
    weeks_shown = [page.index(f"<summary>Minggu mulai {_monday_words(day)}") for day in days[:2]]
    assert weeks_shown == sorted(weeks_shown)
    assert "1 minggu tanpa hitungan kunjungan" in page
    assert "Kunjungan belum dihitung dalam" not in page


def _monday_words(day: date) -> str:
    return format_date(day - timedelta(days=day.weekday()), "d MMMM yyyy", locale="id")
