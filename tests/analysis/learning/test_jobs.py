"""The jobs of learning: a day's drawing, and a night's round in a process that nobody waits for."""

from __future__ import annotations

import logging
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import jobs, jobs_learning
from feedback_app.analysis.learning import registry
from feedback_app.analysis.learning.models import ReaderDay
from feedback_app.analysis.learning.reader_days import make_days
from tests import factories as make


def _end_of(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(20)


def test_the_round_runs_beside_the_worker_and_its_end_is_watched(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # It ends when it is let go, which happens only once the worker has gone on.
    let_go = tmp_path / "let-go"
    program = f"import os, time\nwhile not os.path.exists({str(let_go)!r}): time.sleep(0.02)\nraise SystemExit(7)"
    monkeypatch.setattr(jobs_learning, "COMMAND", (sys.executable, "-c", program))
    with app.app_context(), caplog.at_level(logging.ERROR):
        assert jobs_learning.start_refit() > 0
        let_go.touch()
        _end_of("refit")
    assert "ended with code 7" in caplog.text


def test_a_round_that_hangs_is_ended(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs_learning, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(jobs_learning, "REFIT_SECONDS", 0.2)
    began = time.monotonic()
    with app.app_context(), caplog.at_level(logging.ERROR):
        jobs_learning.start_refit()
        _end_of("refit")
    assert time.monotonic() - began < 15
    assert "ended with code -9" in caplog.text


def test_the_worker_reads_with_the_shipped_model_until_another_serves(app: Flask, session: Session) -> None:
    with app.app_context():
        shipped = jobs.classifier()
        assert jobs.classifier() is shipped
        # What is registered and cannot be used changes nothing, and is tried once.
        registry.register_shipped(session, shipped.manifest, now=make.NOW)
        assert jobs.classifier().model_version == shipped.model_version


def test_drawing_commits_and_counts(app: Flask, session: Session) -> None:
    make.agency(session)
    session.commit()
    with app.app_context():
        assert jobs_learning.watch_reader() == 0


def test_no_round_is_started_where_a_folder_reads_whatever_is_promoted(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setitem(app.extensions, "suara_settings", replace(jobs.settings(), model_dir=Path("model-sendiri")))
        monkeypatch.setattr(jobs_learning, "COMMAND", ("/tidak/ada",))
        assert jobs_learning.start_refit() == 0


def test_an_agency_that_fails_undoes_nothing_of_the_others(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, fails, last = (make.agency(session).id for _ in range(3))
    session.commit()
    whole = make_days

    def breaks(session: Session, agency_id: int, **rest: Any) -> int:
        drawn = whole(session, agency_id, **rest)
        if agency_id == fails:
            raise ValueError("not this one")
        return drawn

    monkeypatch.setattr(jobs_learning, "make_days", breaks)
    with app.app_context(), caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="not this one"):
        jobs_learning.watch_reader()
    assert f"agency {fails} " in caplog.text
    made = set(session.scalars(sa.select(ReaderDay.agency_id)))
    assert {first, last} <= made
    assert fails not in made
