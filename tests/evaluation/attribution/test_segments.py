"""Segments worked out in columns are those of the rule, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from feedback_app.evaluation.attribution.responsibility import AssignmentSpan, responsibility_segments
from feedback_app.evaluation.attribution.segments import KINDS, WHOLE, Posts, segments_of
from feedback_app.evaluation.attribution.tables import Days, segments_of_two_posts
from tests.evaluation.attribution.test_responsibility import SHORT_FIRST, SHORT_LAST, many_assignments

DAYS = Days(SHORT_FIRST, SHORT_LAST)


def as_columns(spans: Sequence[AssignmentSpan]) -> Posts:
    """Posts as the database gives them: those of the window only, their days within it."""
    rows: list[tuple[Any, ...]] = [
        (
            span.assignment_id, span.employee_id, span.unit_id, span.service_id or 0, KINDS.index(span.kind),
            span.is_head, int(span.share * WHOLE), DAYS.number(max(span.starts_on, SHORT_FIRST)),
            DAYS.number(min(span.ends_on or SHORT_LAST, SHORT_LAST)),
        )
        for span in spans
        if span.starts_on <= SHORT_LAST and (span.ends_on or SHORT_LAST) >= SHORT_FIRST
    ]  # fmt: skip
    return Posts(*np.array(rows, dtype=np.int64).reshape(-1, 9).T)


@pytest.mark.slow
@given(many_assignments())
@settings(max_examples=300)
def test_columns_hold_the_segments_of_the_rule_in_its_order(spans: list[AssignmentSpan]) -> None:
    # Few people, so that some hold several posts at once.
    spans = [replace(span, employee_id=1 + span.assignment_id % 3) for span in spans]
    told = responsibility_segments(spans, SHORT_FIRST, SHORT_LAST)
    twice = segments_of_two_posts(told)
    found = segments_of(as_columns(spans), DAYS)
    columns = (
        found.scope,
        found.assignment,
        found.employee,
        found.first,
        found.last,
        found.share,
        found.is_double,
        found.reason,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    assert [(*row, found.reasons[reason]) for *row, reason in rows] == [
        (
            one.service_id or -one.unit_id, one.assignment_id, one.employee_id, DAYS.number(one.starts_on),
            DAYS.number(one.ends_on), one.share, number in twice, one.reason,
        )
        for number, one in enumerate(told)
    ]  # fmt: skip
