"""A copy comes back into an empty place, with its rights and walls, and never over something that is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from feedback_app.backup.archive import BackupError
from feedback_app.backup.restoring import open_copy, restore
from feedback_app.config import load, resolved
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import servers
from tests import factories as make
from tests.backup.conftest import WORDS, Office

NewDatabase = Callable[[], str]


def restored(office: Office, path: Path, *where: str, code: int = 0) -> str:
    return str(office.call("restore", str(path), "--identity", str(office.identity), *where, code=code).output)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as link:
        return link.execute(query.encode()).fetchall()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Files are restored to another folder than the one they came from."""
    folder = tmp_path / "files of another machine"
    monkeypatch.setenv("ATTACHMENTS_URL", f"file://{folder}")
    return folder


def test_into_an_empty_database_everything_comes_back(
    office: Office, other_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, url = office.copy(), other_database()
    folder = tmp_path / "files of another machine"
    monkeypatch.setenv("ATTACHMENTS_URL", f"file://{folder}")
    said = restored(office, path, "--into", url)
    assert "ok    the audit trail holds" in said
    assert rows(url, "SELECT text FROM submissions WHERE text IS NOT NULL") == [(WORDS,)]
    assert len(list(folder.glob("??/??/*"))) == 1
    assert "The copy holds no secrets. Put" in said


@pytest.mark.slow
def test_rights_and_policies_of_the_second_wall_come_back(
    office: Office, other_database: NewDatabase, elsewhere: Path
) -> None:
    del elsewhere
    url = other_database()
    restored(office, office.copy(), "--into", url)
    source = str(office.live.settings.database_url)
    for query in (
        "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
        (
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        ),
        (
            "SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a "
            "WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> 0 AND a.grantee <> c.relowner "
            "ORDER BY 1, 2, 3"
        ),
        (
            "SELECT p.proname, p.prosecdef, p.proconfig, p.proacl::text FROM pg_proc p "
            "WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1"
        ),
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        (
            "SELECT conrelid::regclass::text, conname, convalidated FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        ),
    ):
        assert rows(url, query) == rows(source, query), query
    assert rows(source, "SELECT count(*) > 50 FROM pg_policies") == [(True,)]


def test_the_restored_trail_still_refuses_changes(office: Office, other_database: NewDatabase, elsewhere: Path) -> None:
    del elsewhere
    url = other_database()
    restored(office, office.copy(), "--into", url)
    with psycopg.connect(url) as link, pytest.raises(psycopg.Error, match="append-only"):
        link.execute("DELETE FROM audit_events")


def test_nothing_is_restored_over_something(office: Office, elsewhere: Path) -> None:
    del elsewhere
    url = str(office.live.settings.database_url)
    said = restored(office, office.copy(), "--into", url, code=1)
    assert "is not empty, and nothing is overwritten" in said
    assert rows(url, "SELECT count(*) FROM submissions") == [(31,)]


def test_files_are_not_laid_among_others(office: Office, other_database: NewDatabase) -> None:
    url = other_database()
    said = restored(office, office.copy(), "--into", url, code=1)
    assert "storage of attachments is not empty" in said
    assert rows(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_with_force_what_was_there_is_gone(office: Office, other_database: NewDatabase, elsewhere: Path) -> None:
    del elsewhere
    url = other_database()
    with psycopg.connect(url) as link:
        link.execute("CREATE TABLE old (id int)")
    restored(office, office.copy(), "--into", url, "--force")
    assert rows(url, "SELECT count(*) FROM pg_tables WHERE tablename = 'old'") == [(0,)]
    assert rows(url, "SELECT count(*) FROM submissions") == [(31,)]


def test_a_damaged_copy_changes_nothing_even_by_force(office: Office, other_database: NewDatabase) -> None:
    path, url = office.copy(), other_database()
    with psycopg.connect(url) as link:
        link.execute("CREATE TABLE old (id int)")
    body = path.read_bytes()
    path.write_bytes(body[:-40])
    restored(office, path, "--into", url, "--force", code=1)
    assert rows(url, "SELECT count(*) FROM pg_tables WHERE tablename = 'old'") == [(1,)]


def test_a_server_without_the_roles_is_told_what_to_type(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = open_copy(office.copy(), office.identities())
    copy.checked.manifest.roles.append("suara_stranger")
    with pytest.raises(BackupError, match="CREATE ROLE suara_stranger NOLOGIN"):
        restore(copy, office.live.settings, empty_first=False, progress=lambda _line: None)


@pytest.mark.slow
def test_on_a_machine_where_nothing_is_set_up_rows_and_files_come_back(
    office: Office, other_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, url = office.copy(), other_database()
    elsewhere = tmp_path / "files of another machine"
    monkeypatch.setenv("ATTACHMENTS_URL", f"file://{elsewhere}")
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("FEEDBACK_HOME", str(tmp_path / "bare machine"))
    said = restored(office, path, "--into", url)
    assert "warn  no keys of the vault at hand" in said
    assert "its key is known from the copy alone" in said
    assert len(list(elsewhere.glob("??/??/*"))) == 1


@pytest.mark.slow
def test_a_new_home_gets_servers_secrets_and_files(office: Office, tmp_path: Path) -> None:
    path, home = office.copy("--with-secrets"), tmp_path / "new home"
    said = restored(office, path, "--home", str(home))
    assert "Secrets put back:" in said
    assert "secret_key" in said
    assert "ok    every contact opens with the keys at hand" in said
    settings = load({"FEEDBACK_HOME": str(home)})
    with servers(settings) as started:
        assert started.secret_key == make.SECRET
        assert rows(str(started.database_url), "SELECT count(*) FROM submissions") == [(31,)]
        assert resolved(settings).lasting == make.SECRET
    assert len(list((home / "attachments").glob("??/??/*"))) == 1
    with pytest.raises(ConfigurationError, match="take an empty folder"):
        restored(office, path, "--home", str(home))
