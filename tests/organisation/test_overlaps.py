"""Which posts may stand beside each other: the rules in Python, and the constraints of the table that say the same."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.organisation.overlaps import PostSpan, overlap_problem

PLT, PLH = AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT


def post(
    employee_id: int = 1,
    unit_id: int = 1,
    kind: AssignmentKind = AssignmentKind.DEFINITIVE,
    *,
    service_id: int | None = None,
    is_head: bool = False,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
) -> PostSpan:
    return PostSpan(employee_id, unit_id, service_id, kind, is_head, starts_on, ends_on)


PAIRS = [
    pytest.param(post(1, 1), post(1, 2), "jabatan definitif", id="two definitive posts"),
    pytest.param(post(1, 1, PLT, is_head=True), post(1, 2), None, id="definitive here and Plt there"),
    pytest.param(post(1), post(2), None, id="two officers of one unit"),
    pytest.param(
        post(1, is_head=True),
        post(2, is_head=True),
        "kepala definitif atau Plt",
        id="two definitive heads",
    ),
    pytest.param(
        post(1, 1, PLT, is_head=True),
        post(2, is_head=True),
        "tugaskan Plh",
        id="Plt although the post is held",
    ),
    pytest.param(post(1, 1, PLH, is_head=True), post(2, is_head=True), None, id="Plh beside the head"),
    pytest.param(post(1, 1, PLH, is_head=True), post(2, 1, PLT, is_head=True), "hanya boleh satu", id="Plh and Plt"),
    pytest.param(
        post(1, 1, AssignmentKind.ADDITIONAL, service_id=5),
        post(1, 1, AssignmentKind.ADDITIONAL, service_id=5),
        "pekerjaan yang sama",
        id="twice the same work",
    ),
    pytest.param(
        post(1, 1, AssignmentKind.ADDITIONAL, service_id=5),
        post(1, 1, AssignmentKind.ADDITIONAL, service_id=6),
        None,
        id="two services of one unit",
    ),
]


@pytest.mark.parametrize(("wanted", "other", "said"), PAIRS)
def test_overlap_is_refused_only_where_the_rules_exclude_it(
    wanted: PostSpan, other: PostSpan, said: str | None
) -> None:
    problem = overlap_problem(wanted, [other])
    if said is None:
        assert problem is None
    else:
        assert problem is not None
        assert said in problem


@pytest.mark.parametrize(
    ("ends_on", "is_problem"),
    [
        pytest.param(date(2026, 5, 31), False, id="ends the day before"),
        pytest.param(date(2026, 6, 1), True, id="ends on the first day"),
        pytest.param(None, True, id="has no end"),
    ],
)
def test_overlap_needs_a_day_in_common(ends_on: date | None, is_problem: bool) -> None:
    wanted = post(1, is_head=True, starts_on=date(2026, 6, 1))
    assert (overlap_problem(wanted, [post(2, is_head=True, ends_on=ends_on)]) is not None) is is_problem


@pytest.mark.parametrize(("wanted", "other", "said"), PAIRS)
def test_constraints_of_the_table_refuse_what_the_rules_refuse(
    session: Session, wanted: PostSpan, other: PostSpan, said: str | None
) -> None:
    agency = make.agency(session)
    people = {number: make.employee(session, agency) for number in (1, 2)}
    units = {number: make.unit(session, agency) for number in (1, 2)}
    services = {number: make.service(session, units[1]).id for number in (5, 6)}

    def give(span: PostSpan) -> None:
        make.assignment(
            session, people[span.employee_id], units[span.unit_id], kind=span.kind, is_head=span.is_head,
            service_id=services[span.service_id] if span.service_id else None, starts_on=span.starts_on,
            ends_on=span.ends_on,
        )  # fmt: skip

    give(other)
    if said is None:
        give(wanted)
    else:
        with pytest.raises(IntegrityError, match="ex_assignments"):
            give(wanted)
