"""What an employee contests: in time, one at a time, by names that say nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.evaluation.replies import contests
from feedback_app.evaluation.replies.contestable import UnknownThingError, months_of
from feedback_app.evaluation.replies.contests import withdraw
from feedback_app.evaluation.replies.files import NamedFile, TooManyContestFilesError, files_of
from feedback_app.evaluation.replies.items import items_of
from feedback_app.evaluation.replies.models import Statement
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason, ContestState
from feedback_app.evaluation.replies.statements import (
    StatementChangedError,
    StatementLengthError,
    mark_of,
    say,
    statement_of,
)
from feedback_app.evaluation.replies.window import ReplyWindowError
from feedback_app.evaluation.result_models import Score
from feedback_app.intake.models import Submission
from feedback_app.intake.pictures import cleaned
from tests import factories as make
from tests.evaluation.replies.people import BAD_WORDS, WORDS, Replies
from tests.intake import files


def test_negative_ratings_with_words_can_be_contested_one_by_one(replies: Replies) -> None:
    found = replies.items()
    assert {item.words for item in found} == {BAD_WORDS, "Lama sekali menunggu."}
    # April has fewer than thirty of the officer's ratings, and so no item says that it is of April.
    assert {item.month for item in found} == {None}


def test_handles_differ_between_cycles_and_people_and_hold_no_number_of_a_rating(replies: Replies) -> None:
    item = replies.items()[0]
    assert str(item.submission_id) not in (item.handle, item.handle.lstrip("0"))
    others = {one.handle for one in items_of(replies.session, replies.cycle, replies.officer.id, key=b"d" * 32)}
    assert item.handle not in others


def test_the_order_of_items_is_that_of_the_handles_and_not_of_arrival(replies: Replies) -> None:
    handles = [item.handle for item in replies.items()]
    assert handles == sorted(handles)


def test_nothing_is_listed_one_by_one_under_thirty_ratings(replies: Replies) -> None:
    score = replies.session.get_one(Score, (replies.cycle.agency_id, replies.cycle.id, replies.officer.id))
    score.n, score.n_counter = 29, 0
    replies.session.flush()
    assert replies.items() == []


def test_allegations_and_confidential_words_are_never_items(replies: Replies) -> None:
    item = next(one for one in replies.items() if one.words == BAD_WORDS)
    sent = replies.session.get_one(Submission, (replies.cycle.agency_id, item.submission_id))
    make.case(replies.session, sent, is_confidential=True)
    assert BAD_WORDS not in {one.words for one in replies.items()}


def test_a_contest_says_when_it_is_due_in_working_days(replies: Replies) -> None:
    contest = replies.file()
    assert contest.state is ContestState.FILED
    assert contest.due_on >= replies.today + timedelta(days=12)
    assert contest.due_on.weekday() < 5


def test_the_audit_trail_holds_no_words(replies: Replies) -> None:
    replies.file()
    query = sa.select(AuditEvent).where(AuditEvent.action == "evaluation.file_contest")
    event = replies.session.scalars(query).one()
    assert "cuti" not in str(event.detail)
    assert event.detail["reason"] == "wrong_person"


@pytest.mark.parametrize("words", [pytest.param("Salah.", id="too short"), pytest.param("x" * 4001, id="too long")])
def test_a_contest_needs_words_that_can_be_read(replies: Replies, words: str) -> None:
    with pytest.raises(contests.ContestWordsError):
        replies.file(words=words)


def test_a_post_is_not_contested_as_abuse(replies: Replies) -> None:
    [month] = [one for one in months_of(replies.session, replies.cycle, replies.officer.id) if one.month.month == 4]
    assert replies.thing(ContestKind.MONTH, month.name).month == month.month
    with pytest.raises(contests.ContestReasonError):
        replies.file(replies.thing(ContestKind.FIGURE), reason=ContestReason.ABUSE)


@pytest.mark.parametrize("kind", [ContestKind.RATING, ContestKind.FIGURE])
def test_the_same_thing_is_contested_once(replies: Replies, kind: ContestKind) -> None:
    thing = replies.thing(kind, replies.items()[0].handle)
    replies.file(thing)
    with pytest.raises(contests.ContestedAlreadyError):
        replies.file(thing)


def test_what_was_taken_back_can_be_contested_again(replies: Replies) -> None:
    contest = replies.file()
    withdraw(replies.session, contest, user_id=replies.account.id, now=replies.now)
    assert replies.file().id != contest.id


def test_nobody_takes_back_the_contest_of_somebody_else(replies: Replies) -> None:
    with pytest.raises(contests.UnknownContestError):
        withdraw(replies.session, replies.file(), user_id=replies.evaluator.id, now=replies.now)


@pytest.mark.parametrize(
    "days", [pytest.param(-1, id="yesterday was the last day"), pytest.param(None, id="no window")]
)
def test_nothing_is_contested_or_stated_outside_the_window(replies: Replies, days: int | None) -> None:
    replies.cycle.reply_until = None if days is None else replies.today + timedelta(days=days)
    replies.session.flush()
    with pytest.raises(ReplyWindowError):
        replies.file()
    with pytest.raises(ReplyWindowError):
        state(replies, "Saya dipindahkan pada pertengahan masa ini.")


def test_a_thing_of_somebody_else_cannot_be_named(replies: Replies) -> None:
    stranger = make.employee(replies.session, replies.office.agency)
    other_post = make.assignment(replies.session, stranger, replies.office.unit, service_id=None)
    for kind, name in [(ContestKind.ASSIGNMENT, str(other_post.id)), (ContestKind.MONTH, "1/2026-04"),
                       (ContestKind.RATING, "0" * 24), (ContestKind.CASES, "")]:  # fmt: skip
        with pytest.raises(UnknownThingError):
            replies.thing(kind, name)


def test_files_are_kept_as_they_were_cleaned(replies: Replies) -> None:
    picture = NamedFile("C:\\Users\\ana\\daftar jaga.jpg", cleaned(files.written("JPEG")))
    said = contests.Said(ContestReason.WRONG_PERSON, WORDS, [picture])
    contest = contests.file_contest(
        replies.session, replies.storage, replies.cycle, replies.officer, replies.thing(ContestKind.FIGURE), said,
        contests.Filing(replies.account.id, replies.today, replies.now, 10),
    )  # fmt: skip
    [row] = files_of(replies.session, contest)
    assert row.name == "daftar jaga.jpg"
    with replies.storage.open(row.storage_key) as stream:
        assert stream.read() == picture.clean.data


def test_six_files_are_too_many(replies: Replies) -> None:
    picture = NamedFile("a.jpg", cleaned(files.written("JPEG")))
    with pytest.raises(TooManyContestFilesError):
        contests.file_contest(
            replies.session, replies.storage, replies.cycle, replies.officer, replies.thing(ContestKind.FIGURE),
            contests.Said(ContestReason.WRONG_PERSON, WORDS, [picture] * 6),
            contests.Filing(replies.account.id, replies.today, replies.now, 10),
        )  # fmt: skip


def state(replies: Replies, words: str) -> None:
    seen = mark_of(statement_of(replies.session, replies.cycle, replies.officer.id))
    say(
        replies.session, replies.cycle, replies.officer, words, seen=seen, user_id=replies.account.id,
        today=replies.today, now=replies.now,
    )  # fmt: skip


def test_a_statement_changed_meanwhile_is_not_written_over(replies: Replies) -> None:
    state(replies, "Loket saya pindah.")
    by: dict[str, Any] = {"user_id": replies.account.id, "today": replies.today, "now": replies.now}
    with pytest.raises(StatementChangedError):
        say(replies.session, replies.cycle, replies.officer, "Dari tab lama.", seen="", **by)
    say(replies.session, replies.cycle, replies.officer, "Loket saya pindah.", seen="", **by)
    kept = statement_of(replies.session, replies.cycle, replies.officer.id)
    assert kept is not None
    assert kept.words == "Loket saya pindah."


def test_a_statement_is_said_changed_and_taken_back(replies: Replies, session: Session) -> None:
    for words in ("Loket saya melayani dua layanan.", "Loket saya melayani tiga layanan."):
        state(replies, words)
        found = statement_of(session, replies.cycle, replies.officer.id)
        assert found is not None
        assert found.words == words
    state(replies, "  ")
    assert session.scalars(sa.select(Statement)).all() == []
    with pytest.raises(StatementLengthError):
        state(replies, "x" * 4001)
