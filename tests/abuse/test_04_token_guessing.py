"""A hundred thousand guessed visit tokens open nothing, are slowed down, and learn nothing from the time they take."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app.intake.codes import new_visit_token, visit_token_hash
from feedback_app.intake.models import VisitToken
from feedback_app.intake.visits import UnknownVisitTokenError, issue_visit_tokens, open_visit
from tests import factories as make
from tests.abuse.latency import ratio_of_times
from tests.abuse.limited import client_from, limited_app
from tests.conftest import Live

KEY = b"k" * 32
GUESSES = 100_000


def _issued(session: Session, count: int) -> list[str]:
    unit = make.unit(session, make.agency(session))
    return issue_visit_tokens(
        session, agency_id=unit.agency_id, unit_id=unit.id, service_id=None, visited_on=make.TODAY, count=count,
        issued_by=None, key=KEY, now=make.NOW,
    )  # fmt: skip


@pytest.mark.slow
def test_a_hundred_thousand_guesses_hit_none_of_a_thousand_tokens(session: Session) -> None:
    issued = _issued(session, 1000)
    hits = 0
    for _ in range(GUESSES // 10_000):
        guessed = [visit_token_hash(new_visit_token(secrets.token_bytes), KEY) for _ in range(10_000)]
        # The comparison the room makes, for many at once.
        hits += session.scalar(sa.select(sa.func.count()).where(VisitToken.token_hash.in_(guessed))) or 0
    assert hits == 0
    assert open_visit(session, issued[0], key=KEY, now=make.NOW)


def test_a_token_that_once_was_and_one_that_never_was_take_the_same_time(session: Session) -> None:
    later = make.NOW + timedelta(days=30)

    def refused(token: str) -> None:
        with pytest.raises(UnknownVisitTokenError, match="tidak dikenal atau sudah lewat masanya"):
            open_visit(session, token, key=KEY, now=later)

    once, never = _issued(session, 200), [new_visit_token(secrets.token_bytes) for _ in range(200)]
    assert 0.67 < ratio_of_times(refused, once, never) < 1.5


def test_guesses_by_http_are_slowed_down_and_all_answers_are_alike(live: Live, redis: Redis) -> None:
    with limited_app(live.settings) as app:
        guesser = client_from(app, "203.0.113.7")
        guesses = [new_visit_token(secrets.token_bytes) for _ in range(35)] + ["salah", "A" * 26, "1" * 5]
        answers = [guesser.get(f"/k/{guess}") for guess in guesses]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.get_data() for answer in answers}) == 1
        more = [guesser.get(f"/k/{new_visit_token(secrets.token_bytes)}") for _ in range(10)]
        assert [answer.status_code for answer in more] == [404] * 2 + [429] * 8
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in more[2:])


def test_when_the_whole_site_is_guessed_at_every_address_has_fewer_tries(live: Live, redis: Redis) -> None:
    with limited_app(live.settings) as app:
        for block in range(16):
            guesser = client_from(app, f"203.0.113.{block}")
            for _ in range(19):
                guesser.get("/k/tebakan")
        newcomer = client_from(app, "198.51.100.1")
        answers = [newcomer.get("/k/tebakan").status_code for _ in range(5)]
        assert answers == [404, 404, 404, 429, 429]
