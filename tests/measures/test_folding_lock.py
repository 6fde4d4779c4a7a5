"""A computation never meets a batch of ratings half-way: it waits for those under way, and later ones wait for it."""

from __future__ import annotations

import threading

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.measures.operations import (
    folding_goes_on,
    folding_stands_still,
    moment_between_writers,
    record_goes_on,
)
from tests.conftest import Live

LONG, SHORT = 10.0, 0.3


def _try(engine: sa.Engine, act: object, taken: threading.Event) -> threading.Thread:
    def run() -> None:
        with Session(engine) as session:
            act(session)  # type: ignore[operator]
            taken.set()
            session.rollback()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_batches_go_on_side_by_side_and_a_computation_waits_for_all_of_them(live: Live) -> None:
    with live.app.app_context():
        engine = db.engine
        with Session(engine) as first:
            folding_goes_on(first)
            beside, alone = threading.Event(), threading.Event()
            other = _try(engine, folding_goes_on, beside)
            assert beside.wait(LONG)
            computation = _try(engine, folding_stands_still, alone)
            assert not alone.wait(SHORT)
            first.rollback()
        assert alone.wait(LONG)
        other.join(LONG)
        computation.join(LONG)


def test_no_batch_begins_while_a_computation_holds_still(live: Live) -> None:
    with live.app.app_context():
        engine = db.engine
        with Session(engine) as computing:
            folding_stands_still(computing)
            begun = threading.Event()
            batch = _try(engine, folding_goes_on, begun)
            assert not begun.wait(SHORT)
            computing.commit()
        assert begun.wait(LONG)
        batch.join(LONG)


def test_the_moment_of_a_computation_waits_for_writers_who_then_go_on_beside_it(live: Live) -> None:
    with live.app.app_context():
        engine = db.engine
        asked, beside = threading.Event(), threading.Event()
        with Session(engine) as writer:
            record_goes_on(writer)
            waiting = _try(engine, lambda session: moment_between_writers(session, clock.utcnow), asked)
            assert not asked.wait(SHORT)
            written_at = clock.utcnow()
            writer.rollback()
        waiting.join(LONG)
        with Session(engine) as computing:
            assert moment_between_writers(computing, clock.utcnow) > written_at
            other = _try(engine, record_goes_on, beside)
            assert beside.wait(LONG)
            other.join(LONG)
