"""Roles and operators from the terminal, on a database in which commits are real."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import GrantSource, Role
from tests import factories as make
from tests.conftest import Live

WHY = "Pengelola pertama instansi."


@pytest.fixture
def at(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FEEDBACK_HOME"):
        monkeypatch.setenv(name, live.environ[name])
    with live.app.app_context():
        session = db.session()
        make.unit(session, make.agency(session, code="uji"), code="dinas")
        make.user(session, email="kepala@uji.go.id")
        session.commit()
        yield session
        db.session.remove()


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, list(arguments), standalone_mode=False, catch_exceptions=True)
    if done.exception is None or isinstance(done.exception, SystemExit):
        assert done.exit_code == code, done.output
    return done


def test_the_first_administrator_is_given_here_without_a_second_person(at: Session) -> None:
    run("grants", "give", "uji", "kepala@uji.go.id", "--role", "administrator", "--reason", WHY)
    held = at.scalars(sa.select(RoleGrant)).one()
    assert (held.role, held.source, held.reason, held.granted_by) == (Role.ADMINISTRATOR, GrantSource.CLI, WHY, None)
    listed = run("grants", "list", "uji").output
    assert "administrator of the whole agency" in listed
    assert WHY in listed


def test_a_role_is_ended_by_its_number_and_reviewed_as_of_the_day_before(at: Session) -> None:
    run(
        "grants", "give", "uji", "kepala@uji.go.id", "--role", "unit_head", "--unit", "dinas", "--from", "2026-01-05",
        "--reason", "Dilantik menjadi kepala dinas.",
    )  # fmt: skip
    number = str(at.scalars(sa.select(RoleGrant.id)).one())
    run("grants", "end", "uji", number, "--reason", "Pindah tugas ke dinas lain.")
    assert run("grants", "list", "uji").output == "None.\n"
    assert "unit_head" in run("grants", "list", "uji", "--ended").output
    sheet = run("grants", "review", "uji", "--on", "2026-01-06", "--csv").output
    rows = list(csv.DictReader(sheet.splitlines()))
    assert [(row["email"], row["role"]) for row in rows] == [("kepala@uji.go.id", "unit_head")]
    assert "answer_case" in rows[0]["permissions"]
    assert ": 0 roles" in run("grants", "review", "uji", "--on", "2026-01-04").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("give", "uji", "siapa@uji.go.id", "--role", "officer", "--reason", WHY),
        ("give", "uji", "kepala@uji.go.id", "--role", "officer", "--reason", "baru"),
        ("give", "uji", "kepala@uji.go.id", "--role", "inspector", "--unit", "dinas", "--reason", WHY),
        ("end", "uji", "999", "--reason", WHY),
        ("review", "uji", "--on", "2999-01-01"),
    ],
    ids=["no account", "no reason", "no Inspektorat", "no such role", "a day to come"],
)
def test_what_cannot_be_done_is_one_clear_sentence(at: Session, arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["grants", *arguments], standalone_mode=False)
    assert str(done.exception or "")
    assert "Traceback" not in done.output
    assert at.scalars(sa.select(RoleGrant)).all() == []


def test_an_operator_is_made_and_ended_here_alone_and_holds_no_role(at: Session) -> None:
    made = ("operators", "give", "operator@uji.go.id", "--name", "Operator Uji", "--reason", "Menjalankan server.")
    run(*made, "--password", "kata-sandi-panjang-untuk-uji-9")
    assert "operator@uji.go.id" in run("operators", "list").output
    role = CliRunner().invoke(
        main,
        ["grants", "give", "uji", "operator@uji.go.id", "--role", "officer", "--reason", WHY],
        standalone_mode=False,
    )
    assert role.exception is not None
    run("operators", "end", "operator@uji.go.id", "--reason", "Pindah ke bagian lain.")
    assert "ended: Pindah ke bagian lain." in run("operators", "list").output
    run("grants", "give", "uji", "operator@uji.go.id", "--role", "officer", "--reason", WHY)


def test_nothing_waits_is_said(at: Session) -> None:
    assert run("grants", "requests", "uji").output == "Nothing waits.\n"


def test_an_account_with_a_role_it_cannot_have_is_not_made(at: Session) -> None:
    done = CliRunner().invoke(
        main,
        [
            "setup", "user", "ina@uji.go.id", "--name", "Ina", "--agency", "uji", "--role", "inspector",
            "--unit", "dinas", "--password", "kursi-bambu-hijau-delapan-42",
        ],
        standalone_mode=False,
    )  # fmt: skip
    assert "Inspektorat" in str(done.exception)
    assert at.scalars(sa.select(RoleGrant)).all() == []
