"""A loaded city is whole, exact, repeatable, and has work for everybody who opens an inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.demo.accounts import PASSWORD, main_accounts, unit_accounts
from feedback_app.demo.cities import CITY_CODES, OVERSEER
from feedback_app.demo.load import NotADemoError, UnknownDemoCityError, load
from feedback_app.demo.period import Period
from feedback_app.demo.replies import templates
from feedback_app.demo.samples import NoDemoError, ensure_samples
from feedback_app.demo.texts import corpus
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.board.models import BoardVisits
from feedback_app.evaluation.models import Cycle, CycleMove, CycleSignature
from feedback_app.evaluation.replies.models import Objection
from feedback_app.evaluation.replies.queries import contests_of_reviewer
from feedback_app.evaluation.replies.rules import ContestState
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.handling.answers.models import ReplyTemplate
from feedback_app.handling.clocks.escalation import any_escalation_due
from feedback_app.handling.clocks.models import CasePause, Escalation
from feedback_app.handling.desk.models import CaseNote
from feedback_app.handling.ending.models import DisputeReview, ReviewVerdict
from feedback_app.handling.inbox.filters import Filters, Group
from feedback_app.handling.inbox.queries import inbox
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.rules import CaseStatus, Outcome, ReplyKind
from feedback_app.identity.models import User
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import AnalysisState, Channel
from feedback_app.measures.operations import recount
from feedback_app.nlp.reading import Reading
from feedback_app.notifications.models import Message, MessageState
from feedback_app.organisation.models import Agency, Employee, Unit
from feedback_app.organisation.people.rules import AttributionLevel
from feedback_app.organisation.rules import parse_nip
from tests import factories as make
from tests.demo.conftest import KEY, NOW, SCALE, Loaded
from tests.demo.readers import CorpusReader


def count(session: Session, table: Any, *conditions: Any) -> int:
    """Return how many rows of a table fulfil the conditions."""
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0


def load_kupang(session: Session, **changes: Any) -> list[Any]:
    """Load the small city as the shared one was loaded."""
    wanted = {"reader": CorpusReader, "key": KEY, "now": NOW, "only": "kupang", "scale": SCALE, **changes}
    return load(session, **wanted)


def test_everything_was_read_and_counted_exactly(loaded: Loaded, town: Session) -> None:
    assert count(town, Submission) == loaded.result.ratings + loaded.result.texts
    assert count(town, Submission, Submission.analysis != AnalysisState.DONE) == 0
    assert recount(town) == []


def test_no_text_comes_from_outside_the_corpus(town: Session) -> None:
    texts = town.scalars(sa.select(Submission.text).where(Submission.text.is_not(None))).all()
    assert len(texts) == len(set(texts)) > 30
    assert set(texts) <= {example.text.strip() for example in corpus()}


def test_every_inbox_has_something_to_do(loaded: Loaded, town: Session) -> None:
    today = NOW.date()
    for account in main_accounts(loaded.city):
        user_id = town.scalars(sa.select(User.id).where(User.email == account.email)).one()
        todo = inbox(town, user_id, day=today, now=NOW).counts[Group.TODO]
        assert (todo > 0) is account.has_inbox, account.email


@pytest.mark.slow
def test_the_inspectorate_alone_reads_what_is_said_of_levy_and_abuse(loaded: Loaded, town: Session) -> None:
    def sees(email: str) -> set[int]:
        user_id = town.scalars(sa.select(User.id).where(User.email == email)).one()
        asked = [Filters(group=group) for group in (Group.TODO, Group.WAITING, Group.ENDED)]
        groups = [inbox(town, user_id, day=NOW.date(), now=NOW, asked=filters) for filters in asked]
        return {row.id for group in groups for row in group.rows}

    overseer = next(account for account in main_accounts(loaded.city) if account.unit == OVERSEER)
    # It also reads, as others do, what is far too late.
    secret = sees(overseer.email) & set(town.scalars(sa.select(Case.id).where(Case.is_confidential)))
    assert secret
    for account in unit_accounts(loaded.city):
        assert not secret & sees(account.email)


def test_some_cases_are_late_some_answered_some_closed_in_each_way(town: Session) -> None:
    late = count(town, Case, Case.reply_due_at < NOW, Case.status == CaseStatus.NEW)
    assert late > 0
    outcomes = set(town.scalars(sa.select(Case.outcome)))
    assert outcomes >= {Outcome.CONFIRMED, Outcome.SILENT, None}
    assert count(town, Reply) > 0


def test_what_happens_to_a_case_happens_in_order_and_before_now(town: Session) -> None:
    rows = town.execute(sa.select(CaseEvent.case_id, CaseEvent.at).order_by(CaseEvent.case_id, CaseEvent.id)).all()
    for before, after in pairwise(rows):
        assert before.case_id != after.case_id or before.at <= after.at
    assert max(row.at for row in rows) < NOW
    late_start = sa.select(CaseEvent.id).join(Case, Case.id == CaseEvent.case_id).where(CaseEvent.at < Case.opened_at)
    assert town.scalars(late_start).all() == []


def test_ratings_of_proven_visits_hang_on_used_tokens(town: Session) -> None:
    proven = count(town, Submission, Submission.channel == Channel.TOKEN)
    assert proven == count(town, VisitToken) > 0
    assert count(town, Submission, Submission.channel == Channel.OPEN) > 0


def test_a_quarter_is_final_the_next_is_shown_to_employees_and_a_month_in_it_is_computed(
    loaded: Loaded, town: Session
) -> None:
    before, quarter, month = town.scalars(sa.select(Cycle).order_by(Cycle.starts_on, Cycle.ends_on.desc())).all()
    assert (before.name, before.status) == ("Triwulan IV 2025", CycleStatus.FROZEN)
    assert (quarter.name, quarter.status) == ("Triwulan I 2026", CycleStatus.RIGHT_OF_REPLY)
    assert (month.name, month.status) == ("Maret 2026", CycleStatus.COMPUTED)
    assert quarter.reply_from
    assert quarter.reply_from < NOW.date() <= (quarter.reply_until or NOW.date())
    assert count(town, Score, Score.cycle_id == quarter.id) == loaded.result.people > 40
    assert max(town.scalars(sa.select(CycleMove.at))) < NOW


def test_two_signed_the_final_quarter_and_a_third_decided_the_objection(town: Session) -> None:
    objection = town.scalars(sa.select(Objection)).one()
    signers = set(town.scalars(sa.select(CycleSignature.user_id).where(CycleSignature.cycle_id == objection.cycle_id)))
    assert len(signers) == 2
    assert objection.outcome
    assert objection.decided_by not in {*signers, objection.filed_by, objection.explained_by}


def test_the_reviewer_finds_two_contests_of_the_shown_employee(loaded: Loaded, town: Session) -> None:
    users = {user.email: user.id for user in town.scalars(sa.select(User))}
    reviewer = users[f"penelaah@{loaded.city.code}.demo"]
    contests = [row.contest for row in contests_of_reviewer(town, reviewer)]
    assert [contest.state for contest in contests] == [ContestState.ASSIGNED] * 2
    assert {contest.filed_by for contest in contests} == {users[f"pegawai@{loaded.city.code}.demo"]}


def test_visits_to_counters_carry_the_counter_and_count_through_its_roster(town: Session) -> None:
    unit = town.scalars(sa.select(Unit.id).where(Unit.code == "dukcapil")).one()
    for table, is_proven in ((VisitToken, sa.true()), (Submission, Submission.channel == Channel.TOKEN)):
        assert count(town, table, table.unit_id == unit, is_proven) > 0
        assert count(town, table, table.unit_id == unit, is_proven, table.counter_id.is_(None)) == 0
        assert count(town, table, table.unit_id != unit, table.counter_id.is_not(None)) == 0
    assert count(town, Contribution, Contribution.level == AttributionLevel.COUNTER) > 0


def test_the_shown_employee_has_words_of_citizens(loaded: Loaded, town: Session) -> None:
    said = sa.and_(Submission.text.is_not(None), Submission.channel == Channel.TOKEN, Submission.rating.is_not(None))
    first, last = Period(NOW.date(), ZoneInfo(loaded.city.time_zone)).last_closed_quarter()
    assert count(town, Submission, said, Submission.occurred_on.between(first, last)) >= 3


def test_mails_of_past_days_do_not_go_out_when_the_demo_starts(town: Session) -> None:
    told = Message.template.in_(["reply_open", "cycle_frozen", "contest_assigned"])
    assert count(town, Message, told, Message.state == MessageState.SENT) > 0
    assert count(town, Message, told, Message.state != MessageState.SENT) == 0


def test_the_board_is_drawn_from_the_first_start(town: Session) -> None:
    assert count(town, BoardVisits) > 0


def test_people_have_valid_numbers_and_own_accounts(loaded: Loaded, town: Session) -> None:
    employees = town.scalars(sa.select(Employee)).all()
    assert all(not parse_nip(employee.nip, today=NOW.date()).warnings for employee in employees)
    assert len({employee.name for employee in employees}) == len(employees)
    accounts = {user.id: user.name for user in town.scalars(sa.select(User))}
    linked = [employee for employee in employees if employee.user_id]
    assert len(linked) == 5  # three of the counter, both of the Inspektorat
    assert all(accounts[employee.user_id or 0] == employee.name for employee in linked)


def test_the_printed_password_opens_the_accounts(loaded: Loaded) -> None:
    loaded.app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with loaded.app.test_client() as client:
        answer = client.post("/masuk", data={"email": main_accounts(loaded.city)[1].email, "password": PASSWORD})
        assert answer.status_code == 302


def fingerprint(session: Session) -> list[Sequence[Any]]:
    """Return everything said, done and found in the city, without the numbers the database gave."""
    said = sa.select(
        Submission.received_at, Submission.rating, Submission.text, Submission.reasons, Case.status, Case.outcome,
        Case.closed_at, Case.reopened_count, Reply.text, Reply.sent_at,
    ).outerjoin(Case, Case.submission_id == Submission.id).outerjoin(Reply, Reply.case_id == Case.id)  # fmt: skip
    found = (
        sa.select(Cycle.name, Employee.nip, Employee.name, Score.n, Score.score, Score.band)
        .join(Score, Score.employee_id == Employee.id)
        .join(Cycle, Cycle.id == Score.cycle_id)
    )
    return sorted((tuple(row) for query in (said, found) for row in session.execute(query)), key=str)


@pytest.mark.slow
def test_the_same_seed_and_day_give_the_same_city_and_it_is_loaded_once(
    app: Flask, session: Session, town: Session
) -> None:
    assert count(session, Agency) == 0
    with app.app_context():
        load_kupang(session, now=NOW.replace(hour=9))
        assert fingerprint(session) == fingerprint(town)
        told: list[str] = []
        assert load_kupang(session, progress=told.append) == []
    assert told == ["Kota Kupang: sudah ada"]
    assert count(session, Agency) > 0


def test_agencies_of_ones_own_keep_the_demo_out(app: Flask, session: Session) -> None:
    make.agency(session, code="kupang", name="Pemerintah Kota Sungguhan")
    with app.app_context(), pytest.raises(NotADemoError, match="Pemerintah Kota Sungguhan"):
        load_kupang(session)
    assert count(session, Agency) == 1
    assert count(session, Submission) == 0


def test_an_unknown_city_is_named(session: Session) -> None:
    with pytest.raises(UnknownDemoCityError, match="kupang, mataram"):
        load_kupang(session, only="atlantis")


class Killed(BaseException):
    """The process ends here."""


class DeadlyReader(CorpusReader):
    """Dies over its first texts."""

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
        raise Killed(texts[0])


@pytest.mark.slow
def test_a_city_that_was_broken_off_leaves_nothing_and_comes_with_the_next_call(app: Flask, session: Session) -> None:
    def stop_at_the_second(line: str) -> None:
        if "Mataram" in line:
            raise Killed

    with app.app_context():
        with pytest.raises(Killed):
            load_kupang(session, reader=DeadlyReader)
        session.rollback()
        assert count(session, Agency) == 0
        with pytest.raises(Killed):
            load_kupang(session, only=None, scale=0.01, progress=stop_at_the_second)
        session.rollback()
        assert session.scalars(sa.select(Agency.code)).all() == ["kupang"]
        first = count(session, Submission)
        rest = load_kupang(session, only=None, scale=0.01)
        assert [city.code for city in rest] == list(CITY_CODES[1:])
    assert count(session, Submission) > first > 0
    assert recount(session) == []


def test_a_year_of_officers_left_questions_news_notes_reviews_and_rungs_of_the_ladder(town: Session) -> None:
    kinds = set(town.scalars(sa.select(Reply.kind)))
    assert kinds >= {ReplyKind.ANSWER, ReplyKind.QUESTION, ReplyKind.PROGRESS}
    assert count(town, CasePause, CasePause.ends_at.is_not(None)) > 0
    assert count(town, CaseNote) > 0
    assert count(town, ReplyTemplate) == len(templates())
    assert count(town, Case, Case.unit_id.is_(None), Case.opened_at < NOW - timedelta(days=30)) == 0
    assert {1, 2, 3} <= set(town.scalars(sa.select(Escalation.step)))
    assert count(town, DisputeReview, DisputeReview.verdict == ReviewVerdict.SENT_BACK) > 0


@pytest.mark.slow
def test_no_rung_of_the_ladder_waits_for_the_first_start(town: Session) -> None:
    assert not any_escalation_due(town, now=NOW.replace(hour=0, minute=0, second=0))


def test_without_a_city_there_are_no_samples(app: Flask, session: Session, tmp_path: Path) -> None:
    home = tmp_path / "rumah suara"
    with pytest.raises(NoDemoError):
        ensure_samples(session, home, reader=CorpusReader, key=KEY, now=NOW, seed=1)
    assert not home.exists()
