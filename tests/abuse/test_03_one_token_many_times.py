"""One visit token used a hundred times at once counts once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.intake.visits import UsedVisitTokenError, issue_visit_tokens
from tests import factories as make
from tests.conftest import Live

THREADS = 100
BROWSERS = 8


def _counter(session: Session, key: bytes) -> tuple[Draft, str, str]:
    """A unit, the draft of a rating of a visit to it, where it is sent, and its token."""
    now = clock.utcnow()
    agency = make.agency(session)
    unit = make.unit(session, agency)
    day = clock.office_day(now) - timedelta(days=1)
    [token] = issue_visit_tokens(
        session, agency_id=agency.id, unit_id=unit.id, service_id=None, visited_on=day, count=1, issued_by=None,
        key=key, now=now,
    )  # fmt: skip
    draft = Draft(
        agency_id=agency.id, unit_id=unit.id, kind=SubmissionKind.RATING, occurred_on=day, rating=4, visit_token=token
    )
    address = f"/nilai/{agency.code}/{unit.code}"
    session.commit()
    return draft, address, token


def _rows(app_engine: sa.Engine) -> list[str]:
    with Session(app_engine) as session:
        return list(session.scalars(sa.select(Submission.channel)))


def test_a_hundred_threads_with_one_token_store_one_rating(live: Live) -> None:
    key = live.app.config["TRACKING_KEY"]
    now = clock.utcnow()
    with live.app.app_context():
        engine = sa.create_engine(db.engine.url, pool_size=20, max_overflow=0)
    try:
        with Session(engine) as session:
            draft, _address, _token = _counter(session, key)
        together = threading.Barrier(THREADS)

        def use(_: int) -> str:
            together.wait()
            with Session(engine) as session:
                try:
                    submit(session, draft, key=key, now=now, today=clock.office_day(now))
                except UsedVisitTokenError:
                    session.rollback()
                    return "used"
                session.commit()
                return "stored"

        with ThreadPoolExecutor(THREADS) as pool:
            outcomes = Counter(pool.map(use, range(THREADS)))
        assert outcomes == {"stored": 1, "used": THREADS - 1}
        assert _rows(engine) == [Channel.TOKEN]
    finally:
        engine.dispose()


def test_browsers_that_opened_one_token_together_are_told_that_it_is_used(live: Live) -> None:
    live.app.config["WTF_CSRF_ENABLED"] = False
    with live.app.app_context():
        _draft, address, token = _counter(db.session(), live.app.config["TRACKING_KEY"])
        db.session.remove()
        engine = db.engine
    browsers = [live.app.test_client() for _ in range(BROWSERS)]
    for browser in browsers:
        assert browser.get(f"/k/{token}").status_code == 303
    together = threading.Barrier(BROWSERS)

    def rate(number: int) -> int:
        together.wait()
        return browsers[number].post(address, data={"rating": "1"}).status_code

    with ThreadPoolExecutor(BROWSERS) as pool:
        statuses = Counter(pool.map(rate, range(BROWSERS)))
    assert statuses == {303: 1, 409: BROWSERS - 1}
    assert _rows(engine) == [Channel.TOKEN]
