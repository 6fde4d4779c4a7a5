"""Which level of attribution holds for a unit on a day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.evaluation.attribution.levels import LevelRule, LevelSpan, Place, level_spans
from feedback_app.organisation.people.rules import AttributionLevel

START, END = date(2026, 4, 1), date(2026, 6, 30)
COUNTER, ASSIGNMENT, UNIT = AttributionLevel.COUNTER, AttributionLevel.ASSIGNMENT, AttributionLevel.UNIT
# 1 above 2 above 3, and 4 beside them.
TREE = [
    Place(unit_id, parent_id, date(2020, 1, 1), None) for unit_id, parent_id in ((1, None), (2, 1), (3, 2), (4, None))
]


def levels_on(rules: list[LevelRule], day: date, places: list[Place] | None = None) -> dict[int, AttributionLevel]:
    spans = level_spans(rules, TREE if places is None else places, START, END)
    return {span.unit_id: span.level for span in spans if span.starts_on <= day <= span.ends_on}


def test_without_any_word_nothing_is_declared() -> None:
    assert level_spans([], TREE, START, END) == []


def test_a_rule_of_the_agency_holds_for_every_unit_without_one_of_its_own() -> None:
    rules = [LevelRule(None, date(2026, 1, 1), ASSIGNMENT), LevelRule(2, date(2026, 1, 1), UNIT)]
    assert levels_on(rules, START) == {1: ASSIGNMENT, 2: UNIT, 3: UNIT, 4: ASSIGNMENT}


def test_a_rule_begins_on_its_day_and_the_later_one_replaces_the_earlier() -> None:
    rules = [LevelRule(3, date(2026, 1, 1), UNIT), LevelRule(3, date(2026, 5, 1), COUNTER)]
    assert level_spans(rules, TREE, START, END) == [
        LevelSpan(3, START, date(2026, 4, 30), UNIT),
        LevelSpan(3, date(2026, 5, 1), END, COUNTER),
    ]


def test_the_unit_itself_goes_before_those_above_it_however_young_their_rule() -> None:
    rules = [LevelRule(3, date(2025, 1, 1), COUNTER), LevelRule(1, date(2026, 4, 10), UNIT)]
    assert levels_on(rules, END) == {1: UNIT, 2: UNIT, 3: COUNTER}


def test_a_unit_that_moves_in_the_tree_follows_whoever_stands_above_it_that_day() -> None:
    moved = [
        Place(1, None, date(2020, 1, 1), None), Place(4, None, date(2020, 1, 1), None),
        Place(3, 1, date(2020, 1, 1), date(2026, 4, 30)), Place(3, 4, date(2026, 5, 1), None),
    ]  # fmt: skip
    rules = [LevelRule(1, date(2026, 1, 1), UNIT)]
    assert levels_on(rules, date(2026, 4, 30), moved)[3] is UNIT
    assert 3 not in levels_on(rules, date(2026, 5, 1), moved)


@given(
    st.lists(
        st.builds(
            LevelRule,
            st.sampled_from([None, 1, 2, 3, 4]),
            st.dates(date(2026, 3, 1), date(2026, 7, 15)),
            st.sampled_from(AttributionLevel),
        ),
        max_size=6,
        unique_by=lambda rule: (rule.unit_id, rule.starts_on),
    ),
    st.dates(START, END),
)
def test_every_day_has_what_walking_up_the_tree_finds(rules: list[LevelRule], day: date) -> None:
    parents = {1: None, 2: 1, 3: 2, 4: None}

    def walked(unit_id: int | None) -> AttributionLevel | None:
        own = [rule for rule in rules if rule.unit_id == unit_id and rule.starts_on <= day]
        if own:
            return max(own, key=lambda rule: rule.starts_on).level
        return None if unit_id is None else walked(parents[unit_id])

    found = levels_on(rules, day)
    assert {unit_id: found.get(unit_id) for unit_id in parents} == {unit_id: walked(unit_id) for unit_id in parents}


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_in_which_rules_come_changes_nothing(order: int) -> None:
    rules = [LevelRule(3, date(2026, 1, 1), UNIT), LevelRule(3, date(2026, 5, 1), COUNTER)]
    assert levels_on(rules[::order], END) == {3: COUNTER}
