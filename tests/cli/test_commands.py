"""The command line as an operator meets it: help everywhere, one clear sentence when something is wrong, exit codes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app import clock, config
from feedback_app.cli import COMMANDS, main
from feedback_app.cli.reading import check_model_dir
from feedback_app.db import db
from feedback_app.intake.models import VisitToken
from feedback_app.measures.models import DailyMeasure
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.conftest import Live

Run = Callable[..., Result]


@pytest.fixture
def run(live: Live, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command on the live database."""
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])

    def call(*arguments: str, code: int = 0, text: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=text)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def _every_command(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += _every_command(command, (*path, name))
    return found


def test_every_command_explains_itself() -> None:
    commands = _every_command(main)
    assert {path[0] for path in commands} == set(COMMANDS)
    for path in commands:
        shown = CliRunner().invoke(main, [*path, "--help"])
        assert shown.exit_code == 0, path
        lines = shown.output.splitlines()
        assert lines[0].startswith("Usage:"), path
        assert len(lines[2].strip()) > 10, path


def call_outside(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process, with an environment of its own."""
    return subprocess.run(
        [sys.executable, "-m", "feedback_app", *arguments], env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environ", "names"),
    [
        pytest.param({"PORT": "delapan"}, "PORT", id="port that is no number"),
        pytest.param({"DATABASE_URL": "mysql://x"}, "DATABASE_URL", id="another database"),
        pytest.param({"SECRET_KEY": "pendek"}, "SECRET_KEY", id="short key"),
        pytest.param({}, "DATABASE_URL", id="nothing set and nothing running"),
        pytest.param({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "SECRET_KEY", id="key missing"),
        pytest.param(
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "SECRET_KEY": "k" * 40}, "DATABASE_URL",
            id="database that does not answer",
        ),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    environ: dict[str, str], names: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = str(tmp_path_factory.mktemp("home"))
    done = call_outside("measures", "recount", FEEDBACK_HOME=home, **environ)
    assert done.returncode == 2
    assert names in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_status_without_anything_running_is_exit_code_3(tmp_path_factory: pytest.TempPathFactory) -> None:
    done = call_outside("status", FEEDBACK_HOME=str(tmp_path_factory.mktemp("home")))
    assert done.returncode == 3
    assert "Not running" in done.stdout


def test_a_city_can_be_set_up_from_nothing(run: Run, live: Live) -> None:
    run("setup", "agency", "kupang", "--name", "Pemerintah Kota Kupang", "--region", "53.71", "--zone", "WITA")
    run("setup", "unit", "kupang", "dukcapil", "--name", "Dinas Dukcapil")
    run("setup", "service", "kupang", "dukcapil", "ktp", "--name", "KTP elektronik")
    run(
        "setup", "user", "kepala@kupang.go.id", "--name", "Kepala", "--agency", "kupang", "--role", "unit_head",
        "--unit", "dukcapil", "--password", "kata-sandi-panjang",
    )  # fmt: skip
    issued = run("tokens", "issue", "kupang", "dukcapil", "--service", "ktp", "--count", "3")
    assert issued.output.count("/k/") == 3
    with live.app.app_context():
        assert db.session.scalars(sa.select(Agency.time_zone)).all() == ["Asia/Makassar"]
        stored = db.session.scalars(sa.select(VisitToken.token_hash)).all()
    assert len(stored) == 3
    assert not any(line.rsplit("/", 1)[-1].encode() in b"".join(stored) for line in issued.output.split())
    client = live.app.test_client()
    assert client.get("/nilai/kupang/dukcapil").status_code == 200


def _rated_city(live: Live, ratings: int = 8, on: date | None = None) -> None:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session, code="kupang")
        unit = make.unit(session, agency, code="dukcapil")
        make.assignment(session, make.employee(session, agency), unit)
        for number in range(ratings):
            make.submission(session, unit, rating=1 + number % 4, occurred_on=on or clock.utcnow().date())
        session.commit()


@pytest.mark.slow
def test_classify_reads_what_waits_and_recount_finds_no_difference(run: Run, live: Live) -> None:
    _rated_city(live)
    assert "Read 8 submissions" in run("classify").output
    assert "Nothing waits" in run("classify").output
    assert "0 differences" in run("measures", "recount").output


def test_recount_names_a_wrong_figure_and_repairs_it(run: Run, live: Live) -> None:
    _rated_city(live)
    run("classify")
    with live.app.app_context():
        db.session.execute(sa.update(DailyMeasure).values(n=9, n4=3, total=24, total_squares=76))
        db.session.commit()
    named = run("measures", "recount", code=1)
    assert "daily_measures" in named.output
    assert "repaired" in run("measures", "recount", "--repair", code=1).output
    assert "0 differences" in run("measures", "recount").output


def test_a_cycle_is_opened_computed_verified_and_listed(run: Run, live: Live) -> None:
    # The month before the last one: its book is closed whatever the day.
    last = (clock.utcnow().date().replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)
    _rated_city(live, on=last)
    run("classify")
    where = ("--agency", "kupang", "--name", "Bulan uji")
    days = ("--from", last.replace(day=1).isoformat(), "--to", last.isoformat())
    run("evaluation", "verify", *where, code=2)
    run("evaluation", "open", *where, "--kind", "quarterly", *days, code=1)
    run("evaluation", "open", *where, "--kind", "monthly", *days)
    run("evaluation", "verify", *where, code=2)
    computed = run("evaluation", "compute", *where)
    assert "0 ratings counted, 8 stand beside" in computed.output
    assert "0 differences" in run("evaluation", "verify", *where).output
    assert "computed" in run("evaluation", "list").output
    assert "0 employees told by mail, 1 without an account" in run("evaluation", "reply", *where).output
    run("evaluation", "review", *where, code=1)
    run("evaluation", "freeze", *where, code=1)
    run("evaluation", "version", *where, "--reason", "penugasan dibetulkan", code=1)
    assert "No objections." in run("evaluation", "objections", "--agency", "kupang").output


def test_a_single_text_can_be_read_without_a_database() -> None:
    shown = CliRunner().invoke(main, ["classify", "--text", "Petugas loket judes, NIK saya 3578012304850003 hilang"])
    assert shown.exit_code == 0
    assert "3578012304850003" not in shown.output
    columns = {line.split()[0]: line[11:] for line in shown.output.splitlines()}
    assert list(columns) == ["text", "kind", "sentiment", "aspect", "urgency", "integrity", "model"]
    assert not any(said.startswith(" ") for said in columns.values())
    assert columns["integrity"] == "no"


def test_a_single_text_says_whether_it_alleges_a_levy_and_what_decided_its_urgency() -> None:
    shown = CliRunner().invoke(main, ["classify", "--text", "Petugas minta uang pungli supaya KTP cepat jadi"]).output
    assert "decided by the rule for illegal levy" in shown
    assert "integrity  yes" in shown
    calm = CliRunner().invoke(main, ["classify", "--text", "Terima kasih, petugasnya ramah sekali"]).output
    assert "decided by the model" in calm
    assert "integrity  no" in calm


@pytest.mark.slow
def test_a_folder_without_a_model_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    for arguments in (("classify", "--text", "x"), ("classify",)):
        done = call_outside(*arguments, FEEDBACK_HOME=str(tmp_path), MODEL_DIR=str(tmp_path))
        assert done.returncode == 2
        assert "MODEL_DIR" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_the_shipped_model_may_be_named_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_DIR", str(DEFAULT_ARTEFACT))
    check_model_dir(config.load())
    assert CliRunner().invoke(main, ["classify", "--text", "x"]).exit_code == 0
