"""Lots of ratings and days of receipts: closed once, never changed, nothing small, nothing confidential."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.evaluation.board.closing import close_days, close_lots
from feedback_app.evaluation.board.models import BoardLot, BoardVisits
from feedback_app.evaluation.board.rules import LOT_MIN
from feedback_app.intake.rules import Signal
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.evaluation.board.worlds import DAY, NOW, fold, mixed, ratings, receipts


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def lots(session: Session, unit: Unit) -> list[BoardLot]:
    query = sa.select(BoardLot).where(BoardLot.agency_id == unit.agency_id, BoardLot.unit_id == unit.id)
    return list(session.scalars(query.order_by(BoardLot.read_until, BoardLot.first_on)))


def test_the_past_is_closed_week_by_week_and_thin_weeks_are_joined(session: Session, unit: Unit) -> None:
    for weeks, count in ((5, 60), (4, 15), (3, 30), (2, 50), (1, 12)):
        ratings(session, unit, DAY - timedelta(weeks=weeks), mixed(count, low=3))
    fold(session)
    assert close_lots(session, now=NOW) == 3
    assert [(lot.n, lot.n_low) for lot in lots(session, unit)] == [(60, 3), (45, 6), (62, 6)]


def test_new_ratings_wait_until_there_are_enough_of_them(session: Session, unit: Unit) -> None:
    ratings(session, unit, DAY - timedelta(days=10), mixed(50))
    fold(session)
    close_lots(session, now=NOW)
    before = [(lot.id, lot.n, lot.total) for lot in lots(session, unit)]
    ratings(session, unit, DAY, mixed(LOT_MIN - 1), read_at=NOW + timedelta(hours=1))
    fold(session)
    assert close_lots(session, now=NOW + timedelta(hours=2)) == 0
    assert [(lot.id, lot.n, lot.total) for lot in lots(session, unit)] == before
    # One of an earlier week makes the lot full: it comes in the new lot, and the old one stays as it was.
    ratings(session, unit, DAY - timedelta(days=10), [1], read_at=NOW + timedelta(hours=1))
    fold(session)
    assert close_lots(session, now=NOW + timedelta(hours=2)) == 1
    first = lots(session, unit)[0]
    assert (first.id, first.n, first.total) == before[0]
    assert lots(session, unit)[-1].n == LOT_MIN


def test_a_second_run_closes_nothing_twice(session: Session, unit: Unit) -> None:
    ratings(session, unit, DAY - timedelta(days=3), mixed(90))
    fold(session)
    assert close_lots(session, now=NOW) == 1
    assert close_lots(session, now=NOW) == 0
    assert sum(lot.n for lot in lots(session, unit)) == 90


def test_what_was_read_a_moment_ago_waits_for_the_next_run(session: Session, unit: Unit) -> None:
    ratings(session, unit, DAY, mixed(80), read_at=NOW - timedelta(minutes=5))
    fold(session)
    assert close_lots(session, now=NOW) == 0
    assert close_lots(session, now=NOW + timedelta(minutes=20)) == 1


def test_confidential_and_automatic_ratings_are_in_no_lot(session: Session, unit: Unit) -> None:
    day = DAY - timedelta(days=3)
    ratings(session, unit, day, mixed(60))
    ratings(session, unit, day, [1] * 7, is_confidential=True)
    ratings(session, unit, day, [1] * 9, signals=[Signal.HONEYPOT.value])
    fold(session)
    close_lots(session, now=NOW)
    assert [(lot.n, lot.n_low) for lot in lots(session, unit)] == [(60, 0)]


def test_the_database_holds_no_small_lot(session: Session, unit: Unit) -> None:
    session.add(
        BoardLot(
            agency_id=unit.agency_id, unit_id=unit.id, first_on=DAY, last_on=DAY, n=LOT_MIN - 1, n_low=0, total=117,
            total_squares=351, read_until=NOW, marked_at=NOW,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="no_small_lot"):
        session.flush()


def test_receipts_are_counted_by_hour_once_the_last_has_run_out(session: Session, unit: Unit) -> None:
    closed, open_ = DAY - timedelta(days=22), DAY - timedelta(days=21)
    ratings(session, unit, closed, mixed(4), hour=9)
    receipts(session, unit, closed, 6, hour=9)
    receipts(session, unit, closed, 5, hour=13)
    receipts(session, unit, open_, 8, hour=9)
    assert close_days(session, now=NOW) == 1
    assert close_days(session, now=NOW) == 0
    query = sa.select(BoardVisits.day, BoardVisits.block, BoardVisits.issued, BoardVisits.used)
    mine = query.where(BoardVisits.agency_id == unit.agency_id).order_by(BoardVisits.block)
    assert [tuple(row) for row in session.execute(mine)] == [(closed, 8, 10, 4), (closed, 12, 5, 0)]
