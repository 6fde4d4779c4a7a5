"""Ten thousand guessed tracking codes open no report, are slowed down, and tell nothing by words or time."""

from __future__ import annotations

import re
import secrets
from functools import partial

import pytest
import sqlalchemy as sa
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app.db import db
from feedback_app.handling.citizens.tracked import tracked
from feedback_app.intake.codes import ALPHABET, InvalidCodeError, code_hash, new_code, normalise_code
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from tests import factories as make
from tests.abuse.latency import ratio_of_times
from tests.abuse.limited import client_from, limited_app
from tests.conftest import Live

KEY = b"k" * 32
GUESSES = 10_000


def _report(session: Session, key: bytes = KEY) -> str:
    unit = make.unit(session, make.agency(session))
    draft = Draft(
        agency_id=unit.agency_id, unit_id=unit.id, kind=SubmissionKind.COMPLAINT, occurred_on=make.TODAY,
        text="Antrean di loket dua sampai tiga jam.",
    )  # fmt: skip
    return submit(session, draft, key=key, now=make.NOW, today=make.TODAY).code


def _mistyped(code: str) -> str:
    """The code with two characters wrong, so that its check fits all the same."""
    while True:
        letters = list(code)
        for place in secrets.SystemRandom().sample([n for n, letter in enumerate(code) if letter != "-"], 3):
            letters[place] = secrets.choice(ALPHABET)
        guess = "".join(letters)
        try:
            if guess != code and normalise_code(guess) != normalise_code(code):
                return guess
        except InvalidCodeError:
            continue


@pytest.mark.slow
def test_ten_thousand_guesses_hit_none_of_the_reports(session: Session) -> None:
    codes = [_report(session) for _ in range(50)]
    guessed = [code_hash(new_code(secrets.token_bytes), KEY) for _ in range(GUESSES)]
    hits = session.scalar(sa.select(sa.func.count()).where(Submission.tracking_hash.in_(guessed)))
    assert hits == 0
    assert all(tracked(session, digest, day=make.TODAY) is None for digest in guessed[:500])
    assert tracked(session, code_hash(codes[0], KEY), day=make.TODAY) is not None


def test_a_near_miss_takes_as_long_as_a_code_from_nowhere(session: Session) -> None:
    code = _report(session)
    near = [code_hash(normalise_code(_mistyped(code)), KEY) for _ in range(200)]
    far = [code_hash(new_code(secrets.token_bytes), KEY) for _ in range(200)]
    assert 0.67 < ratio_of_times(partial(_missed, session), near, far) < 1.5


def _missed(session: Session, digest: bytes) -> None:
    assert tracked(session, digest, day=make.TODAY) is None


def test_guesses_by_http_get_one_answer_and_then_a_pause(live: Live, redis: Redis) -> None:
    with limited_app(live.settings) as app:
        with app.app_context():
            code = _report(db.session(), app.config["TRACKING_KEY"])
            db.session.commit()
        guesser = client_from(app, "203.0.113.7")
        guesses = [_mistyped(code) for _ in range(20)] + [new_code(secrets.token_bytes) for _ in range(20)]
        answers = [guesser.post("/lacak", data={"code": guess}) for guess in guesses]
        assert {answer.status_code for answer in answers} == {422}
        pages = {
            re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True).replace(guess, ""))
            for answer, guess in zip(answers, guesses, strict=True)
        }
        assert len(pages) == 1
        assert guesser.post("/lacak", data={"code": new_code(secrets.token_bytes)}).status_code == 429
        # Who holds the code at another address is not kept from the report.
        owner = client_from(app, "198.51.100.9")
        assert owner.post("/lacak", data={"code": code}).status_code == 303
