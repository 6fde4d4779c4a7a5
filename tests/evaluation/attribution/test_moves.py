"""How responsibility moves when posts change: the runs of days on which somebody else answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.evaluation.attribution.moves import responsibility_moves
from feedback_app.evaluation.attribution.responsibility import AssignmentSpan
from feedback_app.organisation.rules import AssignmentKind

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
ANA, BUDI = 1, 2


def span(number: int, who: int, first: int = 1, last: int | None = None, **values: object) -> AssignmentSpan:
    fields = {
        "assignment_id": number, "employee_id": who, "unit_id": 1, "service_id": None,
        "kind": AssignmentKind.DEFINITIVE, "is_head": False, "share": Decimal(1), "starts_on": date(2026, 5, first),
        "ends_on": None if last is None else date(2026, 5, last), **values,
    }  # fmt: skip
    return AssignmentSpan(**fields)  # type: ignore[arg-type]


def test_a_counter_that_passes_from_one_to_another_is_one_run() -> None:
    (move,) = responsibility_moves([span(1, ANA)], [span(2, ANA, last=9), span(3, BUDI, 10)], FIRST, LAST)
    assert (move.first, move.last) == (date(2026, 5, 10), LAST)
    assert (move.before, move.after) == (((ANA, 1.0),), ((BUDI, 1.0),))


def test_a_second_person_for_some_days_halves_the_share_on_those() -> None:
    (move,) = responsibility_moves([span(1, ANA)], [span(1, ANA), span(2, BUDI, 5, 7)], FIRST, LAST)
    assert (move.first, move.last) == (date(2026, 5, 5), date(2026, 5, 7))
    assert move.after == ((ANA, 0.5), (BUDI, 0.5))


def test_the_same_people_under_other_rows_move_nothing() -> None:
    assert responsibility_moves([span(1, ANA)], [span(2, ANA, last=9), span(3, ANA, 10)], FIRST, LAST) == []


def test_a_post_bound_to_a_service_takes_over_from_the_whole_unit_there_alone() -> None:
    moves = responsibility_moves([span(1, ANA)], [span(1, ANA), span(2, BUDI, service_id=7)], FIRST, LAST)
    assert [(move.service_id, move.after) for move in moves] == [(7, ((ANA, 0.5), (BUDI, 0.5)))]


posts = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 28), st.integers(0, 20), st.sampled_from([None, 7])), max_size=4
)


@given(posts, posts)
def test_the_moves_are_exactly_the_days_on_which_somebody_else_answers(
    then: list[tuple[int, int, int, int | None]], now: list[tuple[int, int, int, int | None]]
) -> None:
    def spans(rows: list[tuple[int, int, int, int | None]]) -> list[AssignmentSpan]:
        return [
            span(number, who, first, min(31, first + length), service_id=service)
            for number, (who, first, length, service) in enumerate(rows)
        ]

    def answer(rows: list[AssignmentSpan], day: date) -> set[int]:
        return {row.employee_id for row in rows if row.starts_on <= day <= (row.ends_on or day)
                and row.service_id is None}  # fmt: skip

    before, after = spans(then), spans(now)
    moves = [move for move in responsibility_moves(before, after, FIRST, LAST) if move.service_id is None]
    for day in (FIRST + timedelta(days=number) for number in range(31)):
        hit = [move for move in moves if move.first <= day <= move.last]
        assert len(hit) <= 1
        if answer(before, day) != answer(after, day):
            assert len(hit) == 1
