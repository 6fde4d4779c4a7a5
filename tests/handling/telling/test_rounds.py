"""The mails that come by themselves: when, to whom, with which numbers, and to whom not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
from feedback_app.handling.telling.models import StaffRound
from feedback_app.handling.telling.rounds import any_round_due, make_rounds
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.staff_settings import choose
from feedback_app.intake.rules import SubmissionKind
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Agency, Holiday, Unit, UnitKind
from tests import factories as make


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


MONDAY, TUESDAY = at("05-11T08:00"), at("05-12T08:00")
FRIDAY, SATURDAY = at("05-15T08:00"), at("05-16T08:00")


@dataclass
class Office:
    """A department with a head over a service with a head and two officers."""

    agency: Agency
    top: Unit
    unit: Unit
    boss: User
    head: User
    officers: tuple[User, User]


@pytest.fixture
def office(session: Session) -> Office:
    agency = make.agency(session)
    top = make.unit(session, agency)
    unit = make.unit(session, agency, parent=top)
    boss, head, one, other = (make.user(session) for _ in range(4))
    make.grant(session, boss, Role.UNIT_HEAD, agency, top)
    make.grant(session, head, Role.UNIT_HEAD, agency, unit)
    for officer in (one, other):
        make.grant(session, officer, Role.OFFICER, agency, unit)
    return Office(agency, top, unit, boss, head, (one, other))


def case(session: Session, unit: Unit, due_at: datetime | None = None, **values: Any) -> Case:
    sent = make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text="KTP belum jadi")
    make.labels(session, sent)
    clock = {} if due_at is None else {"clock": CaseClock.VERIFY, "due_at": due_at}
    return make.case(session, sent, **{**clock, "opened_at": MONDAY - timedelta(days=60), **values})


def told(session: Session, template: str = "reminder") -> dict[int | None, dict[str, int]]:
    rows = session.execute(sa.select(Message.user_id, Message.params).where(Message.template == template))
    return {row.user_id: row.params for row in rows}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param(at("05-11T07:29"), False, id="before opening"),
        pytest.param(at("05-11T07:30"), True, id="at opening"),
        pytest.param(at("05-11T16:00"), True, id="at closing"),
        pytest.param(at("05-11T16:01"), False, id="after closing"),
        pytest.param(SATURDAY, False, id="on a free weekday"),
    ],
)
def test_rounds_are_made_in_opening_hours(session: Session, office: Office, now: datetime, due: bool) -> None:
    assert any_round_due(session, now=now) is due


def test_an_agency_in_another_time_zone_opens_at_its_own_time(session: Session) -> None:
    make.agency(session, time_zone="Asia/Jayapura")
    assert any_round_due(session, now=at("05-11T06:30"))


def test_a_round_is_made_once_a_day(session: Session, office: Office) -> None:
    case(session, office.unit, MONDAY - timedelta(days=1))
    assert make_rounds(session, now=MONDAY) > 0
    assert not any_round_due(session, now=MONDAY + timedelta(hours=1))
    assert make_rounds(session, now=MONDAY + timedelta(hours=1)) == 0
    assert any_round_due(session, now=TUESDAY)


def test_a_reminder_counts_late_today_and_the_next_working_day(session: Session, office: Office) -> None:
    for due_at in ("05-14T16:00", "05-15T07:59", "05-15T16:00", "05-18T16:00", "05-18T23:59", "05-19T16:00"):
        case(session, office.unit, at(due_at))
    make_rounds(session, now=FRIDAY)
    assert told(session)[office.officers[0].id] == {"late": 2, "today": 1, "next": 2}


def test_after_a_holiday_the_next_working_day_is_the_one_after(session: Session, office: Office) -> None:
    session.add(Holiday(agency_id=office.agency.id, on_date=date(2026, 5, 18), name="Libur", source="daerah"))
    session.flush()
    case(session, office.unit, at("05-19T16:00"))
    make_rounds(session, now=FRIDAY)
    assert told(session)[office.officers[0].id] == {"late": 0, "today": 0, "next": 1}
    assert not any_round_due(session, now=at("05-18T09:00"))


def test_nobody_is_told_that_nothing_waits(session: Session, office: Office) -> None:
    case(session, office.unit, at("06-30T16:00"))
    case(session, office.unit, None)
    assert make_rounds(session, now=TUESDAY) == 0
    rounds = session.scalars(sa.select(StaffRound.told)).all()
    assert rounds == [0, 0]


def test_an_unassigned_case_waits_for_every_officer_of_its_unit_and_not_for_its_heads(
    session: Session, office: Office
) -> None:
    case(session, office.unit, MONDAY - timedelta(days=1))
    make_rounds(session, now=TUESDAY)
    assert set(told(session)) == {officer.id for officer in office.officers}


def test_an_assigned_case_waits_for_that_officer_alone(session: Session, office: Office) -> None:
    case(session, office.unit, MONDAY - timedelta(days=1), assigned_to=office.officers[1].id)
    make_rounds(session, now=TUESDAY)
    assert set(told(session)) == {office.officers[1].id}


def test_a_unit_without_an_officer_is_left_to_its_head_and_without_a_head_to_the_one_above(
    session: Session, office: Office
) -> None:
    for officer in office.officers:
        session.execute(sa.text(f"{make.END_GRANTS} WHERE user_id = :id"), {"id": officer.id})
    case(session, office.unit, MONDAY - timedelta(days=1))
    make_rounds(session, now=MONDAY)
    assert set(told(session)) == {office.head.id}
    session.execute(sa.text(f"{make.END_GRANTS} WHERE user_id = :id"), {"id": office.head.id})
    make_rounds(session, now=TUESDAY)
    assert set(told(session)) == {office.head.id, office.boss.id}


def test_who_does_not_want_it_or_may_not_sign_in_is_not_told(session: Session, office: Office) -> None:
    case(session, office.unit, MONDAY - timedelta(days=1))
    choose(session, office.officers[0].id, wants_reminder=False, wants_digest=True, language="id")
    office.officers[1].active = False
    session.flush()
    make_rounds(session, now=TUESDAY)
    assert told(session) == {}


def test_a_duplicate_an_answered_and_a_held_case_wait_for_nobody_here(session: Session, office: Office) -> None:
    main = case(session, office.unit, at("06-30T16:00"))
    case(session, office.unit, MONDAY - timedelta(days=1), duplicate_of=main.id)
    case(session, office.unit, status=CaseStatus.ON_HOLD, held_until=MONDAY)
    make_rounds(session, now=TUESDAY)
    assert told(session) == {}


def test_an_allegation_is_not_counted_for_an_officer_of_the_unit_it_speaks_of(session: Session, office: Office) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE, parent=office.top)
    inspector = make.user(session)
    make.grant(session, inspector, Role.OFFICER, office.agency, inspectorate)
    make.grant(session, office.officers[0], Role.OFFICER, office.agency, inspectorate)
    case(
        session, office.unit, MONDAY - timedelta(days=1), unit_id=inspectorate.id, is_confidential=True,
        classification=Classification.OVERSIGHT,
    )  # fmt: skip
    make_rounds(session, now=TUESDAY)
    assert told(session) == {inspector.id: {"late": 1, "today": 0, "next": 0}}


def test_a_case_of_another_agency_is_counted_there_alone(session: Session, office: Office) -> None:
    elsewhere = make.agency(session)
    unit = make.unit(session, elsewhere)
    make.grant(session, office.officers[0], Role.OFFICER, elsewhere, unit)
    case(session, unit, MONDAY - timedelta(days=1))
    make_rounds(session, now=TUESDAY)
    rows = session.execute(sa.select(Message.agency_id, Message.user_id).where(Message.template == "reminder")).all()
    assert rows == [(elsewhere.id, office.officers[0].id)]


def test_mails_come_in_the_language_that_was_chosen(session: Session, office: Office) -> None:
    case(session, office.unit, MONDAY - timedelta(days=1))
    choose(session, office.officers[0].id, wants_reminder=True, wants_digest=True, language="en")
    make_rounds(session, now=TUESDAY)
    languages = session.execute(sa.select(Message.user_id, Message.language).where(Message.template == "reminder"))
    assert {row.user_id: row.language for row in languages} == {
        office.officers[0].id: "en",
        office.officers[1].id: "id",
    }


# The digest.


def moved(
    session: Session, of: Case, moment: datetime, before: CaseStatus, after: CaseStatus, outcome: Outcome | None = None
) -> None:
    session.add(
        CaseEvent(
            agency_id=of.agency_id, case_id=of.id, at=moment, actor_kind=ActorKind.SYSTEM, actor_id=None,
            from_status=before, to_status=after, outcome=outcome, reason=None,
        )
    )  # fmt: skip
    session.flush()


def closed(session: Session, unit: Unit, moment: datetime, outcome: Outcome) -> None:
    found = case(session, unit, status=CaseStatus.CLOSED, outcome=outcome, closed_at=moment, first_replied_at=moment)
    moved(session, found, moment, CaseStatus.NEW, CaseStatus.ANSWERED)
    moved(session, found, moment, CaseStatus.ANSWERED, CaseStatus.CLOSED, outcome)


def test_a_digest_counts_the_week_before(session: Session, office: Office) -> None:
    inside, before, after = at("05-06T10:00"), at("05-03T23:59"), at("05-11T00:00")
    case(session, office.unit, at("06-30T16:00"), opened_at=inside)
    case(session, office.unit, at("05-10T16:00"), opened_at=before)
    for outcome in (Outcome.CONFIRMED, Outcome.SILENT, Outcome.PARTLY):
        closed(session, office.unit, inside, outcome)
    for moment in (before, after):
        closed(session, office.unit, moment, Outcome.CONFIRMED)
    waits = case(
        session, office.unit, status=CaseStatus.ANSWERED, silence_ends_at=at("06-30T16:00"), first_replied_at=inside
    )
    for hours in (0, 1):
        moved(session, waits, inside + timedelta(hours=hours), CaseStatus.NEW, CaseStatus.ANSWERED)
    case(session, office.unit, status=CaseStatus.ON_HOLD, held_until=at("06-30T16:00"))
    again = case(session, office.unit, at("06-30T16:00"), status=CaseStatus.IN_PROGRESS, first_replied_at=before)
    moved(session, again, inside, CaseStatus.ANSWERED, CaseStatus.IN_PROGRESS)
    make_rounds(session, now=MONDAY)
    assert told(session, "digest")[office.head.id] == {
        "came": 1, "answered": 4, "reopened": 1, "closed": 3, "confirmed": 1, "late": 1, "waiting": 2,
    }  # fmt: skip


def test_a_digest_comes_to_every_head_with_the_units_below_and_to_no_officer(session: Session, office: Office) -> None:
    case(session, office.unit, at("06-30T16:00"), opened_at=at("05-06T10:00"))
    case(session, office.top, at("06-30T16:00"), opened_at=at("05-06T10:00"))
    make_rounds(session, now=MONDAY)
    assert {user: numbers["came"] for user, numbers in told(session, "digest").items()} == {
        office.head.id: 1,
        office.boss.id: 2,
    }


def test_a_digest_comes_on_the_first_working_day_of_the_week(session: Session, office: Office) -> None:
    session.add(Holiday(agency_id=office.agency.id, on_date=MONDAY.date(), name="Libur", source="daerah"))
    session.flush()
    case(session, office.unit, at("06-30T16:00"), opened_at=at("05-06T10:00"))
    assert make_rounds(session, now=MONDAY) == 0
    make_rounds(session, now=TUESDAY)
    assert set(told(session, "digest")) == {office.head.id, office.boss.id}
    session.execute(sa.delete(Message))
    make_rounds(session, now=FRIDAY)
    assert told(session, "digest") == {}


def test_a_head_who_does_not_want_a_digest_gets_none(session: Session, office: Office) -> None:
    case(session, office.unit, at("06-30T16:00"), opened_at=at("05-06T10:00"))
    choose(session, office.head.id, wants_reminder=True, wants_digest=False, language="id")
    make_rounds(session, now=MONDAY)
    assert set(told(session, "digest")) == {office.boss.id}


def test_a_confidential_case_of_the_inspektorat_stands_in_no_digest_of_the_unit_it_speaks_of(
    session: Session, office: Office
) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE, parent=office.top)
    chief = make.user(session)
    make.grant(session, chief, Role.UNIT_HEAD, office.agency, inspectorate)
    case(
        session, office.unit, at("06-30T16:00"), opened_at=at("05-06T10:00"), unit_id=inspectorate.id,
        is_confidential=True, classification=Classification.OVERSIGHT,
    )  # fmt: skip
    make_rounds(session, now=MONDAY)
    assert set(told(session, "digest")) == {chief.id}


@pytest.mark.parametrize("way", ["grant ended", "account closed"])
def test_case_of_somebody_who_has_left_waits_for_their_unit(session: Session, office: Office, way: str) -> None:
    gone, stays = office.officers
    case(session, office.unit, MONDAY - timedelta(days=1), assigned_to=gone.id)
    if way == "grant ended":
        ended = {"id": gone.id, "on": MONDAY.date() - timedelta(days=1)}
        session.execute(sa.text("UPDATE role_grants SET ends_on = :on WHERE user_id = :id"), ended)
        make.grant(session, gone, Role.OFFICER, office.agency, make.unit(session, office.agency))
    else:
        gone.active = False
    session.flush()
    make_rounds(session, now=TUESDAY)
    assert told(session) == {stays.id: {"late": 1, "today": 0, "next": 0}}


def test_unit_whose_officers_have_all_left_is_left_to_its_head(session: Session, office: Office) -> None:
    for officer in office.officers:
        officer.active = False
    case(session, office.unit, MONDAY - timedelta(days=1))
    make_rounds(session, now=TUESDAY)
    assert set(told(session)) == {office.head.id}
