"""`feedback privacy`: rules, runs, copies and breaches from a terminal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app import config
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.privacy.models import Breach, BreachNotice, RetentionRun
from tests import factories as make
from tests.blueprints.office import new_office
from tests.conftest import Live

DAY = make.TODAY.isoformat()
TEXT = "Antre di loket lama sekali."


@pytest.fixture
def code(live: Live, monkeypatch: pytest.MonkeyPatch) -> str:
    """An agency with six old texts, and two administrators of it."""
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    with live.app.app_context():
        office = new_office(db.session())
        for _ in range(6):
            office.rate(2, make.TODAY, text=TEXT)
        office.drain()
        for email in ("satu@contoh.go.id", "dua@contoh.go.id"):
            who = make.user(db.session(), email=email)
            make.grant(db.session(), who, Role.ADMINISTRATOR, office.agency)
        found = office.agency.code
        db.session.commit()
        db.session.remove()
    return found


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["privacy", *arguments])


def one(live: Live, query: sa.Select[object]) -> object:
    with live.app.app_context():
        return db.session().scalar(query)


def test_rules_are_listed_and_a_dry_run_takes_nothing(live: Live, code: str) -> None:
    listed = call("retention", "list", code)
    assert listed.exit_code == 0
    assert "contacts            90 days  default" in listed.output
    assert call("retention", "run", code, "--dry-run").output.startswith("Would go now:")
    assert one(live, sa.select(Submission.text).limit(1)) == TEXT
    assert call("retention", "list", "no-such").exit_code == 2


def test_a_run_forgets_and_says_what(live: Live, code: str) -> None:
    with live.app.app_context():
        db.session().execute(sa.update(Submission).values(received_at=make.NOW - timedelta(days=9000)))
        db.session.commit()
        db.session.remove()
    made = call("retention", "run", code)
    assert made.exit_code == 0, made.output
    assert "words                  6" in made.output
    assert one(live, sa.select(RetentionRun.finished_at)) is not None


def test_a_copy_goes_into_a_new_folder_alone(live: Live, code: str, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    made = call("copy", code, "--to", str(target))
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["written"] == {"texts": 6, "ratings": 6}
    assert call("copy", code, "--to", str(target)).exit_code == 2
    own = call("copy", code, "--to", live.environ["DATABASE_URL"])
    assert own.exception is not None


def test_a_breach_is_noted_and_confirmed_by_two_accounts_while_the_web_is_down(live: Live, code: str) -> None:
    said = (
        "new", code, "--found", f"{DAY}T09:00", "--data", "words", "--happened", DAY, DAY, "--reached", DAY, DAY,
        "--how", "Lembar terkirim ke alamat yang salah.", "--remedies", "Penerima menghapusnya.",
        "--advice", "Waspadai pesan tidak dikenal.", "--ask", "Dinas Kominfo, jam kerja.",
    )  # fmt: skip
    first, second = (("--by", f"{who}@contoh.go.id", "--password", make.PASSWORD) for who in ("satu", "dua"))
    assert call("breach", *said, "--by", "satu@contoh.go.id", "--password", "wrong").exit_code == 2
    made = call("breach", *said, *first)
    assert made.exit_code == 0, (made.output, made.exception)
    number = str(one(live, sa.select(Breach.id)))
    assert call("breach", "confirm", code, number, *first).exception is not None
    assert one(live, sa.select(Breach.confirmed_at)) is None
    confirmed = call("breach", "confirm", code, number, *second)
    assert confirmed.exit_code == 0, (confirmed.output, confirmed.exception)
    assert one(live, sa.select(sa.func.count()).select_from(BreachNotice)) == 6
    assert "Lembar terkirim" in call("breach", "notice", code, number).output
    assert call("breach", "affected", code, number).output.count("no address") == 6
    listed = call("breach", "list", code)
    # The clock of a breach found months ago has run out.
    assert (listed.exit_code, "confirmed" in listed.output) == (1, True)
    assert call("breach", "notice", code, "999").exit_code == 2


def test_a_notice_is_written_as_pdf(live: Live, code: str, tmp_path: Path) -> None:
    test_a_breach_is_noted_and_confirmed_by_two_accounts_while_the_web_is_down(live, code)
    number, target = str(one(live, sa.select(Breach.id))), tmp_path / "notice.pdf"
    assert call("breach", "notice", code, number, "--to", "subjects", "--pdf", str(target)).exit_code == 0
    assert target.read_bytes().startswith(b"%PDF-")
