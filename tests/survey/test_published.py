"""What everybody may read of a survey: which version, which elements, and when nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.survey.elements import Weight
from feedback_app.survey.published import comparable, published_results, too_few
from feedback_app.survey.results import publish, store_period
from feedback_app.survey.rules import SMALLEST_PUBLISHED, PeriodState
from tests import factories as make
from tests.survey import makers

COUNTS = st.dictionaries(st.text("abcdefghi", min_size=1, max_size=3), st.integers(0, 40), min_size=2, max_size=9)


@given(COUNTS)
def test_no_element_is_hidden_alone_and_none_of_few_is_told(counts: dict[str, int]) -> None:
    hidden = too_few(counts)
    assert len(hidden) != 1
    assert all(counts[key] >= SMALLEST_PUBLISHED for key in counts.keys() - hidden)
    if all(count >= SMALLEST_PUBLISHED for count in counts.values()):
        assert hidden == frozenset()


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        pytest.param({"a": 9, "b": 30, "c": 12}, {"a", "c"}, id="the next smallest goes with a single one"),
        pytest.param({"a": 9, "b": 3, "c": 12}, {"a", "b"}, id="two are enough"),
        pytest.param({"a": 10, "b": 10, "c": 10}, set(), id="ten are told"),
    ],
)
def test_elements_of_few_are_hidden(counts: dict[str, int], hidden: set[str]) -> None:
    assert too_few(counts) == hidden


def test_what_was_published_stands_until_a_newer_version_is_published(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [(3,) * 9] * 12)
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    assert published_results(session, agency.id, unit.id) == []
    publish(session, period, now=make.NOW, actor=SYSTEM)
    period.state = PeriodState.OPEN
    session.flush()
    makers.respond_all(session, period, unit, [(4,) * 9] * 12)
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    [before] = published_results(session, agency.id, unit.id)
    publish(session, period, now=make.NOW, actor=SYSTEM)
    [after] = published_results(session, agency.id, unit.id)
    assert (before.value, before.version) == (Decimal("75.00"), 1)
    assert (after.value, after.version) == (Decimal("87.50"), 2)


def test_indexes_of_another_weight_are_not_laid_beside_each_other(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [(3,) * 9] * 12)
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    publish(session, period, now=make.NOW, actor=SYSTEM)
    [exact] = published_results(session, agency.id, unit.id)
    rounded = replace(exact, weight=Weight.THREE_DIGITS)
    assert comparable([exact, rounded], exact) == [exact]
