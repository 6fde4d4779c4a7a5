"""`feedback keys`: a new key in one call, no contact lost wherever the process is killed."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.errors import ConfigurationError
from feedback_app.intake import vault_rotation
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import Vault, new_key, open_sealed, vault_of
from feedback_app.intake.vault_upkeep import count_by_key
from feedback_app.key_files import (
    KeyEntry,
    KeyFile,
    change_session_key,
    kept_fallbacks,
    kept_lasting,
    read_entries,
    vault_key_file,
    write_entries,
    write_secret,
)
from tests import factories as make
from tests.conftest import Live


@pytest.fixture
def at_home(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    for name in config.SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    monkeypatch.setattr(vault_rotation, "SETTLE_SECONDS", 0.0)
    return live


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def keep(app: Flask, count: int) -> None:
    with app.app_context():
        session = db.session()
        unit = make.unit(session, make.agency(session))
        for number in range(count):
            owner = Owner(unit.agency_id, submission_id=make.submission(session, unit).id)
            address = Address(ContactKind.EMAIL, f"maria{number}@contoh.id")
            keep_contact(session, owner, address, vault=app.config["VAULT"], language="id", now=make.NOW)
        session.commit()
        db.session.remove()


def opened(app: Flask) -> set[str]:
    with app.app_context():
        sealed = db.session.scalars(sa.select(Contact.sealed)).all()
        db.session.remove()
        return {open_sealed(app.config["VAULT"], one) for one in sealed}


def by_key(app: Flask) -> list[int]:
    with app.app_context():
        counts, unreadable = count_by_key(db.session(), app.config["VAULT"])
        db.session.remove()
        assert unreadable == 0
        return counts


def path_of(live: Live) -> Path:
    return vault_key_file(live.settings.home)


@pytest.mark.slow
def test_a_key_is_changed_in_one_call_and_a_process_that_runs_sees_it(at_home: Live) -> None:
    keep(at_home.app, 3)
    assert by_key(at_home.app) == [3]
    first = call("rotate", "--patience", "5")
    assert first.exit_code == 0, first.output
    assert "3 contacts sealed anew; all 3 lie under the new key" in first.output
    # The application was made before there was a file.
    assert by_key(at_home.app) == [3, 0]
    keep(at_home.app, 1)
    assert by_key(at_home.app) == [4, 0]
    again = call("rotate", "--patience", "5")
    assert "4 contacts sealed anew; all 4" in again.output
    assert "1 kept until the next change, 0 dropped" in again.output
    assert by_key(at_home.app) == [4, 0, 0]
    third = call("rotate", "--patience", "5")
    assert "1 kept until the next change, 1 dropped" in third.output
    assert by_key(at_home.app) == [4, 0, 0]
    assert opened(at_home.app) == {"maria0@contoh.id", "maria1@contoh.id", "maria2@contoh.id"}
    assert stat.S_IMODE(path_of(at_home).stat().st_mode) == 0o600
    for done in (first, again, third):
        assert not any(entry.key in done.output for entry in read_entries(path_of(at_home)))


@pytest.mark.slow
def test_with_retire_the_leaked_key_opens_nothing_and_is_gone(at_home: Live) -> None:
    keep(at_home.app, 2)
    call("rotate", "--patience", "5")
    leaked = read_entries(path_of(at_home))[0].key
    done = call("rotate", "--retire", "--patience", "5")
    assert done.exit_code == 0, done.output
    assert [entry.key for entry in read_entries(path_of(at_home))] != [leaked]
    assert len(read_entries(path_of(at_home))) == 1
    with at_home.app.app_context():
        sealed = db.session.scalars(sa.select(Contact.sealed)).all()
        db.session.remove()
    thief = Vault((leaked.encode(),), b"")
    assert not any(thief.is_sealed_by(leaked.encode(), one) for one in sealed)
    # Nor does the secret of the installation, which sealed them first.
    derived = vault_of(make.SECRET)
    assert not any(derived.is_sealed_by_first(one) for one in sealed)


@pytest.mark.slow
def test_a_change_that_was_ended_goes_on_and_makes_no_second_key(
    at_home: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(at_home.app, 4)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(vault_rotation, "finish", dies)
        assert call("rotate", "--patience", "5").exit_code != 0
    begun = read_entries(path_of(at_home))
    assert [entry.resealed_at for entry in begun] == [None]
    assert len(opened(at_home.app)) == 4
    status = call("status")
    assert "a change is not finished" in status.output
    done = call("rotate", "--patience", "5")
    assert "A change that was not finished goes on." in done.output
    assert [entry.key for entry in read_entries(path_of(at_home))] == [begun[0].key]


@pytest.mark.slow
def test_killed_at_any_moment_no_contact_is_lost(at_home: Live) -> None:
    keep(at_home.app, 1200)
    wanted = opened(at_home.app)
    command = [sys.executable, "-m", "feedback_app", "keys", "rotate", "--patience", "20"]
    kills, done = 0, False
    for after in (0.9, 1.2, 1.5, 1.8, 2.2, 2.8):
        running = subprocess.Popen(command, env=at_home.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with suppress(subprocess.TimeoutExpired):
            running.wait(after)
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
            kills += 1
        said = running.communicate()[0].decode()
        done = done or running.returncode == 0
        assert running.returncode in {0, -signal.SIGKILL}, said
        assert opened(at_home.app) == wanted
    assert kills >= 2
    last = call("rotate", "--retire", "--patience", "20")
    assert last.exit_code == 0, last.output
    assert opened(at_home.app) == wanted
    assert by_key(at_home.app)[0] == 1200


@pytest.mark.slow
def test_what_is_sealed_while_keys_change_opens_afterwards(at_home: Live) -> None:
    keep(at_home.app, 50)
    over = threading.Event()

    def writes() -> None:
        while not over.is_set():
            keep(at_home.app, 2)

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        for _ in range(3):
            done = call("rotate", "--retire", "--patience", "20")
            assert done.exit_code == 0, done.output
    finally:
        over.set()
        writer.join()
    counts = by_key(at_home.app)
    assert sum(counts) > 50
    assert len(opened(at_home.app)) == 50


@pytest.mark.slow
def test_a_row_in_a_transaction_under_way_keeps_the_old_key(at_home: Live) -> None:
    keep(at_home.app, 1)
    call("rotate", "--patience", "5")
    before = read_entries(path_of(at_home))[0].key
    with at_home.app.app_context():
        engine = db.engine
        with engine.connect() as slow, slow.begin():
            # It has written, and sealed with the key of before; nobody sees the row yet.
            slow.execute(sa.text("UPDATE contacts SET language = 'en'"))
            blocked = call_in_thread("rotate", "--retire", "--patience", "2")
            blocked.join(20)
    kept = [entry.key for entry in read_entries(path_of(at_home))]
    assert before in kept
    assert call("rotate", "--retire", "--patience", "5").exit_code == 0
    assert before not in [entry.key for entry in read_entries(path_of(at_home))]


def call_in_thread(*arguments: str) -> threading.Thread:
    command = [sys.executable, "-m", "feedback_app", "keys", *arguments]

    def run() -> None:
        subprocess.run(command, env=os.environ, capture_output=True, check=False, timeout=10)

    def kept() -> None:
        with suppress(subprocess.TimeoutExpired):
            run()

    thread = threading.Thread(target=kept)
    thread.start()
    return thread


@pytest.mark.slow
def test_keys_of_the_environment_are_laid_upon_all_and_the_file_still_opens(
    at_home: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(at_home.app, 2)
    call("rotate", "--patience", "5")
    given = new_key()
    monkeypatch.setenv("VAULT_KEYS", given)
    done = call("rotate", "--patience", "5")
    assert "2 contacts sealed anew; all 2 lie under the first key of VAULT_KEYS" in done.output
    assert call("check").output == "Every contact opens\n"


@pytest.mark.slow
def test_the_change_stands_in_the_trail_without_a_key(at_home: Live) -> None:
    from feedback_app.audit.models import PlatformEvent

    keep(at_home.app, 1)
    call("rotate", "--patience", "5")
    with at_home.app.app_context():
        event = db.session.scalars(sa.select(PlatformEvent).where(PlatformEvent.action == "keys.rotate")).one()
        assert event.detail == {"contacts": 1}
        db.session.remove()


@pytest.mark.slow
def test_the_list_says_what_is_wrong_and_prints_no_key(at_home: Live) -> None:
    call("rotate", "--patience", "5")
    path = path_of(at_home)
    good = call("status", "--count", "--json")
    assert good.exit_code == 0, good.output
    shown = json.loads(good.output)
    assert [line["name"] for line in shown["keys"]][:1] == ["SECRET_KEY"]
    assert shown["contacts"] == {"by_key": [0, 0], "by_none": 0}
    path.chmod(0o644)
    bad = call("status")
    assert (bad.exit_code, f"chmod 600 {path}" in bad.output) == (1, True)
    secrets = [entry.key for entry in read_entries(path)] + [make.SECRET]
    assert not any(secret in good.output + bad.output for secret in secrets)


@pytest.mark.parametrize("text", ["", "{", '{"keys": [{"key": "short", "made_at": "2026-01-01T00:00:00+00:00"}]}'])
def test_a_file_that_holds_no_keys_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    path = vault_key_file(tmp_path)
    write_secret(path, text)
    with pytest.raises(ConfigurationError, match="put the copy back") as caught:
        read_entries(path)
    assert "short" not in str(caught.value)


def test_a_file_that_breaks_while_a_process_runs_leaves_it_the_keys_it_knows(tmp_path: Path) -> None:
    path, key = vault_key_file(tmp_path), new_key()
    write_entries(path, (KeyEntry(key, datetime(2026, 1, 1, tzinfo=UTC)),))
    file = KeyFile(path)
    assert file.keys() == (key.encode(),)
    time.sleep(0.01)
    write_secret(path, "{")
    assert file.keys() == (key.encode(),)
    assert key not in repr(read_entries_safely(path)) + repr(KeyEntry(key, datetime(2026, 1, 1, tzinfo=UTC)))


def read_entries_safely(path: Path) -> object:
    try:
        return read_entries(path)
    except ConfigurationError as error:
        return error


def test_sessions_get_a_new_key_and_nothing_that_lasts_changes(tmp_path: Path, live: Live) -> None:
    old = replace(live.settings, home=tmp_path, secret_key="a" * 40)
    before = create_app(old)
    write_secret(tmp_path / "secrets" / "secret_key", "a" * 40)
    change_session_key(tmp_path, "b" * 40, retire=False)
    assert (kept_lasting(tmp_path), kept_fallbacks(tmp_path)) == ("a" * 40, ("a" * 40,))
    after = create_app(
        replace(
            old,
            secret_key="b" * 40,
            lasting_secret=kept_lasting(tmp_path),
            secret_key_fallbacks=kept_fallbacks(tmp_path),
        )
    )
    for name in ("TRACKING_KEY", "UNSUBSCRIBE_KEY", "CONTEST_KEY", "NETWORK_KEY", "SECURITY_PASSWORD_SALT"):
        assert before.config[name] == after.config[name], name
    assert after.config["VAULT"].fingerprint(ContactKind.EMAIL, "x@y.id") == before.config["VAULT"].fingerprint(
        ContactKind.EMAIL, "x@y.id"
    )
    signing = before.session_interface.get_signing_serializer(before)  # type: ignore[attr-defined]
    reading = after.session_interface.get_signing_serializer(after)  # type: ignore[attr-defined]
    assert reading.loads(signing.dumps({"a": 1})) == {"a": 1}
    # What is signed now is signed by the new one alone.
    with pytest.raises(Exception, match="does not match"):
        signing.loads(reading.dumps({"a": 1}))
    # A second change keeps the first root, or codes handed out under it would die.
    change_session_key(tmp_path, "c" * 40, retire=True)
    assert (kept_lasting(tmp_path), kept_fallbacks(tmp_path)) == ("a" * 40, ())


def test_sessions_under_a_key_of_the_environment_are_changed_by_hand(at_home: Live) -> None:
    refused = call("rotate", "--sessions")
    assert isinstance(refused.exception, ConfigurationError)
    assert "LASTING_SECRET" in str(refused.exception)
