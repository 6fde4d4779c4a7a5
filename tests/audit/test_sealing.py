"""Setting seals: late rows too, once a day over nothing, never with a wrong key or on an older copy."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from feedback_app import clock, config, jobs_trust
from feedback_app.audit.chain import published, read_line
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, record, record_platform
from feedback_app.audit.publishing import UnreadableRootsError, last_root, publish, read_roots
from feedback_app.audit.seal_models import AuditSeal, SealKind
from feedback_app.audit.sealing import HEARTBEAT, seal_is_due, seal_next
from feedback_app.audit.sealing_key import KeyFiles, NoSealingKeyError, known_keys, new_key, public_bytes, write_key
from feedback_app.audit.upkeep import ready_key
from feedback_app.audit.verifying import verify
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.errors import ConfigurationError
from tests import factories as make
from tests.audit.conftest import Ledger
from tests.conftest import Live

NOW = make.NOW


def act(session: Session, agency_id: int, *, days: int = 0) -> None:
    record(
        session, agency_id=agency_id, actor=SYSTEM, action="handling.review", subject_type="case", subject_id=1,
        now=clock.utcnow() - timedelta(days=days),
    )  # fmt: skip


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


@pytest.fixture
def town(live: Live, monkeypatch: pytest.MonkeyPatch) -> int:
    """An agency with ten events in a database of its own, and the environment for commands about it."""
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    with live.app.app_context():
        agency = make.agency(db.session()).id
        for _ in range(10):
            act(db.session(), agency)
        db.session.commit()
    return agency


def test_the_job_seals_publishes_and_makes_its_key(live: Live, town: int) -> None:
    with live.app.app_context():
        assert seal_is_due(db.session(), now=clock.utcnow())
        db.session.rollback()
        assert jobs_trust.seal_audit() >= 10
        assert jobs_trust.seal_audit() == 0
        assert not seal_is_due(db.session(), now=clock.utcnow())
    key = live.settings.audit_key
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o077 == 0
    lines = live.settings.audit_roots.read_text().splitlines()
    assert [read_line(line).statement.number for line in lines] == [1]
    assert all(read_line(line).is_signed() for line in lines)
    checked = call("verify")
    assert checked.exit_code == 0, checked.output
    assert "The trail is what was sealed." in checked.output
    assert "1 seals compared" in checked.output


def test_verify_names_what_was_changed_and_ends_with_one(live: Live, town: int) -> None:
    with live.app.app_context():
        jobs_trust.seal_audit()
        session = db.session()
        session.execute(sa.text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        victim = session.scalar(sa.text("SELECT max(id) FROM audit_events"))
        session.execute(sa.text("UPDATE audit_events SET subject_id = 2 WHERE id = :id"), {"id": victim})
        session.execute(sa.text("ALTER TABLE audit_events ENABLE TRIGGER USER"))
        code = session.scalar(sa.text("SELECT code FROM agencies WHERE id = :id"), {"id": town})
        session.commit()
    checked = call("verify")
    assert checked.exit_code == 1
    assert f"FIRST seal 1, agency {town}" in checked.output
    assert f"event {victim}: the event is not what was sealed" in checked.output
    assert call("verify", "--agency", code).exit_code == 1
    assert call("verify", "--agency", "tidak-ada").exit_code == 2


def test_an_older_copy_is_not_sealed_until_somebody_says_so(
    live: Live, town: int, caplog: pytest.LogCaptureFixture
) -> None:
    with live.app.app_context():
        jobs_trust.seal_audit()
        session = db.session()
        for table in ("audit_leaves", "audit_sections", "platform_leaves", "platform_sections", "audit_seals"):
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            session.execute(sa.text(f"DELETE FROM {table}"))
            session.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        session.commit()
        with caplog.at_level(logging.ERROR):
            assert jobs_trust.seal_audit() == 0
    assert "feedback audit resume" in caplog.text
    checked = call("verify")
    assert (checked.exit_code, "TRUNCATED".lower() in checked.output) == (1, True)
    resumed = call("resume", "--yes")
    assert "Seal 2 declares 1 seals lost" in resumed.output
    assert call("resume", "--yes").exit_code != 0
    with live.app.app_context():
        assert jobs_trust.seal_audit() >= 10
    checked = call("verify")
    assert checked.exit_code == 0, checked.output
    assert "1 seals were declared lost" in checked.output


def test_a_key_is_changed_and_the_chain_holds(live: Live, town: int, tmp_path: Path) -> None:
    with live.app.app_context():
        jobs_trust.seal_audit()
    old = tmp_path / "old.pem"
    old.write_text(call("public-key").output)
    before = public_bytes(read(live))
    changed = call("new-key", "--yes")
    assert changed.exit_code == 0, changed.output
    assert public_bytes(read(live)) != before
    assert len(known_keys(KeyFiles(live.settings.audit_key).known)) == 2
    with live.app.app_context():
        act(db.session(), town)
        db.session.commit()
        assert jobs_trust.seal_audit() >= 1
    # Who knows the first key alone is led to the second by the seal that both signed.
    assert call("verify", "--public-key", str(old)).exit_code == 0
    assert len(call("roots").output.splitlines()) == len(call("roots", "--last", "1").output.splitlines()) + 2


def read(live: Live):  # type: ignore[no-untyped-def]
    from feedback_app.audit.sealing_key import read_key

    return read_key(live.settings.audit_key)


def test_a_lost_key_needs_somebody_who_vouches(live: Live, town: int, tmp_path: Path) -> None:
    with live.app.app_context():
        jobs_trust.seal_audit()
    old = tmp_path / "old.pem"
    old.write_text(call("public-key").output)
    live.settings.audit_key.unlink()
    with live.app.app_context(), pytest.raises(NoSealingKeyError, match="gone"):
        ready_key(db.session(), KeyFiles(live.settings.audit_key))
    assert isinstance(call("new-key", "--yes").exception, ConfigurationError)
    assert call("new-key", "--lost", "--yes").exit_code == 0
    assert call("verify").exit_code == 0
    told = call("verify", "--public-key", str(old))
    assert (told.exit_code, "nobody vouches for" in told.output) == (1, True)


def test_a_change_of_key_that_was_killed_half_way_is_finished(live: Live, town: int) -> None:
    from feedback_app.audit.upkeep import change_key

    files = KeyFiles(live.settings.audit_key)
    with live.app.app_context():
        jobs_trust.seal_audit()
        # Killed before the commit: the key stays as it is.
        change_key(db.session(), files, actor=SYSTEM, now=clock.utcnow(), is_lost=False)
        db.session.rollback()
        before = public_bytes(ready_key(db.session(), files))
        # Killed after it: the next seal is signed by the new one.
        change_key(db.session(), files, actor=SYSTEM, now=clock.utcnow(), is_lost=False)
        db.session.commit()
        assert public_bytes(ready_key(db.session(), files)) != before
        assert not files.coming.exists()
        db.session.rollback()
        assert jobs_trust.seal_audit() >= 1
    assert call("verify").exit_code == 0


def test_two_sealers_make_one_chain(live: Live, town: int) -> None:
    def run() -> None:
        with live.app.app_context():
            jobs_trust.seal_audit()

    with live.app.app_context():
        KeyFiles(live.settings.audit_key)
        ready_key(db.session(), KeyFiles(live.settings.audit_key))
        db.session.rollback()
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = live.settings.audit_roots.read_text().splitlines()
    assert [read_line(line).statement.number for line in lines] == [1]
    assert call("verify").exit_code == 0


def test_what_began_before_and_committed_after_a_seal_is_sealed(live: Live, town: int) -> None:
    with live.app.app_context():
        slow = Session(db.engine)
        act(slow, town)
        act(db.session(), town)
        db.session.commit()
        assert jobs_trust.seal_audit() >= 11
        slow.commit()
        slow.close()
        assert seal_is_due(db.session(), now=clock.utcnow())
        db.session.rollback()
        assert jobs_trust.seal_audit() == 1
    assert call("verify").exit_code == 0


def test_old_rows_with_lower_ids_are_found_by_the_look_at_everything(ledger: Ledger) -> None:
    # As an import of hours would leave it: an old moment and an id below what is sealed.
    session = ledger.session
    lowest = session.scalar(sa.text("SELECT min(id) FROM audit_events WHERE agency_id = :a"), {"a": ledger.agencies[1]})
    session.execute(
        sa.insert(AuditEvent).values(
            id=-1, agency_id=ledger.agencies[1], at=ledger.now - timedelta(days=3), actor_kind="system",
            action="x.y", subject_type="case",
        )
    )  # fmt: skip
    assert lowest is not None
    assert not seal_is_due(session, now=ledger.now)
    assert seal_is_due(session, now=ledger.now, whole=True)
    assert seal_next(session, ledger.key, now=ledger.now) is None
    made = seal_next(session, ledger.key, now=ledger.now, whole=True)
    assert made is not None
    assert made.size == 1


def test_a_silent_day_is_sealed_too(ledger: Ledger) -> None:
    assert seal_next(ledger.session, ledger.key, now=ledger.now) is None
    later = ledger.now + HEARTBEAT
    assert seal_is_due(ledger.session, now=later)
    made = seal_next(ledger.session, ledger.key, now=later)
    assert made is not None
    assert (made.kind, made.size) == (SealKind.HEARTBEAT, 0)
    ledger.roots.append(published(made))
    assert ledger.verify().holds


def test_another_key_seals_nothing(ledger: Ledger) -> None:
    ledger.act(ledger.agencies[0])
    with pytest.raises(NoSealingKeyError, match="another key"):
        seal_next(ledger.session, new_key(), now=ledger.now)


def test_a_key_that_others_may_read_is_refused(session: Session, tmp_path: Path) -> None:
    files = KeyFiles(tmp_path / "key")
    write_key(files.key, new_key())
    files.key.chmod(0o640)
    with pytest.raises(NoSealingKeyError, match="chmod 600"):
        ready_key(session, files)
    with pytest.raises(FileExistsError):
        write_key(files.key, new_key())


def test_a_half_written_line_is_written_again_whole(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "roots.jsonl"
    assert publish(ledger.session, path) == 3
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.truncate(len(whole) - 40)
    assert [one.statement.number for one in read_roots(path)] == [1, 2]
    assert publish(ledger.session, path) == 1
    assert path.read_bytes() == whole
    assert publish(ledger.session, path) == 0


def test_a_file_of_something_else_is_told(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "roots.jsonl"
    path.write_text("{}\n")
    with pytest.raises(UnreadableRootsError, match="last line"):
        last_root(path)
    with pytest.raises(UnreadableRootsError, match="line 1"):
        list(read_roots(path))
    assert last_root(tmp_path / "none") is None


@pytest.mark.parametrize(
    "table",
    ["audit_events", "platform_events", "audit_leaves", "platform_leaves", "audit_sections", "platform_sections",
     "audit_seals"],
)  # fmt: skip
def test_no_table_of_the_trail_is_changed_or_emptied(ledger: Ledger, table: str) -> None:
    column = "seal_number = 1" if "_events" not in table and table != "audit_seals" else (
        "at = now()" if table != "audit_seals" else "size = 1"
    )  # fmt: skip
    ledger.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    for statement in (f"UPDATE {table} SET {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), ledger.session.begin_nested():
            ledger.session.execute(sa.text(statement))


def test_events_go_where_a_seal_says_that_their_time_is_over(ledger: Ledger) -> None:
    from feedback_app.audit.upkeep import NoSealThereError, cut

    second = ledger.session.get_one(AuditSeal, 2)
    counted = ledger.session.scalar(sa.text("SELECT count(*) FROM audit_leaves WHERE seal_number < 2"))
    made = cut(ledger.session, ledger.key, before=second.sealed_at, actor=SYSTEM, now=ledger.now)
    ledger.roots.append(published(made))
    assert (made.kind, made.refers_to) == (SealKind.CUT, 1)
    assert ledger.session.scalar(sa.text("SELECT count(*) FROM audit_leaves WHERE seal_number < 2")) == 0
    verdict = ledger.verify()
    assert verdict.holds, [one.text() for one in verdict.findings]
    assert verdict.cut_events == counted
    with pytest.raises(NoSealThereError):
        cut(ledger.session, ledger.key, before=second.sealed_at, actor=SYSTEM, now=ledger.now)
    # What the seal does not speak of stays.
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), ledger.session.begin_nested():
        ledger.session.execute(sa.text("DELETE FROM audit_events"))


def test_of_the_last_years_nothing_can_be_cut(live: Live, town: int) -> None:
    assert call("cut", "--before", "2999-01-01", "--yes").exit_code == 2


def test_events_of_no_agency_are_sealed_beside_the_others(session: Session) -> None:
    key = new_key()
    record_platform(session, actor=SYSTEM, action="audit.test", subject_type="x", subject_id=None, now=NOW, count=3)
    made = seal_next(session, key, now=NOW, whole=True)
    assert made is not None
    verdict = verify(session, trusted=[public_bytes(key)], roots=[published(made)])
    assert verdict.holds
    assert verdict.events >= 1
