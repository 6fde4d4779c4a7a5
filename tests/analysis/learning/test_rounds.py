"""A night's round, with a training that takes no time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import jobs_learning
from feedback_app.analysis.learning import registry, rounds
from feedback_app.analysis.learning.models import Decision, ModelRound, ReviewReason
from feedback_app.config import project_root
from feedback_app.db import db
from feedback_app.identity.models import User
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.analysis.learning.makers import Bench, Made, OneWord, read_text, reviewed
from tests.conftest import Live

SAID = "Terima kasih, petugasnya sabar."
CORPUS = {"kind": {"n": 100, "macro_f1": 0.8, "recall": {"complaint": [40, 50], "praise": [40, 50]}}}
WORSE = {"kind": {"n": 100, "macro_f1": 0.8, "recall": {"complaint": [45, 50], "praise": [35, 50]}}}


def _people_say(session: Session, unit: Unit, who: User, n: int, *, first: datetime = make.NOW) -> None:
    """Audits of which half are praise that the shipped model takes for complaints."""
    for number in range(n):
        at = first + timedelta(minutes=number)
        is_praise = number % 2 == 0
        labels = read_text(session, unit, at=at, text=SAID.lower() if is_praise else "Antre lama sekali.")
        reviewed(session, labels, who, at=at, kind="praise" if is_praise else "complaint")


@pytest.fixture
def there(live: Live) -> tuple[Live, Unit, User]:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session)
        unit, who = make.unit(session, agency), make.user(session)
        session.commit()
        session.refresh(unit)
        session.refresh(who)
        session.expunge_all()
        db.session.remove()
    return live, unit, who


def _round(bench: Bench) -> rounds.Outcome:
    outcome = jobs_learning.refit(bench.workshop())
    assert outcome is not None
    return outcome


def _serving() -> str:
    found = registry.champion(db.session())
    assert found is not None
    return found.version


def test_a_better_model_serves_the_morning_after(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        bench = Bench()
        outcome = _round(bench)
        assert (outcome.decision, outcome.reasons) == (Decision.PROMOTED, [])
        assert _serving() == outcome.packed.version  # type: ignore[union-attr]
        row = db.session.scalars(sa.select(ModelRound)).one()
        assert (row.decision, row.corpus_rows, row.reviewed_rows, row.held_out_rows) == (Decision.PROMOTED, 1, 100, 40)
        assert row.figures["held_out"]["champion"]["kind"]["macro_f1"] < 0.4
        assert row.figures["held_out"]["challenger"]["kind"]["macro_f1"] == 1.0
        # What it is measured on it has not learnt from.
        assert len(bench.fitted[0]) == 1 + 60
        held = registry.champion(db.session())
        assert held is not None
        assert held.trained_until == make.NOW + timedelta(minutes=59)
        assert row.measured_until == make.NOW + timedelta(minutes=99)
        # The same evidence does not decide again the night after, and nothing is fitted for it.
        db.session.rollback()
        again = Bench()
        assert _round(again).reasons == [{"code": "too_few", "new": 0, "wanted": 40}]
        assert again.fitted == []


def test_too_few_answers_are_no_evidence_and_nothing_is_fitted(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 39)
        db.session.commit()
        bench = Bench()
        outcome = _round(bench)
        assert outcome.decision is Decision.TOO_FEW
        assert outcome.reasons == [{"code": "too_few", "new": 39, "wanted": 40}]
        assert bench.fitted == []
        assert _serving() == "bawaan-1"


def test_a_model_that_finds_one_label_less_often_is_not_promoted(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        outcome = _round(Bench(metrics=WORSE, shipped_metrics=CORPUS))
        assert outcome.decision is Decision.KEPT
        assert outcome.reasons == [
            {"code": "fell", "where": "corpus", "head": "kind", "measure": "recall", "label": "praise",
             "before": 0.8, "after": 0.7}
        ]  # fmt: skip
        assert _serving() == "bawaan-1"
        kept = db.session.scalars(sa.select(ModelRound)).one()
        assert kept.challenger is not None
        assert kept.challenger not in {row.version for row in registry.versions(db.session())}


def test_what_chance_explains_on_the_corpus_keeps_nobody_from_serving(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        hair = {"kind": {"n": 100, "macro_f1": 0.796, "recall": {"complaint": [41, 50], "praise": [38, 50]}}}
        assert _round(Bench(metrics=hair, shipped_metrics=CORPUS)).decision is Decision.PROMOTED


def test_a_model_that_is_worse_on_what_people_said_is_not_promoted(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        outcome = _round(Bench(word="Antre"))
        assert outcome.decision is Decision.KEPT
        assert {(fell["where"], fell["label"]) for fell in outcome.reasons} >= {("held_out", "complaint")}


def test_a_round_that_is_killed_leaves_nothing_half_done(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        with pytest.raises(KeyboardInterrupt):
            jobs_learning.refit(Bench(error=KeyboardInterrupt()).workshop())
        db.session.remove()
        assert _serving() == "bawaan-1"
        cut = db.session.scalars(sa.select(ModelRound)).one()
        assert (cut.finished_at, cut.decision) == (None, None)
        db.session.rollback()
        assert _round(Bench()).decision is Decision.PROMOTED
        db.session.refresh(cut)
        assert (cut.decision, cut.reasons) == (Decision.FAILED, [{"code": "cut_short"}])


ROUND_OF_ITS_OWN = """
import sys, time
from feedback_app import jobs_learning
from feedback_app.app import create_app
from tests.analysis.learning.makers import Bench

class Slow(Bench):
    def fit(self, rows):
        print("fitting", flush=True)
        time.sleep(60)

with create_app().app_context():
    jobs_learning.refit(Slow().workshop())
"""


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_fits_holds_nobody_up(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        child = subprocess.Popen(
            [sys.executable, "-c", ROUND_OF_ITS_OWN], env=live.environ, cwd=project_root(), stdout=subprocess.PIPE
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"fitting\n"
            assert jobs_learning.refit(Bench().workshop()) is None, "one at a time"
        finally:
            child.kill()
            child.wait()
            assert child.stdout is not None
            child.stdout.close()
        ends_at = time.monotonic() + 20
        while (outcome := jobs_learning.refit(Bench().workshop())) is None:
            assert time.monotonic() < ends_at, "the lock outlives its process"
            time.sleep(0.1)
        assert outcome.decision is Decision.PROMOTED
        decisions = db.session.scalars(sa.select(ModelRound.decision).order_by(ModelRound.id)).all()
        assert decisions == [Decision.FAILED, Decision.PROMOTED]


def test_a_roll_back_during_the_training_is_not_overruled(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        assert _round(Bench()).decision is Decision.PROMOTED
        _people_say(db.session(), unit, who, 100, first=make.NOW + timedelta(days=1))
        db.session.commit()

        class TakenBackMeanwhile(Bench):
            def fit(self, rows: Sequence[TrainingRow]) -> Made:
                registry.roll_back(db.session(), now=make.NOW + timedelta(days=2))
                db.session.commit()
                return super().fit(rows)

        outcome = _round(TakenBackMeanwhile())
        assert (outcome.decision, outcome.reasons) == (Decision.KEPT, [{"code": "champion_changed"}])
        assert _serving() == "bawaan-1"


def test_a_round_that_fails_says_so_without_a_word_of_any_text(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        outcome = _round(Bench(error=ValueError(SAID)))
        assert (outcome.decision, outcome.reasons) == (Decision.FAILED, [{"code": "error", "error": "ValueError"}])
        assert _serving() == "bawaan-1"


def test_two_rounds_never_run_together(there: tuple[Live, Unit, User]) -> None:
    live, _unit, _who = there
    with live.app.app_context(), jobs_learning._round_lock() as is_ours:
        assert is_ours
        assert jobs_learning.refit(Bench().workshop()) is None
        assert db.session.scalars(sa.select(ModelRound)).all() == []


NIGHT = datetime(2026, 5, 12, 18, 30, tzinfo=UTC)  # half past two in Makassar


def test_a_round_is_due_once_a_night(session: Session) -> None:
    assert rounds.round_is_due(session, now=NIGHT)
    assert not rounds.round_is_due(session, now=NIGHT + timedelta(hours=8))
    rounds.begin(session, Bench().workshop(), now=NIGHT)
    assert not rounds.round_is_due(session, now=NIGHT + timedelta(hours=1))
    assert rounds.round_is_due(session, now=NIGHT + timedelta(days=1))


def test_rows_that_kept_the_old_model_once_are_not_tried_again_until_forty_more_are_read(
    there: tuple[Live, Unit, User],
) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        assert _round(Bench(word="Antre")).decision is Decision.KEPT
        db.session.rollback()
        assert _round(Bench()).reasons == [{"code": "too_few", "new": 0, "wanted": 40}]
        _people_say(db.session(), unit, who, 40, first=make.NOW + timedelta(days=1))
        db.session.commit()
        outcome = _round(Bench())
        assert outcome.decision is Decision.PROMOTED
        assert outcome.measured_until == make.NOW + timedelta(days=1, minutes=39)


def test_a_new_release_is_compared_anew_on_what_decided_before(there: tuple[Live, Unit, User]) -> None:
    live, unit, who = there
    with live.app.app_context():
        _people_say(db.session(), unit, who, 100)
        db.session.commit()
        assert _round(Bench(word="Antre")).decision is Decision.KEPT
        db.session.rollback()
        newer = replace(Bench().workshop(), shipped_manifest=lambda: {"model_version": "bawaan-2", "metrics": {}})
        outcome = jobs_learning.refit(newer)
        assert outcome is not None
        assert outcome.decision is Decision.PROMOTED


def test_what_the_serving_model_could_not_answer_teaches_and_is_not_compared_on(
    there: tuple[Live, Unit, User],
) -> None:
    live, unit, who = there
    with live.app.app_context():
        session = db.session()
        for number in range(60):
            at = make.NOW - timedelta(minutes=60 - number)
            reviewed(session, read_text(session, unit, at=at), who, at=at, reason=ReviewReason.ABSTAINED)
        session.commit()
        assert _round(Bench()).reasons == [{"code": "too_few", "new": 0, "wanted": 40}]
        _people_say(db.session(), unit, who, 40)
        db.session.commit()
        bench = Bench()
        assert _round(bench).decision is Decision.PROMOTED
        row = db.session.scalars(sa.select(ModelRound).order_by(ModelRound.id.desc()).limit(1)).one()
        assert (row.reviewed_rows, row.held_out_rows) == (100, 40)
        assert len(bench.fitted[0]) == 1 + 60


def test_a_model_that_cannot_be_opened_gives_way_to_the_shipped_one_and_learning_goes_on(
    there: tuple[Live, Unit, User],
) -> None:
    live, unit, who = there

    def opened(_manifest: Mapping[str, object], body: bytes) -> OneWord:
        if body == b"rusak":
            raise ValueError("damaged")
        return OneWord(body.decode())

    with live.app.app_context():
        session = db.session()
        _people_say(session, unit, who, 39)
        session.commit()
        rounds_before = _round(Bench())
        assert rounds_before.decision is Decision.TOO_FEW
        row = db.session.scalars(sa.select(ModelRound)).one()
        registry.store_refit(db.session(), "uji-rusak", {}, b"rusak", until=None, now=make.NOW)
        registry.promote(db.session(), "uji-rusak", row.id, now=make.NOW)
        db.session.commit()
        outcome = jobs_learning.refit(replace(Bench().workshop(), open_packed=opened))
        assert outcome is not None
        # Too few rows to learn anew: the pages already say what reads.
        assert outcome.decision is Decision.TOO_FEW
        assert _serving() == "bawaan-1"
        newest = db.session.scalars(sa.select(ModelRound).order_by(ModelRound.id.desc()).limit(1)).one()
        assert newest.reasons[0] == {"code": "champion_refused", "version": "uji-rusak"}
        _people_say(db.session(), unit, who, 40, first=make.NOW + timedelta(days=1))
        db.session.commit()
        better = jobs_learning.refit(replace(Bench().workshop(), open_packed=opened))
        assert better is not None
        assert better.decision is Decision.PROMOTED


def test_running_out_of_memory_takes_no_model_away(session: Session) -> None:
    def hungry(_manifest: Mapping[str, object], body: bytes) -> OneWord:
        raise MemoryError(len(body))

    rounds.begin(session, Bench().workshop(), now=NIGHT)
    registry.store_refit(session, "uji-1", {}, b"x", until=None, now=NIGHT)
    registry.promote(session, "uji-1", session.scalars(sa.select(ModelRound.id)).one(), now=NIGHT)
    with pytest.raises(MemoryError):
        rounds.begin(session, replace(Bench().workshop(), open_packed=hungry), now=NIGHT)
    serving = registry.champion(session)
    assert serving is not None
    assert serving.version == "uji-1"
