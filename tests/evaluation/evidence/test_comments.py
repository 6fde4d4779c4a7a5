"""Comments: from enough ratings, shuffled the same way, praise first, no allegation, no day."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.comments import COMMENTS_MAX, Comment, chosen
from feedback_app.intake.models import Submission
from feedback_app.nlp.labels import Kind
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER
from tests.evaluation.closed import START
from tests.evaluation.evidence.rated import Rated, rated

COMMENTS = st.lists(st.builds(Comment, st.text(min_size=1, max_size=5), st.booleans(), st.none()), max_size=25)


@pytest.fixture
def world(session: Session) -> Rated:
    return rated(session)


@given(COMMENTS, st.randoms())
def test_the_order_of_arrival_makes_no_difference(comments: list[Comment], dice: st.Random) -> None:  # type: ignore[name-defined]
    later = list(comments)
    dice.shuffle(later)
    assert chosen(comments, seed="1/2") == chosen(later, seed="1/2")


@given(COMMENTS)
def test_three_to_ten_and_praise_first(comments: list[Comment]) -> None:
    shown = chosen(comments, seed="1/2")
    assert len(shown) == (min(len(comments), COMMENTS_MAX) if len(comments) >= 3 else 0)
    assert [one.is_praise for one in shown] == sorted((one.is_praise for one in shown), reverse=True)


def test_ten_comments_come_with_their_month_and_the_same_ones_every_time(world: Rated) -> None:
    cycle = world.cycle()
    first, second = (world.pack(cycle).comments for _ in range(2))
    assert first == second
    assert len(first.shown) == COMMENTS_MAX
    assert {one.month for one in first.shown} == {date(2026, 4, 1)}


def test_fewer_than_ten_ratings_show_no_comment(session: Session) -> None:
    world = rated(session, n=9)
    found = world.pack(world.cycle()).comments
    assert (found.shown, found.are_withheld) == ((), True)


def test_two_comments_among_many_ratings_are_withheld(world: Rated) -> None:
    world.rate(2, date(2026, 5, 3), text="Antre lama.")
    world.rate(2, date(2026, 5, 4), text="Kurang ramah.")
    found = world.pack(world.cycle(), world.poor).comments
    assert (found.shown, found.are_withheld) == ((), True)


def test_a_comment_of_a_month_of_few_bears_no_month(session: Session) -> None:
    world = rated(session)
    world.session.execute(sa.update(Submission).values(text=None))
    service_poor = date(2026, 6, 2)
    for turn in range(3):
        world.rate(2, service_poor, text=f"Juni {turn}.")
    found = world.pack(world.cycle(), world.poor).comments
    assert [one.month for one in found.shown] == [None, None, None]


def test_allegations_confidential_words_and_numbers_are_not_shown(world: Rated) -> None:
    for turn in range(3):
        world.rate(1, date(2026, 5, 5), text=f"Diminta uang {turn}.")
        world.rate(1, date(2026, 5, 6), text=f"Hubungi {SECRET_NUMBER}, antre {turn}.")
    cycle = world.cycle()
    alleged = sa.select(Submission.id).where(Submission.text.startswith("Diminta"))
    world.session.execute(sa.update(Labels).where(Labels.submission_id.in_(alleged)).values(integrity=True))
    shown = [one.words for one in world.pack(cycle, world.poor).comments.shown]
    assert len(shown) == 3
    assert not any("uang" in words or SECRET_NUMBER in words for words in shown)


def test_the_comment_of_a_rating_left_out_after_a_contest_goes_with_it(world: Rated) -> None:
    for turn in range(4):
        world.rate(1, date(2026, 5, 5), text=f"Antre {turn}.")
    cycle = world.cycle()
    (gone,) = world.session.scalars(sa.select(Submission.id).where(Submission.text == "Antre 2."))
    world.session.add(
        RatingExclusion(
            agency_id=cycle.agency_id,
            cycle_id=cycle.id,
            submission_id=gone,
            employee_id=world.poor.id,
            reason=Exclusion.WRONG_PERSON,
            decided_at=make.NOW,
        )
    )
    world.session.flush()
    shown = {one.words for one in world.pack(cycle, world.poor).comments.shown}
    assert shown == {"Antre 0.", "Antre 1.", "Antre 3."}


def test_words_that_are_praise_come_first(world: Rated) -> None:
    for turn in range(4):
        world.rate(4, START, text=f"Terima kasih {turn}.")
    cycle = world.cycle()
    thanks = sa.select(Submission.id).where(Submission.text.startswith("Terima"))
    world.session.execute(sa.update(Labels).where(Labels.submission_id.in_(thanks)).values(kind=Kind.PRAISE))
    shown = world.pack(cycle).comments.shown
    praised = [one.is_praise for one in shown]
    assert praised == sorted(praised, reverse=True)
