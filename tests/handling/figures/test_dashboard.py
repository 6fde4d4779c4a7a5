"""Every figure of the dashboard against the cases it opens and against the raw rows; and who it counts nothing for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.handling.figures.counts import HAPPENED, KEYS, STANDS, Asked, Scope
from feedback_app.handling.figures.dashboard import (
    UnknownFigureError,
    asked_about,
    cases_of_figure,
    dashboard,
)
from feedback_app.handling.figures.lives import lives_of
from feedback_app.handling.figures.recount import recount
from feedback_app.handling.figures.recount_times import waits_until_closed, waits_until_reply
from feedback_app.handling.figures.rules import PeriodKind, period_of
from feedback_app.handling.figures.sums import count_aspects, count_happened, count_standing
from feedback_app.handling.figures.survival import kaplan_meier
from feedback_app.handling.figures.times import times_of
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.handling.busy import busy, report

NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
TODAY = date(2026, 5, 12)
WITA = ZoneInfo("Asia/Makassar")


def _office(session: Session) -> tuple[Agency, Unit, User]:
    agency = make.agency(session)
    unit, head = make.unit(session, agency), make.user(session)
    make.grant(session, head, Role.UNIT_HEAD, agency, unit)
    return agency, unit, head


def _asked(session: Session, scope: Scope, kind: PeriodKind = PeriodKind.QUARTER) -> tuple[Asked, Asked]:
    return asked_about(session, scope, period_of(kind, TODAY), NOW)


def _ids(session: Session, scope: Scope, key: str, asked: Asked) -> list[int]:
    rows, total = cases_of_figure(session, scope, key, asked, size=1000)
    assert total == len(rows)
    return sorted(row.id for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PeriodKind.LAST_WEEK, PeriodKind.QUARTER])
def test_every_figure_equals_the_cases_it_opens_and_the_raw_rows(session: Session, kind: PeriodKind) -> None:
    agency, unit, head = _office(session)
    busy(session, unit, head.id, now=NOW)
    scope = Scope(head.id, TODAY, agency.id)
    for asked in _asked(session, scope, kind):
        counts = count_standing(session, scope, list(STANDS), asked)
        counts |= count_happened(session, scope, list(HAPPENED), [asked.span])[0]
        again = recount(lives_of(session, scope), asked)
        assert set(counts) == set(KEYS) == set(again)
        for key in KEYS:
            assert _ids(session, scope, key, asked) == again[key], key
            assert counts[key] == len(again[key]), key
        aspects = count_aspects(session, scope, [asked.span])
        assert {key: numbers[0] for key, numbers in aspects.items()} == {
            key: len(ids) for key, ids in again.items() if key.startswith("aspect_") and ids
        }


def test_the_busy_unit_has_something_behind_every_kind_of_figure(session: Session) -> None:
    agency, unit, head = _office(session)
    busy(session, unit, head.id, now=NOW)
    scope = Scope(head.id, TODAY, agency.id)
    again = recount(lives_of(session, scope), _asked(session, scope)[0])
    # Nobody verifies or reviews in it.
    never = {"closed_disputed", "bucket_belum_ditindaklanjuti", "late_soon"}
    empty = {key for key, ids in again.items() if not ids and not key.startswith("aspect_")}
    assert empty <= never


@pytest.mark.parametrize("six_days", [False, True])
def test_curves_equal_those_walked_case_by_case(session: Session, six_days: bool) -> None:
    agency, unit, head = _office(session)
    if six_days:
        agency.workdays = [0, 1, 2, 3, 4, 5]
    busy(session, unit, head.id, now=NOW)
    scope = Scope(head.id, TODAY, agency.id)
    asked = _asked(session, scope)[0]
    lives = lives_of(session, scope)
    times = times_of(session, scope, asked)
    for curve, waits in (
        (times.reply, waits_until_reply(lives, asked, session, scope)),
        (times.settlement, waits_until_closed(lives, asked, session, scope)),
    ):
        walked = kaplan_meier([one.days for one in waits], [one.is_over for one in waits])
        assert curve.n == walked.n > 20
        assert curve.n_ended == walked.n_ended > 5
        for share in (0.25, 0.5, 0.75):
            mine, theirs = curve.time_until(share), walked.time_until(share)
            assert mine == (None if theirs is None else pytest.approx(theirs, abs=1e-6))
        assert np.allclose(
            [curve.still_at(day + 1e-6) for day in range(40)], [walked.still_at(day + 1e-6) for day in range(40)]
        )


def test_time_of_an_open_case_counts_until_now_and_not_while_the_citizen_is_asked(session: Session) -> None:
    agency, unit, head = _office(session)
    scope = Scope(head.id, TODAY, agency.id)
    # From a Monday to the Tuesday after the next: by 11.00 at the office five days are over and 3.5 of 8.5 hours.
    opened = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
    case = report(session, unit, opened)
    asked = _asked(session, scope)[0]
    worth = 5 + 3.5 / 8.5
    assert times_of(session, scope, asked).reply.times.tolist() == pytest.approx([worth])
    # Held from Wednesday's opening to Friday's opening: two working days.
    move(
        session, case, CaseStatus.ON_HOLD, actor=person(head.id), now=datetime(2026, 5, 5, 23, 30, tzinfo=UTC),
        action="handling.ask", held_until=NOW,
    )  # fmt: skip
    move(
        session, case, CaseStatus.IN_PROGRESS, actor=person(head.id), now=datetime(2026, 5, 7, 23, 30, tzinfo=UTC),
        action="handling.resume",
    )  # fmt: skip
    session.flush()
    curve = times_of(session, scope, asked).reply
    assert curve.times.tolist() == pytest.approx([worth - 2])
    assert (curve.n, curve.n_ended) == (1, 0)


def test_confidential_and_integrity_cases_are_counted_only_for_who_may_see_them(session: Session) -> None:
    agency, unit, head = _office(session)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    inspector, administrator = make.user(session), make.user(session)
    make.grant(session, inspector, Role.UNIT_HEAD, agency, inspectorate)
    make.grant(session, administrator, Role.ADMINISTRATOR, agency)
    opened = NOW - timedelta(days=1)
    plain = report(session, unit, opened)
    confidential = report(session, unit, opened, is_confidential=True)
    integrity = report(session, unit, opened, alleges=True)
    integrity.unit_id = inspectorate.id
    session.flush()
    for who, seen in (
        (head, {plain.id, confidential.id}),
        (inspector, {integrity.id}),
        (administrator, {plain.id}),
    ):
        scope = Scope(who.id, TODAY, agency.id)
        asked, before = _asked(session, scope)
        shown = dashboard(session, scope, asked, before, WITA)
        assert {change.key: change.count for change in shown.changes}["came"] == len(seen)
        assert sum(shown.buckets.values()) == len(seen)
        assert sum(change.count for change in shown.aspects) == len(seen)
        assert times_of(session, scope, asked).reply.n == len(seen)
        assert set(_ids(session, scope, "came", asked)) == seen
        assert {life.case.id for life in lives_of(session, scope)} == seen


def test_a_foreign_head_is_counted_nothing(session: Session) -> None:
    agency, unit, head = _office(session)
    busy(session, unit, head.id, now=NOW, count=5)
    other, _, stranger = _office(session)
    for agency_id in (agency.id, other.id):
        scope = Scope(stranger.id, TODAY, agency_id)
        asked = _asked(session, scope)[0]
        assert {key: _ids(session, scope, key, asked) for key in KEYS} == {key: [] for key in KEYS}


def test_a_unit_chosen_narrows_to_its_own_cases(session: Session) -> None:
    agency, above, head = _office(session)
    below = make.unit(session, agency, parent=above)
    report(session, above, NOW - timedelta(days=1))
    lower: Case = report(session, below, NOW - timedelta(days=1))
    both, one = Scope(head.id, TODAY, agency.id), Scope(head.id, TODAY, agency.id, below.id)
    asked = _asked(session, both)[0]
    assert len(_ids(session, both, "came", asked)) == 2
    assert _ids(session, one, "came", asked) == [lower.id]


def test_a_duplicate_is_nobodys_work_of_its_own(session: Session) -> None:
    agency, unit, head = _office(session)
    main, copy = (report(session, unit, NOW - timedelta(days=30)) for _ in range(2))
    copy.duplicate_of = main.id
    session.flush()
    scope = Scope(head.id, TODAY, agency.id)
    asked = _asked(session, scope)[0]
    assert _ids(session, scope, "late_now", asked) == [main.id]
    assert _ids(session, scope, "came", asked) == [main.id, copy.id]


def test_an_unknown_figure_is_not_found(session: Session) -> None:
    agency, _, head = _office(session)
    scope = Scope(head.id, TODAY, agency.id)
    with pytest.raises(UnknownFigureError):
        cases_of_figure(session, scope, "everything", _asked(session, scope)[0])


def test_months_add_up_to_the_words_of_citizens(session: Session) -> None:
    agency, unit, head = _office(session)
    busy(session, unit, head.id, now=NOW)
    scope = Scope(head.id, TODAY, agency.id)
    asked, before = _asked(session, scope)
    months = dashboard(session, scope, asked, before, WITA).months
    assert [month.first_on.month for month in months] == [12, 1, 2, 3, 4, 5]
    assert sum(month.words for month in months) > 10
    assert months[-1].last_on == date(2026, 5, 31)
