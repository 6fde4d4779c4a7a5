from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.survey.models import Response
from tests import factories as make
from tests.blueprints.surveyed import surveyed_in, today
from tests.conftest import Live

HEADER = ",".join(f"u{number}" for number in range(1, 10))


class Terminal:
    """A unit in an open period, a file beside it, and the command."""

    def __init__(self, live: Live, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        for name, value in live.environ.items():
            monkeypatch.setenv(name, value)
        self.live = live
        self.file = folder / "survei.csv"
        with live.app.app_context():
            session = db.session()
            agency = make.agency(session, code="kupang")
            place = surveyed_in(session, agency, make.unit(session, agency, code="dukcapil"))
            self.period = place.period.code
            db.session.remove()

    def run(self, *options: str) -> Result:
        given = ["--agency", "kupang", "--unit", "dukcapil", "--period", self.period, "--date", str(today()), *options]
        return CliRunner().invoke(main, ["skm", "import", str(self.file), *given])

    def stored(self) -> list[list[int | None]]:
        with self.live.app.app_context():
            rows = list(db.session().scalars(sa.select(Response.answers)))
            db.session.remove()
            return rows


@pytest.fixture
def terminal(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    return Terminal(live, monkeypatch, tmp_path)


def test_a_file_is_rehearsed_then_stored_and_never_twice(terminal: Terminal) -> None:
    terminal.file.write_text(f"{HEADER}\n1,2,3,4,1,2,3,4,1\n4,4,4,4,4,4,4,4,4\n")
    rehearsed = terminal.run("--order", "list", "--dry-run")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert "2 questionnaires (0 incomplete), 0 rows refused, order list" in rehearsed.output
    assert not terminal.stored()
    assert terminal.run("--order", "list").exit_code == 0
    # Stored in the order of the questions, which is the form's: eighth the facilities.
    assert sorted(terminal.stored(), key=str)[0] == [1, 2, 3, 4, 1, 2, 3, 1, 4]
    again = terminal.run("--order", "form")
    assert again.exit_code == 1
    assert len(terminal.stored()) == 2


def test_bad_rows_refuse_the_file_unless_only_the_good_are_wanted(terminal: Terminal) -> None:
    terminal.file.write_text(f"{HEADER}\n1,2,3,4,5,2,3,4,1\n4,4,4,4,4,4,4,4,4\n")
    refused = terminal.run("--order", "form")
    assert refused.exit_code == 1
    assert "row 2, u5: '5'" in refused.output
    assert not terminal.stored()
    assert terminal.run("--order", "form", "--only-good").exit_code == 0
    assert terminal.stored() == [[4] * 9]


def test_numbered_columns_need_an_order(terminal: Terminal) -> None:
    terminal.file.write_text(f"{HEADER}\n4,4,4,4,4,4,4,4,4\n")
    refused = terminal.run()
    assert refused.exit_code == 1
    assert not terminal.stored()


def test_the_same_questionnaires_with_a_line_more_need_a_word_that_they_are_others(terminal: Terminal) -> None:
    terminal.file.write_text(f"{HEADER}\n1,2,3,4,1,2,3,4,1\n")
    assert terminal.run("--order", "form").exit_code == 0
    terminal.file.write_text(f"{HEADER}\n1,2,3,4,1,2,3,4,1\n\n")
    assert terminal.run("--order", "form").exit_code == 1
    assert len(terminal.stored()) == 1
    assert terminal.run("--order", "form", "--different").exit_code == 0
    assert len(terminal.stored()) == 2
