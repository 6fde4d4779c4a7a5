"""Who is told what happened to a case, and who is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.handling.answers.saying import say
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.models import Case
from feedback_app.handling.operations import close_silent, judge, respond, take
from feedback_app.handling.rules import Classification, Outcome, ReplyKind
from feedback_app.handling.telling.news import tell_not_completed
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Owner, keep_contact, read_address, unsubscribe
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import SubmissionKind
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.drain.test_run import drain

ANSWER = "Blangko sudah tiba; silakan ambil besok pagi."
NOT_SOLVED = "Sudah datang tetapi loketnya tutup."
LEVY = "Petugas minta uang pelicin 50 ribu supaya diantar."


@dataclass
class Office:
    """A unit under another under a third, each with its head, and an officer who answers at the lowest."""

    agency: Agency
    top: Unit
    middle: Unit
    low: Unit
    heads: dict[str, User]
    officer: User


@pytest.fixture
def office(session: Session) -> Office:
    agency = make.agency(session)
    top = make.unit(session, agency)
    middle = make.unit(session, agency, parent=top)
    low = make.unit(session, agency, parent=middle)
    heads = {name: make.user(session) for name in ("top", "middle", "low")}
    for name, unit in (("top", top), ("middle", middle), ("low", low)):
        make.grant(session, heads[name], Role.UNIT_HEAD, agency, unit)
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, low)
    return Office(agency, top, middle, low, heads, officer)


@pytest.fixture
def case(session: Session, office: Office) -> Case:
    return opened(session, office.low)


def opened(session: Session, unit: Unit, text: str = "KTP belum jadi sejak Maret", **values: object) -> Case:
    sent = make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=text, **values)
    drain(session)
    return session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()


def reachable(session: Session, app: Flask, owner: Owner, address: str = "siti@contoh.id") -> Contact:
    keep_contact(session, owner, read_address(address), vault=app.config["VAULT"], language="en", now=make.NOW)
    return session.scalars(sa.select(Contact).order_by(Contact.id.desc()).limit(1)).one()


def follower(session: Session, app: Flask, case: Case, address: str = "budi@contoh.id") -> Contact:
    row = CaseFollower(
        agency_id=case.agency_id, case_id=case.id, tracking_hash=address.encode(), text=None, redacted_text=None,
        joined_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return reachable(session, app, Owner(case.agency_id, follower_id=row.id), address)


def told_citizens(session: Session) -> list[tuple[int | None, str]]:
    rows = session.execute(
        sa.select(Message.contact_id, Message.template).where(Message.contact_id.is_not(None)).order_by(Message.id)
    )
    return [(row.contact_id, row.template) for row in rows]


def told_staff(session: Session, template: Template = Template.REOPENED) -> set[int | None]:
    return set(session.scalars(sa.select(Message.user_id).where(Message.template == template)))


def dispute(session: Session, case: Case, officer: User, words: str = NOT_SOLVED) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, Outcome.DISPUTED, words, now=make.NOW)


def test_an_answer_is_told_to_the_reporter_and_to_followers(
    app: Flask, session: Session, office: Office, case: Case
) -> None:
    reporter = reachable(session, app, Owner(case.agency_id, case.submission_id))
    other = follower(session, app, case)
    respond(session, case, ANSWER, user_id=office.officer.id, now=make.NOW)
    assert told_citizens(session) == [(reporter.id, "replied"), (other.id, "followed_replied")]
    assert session.scalars(sa.select(Message.language).distinct()).all() == ["en"]
    assert told_staff(session) == set()


def test_who_left_no_address_and_who_unsubscribed_are_owed_nothing(
    app: Flask, session: Session, office: Office, case: Case
) -> None:
    other = follower(session, app, case)
    unsubscribe(session, other.agency_id, other.id, now=make.NOW)
    respond(session, case, ANSWER, user_id=office.officer.id, now=make.NOW)
    assert told_citizens(session) == []


def test_taking_a_case_tells_nobody(app: Flask, session: Session, office: Office, case: Case) -> None:
    reachable(session, app, Owner(case.agency_id, case.submission_id))
    take(session, case, user_id=office.officer.id, now=make.NOW)
    assert told_citizens(session) == []


def test_an_end_by_silence_is_told_as_exactly_that(app: Flask, session: Session, office: Office, case: Case) -> None:
    reporter = reachable(session, app, Owner(case.agency_id, case.submission_id))
    other = follower(session, app, case)
    respond(session, case, ANSWER, user_id=office.officer.id, now=make.NOW)
    close_silent(session, now=make.NOW + timedelta(days=60))
    assert told_citizens(session)[2:] == [(reporter.id, "closed_by_silence"), (other.id, "followed_ended")]
    days = session.scalar(sa.select(Message.params).where(Message.template == "closed_by_silence"))
    assert days == {"days": 30}


def test_the_reporters_own_word_is_news_to_followers_only(
    app: Flask, session: Session, office: Office, case: Case
) -> None:
    reachable(session, app, Owner(case.agency_id, case.submission_id))
    other = follower(session, app, case)
    respond(session, case, ANSWER, user_id=office.officer.id, now=make.NOW)
    judge(session, case, Outcome.PARTLY, None, now=make.NOW)
    assert told_citizens(session)[2:] == [(other.id, "followed_ended")]


def test_of_a_confidential_case_the_reporter_reads_only_that_there_is_news(
    app: Flask, session: Session, office: Office
) -> None:
    case = opened(session, office.low, is_confidential=True)
    reporter = reachable(session, app, Owner(case.agency_id, case.submission_id))
    follower(session, app, case)
    respond(session, case, ANSWER, user_id=office.officer.id, now=make.NOW)
    close_silent(session, now=make.NOW + timedelta(days=120))
    assert told_citizens(session) == [(reporter.id, "news"), (reporter.id, "news")]


def test_not_solved_is_told_to_the_officer_and_to_the_head_above(session: Session, office: Office, case: Case) -> None:
    dispute(session, case, office.officer)
    assert told_staff(session) == {office.officer.id, office.heads["middle"].id}
    params = session.scalars(sa.select(Message.params).where(Message.template == Template.REOPENED).distinct())
    assert params.all() == [{"case": case.id}]


def test_the_second_time_it_is_told_again_and_each_time_once(session: Session, office: Office, case: Case) -> None:
    dispute(session, case, office.officer)
    dispute(session, case, office.officer)
    keys = session.scalars(sa.select(Message.dedupe_key).where(Message.template == Template.REOPENED)).all()
    assert len(keys) == len(set(keys)) == 4


def test_without_a_head_above_the_next_one_up_is_told(session: Session, office: Office, case: Case) -> None:
    session.execute(sa.text(f"{make.END_GRANTS} WHERE unit_id = :unit"), {"unit": office.middle.id})
    dispute(session, case, office.officer)
    assert told_staff(session) == {office.officer.id, office.heads["top"].id}


def test_without_a_head_an_officer_above_is_told(session: Session, office: Office, case: Case) -> None:
    clerk = make.user(session)
    session.execute(sa.text(f"{make.END_GRANTS} WHERE unit_id = :unit"), {"unit": office.middle.id})
    make.grant(session, clerk, Role.OFFICER, office.agency, office.middle)
    dispute(session, case, office.officer)
    assert told_staff(session) == {office.officer.id, clerk.id}


def test_a_grant_that_has_ended_and_a_closed_account_are_not_told(session: Session, office: Office, case: Case) -> None:
    gone = make.user(session, active=False)
    make.grant(session, gone, Role.UNIT_HEAD, office.agency, office.middle)
    past = make.user(session)
    make.grant(session, past, Role.UNIT_HEAD, office.agency, office.middle, ends_on=make.TODAY - timedelta(days=1))
    dispute(session, case, office.officer)
    assert told_staff(session) == {office.officer.id, office.heads["middle"].id}


def test_at_the_top_the_units_own_head_is_told_once_as_the_reviewer(session: Session, office: Office) -> None:
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, office.agency, office.top)
    dispute(session, opened(session, office.top), officer)
    assert told_staff(session) == {officer.id}
    assert told_staff(session, Template.REVIEW_WANTED) == {office.heads["top"].id}


def test_an_officer_who_lost_the_unit_meanwhile_is_not_told(session: Session, office: Office, case: Case) -> None:
    respond(session, case, ANSWER, user_id=office.officer.id, now=make.NOW)
    session.execute(sa.text(f"{make.END_GRANTS} WHERE user_id = :user"), {"user": office.officer.id})
    judge(session, case, Outcome.DISPUTED, NOT_SOLVED, now=make.NOW)
    assert told_staff(session) == {office.heads["middle"].id}


def test_an_allegation_in_the_citizens_words_is_told_to_those_who_examine_it_and_to_nobody_at_the_unit(
    session: Session, office: Office, case: Case
) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE, parent=office.top)
    inspector = make.user(session)
    make.grant(session, inspector, Role.OFFICER, office.agency, inspectorate)
    dispute(session, case, office.officer, LEVY)
    assert case.classification is Classification.OVERSIGHT
    assert told_staff(session) == {inspector.id}


def test_an_allegation_without_an_overseer_is_told_to_those_over_the_whole_agency(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    officer, administrator = make.user(session), make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, unit)
    make.grant(session, administrator, Role.ADMINISTRATOR, agency)
    case = opened(session, unit)
    dispute(session, case, officer, LEVY)
    assert case.unit_id is None
    assert told_staff(session) == {administrator.id}


def test_a_case_of_another_agency_is_told_to_nobody_here(session: Session, office: Office) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, unit)
    dispute(session, opened(session, unit), officer)
    assert told_staff(session) == {officer.id}


@pytest.mark.parametrize(
    ("kind", "reporters", "followers"),
    [
        pytest.param(ReplyKind.ANSWER, ["replied"], ["followed_replied"], id="an answer"),
        pytest.param(ReplyKind.PROGRESS, ["progress"], ["followed_news"], id="news of progress"),
        pytest.param(ReplyKind.EXPLANATION, ["explanation"], ["followed_news"], id="an explanation"),
        pytest.param(ReplyKind.QUESTION, ["question"], [], id="a question is for the reporter alone"),
    ],
)
def test_each_kind_of_word_is_told_as_what_it_is(
    app: Flask, session: Session, office: Office, case: Case, kind: ReplyKind, reporters: list[str],
    followers: list[str],
) -> None:  # fmt: skip
    reporter = reachable(session, app, Owner(case.agency_id, case.submission_id))
    other = follower(session, app, case)
    say(session, case, kind, ANSWER, user_id=office.officer.id, now=make.NOW)
    told = told_citizens(session)
    assert [template for contact_id, template in told if contact_id == reporter.id] == reporters
    assert [template for contact_id, template in told if contact_id == other.id] == followers


@pytest.mark.parametrize("kind", ReplyKind)
def test_of_a_confidential_case_every_kind_of_word_is_only_news(
    app: Flask, session: Session, office: Office, kind: ReplyKind
) -> None:
    case = opened(session, office.low, is_confidential=True)
    reporter = reachable(session, app, Owner(case.agency_id, case.submission_id))
    say(session, case, kind, ANSWER, user_id=office.officer.id, now=make.NOW)
    assert told_citizens(session) == [(reporter.id, "news")]


def test_that_a_report_was_put_away_for_missing_facts_is_told_to_its_reporter(
    app: Flask, session: Session, case: Case
) -> None:
    reporter = reachable(session, app, Owner(case.agency_id, case.submission_id))
    other = follower(session, app, case)
    tell_not_completed(session, case, now=make.NOW)
    assert told_citizens(session) == [(reporter.id, "not_completed"), (other.id, "followed_news")]
