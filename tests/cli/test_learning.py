"""What the reader learns and which model serves, from a terminal."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from feedback_app import jobs_learning
from feedback_app.analysis.learning import registry
from feedback_app.analysis.learning.models import ModelRound
from feedback_app.cli import learning
from feedback_app.db import db
from tests import factories as make
from tests.analysis.learning.makers import Bench
from tests.conftest import Live


@pytest.fixture
def there(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """A platform on which a model was promoted once."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FEEDBACK_HOME"):
        monkeypatch.setenv(name, live.environ[name])
    with live.app.app_context():
        session = db.session()
        registry.register_shipped(session, {"model_version": "bawaan-1"}, now=make.NOW)
        row = ModelRound(started_at=make.NOW)
        session.add(row)
        session.flush()
        registry.store_refit(session, "uji-1", {"model_version": "uji-1"}, b"x", until=None, now=make.NOW)
        registry.promote(session, "uji-1", row.id, now=make.NOW)
        session.commit()
        db.session.remove()
    return live


def _run(command: str, *words: str) -> Result:
    commands = {one.name: one for one in learning.LEARNING_COMMANDS}
    return CliRunner().invoke(commands[command], words, catch_exceptions=False)


def test_models_are_listed_with_the_one_that_serves(there: Live) -> None:
    lines = _run("models").output.splitlines()
    assert [line[:8] for line in lines[:2]] == ["  bawaan", "* uji-1 "]
    assert "uji-1  promoted" in lines[3]


def test_one_command_brings_the_model_before_back(there: Live) -> None:
    assert _run("rollback", "--note", "salah baca").output == "bawaan-1 serves from the next drain on.\n"
    with there.app.app_context():
        newest = registry.uses(db.session())[0]
        assert (newest.version, newest.note) == ("bawaan-1", "salah baca")


def test_a_round_says_what_it_decided_and_why(there: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_learning, "usual_workshop", Bench().workshop)
    answer = _run("refit")
    assert answer.output == "too_few\n  code too_few, new 0, wanted 40\n"
    assert answer.exit_code == 0


def test_a_round_that_failed_ends_with_a_code(there: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError

    monkeypatch.setattr("feedback_app.analysis.learning.rounds.weigh", lambda *_: broken())
    monkeypatch.setattr(jobs_learning, "usual_workshop", Bench().workshop)
    assert _run("refit").exit_code == 1


def test_drawing_says_how_much_it_drew(there: Live) -> None:
    assert _run("draw").output == "Drew 0 texts.\n"
