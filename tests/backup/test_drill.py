"""A copy is tried for real: what is whole is green, and whatever is wrong with it is named."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pyrage
import pytest

from feedback_app.backup import shelf
from feedback_app.backup.archive import BackupError
from feedback_app.backup.drill import drill
from feedback_app.backup.restoring import open_copy
from tests.backup.conftest import ADDRESS, WORDS, Office


def drilled(office: Office, path: Path, code: int) -> str:
    return str(office.call("backup", "drill", str(path), "--identity", str(office.identity), code=code).output)


def drill_databases(office: Office) -> list[str]:
    with psycopg.connect(str(office.live.settings.database_url)) as link:
        rows = link.execute("SELECT datname FROM pg_database WHERE datname LIKE 'suara\\_drill%'").fetchall()
    return [str(name) for (name,) in rows]


def test_a_whole_copy_is_green_and_leaves_nothing(office: Office) -> None:
    said = drilled(office, office.copy(), 0)
    for line in (
        "as when the copy was made", "1 files, each the one its row names", "the audit trail holds",
        "the daily figures are what the rows give", "every contact opens", "The copy can be used",
    ):  # fmt: skip
        assert line in said, said
    assert "bad" not in said
    assert drill_databases(office) == []
    noted = shelf.noted(office.live.settings.home)
    assert (noted.drill_was_good, noted.path is not None) == (True, True)
    assert WORDS not in said
    assert ADDRESS not in said


@pytest.mark.parametrize("place", [0.0, 0.001, 0.5, 0.999], ids=["first byte", "header", "middle", "end"])
def test_one_flipped_byte_is_named_before_anything_is_restored(office: Office, place: float) -> None:
    path = office.copy()
    body = bytearray(path.read_bytes())
    body[int(place * (len(body) - 1))] ^= 1
    path.write_bytes(body)
    said = drilled(office, path, 1)
    assert "was changed" in said
    assert "use another copy" in said
    assert shelf.noted(office.live.settings.home).drill_was_good is False
    assert drill_databases(office) == []


@pytest.mark.parametrize("left", [1, 150, 0.3, 0.99], ids=["a byte", "the header", "a third", "all but the end"])
def test_a_truncated_file_is_named(office: Office, left: float) -> None:
    path = office.copy()
    body = path.read_bytes()
    path.write_bytes(body[: int(left * len(body)) if left < 1 else int(left)])
    said = drilled(office, path, 1)
    assert "was changed" in said or "its end is missing" in said


def test_the_wrong_identity_is_named(office: Office) -> None:
    path = office.copy()
    office.identity.write_text(str(pyrage.x25519.Identity.generate()))
    assert "was not encrypted to this identity" in drilled(office, path, 1)


def test_another_file_is_no_copy(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "letter.age"
    recipients = [pyrage.x25519.Recipient.from_str(office.public)]
    path.write_bytes(pyrage.encrypt(b"not a tar at all" * 2000, recipients))
    assert "holds something else" in drilled(office, path, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET action = 'intake.nothing' WHERE actor_kind = 'citizen'",
        # As somebody who owns the database would: with what keeps a row from going taken away first.
        (
            "ALTER TABLE audit_leaves DROP CONSTRAINT fk_audit_leaves_agency_id_event_id_audit_events;"
            "DELETE FROM audit_events WHERE actor_kind = 'citizen'"
        ),
        "UPDATE audit_events SET at = at - interval '1 day' WHERE actor_kind = 'citizen'",
    ],
    ids=["edited", "deleted", "backdated"],
)
def test_an_audit_row_changed_in_what_was_copied_is_named(office: Office, change: str) -> None:
    office.sql("ALTER TABLE audit_events DISABLE TRIGGER USER", *change.split(";"))
    office.sql("ALTER TABLE audit_events ENABLE TRIGGER USER")
    said = drilled(office, office.copy(), 1)
    assert "bad   the audit trail was changed: seal " in said
    assert "CANNOT be used" in said


def test_a_figure_that_is_not_what_the_rows_give_is_named(office: Office) -> None:
    office.sql("DELETE FROM daily_measures")
    said = drilled(office, office.copy(), 1)
    assert "bad   daily_measures" in said


def test_a_file_that_was_changed_on_the_disk_is_named(office: Office) -> None:
    (path,) = (office.live.settings.home / "attachments").glob("??/??/*")
    path.write_bytes(b"something else")
    assert "is not the one its row names" in drilled(office, office.copy(), 1)


def test_a_file_that_was_missing_is_told_and_no_fault_of_the_copy(office: Office) -> None:
    (path,) = (office.live.settings.home / "attachments").glob("??/??/*")
    path.unlink()
    assert "warn  1 files were missing when the copy was made" in drilled(office, office.copy(), 0)


def test_a_copy_with_contacts_of_another_key_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.copy()
    monkeypatch.setenv("SECRET_KEY", "another" * 6)
    assert "1 contacts open with none of the keys at hand" in drilled(office, path, 1)


def test_a_copy_of_a_newer_version_is_refused(office: Office) -> None:
    office.sql("UPDATE alembic_version SET version_num = '9999_later'")
    assert "was made by a newer version" in drilled(office, office.copy(), 1)


@pytest.mark.slow
def test_a_copy_of_an_older_version_is_brought_to_ours(office: Office) -> None:
    from flask_migrate import downgrade

    with office.live.app.app_context():
        downgrade(revision="0011_cycle_locks")
    said = drilled(office, office.copy(), 0)
    assert "as when the copy was made" in said
    assert "warn  the copy is of an older version: tables brought from 0011_cycle_locks" in said


def test_a_role_that_may_make_no_database_is_told_what_to_type(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.copy()

    class Refusing:
        info = type("Info", (), {"user": "suara"})

        def execute(self, query: object, *_: object) -> object:
            if "CREATE DATABASE" in repr(query):
                raise psycopg.errors.InsufficientPrivilege
            return type("Rows", (), {"fetchall": lambda _self: [], "__iter__": lambda _self: iter(())})()

        def __enter__(self) -> Refusing:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    copy = open_copy(path, office.identities())
    monkeypatch.setattr("feedback_app.backup.facts.missing_roles", lambda *_: [])
    monkeypatch.setattr("feedback_app.backup.tools.connect", lambda *_, **__: Refusing())
    with pytest.raises(BackupError, match="ALTER ROLE suara CREATEDB"):
        drill(copy, office.live.settings, progress=lambda _line: None)
