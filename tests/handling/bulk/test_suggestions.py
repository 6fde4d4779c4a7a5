"""Open cases that tell of the same are suggested with the reasons, and nothing of another place, unit or time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.clock import office_day
from feedback_app.handling.bulk.duplicates import Similar, merge
from feedback_app.handling.bulk.suggestions import any_without_grams, fill_rare_grams, suggested
from feedback_app.handling.models import Case
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.nlp.duplicates.grams import rare_grams
from feedback_app.nlp.duplicates.likeness import WINDOW_DAYS
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.handling.bulk.same_event import LAMP, OTHER, SAME

HOLE = "Lubang besar di Jalan Cendana dekat jembatan, motor sering jatuh."


@pytest.fixture
def head(office: Office) -> User:
    """Somebody who may answer every case of the agency."""
    return office.staff(Role.UNIT_HEAD, everywhere=True)


def found(session: Session, who: User, case: Case, now: datetime) -> list[Similar]:
    fill_rare_grams(session)
    return suggested(session, who.id, case, day=office_day(now))


def numbers(session: Session, who: User, case: Case, now: datetime) -> list[int]:
    return [row.id for row in found(session, who, case, now)]


def labels(session: Session, case: Case) -> Labels:
    return session.get_one(Labels, (case.agency_id, case.submission_id), populate_existing=True)


def test_what_tells_of_the_same_is_suggested_and_nothing_else(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    older, younger = office.report(LAMP, at=now - timedelta(days=2)), office.report(SAME, at=now)
    office.report(OTHER)
    new_office(session).report(SAME)
    office.report(SAME, is_confidential=True)
    assert numbers(session, head, older, now) == [younger.id]
    merge(session, [older, younger], user_id=head.id, now=now)
    assert numbers(session, head, older, now) == []


def test_nothing_out_of_somebodys_reach_is_suggested(session: Session, office: Office, now: datetime) -> None:
    elsewhere = Office(session, office.agency, make.unit(session, office.agency))
    lost = elsewhere.report(SAME, at=now, unit_is_unknown=True)
    older = office.report(LAMP, at=now)
    assert numbers(session, office.staff(Role.OFFICER), older, now) == []
    assert numbers(session, office.staff(Role.UNIT_HEAD, everywhere=True), older, now) == [lost.id]


def test_another_unit_is_another_thing_unless_nobody_knew_the_unit(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    elsewhere = Office(session, office.agency, make.unit(session, office.agency))
    elsewhere.report(SAME, at=now)
    lost = elsewhere.report(SAME, at=now, unit_is_unknown=True)
    older = office.report(LAMP, at=now)
    assert numbers(session, head, older, now) == [lost.id]
    # Asked the other way round, every unit may be the one.
    assert older.id in numbers(session, head, lost, now)
    # Sent on by somebody who knew better, it is of that unit.
    lost.unit_id = make.unit(session, office.agency).id
    session.flush()
    assert numbers(session, head, older, now) == []


def test_another_street_and_another_rt_are_another_thing(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    asked = office.report(f"{HOLE} RT 03/RW 05", at=now)
    office.report(HOLE.replace("Cendana", "Merpati"), at=now)
    office.report(f"{HOLE} RT 7 RW 5", at=now)
    same = office.report("motor sering jatuh di lubang besar jl cendana dkt jembatan rt 3", at=now)
    assert numbers(session, head, asked, now) == [same.id]


def test_two_citizens_who_lost_their_cards_are_not_one_event(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    asked = office.report("KTP saya hilang", at=now)
    office.report("KTP saya hilang", at=now)
    assert numbers(session, head, asked, now) == []


@pytest.mark.parametrize(
    ("days", "is_found"),
    [
        pytest.param(WINDOW_DAYS, True, id="on the last day"),
        pytest.param(WINDOW_DAYS + 1, False, id="a day later"),
    ],
)
def test_reports_far_apart_are_of_two_events(
    session: Session, office: Office, head: User, now: datetime, days: int, is_found: bool
) -> None:
    older, younger = office.report(LAMP, at=now - timedelta(days=days)), office.report(SAME, at=now)
    assert bool(numbers(session, head, younger, now)) is is_found
    assert bool(numbers(session, head, older, now)) is is_found


def test_the_reasons_name_the_place_the_rarest_words_and_the_days(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    office.report("jl cendana berlubang besar, dkt jembatan. motor jatuh", at=now - timedelta(days=2))
    asked = office.report(HOLE, at=now)
    [row] = found(session, head, asked, now)
    assert row.reasons
    assert (row.reasons.place, row.reasons.days_apart) == ("Jalan Cendana", 2)
    assert "cendana" in row.reasons.words
    assert len(row.reasons.words) == 4


def test_the_likest_comes_first_and_no_more_than_five(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    asked = office.report(LAMP, at=now)
    for _ in range(5):
        office.report(SAME, at=now)
    nearest = office.report(LAMP.replace("seminggu", "dua minggu"), at=now)
    listed = numbers(session, head, asked, now)
    assert (listed[0], len(listed)) == (nearest.id, 5)


def test_texts_read_before_their_pieces_were_kept_are_filled_once(
    session: Session, office: Office, head: User, now: datetime
) -> None:
    older, younger = office.report(LAMP, at=now), office.report(SAME, at=now)
    session.execute(sa.update(Labels).values(rare_grams=None))
    assert any_without_grams(session)
    assert suggested(session, head.id, older, day=office_day(now)) == []
    assert fill_rare_grams(session, limit=1) == 1
    assert fill_rare_grams(session) >= 1
    assert not any_without_grams(session)
    assert fill_rare_grams(session) == 0
    assert labels(session, younger).rare_grams == list(rare_grams(SAME))
    assert numbers(session, head, older, now) == [younger.id]


def test_an_erased_text_gets_no_pieces_again(session: Session, office: Office, now: datetime) -> None:
    case = office.report(LAMP, at=now)
    session.execute(sa.text("UPDATE submissions SET erased_at = now() WHERE id = :id"), {"id": case.submission_id})
    labels(session, case).rare_grams = None
    session.flush()
    fill_rare_grams(session)
    assert labels(session, case).rare_grams is None


def test_a_text_without_words_has_nothing_like_it(session: Session, office: Office, head: User, now: datetime) -> None:
    asked = office.report("1234567890 1234567890", at=now)
    office.report("1234567890 1234567890", at=now)
    assert found(session, head, asked, now) == []
