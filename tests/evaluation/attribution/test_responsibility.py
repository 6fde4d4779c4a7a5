from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.evaluation.rules import AssignmentSpan, Segment, responsibility_segments
from feedback_app.organisation.rules import AssignmentKind

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
PLT, PLH = AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT


def assignment(
    assignment_id: int,
    *,
    unit_id: int = 1,
    service_id: int | None = None,
    kind: AssignmentKind = AssignmentKind.DEFINITIVE,
    is_head: bool = False,
    share: str = "1",
    starts_on: date = date(2020, 1, 1),
    ends_on: date | None = None,
) -> AssignmentSpan:
    return AssignmentSpan(
        assignment_id=assignment_id,
        employee_id=1000 + assignment_id,
        unit_id=unit_id,
        service_id=service_id,
        kind=kind,
        is_head=is_head,
        share=Decimal(share),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def divide(*assignments: AssignmentSpan) -> list[Segment]:
    return responsibility_segments(assignments, FIRST, LAST)


def shares_on(segments: list[Segment], unit_id: int, service_id: int | None, day: date) -> dict[int, float]:
    """Find who answers for a cell in the way the docstring of `responsibility_segments` tells."""
    of_unit = [segment for segment in segments if segment.unit_id == unit_id]
    wanted = service_id if service_id in {segment.service_id for segment in of_unit} else None
    return {
        segment.assignment_id: segment.share
        for segment in of_unit
        if segment.service_id == wanted and segment.starts_on <= day <= segment.ends_on
    }


def test_one_person_answers_for_everything_within_the_window() -> None:
    (segment,) = divide(assignment(7))
    assert segment == Segment(
        unit_id=1,
        service_id=None,
        assignment_id=7,
        employee_id=1007,
        starts_on=FIRST,
        ends_on=LAST,
        share=1.0,
        reason="definitif, satu-satunya penanggung jawab",
    )


def test_declared_shares_are_divided_in_proportion() -> None:
    segments = divide(assignment(1, share="0.5"), assignment(2, share="1"), assignment(3, share="0.5"))
    assert [segment.share for segment in segments] == [0.25, 0.5, 0.25]
    assert segments[1].reason == "definitif, 1 dari 3 penanggung jawab, bagian 50,0 %"


def test_equal_shares_are_told_without_a_percentage() -> None:
    segments = divide(assignment(1), assignment(2), assignment(3, kind=AssignmentKind.ADDITIONAL))
    assert [segment.share for segment in segments] == [pytest.approx(1 / 3)] * 3
    assert [segment.reason for segment in segments] == [
        "definitif, 1 dari 3 penanggung jawab",
        "definitif, 1 dari 3 penanggung jawab",
        "tugas tambahan, 1 dari 3 penanggung jawab",
    ]


def test_person_with_two_assignments_is_counted_as_one_person() -> None:
    two = replace(assignment(2, service_id=50), employee_id=1001)
    segments = divide(assignment(1), two)
    assert [segment.reason for segment in segments if segment.service_id == 50] == [
        "definitif, satu-satunya penanggung jawab, bagian 50,0 %",
        "definitif khusus layanan ini, satu-satunya penanggung jawab, bagian 50,0 %",
    ]


def test_somebody_with_no_share_answers_for_nothing() -> None:
    assert [segment.assignment_id for segment in divide(assignment(1, share="0"), assignment(2))] == [2]
    assert divide(assignment(1, share="0")) == []


def test_head_who_changes_answers_up_to_the_last_day_and_the_next_from_the_day_after() -> None:
    segments = divide(
        assignment(1, is_head=True, ends_on=date(2026, 2, 10)),
        assignment(2, is_head=True, starts_on=date(2026, 2, 11)),
    )
    assert [(s.assignment_id, s.starts_on, s.ends_on) for s in segments] == [
        (1, FIRST, date(2026, 2, 10)),
        (2, date(2026, 2, 11), LAST),
    ]
    assert segments[0].reason == "kepala definitif, satu-satunya penanggung jawab"


def test_plh_takes_the_heads_place_for_those_days_only() -> None:
    segments = divide(
        assignment(1, is_head=True),
        assignment(2),
        assignment(3, kind=PLH, is_head=True, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 5)),
    )
    assert shares_on(segments, 1, None, date(2026, 1, 31)) == {1: 0.5, 2: 0.5}
    assert shares_on(segments, 1, None, date(2026, 2, 1)) == {2: 0.5, 3: 0.5}
    assert shares_on(segments, 1, None, date(2026, 2, 5)) == {2: 0.5, 3: 0.5}
    assert shares_on(segments, 1, None, date(2026, 2, 6)) == {1: 0.5, 2: 0.5}
    assert [s.reason for s in segments if s.assignment_id == 3] == [
        "Plh menggantikan pejabat yang berhalangan, 1 dari 2 penanggung jawab"
    ]


def test_officer_beside_a_replaced_head_keeps_one_unbroken_segment() -> None:
    segments = divide(
        assignment(1, is_head=True),
        assignment(2),
        assignment(3, kind=PLH, is_head=True, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 5)),
    )
    assert [(s.starts_on, s.ends_on) for s in segments if s.assignment_id == 2] == [(FIRST, LAST)]
    assert len([s for s in segments if s.assignment_id == 1]) == 2


def test_plh_of_another_unit_replaces_nobody_here() -> None:
    segments = divide(assignment(1, is_head=True), assignment(2, unit_id=2, kind=PLH, is_head=True))
    assert shares_on(segments, 1, None, FIRST) == {1: 1.0}
    assert shares_on(segments, 2, None, FIRST) == {2: 1.0}


def test_plt_fills_a_vacancy() -> None:
    segments = divide(
        assignment(1, is_head=True, ends_on=date(2026, 1, 31)),
        assignment(2, kind=PLT, is_head=True, starts_on=date(2026, 2, 1)),
    )
    assert shares_on(segments, 1, None, date(2026, 1, 31)) == {1: 1.0}
    assert shares_on(segments, 1, None, date(2026, 2, 1)) == {2: 1.0}
    assert segments[-1].reason == "Plt mengisi jabatan kosong, satu-satunya penanggung jawab"


def test_service_with_its_own_person_is_shared_with_the_unit_wide_ones() -> None:
    segments = divide(assignment(1, is_head=True), assignment(2, service_id=50))
    assert shares_on(segments, 1, 50, FIRST) == {1: 0.5, 2: 0.5}
    assert shares_on(segments, 1, 51, FIRST) == {1: 1.0}
    assert shares_on(segments, 1, None, FIRST) == {1: 1.0}
    assert [s.reason for s in segments if s.assignment_id == 2] == [
        "definitif khusus layanan ini, 1 dari 2 penanggung jawab"
    ]


def test_service_keeps_its_own_rows_on_days_without_its_person() -> None:
    segments = divide(assignment(1, is_head=True), assignment(2, service_id=50, starts_on=date(2026, 3, 1)))
    assert shares_on(segments, 1, 50, date(2026, 2, 28)) == {1: 1.0}
    assert shares_on(segments, 1, 50, date(2026, 3, 1)) == {1: 0.5, 2: 0.5}


def test_service_whose_only_person_has_left_is_nobodys() -> None:
    segments = divide(assignment(2, service_id=50, ends_on=date(2026, 1, 31)))
    assert shares_on(segments, 1, 50, date(2026, 1, 31)) == {2: 1.0}
    assert shares_on(segments, 1, 50, date(2026, 2, 1)) == {}
    assert shares_on(segments, 1, 51, date(2026, 1, 31)) == {}


def test_assignments_outside_the_window_have_no_segment() -> None:
    before = assignment(1, ends_on=FIRST - timedelta(days=1))
    after = assignment(2, starts_on=LAST + timedelta(days=1))
    assert divide(before, after) == []


@pytest.mark.parametrize("edge", [FIRST, LAST])
def test_assignment_of_one_day_at_the_edge_of_the_window_counts(edge: date) -> None:
    (segment,) = divide(assignment(1, starts_on=edge, ends_on=edge))
    assert (segment.starts_on, segment.ends_on) == (edge, edge)


def test_window_of_one_day_is_a_window() -> None:
    (segment,) = responsibility_segments([assignment(1)], FIRST, FIRST)
    assert (segment.starts_on, segment.ends_on) == (FIRST, FIRST)


def test_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        responsibility_segments([], LAST, FIRST)


def test_negative_share_is_refused() -> None:
    with pytest.raises(ValueError, match="negative share"):
        divide(assignment(1, share="-0.1"))


def test_every_kind_of_assignment_has_words_of_its_own() -> None:
    reasons = {divide(assignment(1, kind=kind))[0].reason for kind in AssignmentKind}
    assert len(reasons) == len(AssignmentKind)


SHORT_FIRST, SHORT_LAST = date(2026, 1, 1), date(2026, 1, 12)
some_days = st.dates(date(2025, 12, 28), date(2026, 1, 16))


@st.composite
def many_assignments(draw: st.DrawFn) -> list[AssignmentSpan]:
    spans = []
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(AssignmentKind))
        starts_on = draw(some_days)
        length = draw(st.none() | st.integers(0, 10))
        spans.append(
            assignment(
                number,
                unit_id=draw(st.integers(1, 2)),
                service_id=draw(st.sampled_from([None, None, 50, 51])),
                kind=kind,
                is_head=draw(st.booleans()),
                share=draw(st.sampled_from(["0", "0.25", "0.3333", "1"])),
                starts_on=starts_on,
                ends_on=None if length is None else starts_on + timedelta(days=length),
            )
        )
    return spans


def counted_day_by_day(
    spans: list[AssignmentSpan], unit_id: int, service_id: int | None, day: date
) -> dict[int, float]:
    """Divide one day's responsibility the plain way."""
    there = [
        span
        for span in spans
        if span.unit_id == unit_id
        and span.service_id in (None, service_id)
        and span.starts_on <= day
        and (span.ends_on is None or day <= span.ends_on)
    ]
    plh = [span.service_id for span in there if span.kind is PLH and span.is_head]
    present = [
        span
        for span in there
        if not (span.is_head and span.kind in (AssignmentKind.DEFINITIVE, PLT) and span.service_id in plh)
    ]
    whole = sum(float(span.share) for span in present)
    return {span.assignment_id: float(span.share) / whole for span in present if span.share}


@given(many_assignments())
@settings(max_examples=60)
def test_segments_agree_with_a_count_day_by_day_and_add_up_to_one(spans: list[AssignmentSpan]) -> None:
    segments = responsibility_segments(spans, SHORT_FIRST, SHORT_LAST)
    for offset in range((SHORT_LAST - SHORT_FIRST).days + 1):
        day = SHORT_FIRST + timedelta(days=offset)
        for unit_id in (1, 2):
            for service_id in (None, 50, 51, 52):
                shares = shares_on(segments, unit_id, service_id, day)
                assert shares == pytest.approx(counted_day_by_day(spans, unit_id, service_id, day))
                assert not shares or sum(shares.values()) == pytest.approx(1.0, abs=1e-12)


@given(many_assignments(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_order_of_the_assignments_does_not_matter(spans: list[AssignmentSpan], draw: object) -> None:
    mixed = list(spans)
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    assert responsibility_segments(mixed, SHORT_FIRST, SHORT_LAST) == responsibility_segments(
        spans, SHORT_FIRST, SHORT_LAST
    )


@pytest.mark.slow
@given(many_assignments())
@settings(max_examples=40)
def test_segments_stay_in_the_window_have_a_share_and_do_not_touch_their_like(
    spans: list[AssignmentSpan],
) -> None:
    segments = responsibility_segments(spans, SHORT_FIRST, SHORT_LAST)
    assert all(SHORT_FIRST <= s.starts_on <= s.ends_on <= SHORT_LAST and 0 < s.share <= 1 for s in segments)
    continued = {replace(s, starts_on=FIRST, ends_on=s.starts_on - timedelta(days=1)) for s in segments}
    assert continued.isdisjoint(replace(s, starts_on=FIRST) for s in segments)
