"""`feedback doctor`: every line says what is wrong and what to do, and a wrong thing is never called well."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from redis import Redis

from feedback_app import clock, config, jobs_trust
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.backup import shelf
from feedback_app.cli import doctor_machine, main
from feedback_app.cli.doctor_lines import looked
from feedback_app.db import db
from feedback_app.identity.factors.models import AccountFactors
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.rules import AnalysisState, ContactKind
from feedback_app.intake.vault import new_key, vault_of
from feedback_app.key_files import KeyEntry, vault_key_file, write_entries, write_secret
from tests import factories as make
from tests.clamd import clamd
from tests.conftest import Live

Found = dict[str, tuple[str, str]]


@pytest.fixture
def at_home(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    for name in config.SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    monkeypatch.delenv("RATE_LIMITS")
    live.settings.home.chmod(0o700)
    return live


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def found(*arguments: str) -> Found:
    """What doctor says, by the name of what it looked at; of several lines of one name the worst."""
    done = call("--json", *arguments)
    lines = json.loads(done.output)
    order = {"ok": 0, "warn": 1, "bad": 2}
    assert (done.exit_code == 1) == any(line["level"] == "bad" for line in lines)
    assert all(line["advice"] for line in lines if line["level"] != "ok"), lines
    result: Found = {}
    for line in lines:
        if line["what"] not in result or order[line["level"]] > order[result[line["what"]][0]]:
            result[line["what"]] = (line["level"], line["text"])
    return result


def public(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in {"PUBLIC_URL": "https://suara.kota.go.id", "COOKIE_SECURE": "true", **more}.items():
        monkeypatch.setenv(name, value)


GATEWAY = {"WHATSAPP_GATEWAY_TOKEN": "token"}


@pytest.mark.parametrize(
    ("environ", "what", "level"),
    [
        ({"PUBLIC_URL": "http://suara.kota.go.id"}, "public_url", "bad"),
        ({"COOKIE_SECURE": "false"}, "cookie_secure", "bad"),
        ({}, "cookie_secure", "ok"),
        ({"TRUSTED_PROXIES": "0"}, "trusted_proxies", "warn"),
        ({"TRUSTED_PROXIES": "1"}, "trusted_proxies", "ok"),
        ({"RATE_LIMITS": "false"}, "rate_limits", "warn"),
        ({"SECOND_FACTOR": "OFFERED"}, "second_factor", "bad"),
        ({"SECOND_FACTOR": "REQUIRED"}, "second_factor", "ok"),
        ({"SECOND_FACTOR": "EVERYBODY"}, "second_factor", "ok"),
        ({"LOG_LEVEL": "DEBUG"}, "log_level", "bad"),
        ({"FLASK_DEBUG": "1"}, "debug", "bad"),
        ({"SECRET_KEY": "a" * 40}, "secret_key", "bad"),
        ({"LASTING_SECRET": "passwordpasswordpasswordpassword"}, "lasting_secret", "bad"),
        ({}, "mail", "warn"),
        ({}, "backup", "bad"),
        ({"MODEL_DIR": "/nowhere"}, "model", "bad"),
        ({"PORT": "delapan"}, "settings", "bad"),
        ({"REDIS_URL": "redis://10.255.255.1:6379/0"}, "redis", "bad"),
        ({}, "database_door", "ok"),
        ({"DATABASE_URL": "postgresql://u:p@db.kota.go.id/s"}, "database_door", "bad"),
        ({"DATABASE_URL": "postgresql://u:p@db.kota.go.id/s?sslmode=disable"}, "database_door", "bad"),
        ({"DATABASE_URL": "postgresql://u:p@10.0.0.7/s?sslmode=require"}, "database_door", "warn"),
        ({"DATABASE_URL": "postgresql://u:p@[fd00::7]/s?sslmode=verify-ca"}, "database_door", "warn"),
        ({"DATABASE_URL": "postgresql:///s?host=db.kota.go.id&sslmode=prefer"}, "database_door", "bad"),
        ({"DATABASE_URL": "postgresql://u:p@db.kota.go.id/s?sslmode=verify-full"}, "database_door", "ok"),
        ({"DATABASE_URL": "postgresql://u:p@127.0.0.1/s"}, "database_door", "ok"),
        ({"DATABASE_URL": "postgresql://u:p@/s?host=/run/postgresql"}, "database_door", "ok"),
        ({"WEB_DATABASE_URL": "postgresql://u:p@db.kota.go.id/s"}, "database_door", "bad"),
        ({"S3_ENDPOINT_URL": "http://minio.kota.go.id:9000"}, "service_door", "bad"),
        ({"S3_ENDPOINT_URL": "http://127.0.0.1:9000"}, "service_door", "ok"),
        ({"S3_ENDPOINT_URL": "https://minio.kota.go.id"}, "service_door", "ok"),
        ({**GATEWAY, "WHATSAPP_GATEWAY_URL": "http://gerbang.kota.go.id"}, "service_door", "bad"),
        ({**GATEWAY, "WHATSAPP_GATEWAY_URL": "https://gerbang.kota.go.id"}, "service_door", "ok"),
        ({"CLAMD_URL": "tcp://pemindai.kota.go.id:3310"}, "service_door", "bad"),
        ({"CLAMD_URL": "tcp://127.0.0.1:3310"}, "service_door", "ok"),
    ],
    ids=str,
)
def test_settings_of_a_public_installation(
    at_home: Live, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], what: str, level: str
) -> None:
    public(monkeypatch, **environ)
    servers = () if what == "redis" else ("--no-servers",)
    assert found(*servers)[what][0] == level


def test_cookies_are_for_tls_alone_without_a_word_beside_a_public_address(
    at_home: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://suara.kota.go.id")
    assert found("--no-servers")["cookie_secure"] == ("ok", "COOKIE_SECURE is true")


def test_what_is_no_fault_on_ones_own_machine(at_home: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://localhost:8000")
    said = found("--no-servers")
    assert {said[name][0] for name in ("public_url", "cookie_secure", "log_level", "debug")} == {"ok"}
    assert said["backup"][0] == "warn"


def test_a_public_installation_without_a_virus_scanner(at_home: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found()["virus_scanner"][0] == "ok"
    public(monkeypatch)
    assert found()["virus_scanner"][0] == "warn"


@pytest.mark.parametrize(
    ("version", "level"),
    [
        (f"ClamAV 1.0.7/27500/{clock.utcnow():%a %b %d %H:%M:%S %Y}", "ok"),
        ("ClamAV 1.0.7/26000/Mon Nov 24 09:12:45 2025", "warn"),
        ("ClamAV 1.0.7", "bad"),
        ("220 mail.kota.go.id", "bad"),
    ],
    ids=["of today", "of a year ago", "no signatures", "something else"],
)
def test_the_virus_scanner_and_the_age_of_what_it_knows(
    at_home: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, level: str
) -> None:
    with clamd(tmp_path / "clamd.ctl") as running:
        running.version = version
        monkeypatch.setenv("CLAMD_URL", running.url)
        assert found()["virus_scanner"][0] == level
    assert found()["virus_scanner"][0] == "bad"


def test_files_that_others_may_read(at_home: Live) -> None:
    home = at_home.settings.home
    write_secret(home / "secrets" / "secret_key", "x" * 40)
    (home / "secrets").chmod(0o700)
    assert found("--no-servers")["secrets_mode"][0] == "ok"
    (home / "secrets" / "secret_key").chmod(0o640)
    (home / "secrets").chmod(0o755)
    home.chmod(0o777)
    said = found("--no-servers")
    assert {said[name][0] for name in ("home_mode", "secrets_mode", "secret_mode")} == {"bad"}
    home.chmod(0o700)


def test_keys_of_the_vault(at_home: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now = vault_key_file(at_home.settings.home), clock.utcnow()
    assert found("--no-servers")["vault_key"][0] == "ok"
    public(monkeypatch)
    assert found("--no-servers")["vault_key"][0] == "warn"
    write_entries(path, (KeyEntry(new_key(), now - timedelta(days=3), now),))
    assert found("--no-servers")["vault_key"] == ("ok", "contacts are sealed under a key of 3 days")
    write_entries(path, (KeyEntry(new_key(), now - timedelta(days=500), None),))
    said = found("--no-servers")
    assert (said["vault_key"][0], said["vault_change"][0]) == ("warn", "warn")


@pytest.mark.parametrize(("days", "level"), [(0.5, "ok"), (2, "warn"), (9, "bad")])
def test_the_age_of_the_last_copy(at_home: Live, days: float, level: str) -> None:
    manifest = SimpleNamespace(made_at=clock.utcnow() - timedelta(days=days))
    shelf.note_made(at_home.settings.home, SimpleNamespace(manifest=manifest, path="x"))  # type: ignore[arg-type]
    assert found("--no-servers")["backup"][0] == level


@pytest.mark.parametrize(("days", "good", "level"), [(3, True, "ok"), (40, True, "warn"), (1, False, "bad")])
def test_the_last_drill(at_home: Live, days: int, good: bool, level: str) -> None:
    shelf.note_drill(at_home.settings.home, good=good, now=clock.utcnow() - timedelta(days=days))
    assert found("--no-servers")["drill"][0] == level


@pytest.mark.parametrize(("free", "level"), [(100e9, "ok"), (9e9, "warn"), (5e8, "bad")])
def test_room_on_the_disk(at_home: Live, monkeypatch: pytest.MonkeyPatch, free: float, level: str) -> None:
    usage = SimpleNamespace(total=200e9, free=free)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    assert found("--no-servers")["disk"][0] == level


def test_a_dump_among_the_files_for_everybody(at_home: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "feedback_app" / "static"
    folder.mkdir(parents=True)
    monkeypatch.setattr(doctor_machine, "project_root", lambda: tmp_path)
    assert found("--no-servers")["static"][0] == "ok"
    (folder / "dump.sql").write_text("x")
    assert found("--no-servers")["static"][0] == "bad"


def do(live: Live, act: Callable[[Any], None]) -> None:
    with live.app.app_context():
        act(db.session())
        db.session.commit()
        db.session.remove()


def test_a_database_that_is_well(at_home: Live, redis: Redis) -> None:
    said = found()
    for what in ("tables", "clock", "postgres_log", "drain", "contacts", "redis", "redis_door", "jobs"):
        assert said[what][0] == "ok", said[what]
    # The servers of the tests give up durability for speed, and nobody works on their queue.
    assert "a power cut loses what was acknowledged" in said["postgres"][1]
    assert said["worker"][0] == "bad"


def test_tables_of_another_version(at_home: Live) -> None:
    do(at_home, lambda session: session.execute(sa.text("UPDATE alembic_version SET version_num = '0011_cycle_locks'")))
    assert found()["tables"][0] == "bad"


def test_a_clock_that_is_wrong(at_home: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    right = clock.utcnow
    monkeypatch.setattr(clock, "utcnow", lambda: right() + timedelta(seconds=5))
    assert found()["clock"][0] == "warn"
    monkeypatch.setattr(clock, "utcnow", lambda: right() - timedelta(minutes=5))
    assert found()["clock"][0] == "bad"


def test_a_submission_that_nobody_reads(at_home: Live) -> None:
    def send(session: Any) -> None:
        unit = make.unit(session, make.agency(session))
        make.submission(session, unit, received_at=clock.utcnow() - timedelta(hours=1), analysis=AnalysisState.PENDING)
        make.submission(session, unit, analysis=AnalysisState.QUARANTINED, analysis_error="x")

    do(at_home, send)
    said = found()
    assert said["drain"] == ("bad", "the oldest unread submission waits for 60 minutes")
    assert said["drain_aside"][0] == "warn"


def test_accounts_of_the_demo_and_an_agency_without_administrator(
    at_home: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def people(session: Any) -> None:
        town, other = make.agency(session, code="kupang"), make.agency(session, code="lain")
        make.grant(session, make.user(session, email="admin@kupang.demo"), Role.ADMINISTRATOR, town)
        del other

    do(at_home, people)
    said = found()
    assert said["demo_accounts"][0] == "warn"
    assert said["administrator"] == ("warn", "lain has no administrator")
    public(monkeypatch)
    assert found()["demo_accounts"][0] == "bad"


def test_a_trail_that_is_no_longer_sealed(at_home: Live) -> None:
    def act(at: Any) -> Callable[[Any], None]:
        def note(session: Any) -> None:
            agency = make.agency(session)
            record(
                session, agency_id=agency.id, actor=SYSTEM, action="x.y", subject_type="x", subject_id=1, now=at
            )  # fmt: skip

        return note

    assert found()["audit"][0] == "warn"
    do(at_home, act(clock.utcnow()))
    with at_home.app.app_context():
        jobs_trust.seal_audit_whole()
        db.session.remove()
    assert found()["audit"][0] == "ok"
    (at_home.settings.home / "secrets" / "audit-key").rename(at_home.settings.home / "lost")
    assert found()["audit_key"][0] == "bad"


def test_a_contact_that_no_key_opens(at_home: Live) -> None:
    def add(session: Any) -> None:
        unit = make.unit(session, make.agency(session))
        owner = Owner(unit.agency_id, submission_id=make.submission(session, unit).id)
        address = Address(ContactKind.EMAIL, "maria@contoh.id")
        keep_contact(session, owner, address, vault=vault_of("other" * 8), language="id", now=make.NOW)

    do(at_home, add)
    said = found()
    assert said["contacts"] == ("bad", "0 of the newest 1 contacts open")


def test_another_lasting_secret_is_seen_by_the_apps_it_shuts(at_home: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(session: Any) -> None:
        user = make.user(session)
        sealed = at_home.app.config["FACTOR_BOX"].seal(b"x" * 20, user_id=user.id)
        row = AccountFactors(user_id=user.id, webauthn_handle=b"h" * 64)
        row.totp_sealed, row.totp_since, row.totp_last_step = sealed, make.NOW, 1
        session.add(row)

    do(at_home, add)
    assert found()["factors"] == ("ok", "1 of the newest 1 authenticator apps can be checked")
    monkeypatch.setenv("LASTING_SECRET", "another secret than the one of before, 0123456789")
    assert found()["factors"] == ("bad", "0 of the newest 1 authenticator apps can be checked")


def test_a_job_that_somebody_else_put_there(at_home: Live, redis: Redis) -> None:
    from tests.abuse.test_26_redis_pickle import call_of, plant, work

    plant(redis, call_of("os.system", "true"))
    work(redis)
    assert found()["jobs"] == ("warn", "failed since yesterday: drain (1)")


def test_nothing_runs_yet(at_home: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("FEEDBACK_HOME", str(tmp_path / "empty"))
    said = found()
    assert said["servers"][0] == "bad"
    assert said["home"][0] == "warn"


def test_a_database_that_is_away_is_told_and_the_rest_looked_at(at_home: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:geheim@127.0.0.1:1/x")
    done = call()
    assert done.exit_code == 1
    assert "could not be looked at" in done.output
    assert "Redis answers" in done.output
    assert "geheim" not in done.output


def test_no_secret_is_printed(at_home: Live) -> None:
    output = call().output + call("--json").output
    assert make.SECRET not in output
    assert "→" in output


def test_quiet_prints_only_what_is_not_well(at_home: Live) -> None:
    lines = call("--quiet", "--no-servers").output.splitlines()
    assert lines[:-1]
    assert not any(line.startswith("ok") for line in lines[:-1])


def test_a_check_that_fails_is_a_line_and_not_the_end() -> None:
    def fails() -> Any:
        raise ValueError("the well is dry\nsecond line")

    (line,) = looked("x", fails)
    assert (line.level, line.text) == ("bad", "could not be looked at: ValueError: the well is dry")


def test_modes_are_read_as_they_are(tmp_path: Path) -> None:
    write_secret(tmp_path / "s" / "x", "y")
    assert stat.S_IMODE((tmp_path / "s" / "x").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
