"""What is set aside stays aside until somebody puts it back, and nothing leads from a mark to a network for long."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomalies import (
    AnomalyDecidedError,
    AnomalyReasonError,
    clear,
    detect,
    set_aside_again,
)
from feedback_app.measures.anomaly_counts import anything_fresh
from feedback_app.measures.anomaly_queries import with_and_without
from feedback_app.measures.anomaly_runs import is_newest
from feedback_app.measures.network_marks import KEPT_DAYS, forget_networks, marks_are_due
from feedback_app.measures.release_models import Anomaly, AnomalyKind
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.abuse.flood import NOON, Sent, marks, send_all, usual_weeks

REASON = "Pembagian KTP massal di kecamatan."


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


@pytest.fixture
def head(session: Session) -> Actor:
    return person(make.user(session).id)


def aside(session: Session, at: datetime | None = None) -> int:
    query = sa.select(sa.func.count()).select_from(Submission).where(is_set_aside(at))
    return session.scalar(query) or 0


def only(session: Session) -> Anomaly:
    return session.scalars(sa.select(Anomaly).where(is_newest())).one()


def flood(session: Session, unit: Unit, n: int = 200) -> None:
    send_all(session, unit, [Sent(NOON + timedelta(seconds=place), 1) for place in range(n)])
    detect(session, now=NOON + timedelta(minutes=4))


def test_nobody_rates_so_nothing_is_due(session: Session, unit: Unit) -> None:
    assert not anything_fresh(session, now=NOON)
    send_all(session, unit, [Sent(NOON - timedelta(hours=7), 3)])
    assert not anything_fresh(session, now=NOON)
    send_all(session, unit, [Sent(NOON - timedelta(hours=5), 3)])
    assert anything_fresh(session, now=NOON)


def test_usual_weeks_hold_nothing_odd(session: Session, unit: Unit) -> None:
    send_all(session, unit, usual_weeks(28, a_day=40))
    found = detect(session, now=NOON)
    assert (found.new, found.extended, aside(session)) == (0, 0, 0)


def test_ratings_beside_a_burst_in_other_units_and_channels_still_count(session: Session, unit: Unit) -> None:
    other = make.unit(session, make.agency(session))
    send_all(session, other, [Sent(NOON, 4)])
    send_all(session, unit, [Sent(NOON, 4, None, Channel.KIOSK), Sent(NOON - timedelta(hours=1), 4)])
    flood(session, unit)
    assert aside(session) == 200


def test_with_and_without_are_both_told(session: Session, unit: Unit) -> None:
    flood(session, unit)
    told = with_and_without(session, only(session))
    assert (told.n, told.mean, told.n_without, told.mean_without) == (200, 1.0, 0, None)


def test_who_clears_a_burst_puts_it_back_for_good_and_can_take_that_back(
    session: Session, unit: Unit, head: Actor
) -> None:
    flood(session, unit)
    clear(session, only(session), REASON, actor=head, now=NOON)
    assert aside(session) == 0
    send_all(session, unit, [Sent(NOON + timedelta(minutes=5, seconds=place), 1) for place in range(60)])
    assert detect(session, now=NOON + timedelta(minutes=7)).new == 0
    assert aside(session) == 0
    set_aside_again(session, only(session), actor=head, now=NOON)
    assert aside(session) == 200
    assert only(session).reason is None


@pytest.mark.parametrize("reason", [None, "", "   ", "wajar", "x" * 501])
def test_clearing_needs_a_reason(session: Session, unit: Unit, head: Actor, reason: str | None) -> None:
    flood(session, unit)
    with pytest.raises(AnomalyReasonError):
        clear(session, only(session), reason, actor=head, now=NOON)
    assert aside(session) == 200


def test_two_people_who_decide_at_once_decide_once(session: Session, unit: Unit, head: Actor) -> None:
    flood(session, unit)
    clear(session, only(session), REASON, actor=head, now=NOON)
    with pytest.raises(AnomalyDecidedError):
        clear(session, only(session), REASON, actor=head, now=NOON)


def test_a_burst_that_was_set_aside_does_not_become_the_usual(session: Session, unit: Unit) -> None:
    flood(session, unit)
    next_day = NOON + timedelta(days=1)
    send_all(session, unit, [Sent(next_day + timedelta(seconds=place), 1) for place in range(200)])
    assert detect(session, now=next_day + timedelta(minutes=4)).new == 1


def test_a_rating_that_looks_automatic_is_aside_at_once_and_back_when_cleared(
    session: Session, unit: Unit, head: Actor
) -> None:
    send_all(session, unit, [Sent(NOON, 1, signals=("honeypot",)), Sent(NOON, 4)])
    assert aside(session) == 1
    detect(session, now=NOON)
    anomaly = only(session)
    assert (anomaly.kind, anomaly.n) == (AnomalyKind.AUTOMATIC, 1)
    assert aside(session) == 1
    clear(session, anomaly, REASON, actor=head, now=NOON)
    assert aside(session) == 0


def test_a_hall_whose_guests_share_its_wifi_is_left_alone(session: Session, unit: Unit) -> None:
    (wifi,) = marks(1)
    for back in range(1, 15):
        day = NOON - timedelta(days=back)
        of_day = secrets.token_bytes(16)
        send_all(session, unit, [Sent(day - timedelta(minutes=4 * n), 3, of_day) for n in range(30)])
    send_all(session, unit, [Sent(NOON - timedelta(minutes=4 * n), 3, wifi) for n in range(34)])
    detect(session, now=NOON)
    assert session.scalars(sa.select(Anomaly)).all() == []


def statements(session: Session, act: Callable[[], object]) -> int:
    """How many statements the database is sent while something is done."""
    connection, seen = session.connection(), []

    def note(*sent: object) -> None:
        seen.append(sent[2])

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_a_day_of_many_networks_asks_the_database_no_more_than_a_day_of_one(session: Session, unit: Unit) -> None:
    def look() -> None:
        detect(session, now=NOON)

    looks = []
    for mark in marks(7):
        # Spread over the day, so that nothing but the networks could be odd.
        send_all(session, unit, [Sent(NOON - timedelta(minutes=14 * place), 3, mark) for place in range(25)])
        looks.append(statements(session, look))
    # The first has the whole day, the first two a half each.
    assert looks[-1] <= looks[3] < looks[0]


def test_marks_are_forgotten_after_their_days_and_what_is_aside_stays_aside(session: Session, unit: Unit) -> None:
    (office,) = marks(1)
    send_all(session, unit, [Sent(NOON - timedelta(minutes=place), 4, office) for place in range(60)])
    send_all(session, unit, [Sent(NOON - timedelta(hours=2), 3, mark) for mark in marks(5)])
    detect(session, now=NOON)
    before = aside(session)
    assert before == 60
    late = NOON + timedelta(days=KEPT_DAYS + 2)
    assert not marks_are_due(session, now=NOON + timedelta(days=KEPT_DAYS - 1))
    assert marks_are_due(session, now=late)
    assert forget_networks(session, now=late) == 65
    assert not marks_are_due(session, now=late)
    left = set(session.scalars(sa.select(Submission.network_mark).where(Submission.network_mark.is_not(None))))
    assert len(left) == 1
    assert office not in left
    assert aside(session) == before
    assert forget_networks(session, now=late) == 0


def test_the_trail_names_who_decided_and_holds_no_words(session: Session, unit: Unit, head: Actor) -> None:
    from feedback_app.audit.models import AuditEvent

    flood(session, unit)
    clear(session, only(session), REASON, actor=head, now=NOON)
    acts = session.scalars(sa.select(AuditEvent).where(AuditEvent.subject_type == "anomaly").order_by(AuditEvent.id))
    found = [(act.action, act.actor_id, act.detail) for act in acts]
    assert [action for action, _, _ in found] == ["measures.set_aside", "measures.clear_anomaly"]
    assert [actor for _, actor, _ in found] == [SYSTEM.user_id, head.user_id]
    assert "KTP" not in str(found)


def test_a_run_that_went_on_is_one_run_and_is_put_back_whole(session: Session, unit: Unit, head: Actor) -> None:
    flood(session, unit)
    first = only(session)
    send_all(session, unit, [Sent(NOON + timedelta(minutes=5, seconds=place), 1) for place in range(60)])
    assert detect(session, now=NOON + timedelta(minutes=7)).extended == 1
    assert aside(session) == 260
    # The page was opened before the run went on.
    clear(session, first, REASON, actor=head, now=NOON + timedelta(minutes=8))
    assert aside(session) == 0
    assert only(session).n == 260
    set_aside_again(session, first, actor=head, now=NOON + timedelta(minutes=9))
    assert aside(session) == 260
    with pytest.raises(AnomalyDecidedError):
        set_aside_again(session, first, actor=head, now=NOON + timedelta(minutes=10))


def test_automatic_ratings_set_aside_again_are_aside_and_their_neighbours_are_not(
    session: Session, unit: Unit, head: Actor
) -> None:
    send_all(session, unit, [Sent(NOON, 1, signals=("honeypot",)), Sent(NOON, 4)])
    detect(session, now=NOON)
    clear(session, only(session), REASON, actor=head, now=NOON)
    set_aside_again(session, only(session), actor=head, now=NOON)
    assert aside(session) == 1


def test_all_rows_of_a_network_share_one_lot_so_the_past_stays_as_it_was(
    session: Session, unit: Unit, head: Actor
) -> None:
    (office,) = marks(1)
    send_all(session, unit, [Sent(NOON - timedelta(minutes=4 * place), 4, office) for place in range(60)])
    send_all(session, unit, [Sent(NOON - timedelta(hours=2), 3, mark) for mark in marks(5)])
    detect(session, now=NOON)
    clear(session, only(session), REASON, actor=head, now=NOON + timedelta(hours=1))
    set_aside_again(session, only(session), actor=head, now=NOON + timedelta(hours=2))
    moments = [NOON + timedelta(minutes=minutes) for minutes in (-1, 1, 61, 121)]
    before = [aside(session, at) for at in moments]
    assert before == [0, 60, 0, 60]
    forget_networks(session, now=NOON + timedelta(days=KEPT_DAYS + 2))
    assert [aside(session, at) for at in moments] == before
