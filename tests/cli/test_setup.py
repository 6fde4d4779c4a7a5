"""Setting up a city from a terminal: what is wrong is said in one sentence, what is right can be seen and evaluated."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from feedback_app import clock, config, supervisor
from feedback_app.cli import run
from feedback_app.cli.organisation import SECTORS
from feedback_app.cli.tokens import USUAL_ADDRESS
from feedback_app.db import db
from feedback_app.identity.models import User
from feedback_app.intake.models import VisitToken
from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.organisation.models import Assignment
from tests.conftest import Live

Feedback = Callable[..., str]
NIP = "198609262015051001"
OTHER_NIP = "199001012015052002"
PASSWORD = "kata-sandi-panjang"
CITY = ("setup", "agency", "kupang", "--name", "Kota Kupang", "--region", "53.71", "--zone", "WITA")
UNIT = ("setup", "unit", "kupang", "dukcapil", "--name", "Dinas Dukcapil", "--since", "2020-01-01")
SERVICE = ("setup", "service", "kupang", "dukcapil", "ktp", "--name", "KTP", "--sector", "civil_registry")
EMPLOYEE = ("setup", "employee", "kupang", NIP, "--name", "Maria Ndun")
ACCOUNT = (
    "setup", "user", "kepala@kupang.go.id", "--name", "Kepala", "--agency", "kupang", "--role", "unit_head",
    "--unit", "dukcapil",
)  # fmt: skip
USER = (*ACCOUNT, "--password", PASSWORD)


@pytest.fixture
def feedback(live: Live, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Feedback:
    """Run a command line to its exit code; give what it printed, which for a refusal is one line."""
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])

    def call(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["feedback", *arguments])
        capsys.readouterr()
        ended = 0
        try:
            run()
        except SystemExit as exit_:
            ended = int(exit_.code or 0)
        printed = capsys.readouterr()
        assert ended == code, printed
        if code == 0:
            return printed.out
        assert not printed.out
        said = [line for line in printed.err.splitlines() if line and not line.startswith(("Usage:", "Try "))]
        assert len(said) == 1, printed.err
        return said[0]

    return call


@pytest.fixture
def city(feedback: Feedback) -> Feedback:
    """A city with one unit, one service, one civil servant and one account."""
    for arguments in (CITY, UNIT, SERVICE, EMPLOYEE, USER):
        feedback(*arguments)
    return feedback


def post(nip: str, *more: str, kind: str = "definitive", starts: str = "2026-01-01") -> tuple[str, ...]:
    return (
        "setup", "assignment", "kupang", nip, "dukcapil", "--position", "Kepala Dinas", "--kind", kind,
        "--decree", "800/1/2026", "--from", starts, *more,
    )  # fmt: skip


def test_what_is_there_already_is_refused_in_one_sentence(city: Feedback) -> None:
    assert "kode kupang sudah ada" in city(*CITY, code=1)
    assert "kode dukcapil sudah ada" in city(*UNIT, code=1)
    assert "kode ktp sudah ada" in city(*SERVICE, code=1)
    assert NIP not in city(*EMPLOYEE, code=1)
    refused = city(*(part.upper() if "@" in part else part for part in USER), code=1)
    assert "kepala@kupang.go.id sudah dipakai" in refused
    assert "argon2" not in refused


@pytest.mark.parametrize("code", ["KUPANG!", "a b", "-a", "a--b", "", "x" * 61])
def test_a_code_that_cannot_stand_in_an_address_is_refused(feedback: Feedback, code: str) -> None:
    arguments = ("setup", "agency", "--name", "X", "--region", "53.71", "--zone", "WITA", "--", code)
    assert "Kode pemerintah daerah terdiri atas" in feedback(*arguments, code=1)


@pytest.mark.parametrize("region", ["5371", "53.7", "53.71.1", "53.71.01.1", "NTT", "53.71.01.1001.1", "٥٣"])
def test_a_region_that_is_no_code_of_kemendagri_is_refused(feedback: Feedback, region: str) -> None:
    arguments = ("setup", "agency", "kupang", "--name", "X", "--zone", "WITA", "--region", region)
    assert "Kode wilayah" in feedback(*arguments, code=1)


def test_an_empty_name_is_refused(feedback: Feedback) -> None:
    arguments = ("setup", "agency", "kupang", "--name", "  ", "--zone", "WITA", "--region", "53")
    assert "Nama belum diisi" in feedback(*arguments, code=1)


@pytest.mark.parametrize("email", ["kepala", "kepala@", "@kupang.go.id", "a b@kupang.go.id", "kepala@kupang"])
def test_an_address_that_could_not_sign_in_is_refused(city: Feedback, email: str) -> None:
    assert "surel" in city(*(email if "@" in part else part for part in USER), code=1)


def test_a_short_password_is_refused(city: Feedback) -> None:
    short = tuple("sembilan9" if part == PASSWORD else part for part in USER)
    assert "terlalu pendek" in city(*(("b@kupang.go.id") if "@" in part else part for part in short), code=1)
    assert "terlalu pendek" in city("setup", "password", "kepala@kupang.go.id", "--password", "sembilan9", code=1)


def test_a_sector_is_one_of_those_the_classifier_knows(city: Feedback) -> None:
    assert set(SECTORS) == {example.sector for example in load_corpus()}
    assert "'helth' is not one of" in city(
        "setup", "service", "kupang", "dukcapil", "kia", "--name", "KIA", "--sector", "helth", code=2
    )


def test_a_mistyped_code_is_answered_with_the_nearest_and_all_there_are(city: Feedback) -> None:
    unit = ("--name", "X")
    assert "no agency 'kupamg'; did you mean 'kupang'? Agencies: kupang." in city(
        "setup", "unit", "kupamg", "x", *unit, code=2
    )
    assert "no unit 'dukcapi'; did you mean 'dukcapil'? Units: dukcapil." in city(
        "setup", "service", "kupang", "dukcapi", "kia", *unit, code=2
    )
    assert "did you mean 'dukcapil'?" in city("tokens", "issue", "kupang", "dukcapi", code=2)
    assert "no service 'zzz'. Services: ktp." in city(
        "tokens", "issue", "kupang", "dukcapil", "--service", "zzz", code=2
    )
    opened = ("evaluation", "open", "--name", "T", "--from", "2026-01-01", "--to", "2026-03-31")
    assert "Agencies: kupang." in city(*opened, "--agency", "kota", code=2)


def test_the_first_agency_is_pointed_out_where_there_is_none(feedback: Feedback) -> None:
    assert "none yet; see `feedback setup agency --help`" in feedback(*UNIT, code=2)


def test_people_get_posts_and_the_list_shows_everything_but_their_numbers(city: Feedback, live: Live) -> None:
    city("setup", "employee", "kupang", OTHER_NIP, "--name", "Yohana Bessie")
    city(*post(NIP, "--head"))
    counter = tuple(part.replace("Kepala Dinas", "Petugas Loket") for part in post(OTHER_NIP))
    city(*counter, "--service", "ktp", "--share", "0.5", "--to", "2099-12-31")
    shown = city("setup", "list", "kupang")
    assert NIP not in shown
    assert OTHER_NIP not in shown
    for line in (
        "dukcapil  Dinas Dukcapil  (department)",
        "ktp  KTP  (civil_registry)",
        "1986••••••••••••01  Maria Ndun",
        "dukcapil  Kepala Dinas  (definitive, head)  from 2026-01-01 to now on  800/1/2026",
        "dukcapil/ktp  Petugas Loket  (definitive, share 0.5)  from 2026-01-01 to 2099-12-31  800/1/2026",
        "kepala@kupang.go.id  Kepala  unit_head of dukcapil",
    ):
        assert line in [found.strip() for found in shown.splitlines()]
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 2


def test_posts_that_cannot_be_are_refused_in_one_sentence(city: Feedback) -> None:
    city("setup", "employee", "kupang", OTHER_NIP, "--name", "Yohana Bessie")
    city(*post(NIP, "--head"))
    assert "definitif atau Plt" in city(*post(OTHER_NIP, "--head"), code=1)
    assert "definitif lain" in city(*post(NIP, "--service", "ktp"), code=1)
    assert "selalu memimpin" in city(*post(OTHER_NIP, kind="acting_absent"), code=1)
    assert "seluruh unit" in city(*post(OTHER_NIP, "--head", "--service", "ktp", kind="acting_absent"), code=1)
    assert "Hari terakhir" in city(*post(OTHER_NIP, "--to", "2025-12-31"), code=1)
    assert "no employee with this NIP" in city(*post("198609262015051009"), code=2)
    assert "18 angka" in city(*post("123"), code=1)
    assert "is not in the range" in city(*post(OTHER_NIP, "--share", "1.5"), code=2)
    city(*post(OTHER_NIP, "--head", "--to", "2026-01-31", kind="acting_absent"))


@pytest.mark.parametrize("password", ["kata-sandi-baru-sekali", "kata-sandi-é-ﬁ-baru"])
def test_a_changed_password_signs_in_and_the_old_one_no_longer(city: Feedback, live: Live, password: str) -> None:
    def may_sign_in(tried: str) -> bool:
        answer = live.app.test_client().post("/masuk", data={"email": "kepala@kupang.go.id", "password": tried})
        return answer.status_code == 302

    live.app.config["WTF_CSRF_ENABLED"] = False
    with live.app.app_context():
        session_key = db.session.scalar(sa.select(User.fs_uniquifier))
    assert may_sign_in(PASSWORD)
    city("setup", "password", "Kepala@kupang.go.id", "--password", password)
    assert may_sign_in(password)
    assert not may_sign_in(PASSWORD)
    with live.app.app_context():
        assert db.session.scalar(sa.select(User.fs_uniquifier)) != session_key
    assert "Tidak ada akun" in city("setup", "password", "lain@kupang.go.id", "--password", password, code=1)


def test_a_token_is_for_the_day_it_is_at_the_agency(
    city: Feedback, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening_in_utc = datetime(2026, 5, 11, 17, 30, tzinfo=UTC)  # half past one of the 12th in Kupang
    monkeypatch.setattr(clock, "utcnow", lambda: evening_in_utc)
    today = datetime(2026, 5, 12, tzinfo=UTC).date()
    issue = ("tokens", "issue", "kupang", "dukcapil")
    city(*issue)
    city(*issue, "--day", (today - timedelta(days=7)).isoformat())
    for day in (today - timedelta(days=8), today + timedelta(days=1)):
        assert "from 2026-05-05 to 2026-05-12" in city(*issue, "--day", day.isoformat(), code=2)
    with live.app.app_context():
        days = db.session.scalars(sa.select(VisitToken.visited_on).order_by(VisitToken.visited_on)).all()
    assert days == [today - timedelta(days=7), today]


def test_the_address_of_tokens_is_where_the_pages_are(city: Feedback, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = ("tokens", "issue", "kupang", "dukcapil")
    assert city(*issue).startswith(f"{USUAL_ADDRESS}/k/")
    running = replace(supervisor.status(config.load()), running=True, address="http://127.0.0.1:8123")
    monkeypatch.setattr(supervisor, "status", lambda settings: running)  # noqa: ARG005
    assert city(*issue).startswith("http://127.0.0.1:8123/k/")
    assert city(*issue, "--base-url", "https://suara.kupang.go.id/").startswith("https://suara.kupang.go.id/k/")


def test_a_database_without_tables_is_one_sentence(feedback: Feedback, live: Live) -> None:
    with live.app.app_context():
        db.session.execute(sa.text("DROP SCHEMA public CASCADE"))
        db.session.execute(sa.text("CREATE SCHEMA public"))
        db.session.commit()
    assert "feedback db upgrade" in feedback(*CITY, code=2)


def test_reception_is_one_of_the_units_there_are(city: Feedback) -> None:
    assert "/lapor/kupang/tidak-tahu" in city("setup", "reception", "kupang", "dukcapil")
    assert "dukcapil" in city("setup", "reception", "kupang", "dukcapl", code=2)
